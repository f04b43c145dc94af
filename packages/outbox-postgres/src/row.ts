/**
 * Rows into records. The order of the columns stands once, here; statements take the list, the reader takes the array.
 */
import type { AttemptHistory, Failure, Guarantee, OutcomeType, ParkedReason, Phase, PolicyInput } from "@landline/core";
import type { AttemptRecord, FallbackStep, NewOperation, OperationRecord } from "@landline/outbox";
import { classOf, stateOf } from "@landline/outbox/storing";
import type { Queryable, Row } from "./database.ts";
import type { Dimensions } from "./dimensions.ts";

/** Epoch milliseconds of the database's clock. A query of its own, so that it is computed once and indexes can use it. */
export const nowMs = "(SELECT landline.now_ms())";

/** What `readRecord` reads, of `operation o` joined with `request r`. */
export const recordColumns = `o.seq, r.id, o.state, o.version, o.lane, o.kind, o.class, o.due, o.deadline, r.created_at, o.updated_at,
  o.lease, o.attempts, o.absences, o.look_failures, o.rescues, o.receipt_rank, o.provider_id, o.provider_status, o.reason, o.tally, o.failure,
  r.scope, r.key, r.reference, r.recipient, r.parent_id, r.input, r.rest, o.turn, o.attempt_at, o.lease_until`;

/** How many columns {@link recordColumns} are. */
export const recordWidth = 32;

/** `operation` joined with `request`. */
export const recordTables = "landline.operation o JOIN landline.request r ON r.seq = o.seq";

/** A record and what only the store knows about its row. */
export interface Located {
  readonly seq: number;
  /** Account and subject of an ordered operation; null otherwise. */
  readonly turn: string | null;
  /** Epoch milliseconds; 0 when nobody holds it. */
  readonly leaseUntil: number;
  readonly record: OperationRecord;
}

/** What most operations do not have, in one column. Absent: the value everybody has. */
interface Rest {
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
  const rest: Rest = {
    ...(operation.guarantee === "once" ? {} : { guarantee: operation.guarantee }),
    ...(operation.subject === null ? {} : { subject: operation.subject }),
    ...(operation.ordered ? { ordered: true } : {}),
    ...(operation.metadata === null ? {} : { metadata: operation.metadata }),
    ...(operation.fallback.length === 0 ? {} : { fallback: operation.fallback }),
    ...(operation.policy === null ? {} : { policy: operation.policy }),
    ...(operation.traceparent === null ? {} : { traceparent: operation.traceparent }),
  };
  const written = JSON.stringify(rest);
  return written === "{}" ? null : written;
}

const selectDesks = "SELECT seq, assignee, snoozed_until FROM landline.desk WHERE seq = ANY($1::bigint[])";
const noHistory: AttemptHistory = { spent: 0, waitedMs: 0, firstAttemptAt: 0, doubtOpen: false };
const noRest: Rest = {};

/** Reads rows of {@link recordColumns}, names that other processes made included. */
export async function readRecords(db: Queryable, names: Dimensions, rows: readonly Row[]): Promise<readonly Located[]> {
  await names.meet(
    db,
    rows.map((row) => number(row, 4)),
    rows.map((row) => number(row, 5)),
  );
  const located = rows.map((row) => readRecord(names, row));
  return located.some(({ record }) => record.state === "parked") ? withDesks(db, located) : located;
}

/** Adds what people noted. Only what is parked can have any, so claims and settlements never ask. */
async function withDesks(db: Queryable, located: readonly Located[]): Promise<readonly Located[]> {
  const parked = located.filter(({ record }) => record.state === "parked").map(({ seq }) => seq);
  const desks = new Map((await db.rows(selectDesks, [parked])).map((row) => [number(row, 0), row]));
  return located.map((each) => {
    const desk = each.record.state === "parked" ? desks.get(each.seq) : undefined;
    if (desk === undefined) return each;
    return { ...each, record: { ...each.record, assignee: text(desk, 1), snoozedUntil: integer(desk, 2) } };
  });
}

function readRecord(names: Dimensions, row: Row): Located {
  const seq = number(row, 0);
  const kind = names.kinds.byId.get(number(row, 5));
  const rest = (row[28] as Rest | null) ?? noRest;
  const state = stateOf(number(row, 2));
  const record: OperationRecord = {
    id: text(row, 1) ?? "",
    account: kind?.account ?? "",
    operation: kind?.operation ?? "",
    lane: names.lanes.byId.get(number(row, 4)) ?? "",
    state,
    version: number(row, 3),
    input: (row[27] as Record<string, unknown> | null) ?? {},
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
    lease: number(row, 11),
    attemptsStarted: number(row, 12),
    history: historyOf((row[20] as AttemptHistory | null) ?? noHistory, state === "sending" ? integer(row, 30) : null),
    absences: number(row, 13),
    lookFailures: number(row, 14),
    rescues: number(row, 15),
    providerId: text(row, 17),
    providerStatus: text(row, 18),
    receiptRank: number(row, 16),
    parkedReason: text(row, 19) as ParkedReason | null,
    failure: row[21] as Failure | null,
    recipient: text(row, 25),
    parentId: text(row, 26),
    traceparent: rest.traceparent ?? null,
    assignee: null,
    snoozedUntil: null,
  };
  return { seq, turn: text(row, 29), leaseUntil: number(row, 31), record };
}

/** The first attempt dates the history from its start on, not only from its end. */
function historyOf(history: AttemptHistory, openSince: number | null): AttemptHistory {
  return history.firstAttemptAt === 0 && openSince !== null ? { ...history, firstAttemptAt: openSince } : history;
}

/** What `readAttempt` reads, of `attempt`. */
export const attemptColumns =
  "number, lease, started_at, ended_at, outcome, status, code, request_id, phase, failure, decision, because, digest, started_version, ended_version, body";

/** Reads a row of {@link attemptColumns}, from column `from` on. */
export function readAttempt(row: Row, from = 0): AttemptRecord {
  return {
    number: number(row, from),
    lease: number(row, from + 1),
    startedAt: number(row, from + 2),
    endedAt: integer(row, from + 3),
    outcome: text(row, from + 4) as OutcomeType | null,
    status: integer(row, from + 5),
    code: text(row, from + 6),
    requestId: text(row, from + 7),
    phase: text(row, from + 8) as Phase | null,
    failure: (row[from + 9] ?? null) as Failure | null,
    decision: text(row, from + 10),
    because: text(row, from + 11),
    requestDigest: text(row, from + 12),
    body: text(row, from + 15),
  };
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

/** PostgreSQL has no place for U+0000 in a text; what others wrote may have one. */
export function plain<T extends string | null>(value: T): T {
  return (value === null || !value.includes("\0") ? value : value.replaceAll("\0", "\u{FFFD}")) as T;
}

/** Many rows as one parameter: JSON, in which no text may hold U+0000 either. */
export function manyOf(rows: readonly unknown[]): string {
  const written = JSON.stringify(rows);
  return written.includes("\\u0000") ? written.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, "$1\\ufffd") : written;
}
