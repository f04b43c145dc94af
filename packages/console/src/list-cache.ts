/**
 * What happens to lists that are already on screen when operations change: rows are corrected where they stand, and a
 * row somebody just decided leaves. Nothing else moves; what is new is asked for, never pushed in. Pure.
 */
import type { InfiniteData } from "@tanstack/react-query";
import type { LiveEvent, Operation, Page, Summary } from "./api/types.ts";
import type { Filters } from "./filters.ts";

/** A list as it is kept. */
export type List = InfiniteData<Page, string | null>;

function mapRows(list: List, change: (row: Summary) => Summary | null): List {
  let touched = false;
  const pages = list.pages.map((page) => {
    const data = page.data.flatMap((row) => {
      const after = change(row);
      if (after !== row) touched = true;
      return after === null ? [] : [after];
    });
    return { ...page, data };
  });
  // The same list as before redraws nothing.
  return touched ? { ...list, pages } : list;
}

/** Corrects the row an event is about, when the event is newer than the row. */
export function patchList(list: List, event: LiveEvent): List {
  return mapRows(list, (row) =>
    row.id === event.id && row.version < (event.version ?? 0)
      ? {
          ...row,
          state: event.state ?? row.state,
          version: event.version ?? row.version,
          parked_reason: event.parked_reason ?? null,
          updated_at: event.at,
        }
      : row,
  );
}

/** After a decision: the row shows its new state, or leaves a list that it no longer belongs to. */
export function settleList(list: List, after: Operation, filters: Filters): List {
  return mapRows(list, (row) => {
    if (row.id !== after.id) return row;
    if (!belongs(after, filters)) return null;
    // An answer to a decision is not masked; only what says where it stands goes into the list.
    const { state, version, parked_reason, updated_at, next_attempt_at, assignee, snoozed_until } = after;
    return { ...row, state, version, parked_reason, updated_at, next_attempt_at, assignee, snoozed_until };
  });
}

/** As far as a decision can take an operation out of a list. */
function belongs({ state, snoozed_until: until, assignee }: Operation, filters: Filters): boolean {
  return (
    (filters.state === undefined || filters.state.split(",").includes(state)) &&
    (filters.snoozed === undefined || (filters.snoozed === "true") === (until !== null)) &&
    (filters.assignee !== "none" || assignee === null)
  );
}

/** Only the beginning, so that reading again costs one page. */
export function firstPageOnly(list: List): List {
  return { pages: list.pages.slice(0, 1), pageParams: list.pageParams.slice(0, 1) };
}
