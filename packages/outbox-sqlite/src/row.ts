import type { SQLOutputValue, StatementSync } from "node:sqlite";
/**
 * Rows into records. The order of the columns stands once, here; statements take the list, the reader takes the array.
 *
 * Rows are read as arrays: objects with forty keys cost more than the query that finds them.
 */
import type { AttemptHistory, Failure, Guarantee, OutcomeType, ParkedReason, Phase, PolicyInput } from "@landline/core";
import type { AttemptRecord, FallbackStep, NewOperation, OperationRecord } from "@landline/outbox";
import { classOf, stateOf } from "@landline/outbox/storing";
import type { Session } from "./session.ts";

/** A row as the driver gives it with `setReturnArrays(true)`. */
export type Row = readonly SQLOutputValue[];

/** What `readRecord` reads, of `operation o` joined with `request r`. */
export const recordColumns = `o.seq, o.id, o.state, o.version, o.lane, o.kind, o.class, o.due, o.deadline, o.created_at, o.updated_at,
  o.lease, o.attempts, o.absences, o.look_failures, o.rescues, o.receipt_rank, o.provider_id, o.provider_status, o.reason, o.tally, o.failure,
  r.scope, r.key, r.reference, r.recipient, r.parent_id, r.input, r.rest, o.turn, o.attempt_at`;

/** `operation` joined with `request`. */
export const recordTables = "operation o JOIN request r ON r.seq = o.seq";

/** A record and what only the store knows about its row. */
export interface Located {
  readonly seq: number;
  /** Account and subject of an ordered operation; null otherwise. */
  readonly turn: string | null;
  readonly record: OperationRecord;
}

/** What most operations do not have, in one column. Absent: the value everybody has. */
export interface Rest {
  readonly guarantee?: Guarantee;
  readonly subject?: string;
  readonly ordered?: true;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly fallback?: readonly FallbackStep[];
  readonly policy?: PolicyInput;
  readonly traceparent?: string;
}

/** Packs what most operations do not have; null when this one has none of it either. */
export function restOf(operation: NewOperation): string | null {
  if (isPlain(operation)) return null;
  const rest: Rest = {
    ...(operation.guarantee === "once" ? {} : { guarantee: operation.guarantee }),
    ...(operation.subject === null ? {} : { subject: operation.subject }),
    ...(operation.ordered ? { ordered: true } : {}),
    ...(operation.metadata === null ? {} : { metadata: operation.metadata }),
    ...(operation.fallback.length === 0 ? {} : { fallback: operation.fallback }),
    ...(operation.policy === null ? {} : { policy: operation.policy }),
    ...(operation.traceparent === null ? {} : { traceparent: operation.traceparent }),
  };
  return JSON.stringify(rest);
}

/** Whether it has nothing that most operations do not have. */
function isPlain(operation: NewOperation): boolean {
  const { guarantee, subject, ordered, metadata, fallback, policy, traceparent } = operation;
  const named = subject !== null || metadata !== null || policy !== null || traceparent !== null;
  return !named && guarantee === "once" && !ordered && fallback.length === 0;
}

const selectDesk = "SELECT assignee, snoozed_until FROM desk WHERE seq = ?";
const noHistory: AttemptHistory = { spent: 0, waitedMs: 0, firstAttemptAt: 0, doubtOpen: false };
const noRest: Rest = {};

