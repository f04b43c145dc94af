/**
 * What an outbox offers to a gateway, a command line or a program in the same process.
 *
 * Types only; `outbox.ts` makes the thing. Expected refusals are values: a caller can branch on `type` and never has
 * to parse a message.
 */
import type {
  Failure,
  Guarantee,
  OperationClass,
  OperationState,
  Outcome,
  PolicyInput,
  WebhookRequest,
} from "@landline/core";
import type { Figures } from "./overview/figures.ts";
import type {
  FallbackStep,
  HistoryRecord,
  HoldRecord,
  ListFilter,
  OperationRecord,
  OperationStory,
  ReviewGroup,
  Selection,
} from "./ports/index.ts";
import type { Level } from "./storing/counters.ts";

/** What a caller asks for. Instants are epoch milliseconds. */
export interface EnqueueRequest {
  readonly account: string;
  readonly operation: string;
  readonly input: unknown;
  /** 1–255 visible ASCII characters; made from chance when absent (then a repeat of the request is a new operation). */
  readonly idempotencyKey?: string;
  readonly idempotencyScope?: string;
  readonly reference?: string | null;
  readonly class?: OperationClass;
  readonly guarantee?: Guarantee;
  readonly deadline?: number | null;
  readonly notBefore?: number | null;
  readonly subject?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly fallback?: readonly FallbackStep[];
  readonly policy?: PolicyInput | null;
  readonly actor?: string;
  readonly traceparent?: string | null;
}

/** What became of it. Durable before it is returned. */
export type EnqueueResult =
  | { readonly type: "accepted"; readonly operation: OperationView; readonly replayed: boolean }
  /** A defect that can be known at the door; `field` is the path in the request (`account`, `input.To`, `deadline`). */
  | { readonly type: "invalid"; readonly field: string; readonly message: string; readonly failure: Failure | null }
  | { readonly type: "conflict"; readonly id: string };

/** An operation as people see it: `held` when its lane is closed. */
export interface OperationView extends Omit<OperationRecord, "state"> {
  readonly state: OperationState;
}

/** An operation's whole story as people see it. */
export interface StoryView extends Omit<OperationStory, "operation"> {
  readonly operation: OperationView;
}

/** Who acts, why, and which version they saw. */
export interface VerbContext {
  readonly actor: string;
  readonly reason: string;
  readonly version: number;
}

/** What became of a verb. */
export type VerbResult =
  | { readonly type: "done"; readonly operation: OperationView; readonly child: OperationView | null }
  | { readonly type: "not_found" }
  /** Stale version, or not legal from this state; `message` says which. Nothing was written. */
  | { readonly type: "conflict"; readonly message: string; readonly operation: OperationView }
  | { readonly type: "invalid"; readonly field: string; readonly message: string; readonly failure: Failure | null };

/** What became of a callback. `stored` is durable. */
export type WebhookResult =
  | { readonly type: "stored"; readonly applied: number; readonly duplicates: number; readonly unmatched: number }
  | { readonly type: "unknown_account" }
  | { readonly type: "forbidden"; readonly message: string }
  | { readonly type: "unreadable"; readonly message: string };

/** Health of one lane of an account. */
export interface LaneHealth {
  readonly lane: string;
  readonly open: boolean;
  readonly breaker: "closed" | "open" | "half_open";
  /** Requests per second the lane allows itself at present; null: no limit found yet. */
  readonly rate: number | null;
  readonly inFlight: number;
  readonly window: number;
  /** Epoch milliseconds until which it waits, or null. */
  readonly waitsUntil: number | null;
}

/** Health of one account. */
export interface AccountHealth {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly operations: readonly string[];
  /** `ok`, `paused` by a person, `blocked` by a refused credential, `incident` at the provider. */
  readonly state: "ok" | "paused" | "blocked" | "incident";
  readonly holds: readonly HoldRecord[];
  readonly lanes: readonly LaneHealth[];
  readonly lastCheck: { readonly at: number; readonly ok: boolean; readonly message: string } | null;
}

