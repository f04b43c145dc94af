/**
 * Ordered operations of one subject run one after the other: only the earliest unfinished one has an open gate, and
 * the claim sees no other. Whoever brings one in or finishes one passes the turn, in the same transaction, so a claim
 * never walks over rows that wait for something else.
 */
import { codes, unfinished } from "@landline/outbox/storing";
import { first, number } from "../row.ts";
import type { Session } from "../session.ts";

const closeOthers = `UPDATE operation SET gate = 1 WHERE turn = ?1 AND turn IS NOT NULL AND ${unfinished} AND gate = 0
  AND seq > (SELECT min(seq) FROM operation WHERE turn = ?1 AND turn IS NOT NULL AND ${unfinished})`;
const openFirst = `UPDATE operation SET gate = 0 WHERE gate = 1
  AND seq = (SELECT min(seq) FROM operation WHERE turn = ?1 AND turn IS NOT NULL AND ${unfinished})`;

/** States from which one may conclude that a newer operation took effect, or may have. */
const took = codes(["sending", "retrying", "reconciling", "accepted", "delivered", "undelivered"]);
const countNewer = `SELECT count(*) FROM operation WHERE turn = ? AND turn IS NOT NULL AND seq > ? AND state IN (${took})`;

/** What orders an operation: account and subject; null when nothing does. */
export function turnOf(operation: {
  readonly ordered: boolean;
  readonly account: string;
  readonly subject: string | null;
}): string | null {
  return operation.ordered && operation.subject !== null ? `${operation.account}\n${operation.subject}` : null;
}

/** Opens the gate of the earliest unfinished operation and closes those behind it. */
export function passTurn(session: Session, turn: string): void {
  session.sql(closeOthers).run(turn);
  if (session.sql(openFirst).run(turn).changes > 0) session.woken = true;
}

/** Whether a later operation of the subject was sent already, so that this one may not be sent any more. */
export function isOvertaken(session: Session, turn: string, seq: number): boolean {
  const row = first(session.sql(countNewer), turn, seq);
  return row !== null && number(row, 0) > 0;
}
