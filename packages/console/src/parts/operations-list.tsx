/**
 * Operations to work through: rows that can be walked, selected and decided on without a mouse, and that do not move
 * while one reads them. What is new is counted and shown on request.
 */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { listQuery } from "../api/queries.ts";
import type { Summary } from "../api/types.ts";
import type { Verb } from "../api/verbs.ts";
import type { Filters, ListSearch } from "../filters.ts";
import { count, plural } from "../format.ts";
import { useKeys } from "../keys.ts";
import { firstPageOnly } from "../list-cache.ts";
import type { List } from "../list-cache.ts";
import { permissionOf, useMay } from "../permissions.ts";
import { availability, verbWords } from "../words.ts";
import { RowsTable } from "./rows-table.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { Loading, Trouble } from "./states.tsx";
import { useFresh } from "./use-fresh.ts";
import { VerbDialog } from "./verb-dialog.tsx";

/** What a list is told. */
export interface ListProps {
  readonly filters: Filters;
  readonly search: ListSearch;
  /** Writes the address; the number being looked for stays where it is. */
  readonly go: (search: ListSearch) => void;
  readonly empty: ReactNode;
}

const noRows: readonly Summary[] = [];

/** The list. */
export function OperationsList({ filters, search, go, empty }: ListProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const may = useMay();
  const start = search.cursor ?? null;
  const list = useInfiniteQuery(listQuery(filters, start));
  const pages = list.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.data) ?? noRows, [pages]);
  const ids = useMemo(() => new Set(rows.map(({ id }) => id)), [rows]);
  const [selected, setSelected] = useState<ReadonlyMap<string, Summary>>(new Map());
  const fresh = useFresh(filters, ids);
  const toggle = useCallback((row: Summary): void => {
    setSelected((before) => {
      const next = new Map(before);
      if (!next.delete(row.id)) next.set(row.id, row);
      return next;
    });
  }, []);
  const decide = (row: Summary, verb: Verb): void => {
    if (availability(verb, row) === true && may(permissionOf(verb))) go({ ...search, op: row.id, do: verb });
  };
  const showFresh = (): void => {
    fresh.clear();
    if (start !== null) return go({ ...search, cursor: "" });
    queries.setQueriesData<List>({ queryKey: ["operations"] }, (kept) => kept && firstPageOnly(kept));
    void queries.invalidateQueries({ queryKey: ["operations"] });
    scrollTo({ top: 0 });
  };
  const { fetchNextPage, hasNextPage, isFetching } = list;
  const onEnd = useCallback(() => {
    // Asking for more while the list is being read again would break that off.
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetching]);
  useKeys({ n: showFresh });

  if (list.isPending) return <Loading />;
  if (list.isError && list.data === undefined) return <Trouble error={list.error} again={() => void list.refetch()} />;
  const actions = {
    x: toggle,
    ...Object.fromEntries(
      Object.entries(verbWords).flatMap(([verb, { key }]) =>
        key === null ? [] : [[key, (row: Summary): void => decide(row, verb as Verb)]],
      ),
    ),
  };
  return (
    <div className="list" aria-busy={list.isPlaceholderData}>
      {/* The place is kept, so that nothing moves when it fills. */}
      <div className="list-news" role="status">
        {fresh.size === 0 && !fresh.missed ? null : (
          <Button variant="light" size="compact-xs" onClick={showFresh}>
            {fresh.missed
              ? "The connection was lost · read again"
              : `${count(fresh.size)}${fresh.more ? "+" : ""} new · show`}
          </Button>
        )}
        {list.isError ? <span className="soft">As of before: {list.error.message}</span> : null}
      </div>
      {rows.length === 0 ? (
        empty
      ) : (
        <RowsTable
          rows={rows}
          complete={!list.hasNextPage}
          selected={selected}
          toggle={toggle}
          actions={actions}
          onEnd={onEnd}
        />
      )}
      {rows.length === 0 ? null : (
        <p className="list-end dim num">
          {start === null ? null : (
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => {
                go({ ...search, cursor: "" });
              }}
            >
              Newest
            </Button>
          )}{" "}
          {list.hasNextPage
            ? `${plural(rows.length, "operation")} read, more follow`
            : plural(rows.length, "operation")}
        </p>
      )}
      <SelectionBar
        selected={[...selected.values()]}
        filters={filters}
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
