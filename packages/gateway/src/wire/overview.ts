/** The overview in the JSON form of the API: what happened in a window, what is so now, and incidents. */
import type { FailureKind, ParkedReason, StoredState } from "@landline/core";
import { bucketWidths } from "@landline/outbox";
import type { CurrentView, Figures, OverviewBucket, OverviewView, Quantiles } from "@landline/outbox";
import { instant } from "../schemas/instant.ts";
import { bucketNames } from "../schemas/overview.schema.ts";
import type { WireAccount, WireLane } from "./account.ts";
import { toWireLane } from "./account.ts";

/** Latencies in milliseconds. Every operation is counted; a value is within 3.2 % of the true one. */
export interface WireQuantiles {
  readonly count: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
}

/** What happened in a span of time. Absent members of records are 0. */
export interface WireFigures {
  /** Operations handed in. */
  readonly asked: number;
  /** How often a state was entered. */
  readonly states: Readonly<Partial<Record<StoredState, number>>>;
  /** Attempts that failed, receipts of failure and expiries. */
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  readonly parked_reasons: Readonly<Partial<Record<ParkedReason, number>>>;
  readonly attempts: {
    readonly total: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly throttled: number;
    readonly unavailable: number;
    readonly ambiguous: number;
  };
  /** 429s of all attempts, 0 to 1; null without attempts. */
  readonly throttled_share: number | null;
  readonly accepted_per_second: number;
  /** Operations that came into doubt. */
  readonly doubt: number;
  readonly doubt_per_minute: number;
  readonly review: {
    readonly in: number;
    readonly out: number;
    readonly out_to: Readonly<Partial<Record<StoredState, number>>>;
  };
  readonly latency: {
    /** From asked for to accepted. */
    readonly accepted: WireQuantiles | null;
    /** From accepted to delivered. */
    readonly delivered: WireQuantiles | null;
  };
}

/** One bucket of a series. */
export interface WireOverviewBucket extends WireFigures {
  readonly at: string;
}

/** What is so now. */
export interface WireCurrent {
  /** Queued, sending or retrying. */
  readonly active: number;
  readonly reconciling: number;
  readonly parked: number;
  readonly parked_open: number;
  readonly snoozed: number;
  readonly undelivered: number;
  /** What has waited longest past its due instant. */
  readonly oldest_due: { readonly lane: string; readonly due_at: string; readonly age_seconds: number } | null;
}

/** One account of the overview. */
export interface WireOverviewAccount extends WireFigures {
  readonly account: string;
  readonly provider: string;
  readonly state: WireAccount["state"];
  readonly series: readonly WireOverviewBucket[];
  readonly current: WireCurrent;
  readonly lanes: readonly WireLane[];
}

/** Trouble at a provider that was larger than one operation. */
export interface WireIncident {
  readonly id: string;
  readonly provider: string;
  readonly accounts: readonly string[];
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly evidence: string;
  readonly ended_because: string | null;
  /** Waiting when it began, or asked for while it lasted. */
  readonly operations_held: number;
}

/** See the module comment. */
export interface WireOverview {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly bucket: (typeof bucketNames)[number];
  readonly bucket_seconds: number;
  readonly complete_from: string | null;
  readonly totals: WireFigures;
  readonly series: readonly WireOverviewBucket[];
  readonly accounts: readonly WireOverviewAccount[];
  readonly current: WireCurrent;
  readonly incidents: readonly WireIncident[];
}

/** Writes an overview. */
export function toWireOverview(source: OverviewView): WireOverview {
  const { bucketMs } = source;
  const buckets = (series: readonly OverviewBucket[]): readonly WireOverviewBucket[] =>
    series.map(({ at, figures }) => ({ at: instant(at), ...toWireFigures(figures, bucketMs) }));
  const windowMs = source.to - source.from;
  return {
    at: instant(source.at),
    from: instant(source.from),
    to: instant(source.to),
    bucket: bucketNames[bucketWidths.indexOf(bucketMs)] ?? "1h",
    bucket_seconds: bucketMs / 1_000,
    complete_from: instant(source.completeFrom),
    totals: toWireFigures(source.totals, windowMs),
    series: buckets(source.series),
    accounts: source.accounts.map(({ account, health, totals, series, current }) => ({
      account,
      provider: health?.provider ?? "unknown",
      state: health?.state ?? "ok",
      ...toWireFigures(totals, windowMs),
      series: buckets(series),
      current: toWireCurrent(current),
      lanes: health?.lanes.map(toWireLane) ?? [],
    })),
    current: toWireCurrent(source.current),
    incidents: source.incidents.map((incident) => ({
      id: incident.id,
      provider: incident.provider,
      accounts: incident.accounts,
      started_at: instant(incident.startedAt),
      ended_at: instant(incident.endedAt),
      evidence: incident.evidence,
      ended_because: incident.endedBecause,
      operations_held: incident.operationsHeld,
    })),
  };
}

/** @param spanMs what the figures are of: rates are over all of it, also where it has not passed yet */
function toWireFigures(source: Figures, spanMs: number): WireFigures {
  const { attempts, states } = source;
  const total = Object.values(attempts).reduce((sum, each) => sum + each, 0);
  return {
    asked: source.asked,
    states,
    failures: source.failures,
    parked_reasons: source.parkedReasons,
    attempts: { total, ...attempts },
    throttled_share: total === 0 ? null : rounded(attempts.throttled / total),
    accepted_per_second: rounded((states.accepted ?? 0) / (spanMs / 1_000)),
    doubt: source.doubt,
    doubt_per_minute: rounded(source.doubt / (spanMs / 60_000)),
    review: {
      in: states.parked ?? 0,
      out: Object.values(source.reviewed).reduce((sum, each) => sum + each, 0),
      out_to: source.reviewed,
    },
    latency: { accepted: toWireQuantiles(source.accepted), delivered: toWireQuantiles(source.delivered) },
  };
}

function toWireQuantiles(source: Quantiles | null): WireQuantiles | null {
  return source && { count: source.count, p50_ms: source.p50Ms, p95_ms: source.p95Ms, p99_ms: source.p99Ms };
}

function toWireCurrent(source: CurrentView): WireCurrent {
  const { active, reconciling, parked, undelivered, snoozed, oldestDue } = source;
  return {
    active,
    reconciling,
    parked,
    parked_open: parked - snoozed,
    snoozed,
    undelivered,
    oldest_due: oldestDue && {
      lane: oldestDue.lane,
      due_at: instant(oldestDue.dueAt),
      age_seconds: Math.round(oldestDue.ageMs / 1_000),
    },
  };
}

/** Six digits after the point: rates are for people. */
function rounded(rate: number): number {
  return Math.round(rate * 1_000_000) / 1_000_000;
}
