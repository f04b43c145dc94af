/** The lines of an operation's past, in words. What is not known is shown as it came. */
import type { History } from "./api/types.ts";
import type { Tone } from "./words.ts";

const words: Readonly<Record<string, readonly [string, Tone]>> = {
  "operation.queued": ["Asked for", "wait"],
  "operation.sending": ["Attempt began", "wait"],
  "operation.retrying": ["Will be tried again", "wait"],
  "operation.reconciling": ["In doubt: the provider will be asked", "doubt"],
  reconcile: ["Asked the provider", "doubt"],
  "operation.accepted": ["Taken by the provider", "ok"],
  "operation.delivered": ["Delivered", "ok"],
  "operation.undelivered": ["Not delivered", "fail"],
  "operation.parked": ["Parked for a person", "fail"],
  "operation.discarded": ["Discarded", "off"],
  "operation.expired": ["Expired", "late"],
  "operation.cancelled": ["Cancelled", "off"],
  "operation.superseded": ["Replaced by a new operation", "off"],
  "operation.redriven": ["Put back for another attempt", "wait"],
  "operation.assigned": ["Assigned", "off"],
  "operation.snoozed": ["Put off", "off"],
  "operation.woken": ["Back in the queue of people", "wait"],
  "operation.commented": ["Commented", "off"],
};

/** What happened. */
export function eventWords({ event, before, after }: Pick<History, "event" | "before" | "after">): string {
  if (event === "operation.queued" && before !== null && before !== "") return "Put back for another attempt";
  const known = words[event];
  if (known !== undefined) return known[0];
  const name = event.replace(/^operation\./, "").replaceAll(/[._]/g, " ");
  return after === null || after === "" ? name : `${name} → ${after}`;
}

/** Its colour. */
export function eventTone({ event }: Pick<History, "event">): Tone {
  return words[event]?.[1] ?? "off";
}
