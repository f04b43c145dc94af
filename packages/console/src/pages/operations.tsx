/** Every operation, by any filter. */
import { useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { filtersOf } from "../filters.ts";
import type { Filters, ListSearch } from "../filters.ts";
import { FilterBar } from "../parts/filter-bar.tsx";
import { NothingYet } from "../parts/nothing-yet.tsx";
import { OperationsList } from "../parts/operations-list.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Blank } from "../parts/states.tsx";

/** The page. */
export function OperationsPage() {
  const search = useSearch({ from: "/operations" });
  const navigate = useNavigate();
  const to = useRouterState({ select: ({ location }) => location.state.to });
  const filters: Filters = { ...filtersOf(search), ...(to === undefined ? {} : { to }) };
  const go = (next: ListSearch): void => {
    void navigate({ to: "/operations", search: next, state: to === undefined ? {} : { to } });
  };
  const filtered = Object.keys(filters).length > 0;
  return (
    <PageFrame title="Operations" lead="Everything that was asked for, newest first.">
      <FilterBar
        filters={filters}
        onChange={({ to: number, ...rest }) => {
          void navigate({ to: "/operations", search: rest, state: number === undefined ? {} : { to: number } });
        }}
      />
      <OperationsList
        filters={filters}
        search={search}
        go={go}
        empty={
          filtered ? (
            <Blank title="Nothing matches">Take a filter away, or look in a longer time.</Blank>
          ) : (
            <NothingYet />
          )
        }
      />
    </PageFrame>
  );
}