/** Everything that changes, for live views, logs, metrics and alerts. No secrets, no bodies, no full numbers. */
export type OutboxEvent =
  | {
      readonly type: "operation.changed";
      readonly at: number;
      readonly id: string;
      readonly account: string;
      readonly operation: string;
      readonly state: OperationState;
      readonly event: string;
      readonly because: string | null;
      readonly version: number;
      readonly failure: Failure | null;
      readonly parkedReason: string | null;
    }
  | {
      readonly type: "operation.attempted";
      readonly at: number;
      readonly id: string;
      readonly account: string;
      readonly provider: string;
      readonly operation: string;
      readonly reference: string | null;
      readonly idempotencyKey: string;
      readonly attempt: number;
      readonly endpoint: string;
      readonly method: string;
      readonly requestTimestamp: number;
      readonly durationMs: number;
      readonly status: number | null;
      readonly code: string | null;
      readonly requestId: string | null;
      readonly messageId: string | null;
      readonly outcome: Outcome["type"];
      readonly decision: string;
      readonly because: string;
      readonly failure: Failure | null;
      /** What the provider answered when it refused, redacted. For an error tracker: not for logs and live views. */
      readonly body?: string | null;
      /** W3C trace context of whoever asked for the operation. */
      readonly traceparent?: string | null;
    }
  | {
      readonly type: "receipt.received";
      readonly at: number;
      readonly account: string;
      readonly id: string | null;
      readonly status: string;
      readonly code: string | null;
      readonly result: string;
    }
  | {
      readonly type: "account.changed";
      readonly at: number;
      readonly account: string;
      readonly state: AccountHealth["state"];
      readonly because: string;
      readonly actor: string;
    }
  | {
      readonly type: "incident.opened" | "incident.closed";
      readonly at: number;
      readonly provider: string;
      readonly accounts: readonly string[];
      readonly because: string;
    }
  /** The store's past is missing (a restored backup, a failover that lost commits); so many operations are in doubt. */
  | { readonly type: "store.moved"; readonly at: number; readonly because: string; readonly presumed: number }
  | { readonly type: "worker.trouble"; readonly at: number; readonly message: string };

/** What people may do to many at once. */
export type BulkVerb = "retry" | "discard" | "cancel" | "reconcile" | "fallback";

/** An incident. Instants are epoch milliseconds. */
export interface IncidentRecord {
  readonly id: string;
  readonly provider: string;
  readonly accounts: readonly string[];
  readonly startedAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
  readonly evidence: string;
  readonly endedBecause: string | null;
  /** Operations that waited when it began, or were asked for while it lasted. */
  readonly operationsHeld: number;
}

/** Widths a bucket may have, in milliseconds. */
export const bucketWidths = [60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000] as const;
/** See {@link bucketWidths}. */
export type BucketWidth = (typeof bucketWidths)[number];

/** What is asked. Instants are epoch milliseconds. */
export interface OverviewRequest {
  /** Rounded down to the beginning of its bucket. */
  readonly from: number;
  /** Rounded up to the end of its bucket. */
  readonly to: number;
  readonly bucketMs: BucketWidth;
  /** Only these accounts; absent: all. */
  readonly accounts?: readonly string[];
}

/** One bucket. */
export interface OverviewBucket {
  readonly at: number;
  readonly figures: Figures;
}

/** What is so now. */
export interface CurrentView extends Readonly<Record<Level, number>> {
  /** Of the parked, those that are put off. */
  readonly snoozed: number;
  /** What has been due longest; null: nothing is due. */
  readonly oldestDue: { readonly lane: string; readonly dueAt: number; readonly ageMs: number } | null;
}

/** One account. */
export interface OverviewAccount {
  readonly account: string;
  readonly health: AccountHealth | null;
  readonly totals: Figures;
  /** Only buckets in which something happened, oldest first. */
  readonly series: readonly OverviewBucket[];
  readonly current: CurrentView;
}

/** What happened in a window, what is so now, and incidents. */
export interface OverviewView {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly bucketMs: BucketWidth;
  /** Everything is counted from here on. */
  readonly completeFrom: number;
  readonly totals: Figures;
  /** Every bucket, oldest first. */
  readonly series: readonly OverviewBucket[];
  readonly accounts: readonly OverviewAccount[];
  readonly current: CurrentView;
  readonly incidents: readonly IncidentRecord[];
}

