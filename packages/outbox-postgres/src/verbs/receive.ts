/**
 * Stores a receipt once and lets it act: proof of acceptance, then its word on the delivery. Applied in any order, the
 * same receipts leave the same state, because a lower rank changes nothing, `delivered` is always taken and a first
 * final word is never refused. One whose operation is not known yet is kept and matched later.
 */
import type { Failure, ReceiptEvent } from "@landline/core";
import type { ReceiptRecord, ReceiptResult } from "@landline/outbox";
import { eventsOfReceipt } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { integer, nowMs, number, plain, text } from "../row.ts";
import type { Session } from "../session.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { locate, locateRow, lockRow, ownersOf } from "./find.ts";

const insertReceipt = `INSERT INTO landline.receipt (seq, account, dedupe_key, status, meaning, rank, code, message, at, received_at, event, failure)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::bigint, ${nowMs}), ${nowMs}, $10::json, $11::json) ON CONFLICT DO NOTHING RETURNING id, at`;
const selectUnmatched = `SELECT id, account, event, failure, at FROM landline.receipt WHERE seq IS NULL AND meaning <> 'inbound' AND id > $1 ORDER BY id LIMIT $2`;
const matchOne = "UPDATE landline.receipt SET seq = $1 WHERE id = $2 AND seq IS NULL RETURNING id";
const touch = `UPDATE landline.operation SET receipt_rank = greatest(receipt_rank, $2), provider_status = CASE state WHEN 4 THEN $3 ELSE provider_status END WHERE seq = $1`;
const selectReceipts = "SELECT at, status, code, message, rank, id FROM landline.receipt WHERE seq = $1 ORDER BY id";

/** Stores an event once and applies it if its operation is known. */
export async function receive(
  session: Session,
  tx: Queryable,
  account: string,
  event: ReceiptEvent,
  failure: Failure | null,
): Promise<ReceiptResult> {
  const located = await subjectOf(session, tx, account, event);
  const [row] = await tx.rows(insertReceipt, [
    located?.seq ?? null,
    plain(account),
    plain(event.dedupeKey),
    plain(event.status),
    event.meaning,
    event.rank,
    plain(event.code),
    plain(event.message),
    event.at === null ? null : Math.floor(event.at),
    JSON.stringify(event),
    failure === null ? null : JSON.stringify(failure),
  ]);
  if (row === undefined) return { type: "duplicate" };
  if (located === null) return { type: "unmatched" };
  return apply(session, tx, located, event, failure, recordOf(event, number(row, 1), number(row, 0)));
}

/** A kept receipt. */
interface Kept {
  readonly id: number;
  readonly account: string;
  readonly event: ReceiptEvent;
  readonly failure: Failure | null;
  readonly at: number;
}

/** Goes once over at most `limit` kept receipts after `afterId`. Each that matches is applied in its own transaction. */
export async function matchReceipts(
  session: Session,
  afterId: number,
  limit: number,
): Promise<{ readonly results: readonly ReceiptResult[]; readonly lastId: number | null }> {
  const results: ReceiptResult[] = [];
  const rows = await session.db.rows(selectUnmatched, [afterId, limit]);
  const found = rows.map((row): Kept => ({
    id: number(row, 0),
    account: text(row, 1) ?? "",
    event: row[2] as ReceiptEvent,
    failure: row[3] as Failure | null,
    at: number(row, 4),
  }));
  for (const kept of found) {
    const known = await seqOf(session, session.db, kept.account, kept.event);
    if (known === null) continue;
    const result = await session.db.transaction(async (tx) => match(session, tx, kept));
    if (result !== null) results.push(result);
  }
  const last = found.at(-1);
  return { results, lastId: last === undefined || found.length < limit ? null : last.id };
}

async function match(session: Session, tx: Queryable, kept: Kept): Promise<ReceiptResult | null> {
  const located = await subjectOf(session, tx, kept.account, kept.event);
  if (located === null || (await tx.rows(matchOne, [located.seq, kept.id])).length === 0) return null;
  return apply(session, tx, located, kept.event, kept.failure, recordOf(kept.event, kept.at, kept.id));
}

/** Everything the provider said about the operation in this row, in the order it came. */
export async function receiptsOf(db: Queryable, seq: number): Promise<readonly ReceiptRecord[]> {
  return (await db.rows(selectReceipts, [seq])).map((row) => ({
    at: number(row, 0),
    status: text(row, 1) ?? "",
    code: text(row, 2),
    message: text(row, 3),
    rank: integer(row, 4) ?? 0,
    sequence: number(row, 5),
  }));
}

function recordOf(event: ReceiptEvent, at: number, sequence: number): ReceiptRecord {
  return { at, status: event.status, code: event.code, message: event.message, rank: event.rank, sequence };
}

/** The operation an event is about, locked. */
async function subjectOf(
  session: Session,
  tx: Queryable,
  account: string,
  event: ReceiptEvent,
): Promise<Located | null> {
  const found = await seqOf(session, tx, account, event);
  return found === null ? null : lockRow(session, tx, found.seq, found.turn);
}

/**
 * Whose an event is: the one named in it if it owns the provider's id, else the first owner, else the one named. The
 * owner comes first because equal operations in doubt are settled one match each, whichever was meant.
 */
async function seqOf(
  session: Session,
  db: Queryable,
  account: string,
  event: ReceiptEvent,
): Promise<{ readonly seq: number; readonly turn: string | null } | null> {
  if (event.meaning === "inbound") return null;
  const owners = event.providerId === null ? [] : await ownersOf(db, account, [event.providerId]);
  const owner = owners.find(({ id }) => id === event.operationId) ?? owners[0];
  if (owner !== undefined) return locateRow(session, db, owner.seq);
  const named = event.operationId === null ? null : await locate(session, db, event.operationId);
  return named !== null && named.record.account === account ? named : null;
}

async function apply(
  session: Session,
  tx: Queryable,
  located: Located,
  event: ReceiptEvent,
  failure: Failure | null,
  receipt: ReceiptRecord,
): Promise<ReceiptResult> {
  const { record, seq } = located;
  const events = eventsOfReceipt(record, event);
  if (events.length > 0) {
    const failed = events.includes("fail_delivery");
    const mark = { event: events.at(-1) ?? "accept", actor: automatic, because: `the provider says ${event.status}` };
    const what = {
      due: null,
      reason: null,
      failure: failed ? failure : null,
      providerId: record.providerId ?? event.providerId,
      providerStatus: event.status,
      receiptRank: Math.max(record.receiptRank, event.rank),
      history: { ...record.history, doubtOpen: false },
    };
    await change(session, tx, located, events, what, mark);
  } else if (event.rank > record.receiptRank) {
    await tx.rows(touch, [seq, event.rank, plain(event.status)]);
  }
  const operation = (await locateRow(session, tx, seq))?.record ?? record;
  if (events.length === 0) return { type: "recorded", operation, receipt };
  return { type: "applied", operation, before: record.state, receipt };
}
