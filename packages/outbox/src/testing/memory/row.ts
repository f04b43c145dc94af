/**
 * The row of the memory store: an operation with everything about it in one mutable object.
 * Only this folder sees it; whoever asks gets a snapshot.
 */
import type {
  AttemptRecord,
  ClaimedOperation,
  HistoryRecord,
  NewOperation,
  OperationRecord,
  ReceiptRecord,
} from "../../ports/index.ts";

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** One operation with its journal, receipts, history and lease. */
export interface Row {
  readonly record: Mutable<OperationRecord>;
  readonly fingerprint: string;
  readonly attempts: Mutable<AttemptRecord>[];
  readonly receipts: ReceiptRecord[];
  readonly history: HistoryRecord[];
  readonly childIds: string[];
  /** Position in the order of insertion. */
  readonly sequence: number;
  /** Epoch milliseconds at which the lease ends; 0: nobody holds it. */
  leaseUntil: number;
}

/** The row of a new operation. */
export function newRow(operation: NewOperation, now: number, sequence: number): Row {
  const { fingerprint, notBefore, actor, ...asked } = operation;
  return {
    record: {
      ...asked,
      state: "queued",
      version: 1,
      createdAt: now,
      updatedAt: now,
      nextAttemptAt: notBefore ?? now,
      lease: 0,
      attemptsStarted: 0,
      history: { spent: 0, waitedMs: 0, firstAttemptAt: 0, doubtOpen: false },
      absences: 0,
      lookFailures: 0,
      rescues: 0,
      providerId: null,
      providerStatus: null,
      receiptRank: 0,
      parkedReason: null,
      failure: null,
      assignee: null,
      snoozedUntil: null,
    },
    fingerprint,
    attempts: [],
    receipts: [],
    history: [{ at: now, event: "operation.queued", actor, because: null, before: null, after: "queued" }],
    childIds: [],
    sequence,
    leaseUntil: 0,
  };
}

/** Writes down that the record's next attempt has begun. */
export function openAttempt(row: Row, startedAt: number, requestDigest: string | null): void {
  const { record } = row;
  record.attemptsStarted += 1;
  record.nextAttemptAt = null;
  if (record.history.firstAttemptAt === 0) record.history = { ...record.history, firstAttemptAt: startedAt };
  row.attempts.push({
    number: record.attemptsStarted,
    lease: record.lease,
    startedAt,
    endedAt: null,
    outcome: null,
    status: null,
    code: null,
    requestId: null,
    phase: null,
    failure: null,
    decision: null,
    because: null,
    requestDigest,
    body: null,
  });
}

/** A copy that later changes do not reach. Inputs are never changed, so they are shared. */
export function snapshot(row: Row): OperationRecord {
  const { record } = row;
  return record.state === "parked" ? { ...record } : { ...record, assignee: null, snoozedUntil: null };
}

/** A copy together with its lease. */
export function claimed(row: Row, now: number): ClaimedOperation {
  return { ...row.record, leaseUntil: row.leaseUntil, leaseMs: row.leaseUntil - now };
}

/** Whether nobody works on it at `now`. */
export function isFree(row: Row, now: number): boolean {
  return row.leaseUntil <= now;
}

/** Whether what is believed about it includes that it may have been sent. */
export function isInDoubt(record: OperationRecord): boolean {
  return record.parkedReason === "doubt" || record.history.doubtOpen || record.failure?.execution === "unknown";
}
