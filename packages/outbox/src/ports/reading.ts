/** What is shown of operations: their story, lists and groups. */
import type { OperationClass, ParkedReason, StoredState } from "@landline/core";
import type { AttemptRecord } from "./attempt.ts";
import type { OperationRecord } from "./operation.ts";
import type { ReceiptRecord } from "./receipt.ts";

/** One line of an operation's history. */
export interface HistoryRecord {
  readonly at: number;
  readonly event: string;
  readonly actor: string;
  readonly because: string | null;
  readonly before?: string | null;
  readonly after?: string | null;
}

/** Everything about one operation. */
export interface OperationStory {
  readonly operation: OperationRecord;
  readonly attempts: readonly AttemptRecord[];
  readonly receipts: readonly ReceiptRecord[];
  readonly history: readonly HistoryRecord[];
  readonly childIds: readonly string[];
}

/** Filters of a list; all that are given must hold. */
export interface ListFilter {
  readonly states?: readonly StoredState[];
  readonly account?: string;
  /** Only accounts in this list (what `held` means, and per-key scopes). */
  readonly accounts?: readonly string[];
  readonly operation?: string;
  readonly reference?: string;
  readonly recipient?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly class?: OperationClass;
  readonly parkedReason?: ParkedReason;
  /** Parked ones of this person; null: those that are nobody's. */
  readonly assignee?: string | null;
  /** Parked ones that are snoozed now (true), or open (false). */
  readonly snoozed?: boolean;
  readonly subject?: string;
  readonly idempotencyScope?: string;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  /** Free text: id, reference, recipient, provider id or idempotency key that begins with it. */
  readonly q?: string;
}

/** One page, newest first. `cursor` is opaque and keyset based. */
export interface Page {
  readonly operations: readonly OperationRecord[];
  readonly nextCursor: string | null;
}

/** An operation as bulk work needs it: who it is, which version, and what decides what may be done with it. */
export interface SelectedOperation {
  readonly id: string;
  readonly version: number;
  readonly account: string;
  readonly operation: string;
  readonly idempotencyScope: string;
  readonly state: StoredState;
  readonly parkedReason: ParkedReason | null;
  readonly kind: string | null;
  readonly code: string | null;
}

/** One page, newest first. `cursor` is opaque and keyset based. */
export interface Selection {
  readonly operations: readonly SelectedOperation[];
  readonly nextCursor: string | null;
}

/** Parked operations with one cause. */
export interface ReviewGroup {
  /** Stable text made of account, operation, reason, kind and code. */
  readonly fingerprint: string;
  readonly account: string;
  readonly operation: string;
  readonly reason: ParkedReason;
  readonly kind: string | null;
  readonly code: string | null;
  /** Open ones: those that nobody snoozed. */
  readonly count: number;
  readonly snoozed: number;
  /** All of them by the hour in which they were parked, the last 24 hours, oldest first. */
  readonly trend: readonly number[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly sampleIds: readonly string[];
}
