/** The forms of the HTTP API, by the names the console uses. Types only; nothing of the gateway is bundled. */
import type {
  BulkAction,
  BulkResult,
  WireAccount,
  WireBulk,
  WireBulkLine,
  WireLane,
  WireOperation,
  WireOperationSummary,
  WireSession,
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
export interface Quantiles {
  readonly count: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
}

/** What happened in a time, counted. */
export interface Figures {
  readonly asked: number;
  /** How often a state was entered; absent: never. */
  readonly states: Readonly<Partial<Record<State, number>>>;
  readonly failures: Readonly<Partial<Record<Failure["kind"], number>>>;
  readonly parked_reasons: Readonly<Partial<Record<ParkedReason, number>>>;
  readonly attempts: Readonly<
    Record<"total" | "accepted" | "rejected" | "throttled" | "unavailable" | "ambiguous", number>
  >;
  /** 429s of all attempts, 0 to 1; null without attempts. */
  readonly throttled_share: number | null;
  readonly accepted_per_second: number;
  readonly doubt: number;
  readonly doubt_per_minute: number;
  readonly review: { readonly in: number; readonly out: number };
  readonly latency: { readonly accepted: Quantiles | null; readonly delivered: Quantiles | null };
}

/** Figures of one bucket of time. */
export interface Bucket extends Figures {
  readonly at: string;
}

/** How things stand now, whatever the window. */
export interface Current {
  /** Queued, sending or retrying. */
  readonly active: number;
  readonly reconciling: number;
  readonly parked: number;
  readonly parked_open: number;
  readonly snoozed: number;
  readonly undelivered: number;
  readonly oldest_due: { readonly lane: string; readonly due_at: string; readonly age_seconds: number } | null;
}

/** Figures of one account. */
export interface AccountFigures extends Figures {
  readonly account: string;
  readonly provider: string;
  readonly state: Account["state"];
  /** Only buckets in which something happened. */
  readonly series: readonly Bucket[];
  readonly current: Current;
  readonly lanes: readonly Lane[];
}

/** Trouble at a provider, from when to when. */
export interface Incident {
  readonly id: string;
  readonly provider: string;
  readonly accounts: readonly string[];
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly evidence: string;
  readonly ended_because: string | null;
  readonly operations_held: number;
}

/** The figures of a window of time. */
export interface Overview {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly bucket: string;
  readonly bucket_seconds: number;
  /** Counted from here on; null: nothing counted yet. */
  readonly complete_from: string | null;
  readonly totals: Figures;
  /** One for each bucket, oldest first. */
  readonly series: readonly Bucket[];
  readonly accounts: readonly AccountFigures[];
  readonly current: Current;
  readonly incidents: readonly Incident[];
}

/** A key, without its secret. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly role: Session["role"];
  /** Only these accounts; null: all. */
  readonly accounts: readonly string[] | null;
  readonly rate_limit: { readonly per_second: number; readonly burst: number } | null;
  /** `configuration`: it can only be changed there. */
  readonly source: "configuration" | "store";
  readonly created_at: string | null;
  readonly created_by: string | null;
}

/** A key that was made this moment, with its secret. */
export interface KeyMade extends Key {
  readonly key: string;
}

/** Ways to sign in; a key always. */
export interface SignInOptions {
  readonly oidc: { readonly label: string; readonly url: string } | null;
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
