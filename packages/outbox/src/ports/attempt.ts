/** One attempt as it is recorded, and what an operation becomes by it. */
import type { AttemptHistory, Failure, OutcomeType, ParkedReason, Phase } from "@landline/core";

/** One attempt in the journal: an intent when it starts, its outcome when it is settled. */
export interface AttemptRecord {
  /** One-based. */
  readonly number: number;
  readonly lease: number;
  readonly startedAt: number;
  /** Null while nobody knows. */
  readonly endedAt: number | null;
  readonly outcome: OutcomeType | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly phase: Phase | null;
  readonly failure: Failure | null;
  /** What was decided and why, once settled. */
  readonly decision: string | null;
  readonly because: string | null;
  /** Digest of the request's method, URL and body, equal for every attempt of an operation; after `#` a mark no other intent has. */
  readonly requestDigest: string | null;
  /** What the provider answered when it did not accept, as the sender redacted it; null without such an answer. */
  readonly body?: string | null;
}

/** Result of one attempt, as written by `settle`. */
export interface AttemptResult {
  readonly number: number;
  readonly endedAt: number;
  readonly outcome: OutcomeType;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly phase: Phase | null;
  readonly failure: Failure | null;
  /** See {@link AttemptRecord.body}. */
  readonly body?: string | null;
}

/** A transition after an attempt or a look. */
export type Settlement = { readonly because: string; readonly attempt: AttemptResult | null } & (
  | { readonly type: "accept"; readonly providerId: string; readonly providerStatus: string | null }
  | { readonly type: "retry"; readonly at: number; readonly history: AttemptHistory; readonly failure: Failure }
  /** The lane waits: back to where it was, no attempt spent. */
  | { readonly type: "hold"; readonly at: number; readonly history: AttemptHistory; readonly failure: Failure }
  | {
      readonly type: "reconcile";
      readonly at: number;
      readonly history: AttemptHistory;
      readonly failure: Failure;
      readonly absences: number;
      readonly lookFailures: number;
    }
  | {
      readonly type: "park";
      readonly reason: ParkedReason;
      readonly failure: Failure;
      readonly history: AttemptHistory;
    }
  | { readonly type: "expire"; readonly failure: Failure; readonly history: AttemptHistory }
);
