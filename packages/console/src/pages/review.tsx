/** The inbox: causes on one side, the operations of the chosen cause on the other. Doubt stands apart from failure. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useRouterState, useSearch } from "@tanstack/react-router";
import { groupsQuery } from "../api/queries.ts";
import type { Group } from "../api/types.ts";
import { filtersOf } from "../filters.ts";
import type { Filters, ListSearch } from "../filters.ts";
import { count, plural } from "../format.ts";
import { ToneBadge } from "../parts/badge.tsx";
import { FilterBar } from "../parts/filter-bar.tsx";
import { GroupRail, groupFilters, isChosen } from "../parts/group-rail.tsx";
import { OperationsList } from "../parts/operations-list.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Blank, Loading, Trouble } from "../parts/states.tsx";
import { useMay } from "../permissions.ts";
import { failureTitle, reasonLabel, reasonTone } from "../words.ts";

const fixed = ["state", "snoozed", "assignee"] as const;

/** The page. */
export function ReviewPage() {
  const search = useSearch({ from: "/review" });
  const navigate = useNavigate();
  const to = useRouterState({ select: ({ location }) => location.state.to });
  const groups = useQuery(groupsQuery);
  const filters: Filters = {
    // What is put off is out of sight, unless one asks for it.
    snoozed: "false",
    ...filtersOf(search),
    state: "parked",
    ...(to === undefined ? {} : { to }),
  };
  const go = (next: ListSearch): void => {
    const { state: _state, ...rest } = next;
    void navigate({ to: "/review", search: rest, state: to === undefined ? {} : { to } });
  };
  const total = groups.data?.reduce((sum, group) => sum + group.count, 0) ?? 0;
  const chosen = groups.data?.find((group) => isChosen(group, search));
  return (
    <PageFrame
      title="Review"
      lead={
        groups.data === undefined
          ? "What waits for a person."
          : total === 0
            ? "Nothing waits for a person."
            : `${plural(total, "operation")} in ${plural(groups.data.length, "cause")} wait${total === 1 ? "s" : ""} for a person.`
      }
    >
      <div className="review">
        {groups.data !== undefined ? (
          <GroupRail groups={groups.data} search={search} />
        ) : groups.error === null ? (
          <Loading rows={5} />
        ) : (
          <Trouble error={groups.error} again={() => void groups.refetch()} />
        )}
        <section aria-label="Operations" className="review-list">
          {chosen === undefined ? null : <Cause group={chosen} />}
          <FilterBar
            filters={filters}
            fixed={fixed}
            onChange={({ to: number, state: _state, snoozed, ...rest }) => {
              void navigate({
                to: "/review",
                search: snoozed === "true" ? { ...rest, snoozed } : rest,
                state: number === undefined ? {} : { to: number },
              });
            }}
          />
          <OperationsList
            filters={filters}
            search={search}
            go={go}
            empty={
              total === 0 && Object.keys(filtersOf(search)).length === 0 && to === undefined ? (
                <Blank title="Nothing to decide">
                  Everything that was asked for is on its way, has arrived, or was ended on purpose.
                </Blank>
              ) : (
                <Blank title="Nothing matches">Take a filter away to see the others.</Blank>
              )
            }
          />
        </section>
      </div>
    </PageFrame>
  );
}

/** What the chosen cause is, what helps, and how to do it for all of it at once. */
function Cause({ group }: { readonly group: Group }) {
  const may = useMay();
  const tone = reasonTone(group.parked_reason);
  const filters = groupFilters(group);
  const doubt = group.parked_reason === "doubt";
  const actions = doubt ? (["reconcile"] as const) : (["retry", "fallback", "discard"] as const);
  const labels = { reconcile: "Ask about all", retry: "Retry all", fallback: "Other channel", discard: "Discard all" };
  return (
    <div className="cause" data-tone={tone}>
      <div>
        <h2>
          <ToneBadge tone={tone}>{reasonLabel(group.parked_reason)}</ToneBadge> {failureTitle(group)}
        </h2>
        <p>{group.suggestion}</p>
      </div>
      {may("administer") ? (
        <div className="cause-actions">
          <span className="dim num">{count(group.count)} at once:</span>
          {actions.map((action) => (
            <Button
              key={action}
              size="compact-sm"
              variant="default"
              renderRoot={(props) => (
                <Link to="/bulk/new" search={{ ...filters, snoozed: "false", action }} {...props} />
              )}
            >
              {labels[action]}
            </Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
