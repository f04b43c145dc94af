/**
 * What is counted, as numbers on disk: the one vocabulary of the rollups of every store.
 *
 * A change of an operation adds to a handful of counters of its minute, in the transaction of the change itself, so
 * that sums are exact at every instant and after every crash. Here stands which counters a change adds to; how they are
 * kept is each store's own. Only appended to: the numbers are on disk.
 */
import { failureKinds, parkedReasons } from "@landline/core";
import type { FailureKind, OutcomeType, ParkedReason, StoredState } from "@landline/core";
import { latencyBucket } from "./latency.ts";
import { stateNames } from "./words.ts";

const reasons = [
  "rejected",
  "exhausted",
  "doubt",
  "undelivered",
  "expired",
  "blocked_account",
  "poison",
] as const satisfies readonly ParkedReason[];

const kinds = [
  "invalid_request",
  "authentication",
  "authorization",
  "not_found",
  "conflict",
  "rate_limited",
  "quota",
  "recipient_blocked",
  "unavailable",
  "transport",
  "undelivered",
  "expired",
  "cancelled",
  "internal",
] as const satisfies readonly FailureKind[];

const outcomes = [
  "accepted",
  "rejected",
  "throttled",
  "unavailable",
  "ambiguous",
] as const satisfies readonly OutcomeType[];

const missing = [
  ...parkedReasons.filter((reason) => !(reasons as readonly string[]).includes(reason)),
  ...failureKinds.filter((kind) => !(kinds as readonly string[]).includes(kind)),
];
if (missing.length > 0) throw new Error(`no counter for ${missing.join(", ")}`);

/** Where each family of counters begins. */
const first = {
  asked: 0,
  entered: 10,
  reason: 30,
  reviewed: 40,
  outcome: 60,
  kind: 70,
  doubt: 90,
  level: 100,
} as const;
const firstOf = { accepted: 1_000, delivered: 2_000 } as const;
const lastLevel = 109;

/** How many operations are in a place now. Kept for all time; everything else is kept by the minute. */
const levels = ["active", "reconciling", "parked", "undelivered"] as const;
/** See {@link levels}. */
export type Level = (typeof levels)[number];

/** What one counter counts. */
export type Meaning =
  | { readonly of: "asked" | "doubt" }
  | { readonly of: "entered" | "reviewed"; readonly state: StoredState }
  | { readonly of: "reason"; readonly reason: ParkedReason }
  | { readonly of: "outcome"; readonly outcome: OutcomeType }
  | { readonly of: "kind"; readonly kind: FailureKind }
  | { readonly of: "level"; readonly level: Level }
  | { readonly of: "accepted" | "delivered"; readonly bucket: number };

/** What a counter counts; null for one of a later version. */
export function meaningOf(counter: number): Meaning | null {
  const member = <T, M>(list: readonly T[], from: number, make: (value: T) => M): M | null => {
    const value = list[counter - from];
    return value === undefined ? null : make(value);
  };
  if (counter >= firstOf.delivered) return { of: "delivered", bucket: counter - firstOf.delivered };
  if (counter >= firstOf.accepted) return { of: "accepted", bucket: counter - firstOf.accepted };
  if (counter >= first.level) return member(levels, first.level, (level) => ({ of: "level", level }));
  if (counter >= first.doubt) return counter === first.doubt ? { of: "doubt" } : null;
  if (counter >= first.kind) return member(kinds, first.kind, (kind) => ({ of: "kind", kind }));
  if (counter >= first.outcome) return member(outcomes, first.outcome, (outcome) => ({ of: "outcome", outcome }));
  if (counter >= first.reviewed) return member(stateNames, first.reviewed, (state) => ({ of: "reviewed", state }));
  if (counter >= first.reason) return member(reasons, first.reason, (reason) => ({ of: "reason", reason }));
  if (counter >= first.entered) return member(stateNames, first.entered, (state) => ({ of: "entered", state }));
  return counter === first.asked ? { of: "asked" } : null;
}

