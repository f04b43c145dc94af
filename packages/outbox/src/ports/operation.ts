/** An operation as a store takes it, keeps it and hands it out. */
import type {
  AttemptHistory,
  Failure,
  Guarantee,
  OperationClass,
  ParkedReason,
  PolicyInput,
  StoredState,
} from "@landline/core";
import type { AttemptRecord } from "./attempt.ts";

/** Another way to reach the recipient, tried in order when the one before certainly failed. */
export interface FallbackStep {
  readonly account: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An operation as it is handed to a store. Instants are epoch milliseconds. */
export interface NewOperation {
  readonly id: string;
  readonly account: string;
  readonly operation: string;
  /** `account/family` or `account/family/sender`: what is paced, held and broken together. */
  readonly lane: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reference: string | null;
  /** Who owns the key: the API key's name, or "" in process. */
  readonly idempotencyScope: string;
  /** The caller's key; unique within its scope. */
  readonly idempotencyKey: string;
  /** Digest of everything the caller asked for; a reused key with another digest is a conflict. */
  readonly fingerprint: string;
  readonly class: OperationClass;
  readonly guarantee: Guarantee;
  readonly subject: string | null;
  /** Run after every earlier ordered operation with the same account and subject. */
  readonly ordered: boolean;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly fallback: readonly FallbackStep[];
  readonly policy: PolicyInput | null;
  readonly deadline: number;
  /** Not before this instant; null: at once. */
  readonly notBefore: number | null;
  readonly recipient: string | null;
  readonly parentId: string | null;
  readonly actor: string;
  /** W3C trace context of the caller, or null. */
  readonly traceparent: string | null;
}

/** What became of an insert. Resolved only after the commit. */
export type InsertResult =
  | { readonly type: "inserted"; readonly id: string; readonly createdAt: number }
  /** Same key, same fingerprint: the operation that is already there. */
  | { readonly type: "replayed"; readonly id: string }
  /** Same key, another fingerprint: nothing was written. */
  | { readonly type: "conflict"; readonly id: string };

/** A claim on one operation. Every later write must carry it; a write that changes no row has lost it. */
export interface Lease {
  readonly id: string;
  /** Grows by one with every claim and rescue of the operation; the fencing token. */
  readonly lease: number;
}

/** The row of an operation. Instants are epoch milliseconds of the store's clock. */
export interface OperationRecord {
  readonly id: string;
  readonly account: string;
  readonly operation: string;
  readonly lane: string;
  readonly state: StoredState;
  /**
   * Starts at 1 and grows by one with every start, settle, command, expiry and receipt that changes the state;
   * claims, releases, renewals and rescues are invisible. `If-Match`.
   */
  readonly version: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reference: string | null;
  readonly idempotencyScope: string;
  readonly idempotencyKey: string;
  readonly class: OperationClass;
  readonly guarantee: Guarantee;
  readonly subject: string | null;
  readonly ordered: boolean;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly fallback: readonly FallbackStep[];
  readonly policy: PolicyInput | null;
  readonly deadline: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it is tried or looked at next; null when nothing is planned. */
  readonly nextAttemptAt: number | null;
  readonly lease: number;
  /** Attempts started, all of them (the number of the last one). */
  readonly attemptsStarted: number;
  readonly history: AttemptHistory;
  /** Reconciliation: conclusive absences and failed looks so far. */
  readonly absences: number;
  readonly lookFailures: number;
  /** Times a started attempt had to be rescued from a lapsed lease. */
  readonly rescues: number;
  readonly providerId: string | null;
  readonly providerStatus: string | null;
  /** Rank of the highest receipt applied. */
  readonly receiptRank: number;
  readonly parkedReason: ParkedReason | null;
  readonly failure: Failure | null;
  readonly recipient: string | null;
  readonly parentId: string | null;
  readonly traceparent: string | null;
  /** Who works on it while it is parked; absent or null: nobody. */
  readonly assignee?: string | null;
  /** Until when it does not count as open while it is parked (epoch milliseconds, may have passed); absent or null: it does. */
  readonly snoozedUntil?: number | null;
}

/** A claimed operation. The lease ends at `leaseUntil` on the store's clock. */
export interface ClaimedOperation extends OperationRecord {
  readonly leaseUntil: number;
  /** Milliseconds left on the lease when it was handed out: what the worker's monotonic clock counts down. */
  readonly leaseMs: number;
}

/** An operation whose started attempt outlived its lease, now leased to the rescuer. */
export interface RescuedOperation extends ClaimedOperation {
  readonly attempt: AttemptRecord;
}
