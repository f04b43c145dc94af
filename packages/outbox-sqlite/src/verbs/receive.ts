/**
 * Stores a receipt once and lets it act: proof of acceptance, then its word on the delivery. Applied in any order, the
 * same receipts leave the same state, because a lower rank changes nothing, `delivered` is always taken and a first
 * final word is never refused. One whose operation is not known yet is kept and matched later.
 */
import type { Failure, ReceiptEvent } from "@landline/core";
import type { ReceiptRecord, ReceiptResult } from "@landline/outbox";
import { eventsOfReceipt } from "@landline/outbox/storing";
import type { Located } from "../row.ts";
import { integer, json, number, rows, text } from "../row.ts";
import type { Session } from "../session.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { findProviderId, locate, locateRow, noteProviderId } from "./find.ts";

const insertReceipt = `INSERT INTO receipt (seq, account, dedupe_key, provider_id, operation_id, status, meaning, rank, code, message, at,
  received_at, event, failure) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const selectUnmatched = `SELECT id, account, event, failure FROM receipt
  WHERE seq IS NULL AND meaning <> 'inbound' AND id > ? ORDER BY id LIMIT ?`;
const matchOne = "UPDATE receipt SET seq = ? WHERE id = ? AND seq IS NULL";
const touch = `UPDATE operation SET receipt_rank = max(receipt_rank, ?2), provider_status = CASE state WHEN 4 THEN ?3 ELSE provider_status END
  WHERE seq = ?1`;
const selectReceipts = "SELECT at, status, code, message, rank, id FROM receipt WHERE seq = ? ORDER BY id";

/** Stores an event once and applies it if its operation is known. */
export function receive(
  session: Session,
  account: string,
  event: ReceiptEvent,
  failure: Failure | null,
): ReceiptResult {
  const located = subjectOf(session, account, event);
  const now = session.now();
  const at = event.at ?? now;
  const { changes, lastInsertRowid } = session
    .sql(insertReceipt)
    .run(
      located?.seq ?? null,
      account,
      event.dedupeKey,
      event.providerId,
      event.operationId,
      event.status,
      event.meaning,
      event.rank,
      event.code,
      event.message,
      at,
      now,
      JSON.stringify(event),
      failure === null ? null : JSON.stringify(failure),
    );
  if (changes === 0) return { type: "duplicate" };
  if (located === null) return { type: "unmatched" };
  return apply(session, located, event, failure, recordOf(event, at, Number(lastInsertRowid)));
}

/** Goes once over at most `limit` kept receipts after `afterId`. */
export function matchReceipts(
  session: Session,
  afterId: number,
  limit: number,
): { readonly results: readonly ReceiptResult[]; readonly lastId: number | null } {
  const results: ReceiptResult[] = [];
  const found = rows(session.sql(selectUnmatched), afterId, limit);
  for (const row of found) {
    const id = number(row, 0);
    const event = json(row, 2) as ReceiptEvent | null;
    if (event === null) continue;
    const located = subjectOf(session, text(row, 1) ?? "", event);
    if (located === null || session.sql(matchOne).run(located.seq, id).changes === 0) continue;
    const receipt = recordOf(event, event.at ?? session.now(), id);
    results.push(apply(session, located, event, json(row, 3) as Failure | null, receipt));
  }
  const last = found.at(-1);
  return { results, lastId: last === undefined || found.length < limit ? null : number(last, 0) };
}

/** Everything the provider said about the operation in this row, in the order it came. */
export function receiptsOf(session: Session, seq: number): readonly ReceiptRecord[] {
  return rows(session.sql(selectReceipts), seq).map((row) => ({
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

/** Whoever owns the provider's id, the named operation first among several; else the named operation. */
function subjectOf(session: Session, account: string, event: ReceiptEvent): Located | null {
  if (event.meaning === "inbound") return null;
  const found = event.operationId === null ? null : locate(session, event.operationId);
  const named = found?.record.account === account ? found : null;
  if (event.providerId === null || named?.record.providerId === event.providerId) return named;
  const owner = findProviderId(session, account, event.providerId);
  return owner === null ? named : locateRow(session, owner);
}

function apply(
  session: Session,
  located: Located,
  event: ReceiptEvent,
  failure: Failure | null,
  receipt: ReceiptRecord,
): ReceiptResult {
  const { record, seq } = located;
  const events = eventsOfReceipt(record, event);
  const ahead = event.rank > record.receiptRank;
  const providerId = record.providerId ?? event.providerId;
  const known = record.providerId !== null || event.providerId === null;
  if (events.length > 0) {
    const failed = events.includes("fail_delivery");
    change(
      session,
      located,
      events,
      {
        due: null,
        reason: null,
        failure: failed ? failure : null,
        providerId,
        providerStatus: event.status,
        receiptRank: Math.max(record.receiptRank, event.rank),
        history: { ...record.history, doubtOpen: false },
      },
      { event: events.at(-1) ?? "accept", actor: automatic, because: `the provider says ${event.status}` },
    );
  } else if (ahead) {
    session.sql(touch).run(seq, event.rank, event.status);
  }
  if (events.length === 0) return { type: "recorded", operation: locateRow(session, seq)?.record ?? record, receipt };
  if (!known && providerId !== null) noteProviderId(session, seq, providerId);
  const operation = locateRow(session, seq)?.record ?? record;
  return { type: "applied", operation, before: record.state, receipt };
}
