/** The overview in the JSON form of the API: what happened in a window, what is so now, and incidents. */
import type { FailureKind, ParkedReason, StoredState } from "@landline/core";
import type { bucketNames } from "../schemas/overview.schema.ts";
import type { WireAccount, WireLane } from "./account.ts";

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
