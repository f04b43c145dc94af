import { operationClasses } from "@landline/core";
/**
 * Hands out due operations: most urgent class first, then oldest due, then oldest. Reads one range of one index for
 * each lane and class, so the cost is that of what is handed out, whatever waits and whatever has finished.
 *
 * Nothing is written; see `claims.ts` for why a claim need not be.
 */
import type { ClaimRequest, ClaimedOperation } from "@landline/outbox";
import { waiting } from "@landline/outbox/storing";
import { first, number, readRecord, recordColumns, recordTables, rows } from "../row.ts";
import type { Session } from "../session.ts";

const selectDue = `SELECT ${recordColumns} FROM ${recordTables}
  WHERE o.lane = ? AND o.class = ? AND o.due <= ? AND ${waiting} AND o.gate = 0 ORDER BY o.due, o.seq LIMIT ?`;
const selectDueRows = `SELECT seq FROM operation
  WHERE lane = ? AND class = ? AND due <= ? AND ${waiting} AND gate = 0 ORDER BY due, seq LIMIT ? OFFSET ?`;
const selectOne = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.seq = ?`;
const selectEarliest = `SELECT seq, due FROM operation
  WHERE lane = ? AND class = ? AND ${waiting} AND gate = 0 ORDER BY due, seq LIMIT ? OFFSET ?`;

/** Claims lane by lane. */
export function claim(session: Session, request: ClaimRequest): readonly ClaimedOperation[] {
  const now = session.now();
  const claimed: ClaimedOperation[] = [];
  for (const { lane, limit } of request.lanes) {
    const id = session.names.lanes.byKey.get(lane);
    if (id === undefined) continue;
    let left = limit;
    for (let rank = 0; rank < operationClasses.length && left > 0; rank += 1) {
      const before = claimed.length;
      take(session, id, rank, left, now, request.leaseMs, claimed);
      left -= claimed.length - before;
    }
  }
  return claimed;
}

/** Lanes with something claimable now or later, and when first. */
export function dueLanes(session: Session): ReadonlyMap<string, number> {
  const now = session.now();
  const lanes = new Map<string, number>();
  for (const [id, name] of session.names.lanes.byId) {
    let earliest = Number.POSITIVE_INFINITY;
    for (let rank = 0; rank < operationClasses.length; rank += 1) {
      earliest = Math.min(earliest, earliestFree(session, id, rank, now));
    }
    if (earliest < Number.POSITIVE_INFINITY) lanes.set(name, earliest);
  }
  return lanes;
}

function take(
  session: Session,
  lane: number,
  rank: number,
  limit: number,
  now: number,
  leaseMs: number,
  into: ClaimedOperation[],
): void {
  if (session.claims.size === 0) {
    for (const row of rows(session.sql(selectDue), lane, rank, now, limit)) into.push(hold(session, row, now, leaseMs));
    return;
  }
  // Those in hand stand at the head of the index until they start; they are few, and only their numbers are read.
  let left = limit;
  for (let offset = 0; left > 0;) {
    const page = Math.max(left, 16);
    const found = rows(session.sql(selectDueRows), lane, rank, now, page, offset);
    for (const candidate of found) {
      const seq = number(candidate, 0);
      if (left === 0 || session.claims.isHeld(seq, now)) continue;
      const row = first(session.sql(selectOne), seq);
      if (row === null) continue;
      into.push(hold(session, row, now, leaseMs));
      left -= 1;
    }
    if (found.length < page) return;
    offset += page;
  }
}

function hold(session: Session, row: Parameters<typeof readRecord>[1], now: number, leaseMs: number): ClaimedOperation {
  const { seq, record, turn } = readRecord(session, row);
  const leaseUntil = now + leaseMs;
  const { lease } = session.claims.take(record.id, seq, record.lease, leaseUntil, turn, record.version);
  return { ...record, lease, leaseUntil, leaseMs };
}

function earliestFree(session: Session, lane: number, rank: number, now: number): number {
  for (let offset = 0, page = 1; ; offset += page, page = 64) {
    const found = rows(session.sql(selectEarliest), lane, rank, page, offset);
    for (const row of found) if (!session.claims.isHeld(number(row, 0), now)) return number(row, 1);
    if (found.length < page) return Number.POSITIVE_INFINITY;
  }
}