/** A running outbox. */
export interface Outbox {
  /**
   * Hands over one operation; with `tx` within the caller's own transaction, and then the answer is certain once that
   * commits.
   * @throws {TypeError} when the store cannot join a transaction
   */
  enqueue(request: EnqueueRequest, options?: { readonly tx?: unknown }): Promise<EnqueueResult>;
  /** Results in order; the valid ones share one commit. */
  enqueueMany(requests: readonly EnqueueRequest[]): Promise<readonly EnqueueResult[]>;
  get(id: string): Promise<OperationView | null>;
  story(id: string): Promise<StoryView | null>;
  list(
    filter: ListFilter & { readonly held?: boolean },
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<{ readonly operations: readonly OperationView[]; readonly nextCursor: string | null } | "bad_cursor">;
  /** As `list`, without what was asked for: for walking over very many. */
  select(
    filter: ListFilter & { readonly held?: boolean },
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<Selection | "bad_cursor">;
  /** Why a verb would be refused, as far as an operation itself shows it; null: nothing speaks against it. */
  foresee(verb: BulkVerb, id: string): Promise<string | null>;
  reviewGroups(): Promise<readonly (ReviewGroup & { readonly suggestion: string })[]>;
  /** What happened in a window, what is so now, and incidents; from sums, so it is quick whatever the store holds. */
  overview(request: OverviewRequest): Promise<OverviewView>;
  counts(): Promise<Readonly<Record<string, number>>>;

  cancel(
    id: string,
    context: { readonly actor: string; readonly reason: string; readonly version: number | null },
  ): Promise<VerbResult>;
  retry(id: string, context: VerbContext): Promise<VerbResult>;
  fix(id: string, input: unknown, context: VerbContext): Promise<VerbResult>;
  fallback(id: string, step: Partial<FallbackStep>, context: VerbContext): Promise<VerbResult>;
  discard(id: string, context: VerbContext): Promise<VerbResult>;
  resolve(id: string, verdict: "sent" | "not_sent", evidence: string, context: VerbContext): Promise<VerbResult>;
  reconcile(id: string, context: VerbContext): Promise<VerbResult>;
  /** Makes a parked operation somebody's, or nobody's (null). */
  assign(id: string, assignee: string | null, context: VerbContext): Promise<VerbResult>;
  /** Puts a parked operation off until an instant (epoch milliseconds); null: it is back. */
  snooze(id: string, until: number | null, context: VerbContext): Promise<VerbResult>;
  /** Says something about a parked operation: the context's reason. */
  comment(id: string, context: VerbContext): Promise<VerbResult>;

  /** Verifies, stores and applies a provider's callback. */
  receive(account: string, request: WebhookRequest): Promise<WebhookResult>;

  accounts(): Promise<readonly AccountHealth[]>;
  pause(account: string, actor: string, reason: string): Promise<AccountHealth | null>;
  resume(account: string, actor: string, reason: string): Promise<AccountHealth | null>;
  /** Probes credentials and service; a success lifts a block. */
  check(account: string, actor: string): Promise<AccountHealth | null>;
  /**
   * Somebody opted in again in a way that no callback told: an opt-out is lifted, with the reason. False: none stands;
   * null: there is no such account.
   */
  optIn(account: string, recipient: string, actor: string, reason: string): Promise<boolean | null>;

  /**
   * Restore mode: the store is a backup that was put back, so everything that waits and was due is doubted before
   * anything is sent (see `Store.presumeStarted`). Before `run`, or at any time. `since`: epoch milliseconds of the
   * backup, or null. Returns how many operations are in doubt now.
   */
  restored(line: { readonly actor: string; readonly because: string; readonly since: number | null }): Promise<number>;

  /** Every event from now on; the returned function ends it. A listener's exception harms nobody. */
  subscribe(listener: (event: OutboxEvent) => void): () => void;
  /** Starts dispatching; resolves when the first claim can be made. */
  run(): Promise<void>;
  /** Drains: claims nothing more, lets what is under way end (up to `graceMs`), gives the rest back. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** A line for people who look at an operation's past. */
export type HistoryView = HistoryRecord;