/** Whether a counter is a level: kept for all time, and not by the minute. */
export function isLevel(counter: number): boolean {
  return counter >= first.level && counter <= lastLevel;
}

/** The first and last counter that are levels, for SQL. */
export const levelRange: readonly [number, number] = [first.level, lastLevel];

/** The counter of a level. */
export function levelCounter(level: Level): number {
  return first.level + levels.indexOf(level);
}

/** The level a state belongs to, or null. */
export function levelOf(state: StoredState): Level | null {
  switch (state) {
    case "queued":
    case "sending":
    case "retrying":
      return "active";
    case "reconciling":
    case "parked":
    case "undelivered":
      return state;
    case "accepted":
    case "delivered":
    case "discarded":
    case "expired":
    case "cancelled":
    case "superseded":
      return null;
    default:
      return state satisfies never;
  }
}

/** The counter of an acceptance so many milliseconds after it was asked for. */
export function ageCounter(age: number): number {
  return firstOf.accepted + latencyBucket(age);
}

/** One change of an operation, as far as it is counted. Durations in milliseconds. */
export interface Counted {
  /** Null: it was just asked for. */
  readonly before: StoredState | null;
  readonly after: StoredState;
  /** Why it is parked, when it is parked by this. */
  readonly reason?: ParkedReason | null;
  /** How an attempt ended, when one ended with this. */
  readonly outcome?: OutcomeType | null;
  /** What is wrong with it after this change, if anything is. Counted where it went wrong, not again where it is passed on. */
  readonly kind?: FailureKind | null;
  /** Since it was asked for; counted when it is accepted. */
  readonly age?: number;
  /** Since it was accepted; counted when it is delivered. Absent: not known. */
  readonly acceptedFor?: number;
}

/** Adds to a counter; `by` is 1 or −1. */
export type Add = (counter: number, by: number) => void;

/** Tells what a change adds to. */
export function count(what: Counted, add: Add): void {
  const { before, after, reason, outcome, kind } = what;
  if (before === null) add(first.asked, 1);
  countLevels(before, after, add);
  if (outcome !== undefined && outcome !== null) add(first.outcome + outcomes.indexOf(outcome), 1);
  if (kind !== undefined && kind !== null && wentWrong(what)) add(first.kind + kinds.indexOf(kind), 1);
  if (before === after || before === null) return;
  const entered = stateNames.indexOf(after);
  if (levelOf(after) !== "active") add(first.entered + entered, 1);
  if (before === "parked") add(first.reviewed + entered, 1);
  if (after === "parked" && reason !== undefined && reason !== null) add(first.reason + reasons.indexOf(reason), 1);
  if (beganDoubt(before, after, reason ?? null)) add(first.doubt, 1);
  // A person's or a late proof's acceptance says nothing about how long sending takes.
  if (after === "accepted" && before !== "parked" && before !== "expired" && what.age !== undefined) {
    add(ageCounter(what.age), 1);
  }
  if (after === "delivered" && what.acceptedFor !== undefined) {
    add(firstOf.delivered + latencyBucket(what.acceptedFor), 1);
  }
}

function countLevels(before: StoredState | null, after: StoredState, add: Add): void {
  const from = before === null ? null : levelOf(before);
  const to = levelOf(after);
  if (from === to) return;
  if (from !== null) add(levelCounter(from), -1);
  if (to !== null) add(levelCounter(to), 1);
}

/** Whether this is where it failed: at an attempt, before one, or on the way to the recipient. */
function wentWrong({ before, after, outcome }: Counted): boolean {
  if (outcome !== undefined && outcome !== null) return outcome !== "accepted";
  const waited = before === "queued" || before === "retrying";
  return (waited && (after === "parked" || after === "expired")) || (after === "undelivered" && before !== after);
}

/** Whether it may have been sent from now on, and nobody knows. */
function beganDoubt(before: StoredState, after: StoredState, reason: ParkedReason | null): boolean {
  if (before === "reconciling" || before === "parked") return false;
  return after === "reconciling" || (after === "parked" && reason === "doubt");
}
