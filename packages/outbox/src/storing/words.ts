/**
 * Words as they stand in rows: small numbers for states and classes, literals for SQL.
 *
 * The sets of states in which a verb is legal are made from the table in `core/lifecycle`, never written by hand, so
 * that no statement can allow what the table forbids. They stand in SQL as literals: a parameter would keep a database
 * from proving that a partial index applies.
 */
import { operationClasses, operationStates, statesBefore } from "@landline/core";
import type { LifecycleEvent, OperationClass, StoredState } from "@landline/core";

/** Stored states by their number in a row. Only appended to: the numbers are on disk. */
export const stateNames = [
  "queued",
  "sending",
  "retrying",
  "reconciling",
  "accepted",
  "delivered",
  "undelivered",
  "parked",
  "discarded",
  "expired",
  "cancelled",
  "superseded",
] as const satisfies readonly StoredState[];

const stateCodes = new Map<StoredState, number>(stateNames.map((name, code) => [name, code]));
const missing = operationStates.filter((state) => state !== "held" && !stateCodes.has(state));
if (missing.length > 0) throw new Error(`no number for the states ${missing.join(", ")}`);

/** The number of a state in a row. */
export function codeOf(state: StoredState): number {
  const code = stateCodes.get(state);
  if (code === undefined) throw new Error(`no number for the state ${state}`);
  return code;
}

/** The state of a number in a row. */
export function stateOf(code: number): StoredState {
  const state = stateNames[code];
  if (state === undefined) throw new Error(`no state has the number ${code}`);
  return state;
}

/** The states an event is legal in, as a list for `IN (…)`. */
export function legalFor(event: LifecycleEvent): string {
  return codes(statesBefore(event));
}

/** States as a list for `IN (…)`. */
export function codes(states: readonly StoredState[]): string {
  return states
    .map(codeOf)
    .toSorted((left, right) => left - right)
    .join(", ");
}

/** Waits for a claim. Stands exactly so in partial indexes. */
export const waiting = "state IN (0, 2)";

/** Not finished: what an ordered operation behind it waits for. Stands exactly so in partial indexes. */
export const unfinished = "state IN (0, 1, 2, 3)";

/** The number of a class: the smaller, the more urgent. */
export function classCodeOf(name: OperationClass): number {
  return operationClasses.indexOf(name);
}

/** The class of a number in a row. */
export function classOf(code: number): OperationClass {
  return operationClasses[code] ?? "standard";
}
