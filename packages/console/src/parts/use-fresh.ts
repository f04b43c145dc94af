/** Follows changes for a list: rows that are shown are corrected in place, others that belong here are only counted. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { LiveEvent } from "../api/types.ts";
import type { Filters } from "../filters.ts";
import { patchList } from "../list-cache.ts";
import type { List } from "../list-cache.ts";
import { useLive } from "../live.ts";

/** Counting further would cost memory and tell nobody more. */
const countMax = 1_000;

/** How many are new, and forgetting them. */
export interface Fresh {
  readonly size: number;
  readonly more: boolean;
  clear(): void;
}

/** See the module comment. @param shown ids on screen */
export function useFresh(filters: Filters, shown: ReadonlySet<string>): Fresh {
  const queries = useQueryClient();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const states = filters.state?.split(",");
  const clear = (): void => {
    setIds(new Set());
  };
  useLive((event) => {
    if (event.type !== "operation.changed" || typeof event.id !== "string") return;
    if (shown.has(event.id)) {
      queries.setQueriesData<List>({ queryKey: ["operations"] }, (list) => list && patchList(list, event));
      return;
    }
    const { id } = event;
    if (ids.size >= countMax || ids.has(id) || !belongs(event, filters, states)) return;
    setIds((before) => new Set(before).add(id));
  });
  const key = JSON.stringify(filters);
  const [seenKey, setSeenKey] = useState(key);
  if (seenKey !== key) {
    setSeenKey(key);
    clear();
  }
  return { size: ids.size, more: ids.size >= countMax, clear };
}

/** As far as an event tells; filters it knows nothing about do not count against it. */
function belongs(event: LiveEvent, filters: Filters, states: readonly string[] | undefined): boolean {
  return (
    (states === undefined ? event.event === "operation.queued" : states.includes(event.state ?? "")) &&
    (filters.account === undefined || filters.account === event.account) &&
    (filters.parked_reason === undefined || filters.parked_reason === event.parked_reason)
  );
}
