/**
 * The states of an operation and the only legal ways between them.
 *
 * Nobody sets a state: a store has one verb per event, and each verb changes only rows that are in a state from which
 * the event is legal. This table is what both stores, `landline verify` and the simulator check against.
 *
 * `held` is not in the table: an operation is shown as held while it is `queued` or `retrying` and its lane is closed
 * (paused, blocked, throttled, broken). Nothing is written for it, so closing a lane with a million waiting
 * operations costs one row.
 */
import type { ParkedReason } from "./decide.ts";

/** Every state an operation can be shown in. */
export const operationStates = [
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
] as const;

/** See {@link operationStates}. */
export type OperationState = (typeof operationStates)[number];

/** States that are stored. */
export type StoredState = Exclude<OperationState, "held">;

/** What can happen to an operation. */
export const lifecycleEvents = [
  "start",
  "accept",
  "retry",
  "hold",
  "reconcile",
  "park",
  "expire",
  "cancel",
  "deliver",
  "fail_delivery",
  "redrive",
  "discard",
  "supersede",
  "resolve_sent",
  "resolve_not_sent",
] as const;

/** See {@link lifecycleEvents}. */
export type LifecycleEvent = (typeof lifecycleEvents)[number];

const legal: Record<LifecycleEvent, { readonly from: readonly StoredState[]; readonly to: StoredState }> = {
  // `sending` begins when the intent is durable, not when the operation is claimed.
  start: { from: ["queued", "retrying"], to: "sending" },
  // Evidence of acceptance counts wherever it arrives: an answer, a lookup, a receipt with our operation id.
  accept: { from: ["sending", "reconciling", "parked", "retrying", "queued", "expired"], to: "accepted" },
  retry: { from: ["sending", "reconciling"], to: "retrying" },
  hold: { from: ["sending"], to: "retrying" },
  reconcile: { from: ["sending", "reconciling", "parked"], to: "reconciling" },
  // A failed delivery is recorded as `undelivered` before it is parked.
  park: { from: ["queued", "sending", "retrying", "reconciling", "undelivered"], to: "parked" },
  // From `reconciling` only once absence is proved: what may have been sent is parked as doubt, never expired.
  expire: { from: ["queued", "sending", "retrying", "reconciling"], to: "expired" },
  cancel: { from: ["queued", "retrying", "parked"], to: "cancelled" },
  deliver: { from: ["accepted", "undelivered", "parked"], to: "delivered" },
  fail_delivery: { from: ["accepted"], to: "undelivered" },
  redrive: { from: ["parked"], to: "queued" },
  discard: { from: ["parked"], to: "discarded" },
  supersede: { from: ["parked", "undelivered"], to: "superseded" },
  resolve_sent: { from: ["parked", "reconciling"], to: "accepted" },
  resolve_not_sent: { from: ["parked", "reconciling"], to: "queued" },
};

/** The states an event is legal in. */
export function statesBefore(event: LifecycleEvent): readonly StoredState[] {
  return legal[event].from;
}

/** The state an event leads to. */
export function stateAfter(event: LifecycleEvent): StoredState {
  return legal[event].to;
}

/**
 * Applies an event.
 * @returns the state after it, or null when the event is not legal in this state
 */
export function next(state: StoredState, event: LifecycleEvent): StoredState | null {
  const rule = legal[event];
  return rule.from.includes(state) ? rule.to : null;
}

const endStates: ReadonlySet<OperationState> = new Set([
  "delivered",
  "discarded",
  "expired",
  "cancelled",
  "superseded",
]);

/** States nothing leaves by itself (late evidence of acceptance excepted). `accepted` still waits for receipts. */
export function isFinal(state: OperationState): boolean {
  return endStates.has(state);
}

/**
 * Whether cancelling is safe: nothing is under way and nothing may have left.
 * @param doubtOpen an attempt before may have been executed
 * @param parkedReason why it is parked, when it is; what is parked as doubt or undelivered has or may have left
 */
export function isCancellable(
  state: OperationState,
  doubtOpen = false,
  parkedReason: ParkedReason | null = null,
): boolean {
  if (doubtOpen) return false;
  if (state === "parked") return parkedReason !== "doubt" && parkedReason !== "undelivered";
  return state === "queued" || state === "retrying" || state === "held";
}
