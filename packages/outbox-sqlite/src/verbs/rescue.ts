/**
 * Takes over attempts that were started and whose lease lapsed; after a restart that is every one of them, because
 * the claims of the process before are gone with it. What became of them nobody knows: the rescuer judges.
 */
import type { AttemptRecord, RescuedOperation } from "@landline/outbox";
import { attemptColumns, first, number, readAttempt, rows } from "../row.ts";
import type { Session } from "../session.ts";
import { rare } from "../words.ts";
import { automatic, note } from "./chronicle.ts";
import { locateRow } from "./find.ts";

const selectSending = `SELECT seq FROM operation WHERE state = 1 AND ${rare} ORDER BY seq LIMIT ?`;
const selectOpen = `SELECT attempts, attempt_lease, attempt_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, attempt_digest
  FROM operation WHERE seq = ? AND attempt_at IS NOT NULL`;
const selectLast = `SELECT ${attemptColumns} FROM attempt WHERE seq = ? ORDER BY number DESC LIMIT 1`;
const takeOver = "UPDATE operation SET lease = ?2, rescues = rescues + 1 WHERE seq = ?1 AND state = 1 AND lease < ?2";
const selectLooking = `SELECT seq FROM operation WHERE state = 3 AND ${rare} AND due <= ? ORDER BY due, seq`;

/** How a lease is asked for. */
export interface LeaseRequest {
  readonly worker: string;
  readonly limit: number;
  readonly leaseMs: number;
}

/** Started attempts nobody holds any more, each with the next lease number. */
export function rescue(session: Session, request: LeaseRequest): readonly RescuedOperation[] {
  const now = session.now();
  const taken: RescuedOperation[] = [];
  for (const row of rows(session.sql(selectSending), request.limit + session.claims.size)) {
    const seq = number(row, 0);
    if (taken.length === request.limit) break;
    if (session.claims.isHeld(seq, now)) continue;
    const located = locateRow(session, seq);
    const attempt = openAttempt(session, seq);
    if (located === null || attempt === null) continue;
    const { record, turn } = located;
    const { lease } = session.claims.take(record.id, seq, record.lease, now + request.leaseMs, turn, record.version);
    session.sql(takeOver).run(seq, lease);
    const because = `attempt ${attempt.number} was started and its lease ended: taken over by ${request.worker}`;
    note(session, {
      seq,
      version: record.version,
      event: "rescue",
      actor: automatic,
      because,
      before: null,
      after: null,
    });
    const rescues = record.rescues + 1;
    taken.push({ ...record, lease, rescues, attempt, leaseUntil: now + request.leaseMs, leaseMs: request.leaseMs });
  }
  return taken;
}

/** Operations in doubt whose next look is due. A claim like any other: nothing is written. */
export function claimReconciliations(session: Session, request: LeaseRequest): readonly RescuedOperation[] {
  const now = session.now();
  const taken: RescuedOperation[] = [];
  for (const row of rows(session.sql(selectLooking), now)) {
    const seq = number(row, 0);
    if (taken.length === request.limit) break;
    if (session.claims.isHeld(seq, now)) continue;
    const located = locateRow(session, seq);
    const attempt = lastAttempt(session, seq);
    if (located === null || attempt === null) continue;
    const { record, turn } = located;
    const { lease } = session.claims.take(record.id, seq, record.lease, now + request.leaseMs, turn, record.version);
    taken.push({ ...record, lease, attempt, leaseUntil: now + request.leaseMs, leaseMs: request.leaseMs });
  }
  return taken;
}

/** The attempt that is under way, or null. */
export function openAttempt(session: Session, seq: number): AttemptRecord | null {
  const row = first(session.sql(selectOpen), seq);
  return row === null ? null : readAttempt(row);
}

function lastAttempt(session: Session, seq: number): AttemptRecord | null {
  const row = first(session.sql(selectLast), seq);
  return row === null ? null : readAttempt(row);
}
