/**
 * A page of operations to work through: rows that can be walked, selected and decided on without a mouse, and that do
 * not move while one reads them. What is new is counted and shown on request.
 */
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { pageQuery } from "../api/queries.ts";
import type { LiveEvent, Page, Summary } from "../api/types.ts";
import type { Verb } from "../api/verbs.ts";
import type { Filters, ListSearch } from "../filters.ts";
import { plural } from "../format.ts";
import { useKeys } from "../keys.ts";
import { useLive } from "../live.ts";
import { useMay } from "../permissions.ts";
import { availability, verbWords } from "../words.ts";
import { OperationRow } from "./operation-row.tsx";
import { useRowKeys } from "./row-keys.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { Loading, Trouble } from "./states.tsx";
import { VerbDialog } from "./verb-dialog.tsx";

/** What a list is told. */
export interface ListProps {
  readonly filters: Filters;
  readonly search: ListSearch;
  /** Writes the address; the number being looked for stays where it is. */
  readonly go: (search: ListSearch) => void;
  readonly empty: ReactNode;
}

/** The list. */
export function OperationsList({ filters, search, go, empty }: ListProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const may = useMay();
  const page = useQuery(pageQuery(filters, search.cursor ?? null));
  const rows = page.data?.data ?? [];
  const [selected, setSelected] = useState<ReadonlyMap<string, Summary>>(new Map());
  const fresh = useFresh(filters, rows);
  const toggle = (row: Summary): void => {
    const next = new Map(selected);
    if (!next.delete(row.id)) next.set(row.id, row);
    setSelected(next);
  };
  const decide = (row: Summary, verb: Verb): void => {
    if (availability(verb, row) === true && may(verb === "cancel" ? "cancel" : "review"))
      go({ ...search, op: row.id, do: verb });
  };
  const showFresh = (): void => {
    fresh.clear();
    if (search.cursor === undefined) void queries.invalidateQueries({ queryKey: ["operations"] });
    else go({ ...search, cursor: "" });
  };
  useRowKeys(rows, {
    x: toggle,
    ...Object.fromEntries(
      Object.entries(verbWords).flatMap(([verb, { key }]) =>
        key === null
          ? []
          : [
              [
                key,
                (row: Summary) => {
                  decide(row, verb as Verb);
                },
              ],
            ],
      ),
    ),
  });
  useKeys({ n: showFresh });

  if (page.isPending) return <Loading />;
  if (page.isError && page.data === undefined) return <Trouble error={page.error} again={() => void page.refetch()} />;
  return (
    <div className="list" aria-busy={page.isPlaceholderData}>
      {/* The place is kept, so that nothing moves when it fills. */}
      <div className="list-news" role="status">
        {fresh.size === 0 ? null : (
          <Button variant="light" size="compact-xs" onClick={showFresh}>
            {plural(fresh.size, "new").replace(/news$/, "new").concat(" · show")}
          </Button>
        )}
        {page.isError ? <span className="soft">As of before: {page.error.message}</span> : null}
      </div>
      {rows.length === 0 ? (
        empty
      ) : (
        <table className="rows">
          <caption className="visually-hidden">Operations, newest first</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Select</span>
              </th>
              <th scope="col">State</th>
              <th scope="col">Recipient</th>
              <th scope="col">Operation</th>
              <th scope="col">What happened</th>
              <th scope="col" className="end">
                Changed
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <OperationRow key={row.id} row={row} selected={selected.has(row.id)} toggle={toggle} />
            ))}
          </tbody>
        </table>
      )}
      <Pager page={page.data} search={search} go={go} />
      <SelectionBar
        selected={[...selected.values()]}
        clear={() => {
          setSelected(new Map());
        }}
        all={() => {
          setSelected(new Map(rows.map((row) => [row.id, row])));
        }}
      />
      {search.op !== undefined && search.do !== undefined ? (
        <VerbDialog
          id={search.op}
          verb={search.do as Verb}
          onClose={() => {
            const { op: _op, do: _do, ...rest } = search;
            go(rest);
          }}
          onOpen={(id) => void navigate({ to: "/operations/$id", params: { id } })}
        />
      ) : null}
    </div>
  );
}

/** Ways to the next page and back to the first; a page is its cursor, so the browser's back button walks them too. */
function Pager({
  page,
  search,
  go,
}: {
  readonly page: Page | undefined;
  readonly search: ListSearch;
  readonly go: ListProps["go"];
}) {
  const next = page?.next_cursor ?? null;
  if (search.cursor === undefined && next === null) return null;
  return (
    <div className="pager">
      <Button
        variant="default"
        disabled={search.cursor === undefined}
        onClick={() => {
          go({ ...search, cursor: "" });
        }}
      >
        Newest
      </Button>
      <Button
        variant="default"
        disabled={next === null}
        onClick={() => {
          if (next !== null) go({ ...search, cursor: next });
        }}
      >
        Older
      </Button>
    </div>
  );
}

/** Follows changes: rows on the page are corrected in place, others that belong here are only counted. */
function useFresh(filters: Filters, rows: readonly Summary[]): { readonly size: number; clear(): void } {
  const queries = useQueryClient();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const states = filters.state?.split(",");
  useLive((event) => {
    if (event.type !== "operation.changed" || typeof event.id !== "string") return;
    const { id } = event;
    if (rows.some((row) => row.id === id)) {
      queries.setQueriesData<Page>({ queryKey: ["operations"] }, (page) => page && patched(page, event));
      return;
    }
    const belongs =
      (states === undefined ? event.event === "operation.queued" : states.includes(event.state ?? "")) &&
      (filters.account === undefined || filters.account === event.account) &&
      (filters.parked_reason === undefined || filters.parked_reason === event.parked_reason);
    if (belongs && !ids.has(id)) setIds(new Set(ids).add(id));
  });
  const key = JSON.stringify(filters);
  const [seenKey, setSeenKey] = useState(key);
  if (seenKey !== key) {
    setSeenKey(key);
    setIds(new Set());
  }
  return {
    size: ids.size,
    clear: () => {
      setIds(new Set());
    },
  };
}

function patched(page: Page, event: LiveEvent): Page {
  return {
    ...page,
    data: page.data.map((row) =>
      row.id === event.id && row.version < (event.version ?? 0)
        ? {
            ...row,
            state: event.state ?? row.state,
            version: event.version ?? row.version,
            parked_reason: event.parked_reason ?? null,
            updated_at: event.at,
          }
        : row,
    ),
  };
}
