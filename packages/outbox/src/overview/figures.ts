/** Sums of counters into figures people read. Pure. */
import type { FailureKind, OutcomeType, ParkedReason, StoredState } from "@landline/core";
import type { Sums } from "../ports/index.ts";
import type { Level } from "../storing/counters.ts";
import { meaningOf } from "../storing/counters.ts";
import { latencyOf } from "../storing/latency.ts";

/** Percentiles of a duration, in milliseconds; every operation is counted, a value is within 3.2 % of the true one. */
export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What happened in a span of time. Absent members of records are 0. */
export interface Figures {
  /** Operations handed in. */
  readonly asked: number;
  /** How often a state was entered. */
  readonly states: Readonly<Partial<Record<StoredState, number>>>;
  /** Attempts that failed, receipts of failure, and what ended without an attempt. */
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  readonly parkedReasons: Readonly<Partial<Record<ParkedReason, number>>>;
  readonly attempts: Readonly<Record<OutcomeType, number>>;
  /** Operations that came into doubt. */
  readonly doubt: number;
  /** What left review, by the state it left for. */
  readonly reviewed: Readonly<Partial<Record<StoredState, number>>>;
  /** From asked for to accepted; null when nothing was. */
  readonly accepted: Quantiles | null;
  /** From accepted to delivered; null when nothing was. */
  readonly delivered: Quantiles | null;
}

/** Adds sums to others. */
export function addSums(into: Record<number, number>, sums: Sums): void {
  for (const counter in sums) into[counter] = (into[counter] ?? 0) + (sums[counter] ?? 0);
}

/** Reads sums. Counters of a later version are passed over. */
export function figuresOf(sums: Sums): Figures {
  let [asked, doubt] = [0, 0];
  const states: Partial<Record<StoredState, number>> = {};
  const failures: Partial<Record<FailureKind, number>> = {};
  const parkedReasons: Partial<Record<ParkedReason, number>> = {};
  const attempts = { accepted: 0, rejected: 0, throttled: 0, unavailable: 0, ambiguous: 0 };
  const reviewed: Partial<Record<StoredState, number>> = {};
  const accepted: [bucket: number, count: number][] = [];
  const delivered: [bucket: number, count: number][] = [];
  for (const [counter, sum] of Object.entries(sums)) {
    const meaning = meaningOf(Number(counter));
    switch (meaning?.of) {
      case "asked":
        asked = sum;
        break;
      case "doubt":
        doubt = sum;
        break;
      case "entered":
        states[meaning.state] = sum;
        break;
      case "reviewed":
        reviewed[meaning.state] = sum;
        break;
      case "reason":
        parkedReasons[meaning.reason] = sum;
        break;
      case "outcome":
        attempts[meaning.outcome] = sum;
        break;
      case "kind":
        failures[meaning.kind] = sum;
        break;
      case "accepted":
        accepted.push([meaning.bucket, sum]);
        break;
      case "delivered":
        delivered.push([meaning.bucket, sum]);
        break;
      case "level":
      case undefined:
        break;
      default:
        meaning satisfies never;
    }
  }
  return {
    asked,
    doubt,
    states,
    failures,
    parkedReasons,
    attempts,
    reviewed,
    accepted: quantiles(accepted),
    delivered: quantiles(delivered),
  };
}

/** A level of sums; 0 when nothing was ever there. */
export function levelsOf(sums: Sums): Readonly<Record<Level, number>> {
  const levels = { active: 0, reconciling: 0, parked: 0, undelivered: 0 };
  for (const [counter, sum] of Object.entries(sums)) {
    const meaning = meaningOf(Number(counter));
    if (meaning?.of === "level") levels[meaning.level] += sum;
  }
  return levels;
}

/** Percentiles by nearest rank. */
function quantiles(buckets: readonly (readonly [bucket: number, count: number])[]): Quantiles | null {
  const sorted = buckets.toSorted(([left], [right]) => left - right);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total <= 0) return null;
  const at = (share: number): number => {
    const rank = Math.ceil(share * total);
    let seen = 0;
    for (const [bucket, count] of sorted) {
      seen += count;
      if (seen >= rank) return latencyOf(bucket);
    }
    return latencyOf(sorted.at(-1)?.[0] ?? 0);
  };
  return { count: total, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
