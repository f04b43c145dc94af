/** Operations that ask for the same, and how often it happened: what promises about sending are counted in. */
import { lifecycleEvents, next } from "@landline/core";
import type { StoredState } from "@landline/core";
import type { OperationRecord } from "@landline/outbox";
import type { MemoryStore } from "@landline/outbox/simulation";
import type { Effect } from "./provider.ts";

/** Rows of the store, seen from behind. */
export type Rows = MemoryStore["rows"];

/** One of them. */
export type Row = Rows extends ReadonlyMap<string, infer Value> ? Value : never;

/** Equal operations: each of them may have done what any of them is thought to have done. */
export interface Tally {
  readonly members: readonly OperationRecord[];
  /** Whether somebody asked for it rather twice than not. */
  readonly mayRepeat: boolean;
  /** How often it happened for operations the store knows. */
  readonly done: number;
  /** How often it happened for operations the store has forgotten together with its past. */
  readonly forgotten: number;
}

const contents = new WeakMap<object, string>();

/** What is asked for, as text. Inputs are never changed, so they are written down once. */
export function contentOf(input: Readonly<Record<string, unknown>>): string {
  const known = contents.get(input) ?? JSON.stringify(input);
  contents.set(input, known);
  return known;
}

/**
 * Counts.
 * @param contentIn what a row asks for
 * @param isForgotten whether the store has lost an operation
 */
export function talliesOf(
  rows: Rows,
  effects: readonly Effect[],
  contentIn: (record: OperationRecord) => string,
  isForgotten: (id: string) => boolean,
): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally & { readonly members: OperationRecord[] }>();
  const of = (content: string): { members: OperationRecord[]; mayRepeat: boolean; done: number; forgotten: number } => {
    const known = tallies.get(content);
    if (known !== undefined) return known;
    const fresh = { members: [], mayRepeat: false, done: 0, forgotten: 0 };
    tallies.set(content, fresh);
    return fresh;
  };
  for (const { record } of rows.values()) {
    const tally = of(`${record.operation} ${contentIn(record)}`);
    tally.members.push(record);
    if (record.guarantee === "at-least-once") tally.mayRepeat = true;
  }
  for (const { operation, content, operationId } of effects) {
    const tally = of(`${operation} ${content}`);
    if (isForgotten(operationId)) tally.forgotten += 1;
    else tally.done += 1;
  }
  return tallies;
}

/** Whether a state says that it happened. */
export function isSent(state: StoredState): boolean {
  return state === "accepted" || state === "delivered" || state === "undelivered";
}

/** Whether it is not called "not sent". */
export function isMaybeSent({ state, failure, providerId }: OperationRecord): boolean {
  return isSent(state) || providerId !== null || (failure !== null && failure.execution !== "not_executed");
}

/** Whether something is still to come. */
export function isOpen(state: StoredState): boolean {
  return state === "queued" || state === "sending" || state === "retrying" || state === "reconciling";
}

/** Whether one event of the lifecycle, or an acceptance and one more, leads from a state to another. */
export function isWay(from: StoredState, to: StoredState): boolean {
  return ways.has(`${from} ${to}`);
}

const ways: ReadonlySet<string> = new Set(
  (["queued", "sending", "retrying", "reconciling", "parked", "expired", "accepted", "undelivered"] as const).flatMap(
    (from) =>
      lifecycleEvents.flatMap((event) => {
        const to = next(from, event);
        if (to === null) return [];
        // A receipt proves acceptance and says what became of it, in one write.
        const beyond = event === "accept" ? (["deliver", "fail_delivery"] as const).map((more) => next(to, more)) : [];
        return [to, ...beyond].map((each) => `${from} ${each}`);
      }),
  ),
);
