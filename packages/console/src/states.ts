/** The states a list can be narrowed to, in the order of a life. */
import type { State } from "./api/types.ts";

/** States, first to last. */
export const states: readonly State[] = [
  "queued",
  "sending",
  "retrying",
  "reconciling",
  "held",
  "accepted",
  "delivered",
  "undelivered",
  "parked",
  "discarded",
  "expired",
  "cancelled",
  "superseded",
];

/** Everything that has not ended, as one filter. */
export const waiting = "queued,sending,retrying,reconciling";
