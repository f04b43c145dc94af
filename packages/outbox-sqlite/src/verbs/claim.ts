import { operationClasses } from "@landline/core";
/**
 * Hands out due operations: most urgent class first, then oldest due, then oldest. Reads one range of one index for
 * each lane and class, so the cost is that of what is handed out, whatever waits and whatever has finished.
 *
 * Nothing is written; see `claims.ts` for why a claim need not be.
 */
import type { ClaimRequest, ClaimedOperation } from "@landline/outbox";
import { waiting } from "@landline/outbox/storing";
import type { Row } from "../row.ts";
import { first, number, readRecord, recordColumns, recordTables, rows } from "../row.ts";
import type { Session } from "../session.ts";

/** Those in hand stand at the head of the index until they start; the connection knows them (`session.ts`). */
const free = "NOT claimed(o.seq)";
/** A bare parameter here makes SQLite plan the statement anew at each use, to make use of its value: ten times the work. */
const limit = "LIMIT ? + 0";
const selectDue = `SELECT ${recordColumns} FROM ${recordTables}
  WHERE o.lane = ? AND o.class = ? AND o.due <= ? AND o.${waiting} AND o.gate = 0 AND ${free} ORDER BY o.due, o.seq ${limit}`;
const selectEarliest = `SELECT o.due FROM operation o
  WHERE o.lane = ? AND o.class = ? AND o.${waiting} AND o.gate = 0 AND ${free} ORDER BY o.due, o.seq LIMIT 1`;

/** Claims lane by lane. */
export function claim(session: Session, request: ClaimRequest): readonly ClaimedOperation[] {
  const now = session.now();
  const claimed: ClaimedOperation[] = [];
  for (const { lane, limit: most } of request.lanes) {
    const id = session.names.lanes.byKey.get(lane);
    if (id === undefined) continue;
    let left = most;
    for (let rank = 0; rank < operationClasses.length && left > 0; rank += 1) {
      const found = rows(session.sql(selectDue), id, rank, now, left);
      for (const row of found) claimed.push(hold(session, row, now, request.leaseMs));
      left -= found.length;
    }
  }
  return claimed;
}

/** Lanes with something claimable now or later, and when first. */
export function dueLanes(session: Session): ReadonlyMap<string, number> {
  const lanes = new Map<string, number>();
  for (const [id, name] of session.names.lanes.byId) {
    let earliest = Number.POSITIVE_INFINITY;
    for (let rank = 0; rank < operationClasses.length; rank += 1) {
      const row = first(session.sql(selectEarliest), id, rank);
      if (row !== null) earliest = Math.min(earliest, number(row, 0));
    }
    if (earliest < Number.POSITIVE_INFINITY) lanes.set(name, earliest);
  }
  return lanes;
}

function hold(session: Session, row: Row, now: number, leaseMs: number): ClaimedOperation {
  const { seq, record, turn } = readRecord(session, row);
  const leaseUntil = now + leaseMs;
  const held = session.claims.take(record.id, seq, record.lease, leaseUntil, turn, record.version);
  held.kind = number(row, 5);
  held.createdAt = record.createdAt;
  const { lease } = held;
  // The record was made for this claim; copying its forty members would cost as much as reading them.
  return Object.assign(record, { lease, leaseUntil, leaseMs });
}
