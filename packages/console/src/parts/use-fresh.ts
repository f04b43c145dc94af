/** Follows changes for a list: rows that are shown are corrected in place, others that belong here are only counted. */
import { useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { operationQuery } from "../api/queries.ts";
import type { LiveEvent } from "../api/types.ts";
import type { Filters } from "../filters.ts";
import { patchList, settleList } from "../list-cache.ts";
import type { List } from "../list-cache.ts";
import { useLive } from "../live.ts";

/** Counting further would cost memory and tell nobody more. */
const countMax = 1_000;

/** Events after which a row says something that the event does not tell. */
const deskEvents: ReadonlySet<string> = new Set(["operation.assigned", "operation.snoozed", "operation.woken"]);

/** How many are new, and forgetting them. */
export interface Fresh {
  readonly size: number;
  readonly more: boolean;
  /** The stream was interrupted: there may be changes that nobody told of. */
  readonly missed: boolean;
  clear(): void;
}

/** See the module comment. @param shown ids on screen */
export function useFresh(filters: Filters, shown: ReadonlySet<string>): Fresh {
  const queries = useQueryClient();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const states = filters.state?.split(",");
  const [missed, setMissed] = useState(false);
  const clear = (): void => {
    setIds(new Set());
    setMissed(false);
  };
  useLive((event) => {
    if (event.type === "reset") setMissed(true);
    if (event.type !== "operation.changed" || typeof event.id !== "string") return;
    if (shown.has(event.id)) {
      queries.setQueriesData<List>({ queryKey: ["operations"] }, (list) => list && patchList(list, event));
      if (deskEvents.has(event.event ?? "")) void readDesk(queries, event.id);
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
  return { size: ids.size, more: ids.size >= countMax, missed, clear };
}

/** As far as an event tells; filters it knows nothing about do not count against it. */
function belongs(event: LiveEvent, filters: Filters, states: readonly string[] | undefined): boolean {
  return (
    (states === undefined ? event.event === "operation.queued" : states.includes(event.state ?? "")) &&
    (filters.account === undefined || filters.account === event.account) &&
    (filters.parked_reason === undefined || filters.parked_reason === event.parked_reason)
  );
}

/** Reads whose a row is, and until when it is put off; the row stays where it is. */
async function readDesk(queries: QueryClient, id: string): Promise<void> {
  const after = await queries.query(operationQuery(id)).catch(() => null);
  if (after !== null)
    queries.setQueriesData<List>({ queryKey: ["operations"] }, (list) => list && settleList(list, after, {}));
}