/** Reads a row of {@link recordColumns}. */
export function readRecord(session: Session, row: Row): Located {
  const seq = number(row, 0);
  const kind = session.names.kindOf(number(row, 5));
  const state = stateOf(number(row, 2));
  const desk = state === "parked" ? first(session.sql(selectDesk), seq) : null;
  const rest = (json(row, 28) as Rest | null) ?? noRest;
  const turn = text(row, 29);
  const lease = number(row, 11);
  const record: OperationRecord = {
    id: text(row, 1) ?? "",
    account: kind.account,
    operation: kind.operation,
    lane: session.names.laneName(number(row, 4)),
    state,
    version: number(row, 3),
    input: (json(row, 27) as Record<string, unknown> | null) ?? {},
    reference: text(row, 24),
    idempotencyScope: text(row, 22) ?? "",
    idempotencyKey: text(row, 23) ?? "",
    class: classOf(number(row, 6)),
    guarantee: rest.guarantee ?? "once",
    subject: rest.subject ?? null,
    ordered: rest.ordered === true,
    metadata: rest.metadata ?? null,
    fallback: rest.fallback ?? [],
    policy: rest.policy ?? null,
    deadline: number(row, 8),
    createdAt: number(row, 9),
    updatedAt: number(row, 10),
    nextAttemptAt: integer(row, 7),
    lease: session.claims.size === 0 ? lease : Math.max(lease, session.claims.leaseOf(seq)),
    attemptsStarted: number(row, 12),
    history: historyOf((json(row, 20) as AttemptHistory | null) ?? noHistory, integer(row, 30)),
    absences: number(row, 13),
    lookFailures: number(row, 14),
    rescues: number(row, 15),
    providerId: text(row, 17),
    providerStatus: text(row, 18),
    receiptRank: number(row, 16),
    parkedReason: text(row, 19) as ParkedReason | null,
    failure: json(row, 21) as Failure | null,
    recipient: text(row, 25),
    parentId: text(row, 26),
    traceparent: rest.traceparent ?? null,
    assignee: desk === null ? null : text(desk, 0),
    snoozedUntil: desk === null ? null : integer(desk, 1),
  };
  return { seq, turn, record };
}

/** The first attempt dates the history from its start on, not only from its end. */
function historyOf(history: AttemptHistory, openSince: number | null): AttemptHistory {
  return history.firstAttemptAt === 0 && openSince !== null ? { ...history, firstAttemptAt: openSince } : history;
}

/** What `readAttempt` reads, of `attempt`. */
export const attemptColumns =
  "number, lease, started_at, ended_at, outcome, status, code, request_id, phase, failure, decision, because, digest, started_version, ended_version, body";

/** Reads a row of {@link attemptColumns}. */
export function readAttempt(row: Row): AttemptRecord {
  return {
    number: number(row, 0),
    lease: number(row, 1),
    startedAt: number(row, 2),
    endedAt: integer(row, 3),
    outcome: text(row, 4) as OutcomeType | null,
    status: integer(row, 5),
    code: text(row, 6),
    requestId: text(row, 7),
    phase: text(row, 8) as Phase | null,
    failure: json(row, 9) as Failure | null,
    decision: text(row, 10),
    because: text(row, 11),
    requestDigest: text(row, 12),
    body: text(row, 15),
  };
}

/** The rows of a query, as arrays. */
export function rows(statement: StatementSync, ...values: readonly (string | number | null)[]): readonly Row[] {
  statement.setReturnArrays(true);
  return statement.all(...values) as unknown as readonly Row[];
}

/** The first row of a query as an array, or null. */
export function first(statement: StatementSync, ...values: readonly (string | number | null)[]): Row | null {
  statement.setReturnArrays(true);
  return (statement.get(...values) as unknown as Row | undefined) ?? null;
}

/** A column that is never null. @throws when it is */
export function number(row: Row, column: number): number {
  const value = row[column];
  if (typeof value !== "number") throw new Error(`column ${column} holds ${String(value)} where a number must be`);
  return value;
}

/** A number or null. */
export function integer(row: Row, column: number): number | null {
  const value = row[column];
  return typeof value === "number" ? value : null;
}

/** A text or null. */
export function text(row: Row, column: number): string | null {
  const value = row[column];
  return typeof value === "string" ? value : null;
}

/** A JSON column or null. */
export function json(row: Row, column: number): unknown {
  const value = row[column];
  return typeof value === "string" ? JSON.parse(value) : null;
}
