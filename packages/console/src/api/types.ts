/** The forms of the HTTP API, by the names the console uses. Types only; nothing of the gateway is bundled. */
import type {
  BulkAction,
  BulkResult,
  WireAccount,
  WireBulk,
  WireBulkLine,
  WireFigures,
  WireIncident,
  WireKey,
  WireLane,
  WireOperation,
  WireOperationSummary,
  WireOverview,
  WireOverviewAccount,
  WireOverviewBucket,
  WireQuantiles,
  WireSession,
  WireSignInOptions,
} from "@landline/gateway";

export type { BulkAction, WireBulkLine as BulkLine };
/** An operation with its story. */
export type Operation = WireOperation;
/** An operation in a list. */
export type Summary = WireOperationSummary;
/** Who is signed in. */
export type Session = WireSession;
/** An account's health. */
export type Account = WireAccount;
/** One lane of an account. */
export type Lane = WireLane;
/** The state of an operation. */
export type State = Summary["state"];
/** Why an operation waits for a person. */
export type ParkedReason = NonNullable<Summary["parked_reason"]>;
/** A failure. */
export type Failure = NonNullable<Summary["failure"]>;
/** One attempt. */
export type Attempt = Operation["attempts"][number];
/** One line of the past. */
export type History = Operation["history"][number];

/** Parked operations of one cause. */
export interface Group {
  readonly fingerprint: string;
  readonly account: string;
  readonly operation: string;
  readonly parked_reason: ParkedReason;
  readonly kind: string | null;
  readonly code: string | null;
  readonly count: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly suggestion: string;
  readonly sample_ids: readonly string[];
  /** Not counted, because somebody put them off. */
  readonly snoozed?: number;
  /** Open ones parked per hour, oldest first; the last is the running hour. */
  readonly trend?: readonly number[];
}

/** A page of operations. */
export interface Page {
  readonly data: readonly Summary[];
  readonly next_cursor: string | null;
}

/** What became of one member of bulk work. */
export interface BulkItem extends Omit<BulkResult, "status"> {
  readonly status: BulkResult["status"] | "pending";
}

/** Bulk work, with a page of results and its past where one piece was asked for. */
export interface Bulk extends WireBulk {
  readonly sample_ids?: readonly string[];
  readonly history?: readonly WireBulkLine[];
  readonly results?: readonly BulkItem[];
  readonly next_cursor?: string | null;
}

/** What bulk work would do, before anything is done. */
export interface BulkPreview {
  readonly total: number;
  /** Of the total, those nothing known now speaks against. */
  readonly will_act: number;
  readonly skipped: readonly { readonly because: string; readonly count: number }[];
  readonly by_reason: readonly {
    readonly state: State;
    readonly parked_reason: ParkedReason | null;
    readonly count: number;
  }[];
  readonly sample: readonly Summary[];
  readonly approval_required: boolean;
  /** More than one piece of bulk work may have. */
  readonly too_many: boolean;
  /** How long it would take at its rate. */
  readonly seconds: number;
}

/** One event of the stream. Everything but `type` and `at` depends on the type. */
export interface LiveEvent {
  readonly type: string;
  readonly at: string;
  readonly id?: string | null;
  readonly account?: string;
  readonly state?: State;
  readonly event?: string;
  readonly because?: string | null;
  readonly version?: number;
  readonly parked_reason?: ParkedReason | null;
}

/** Percentiles in milliseconds; every operation is counted. */
export type Quantiles = WireQuantiles;
/** What happened in a time, counted. */
export type Figures = WireFigures;
/** Figures of one bucket of time. */
export type Bucket = WireOverviewBucket;
/** Figures of one account. */
export type AccountFigures = WireOverviewAccount;
/** Trouble at a provider, from when to when. */
export type Incident = WireIncident;
/** The figures of a window of time. */
export type Overview = WireOverview;
/** A key, without its secret. */
export type Key = WireKey;
/** Ways to sign in; a key always. */
export type SignInOptions = WireSignInOptions;

/** A key that was made this moment, with its secret. */
export interface KeyMade extends Key {
  readonly key: string;
}

/** Whether something reached its end. */
export interface Tested {
  readonly ok: boolean;
  /** Why not; null when it went well. */
  readonly error: string | null;
  readonly duration_ms: number;
}

/** A test of all alert channels. */
export interface AlertTest {
  readonly ok: boolean;
  readonly results: readonly (Tested & { readonly channel: string })[];
}

/** A test of all callback addresses. */
export interface WebhookTest {
  readonly ok: boolean;
  readonly results: readonly (Tested & { readonly account: string; readonly url: string | null })[];
}
