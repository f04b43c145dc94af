/**
 * Ordered operations of one subject run one after the other: only the earliest unfinished one has an open gate, and
 * the claim sees no other. Whoever brings one in or finishes one passes the turn, in the same transaction and under a
 * lock on the subject, so a claim never walks over rows that wait for something else.
 */
import { codes, unfinished } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";

const lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))";
const closeOthers = `UPDATE landline.operation SET gate = 1 WHERE turn = $1 AND turn IS NOT NULL AND ${unfinished} AND gate = 0
  AND seq > (SELECT min(seq) FROM landline.operation WHERE turn = $1 AND turn IS NOT NULL AND ${unfinished})`;
const openFirst = `UPDATE landline.operation SET gate = 0 WHERE gate = 1
  AND seq = (SELECT min(seq) FROM landline.operation WHERE turn = $1 AND turn IS NOT NULL AND ${unfinished})`;

/** States from which one may conclude that a newer operation took effect, or may have. */
const took = codes(["sending", "retrying", "reconciling", "accepted", "delivered", "undelivered"]);
const selectNewer = `SELECT 1 FROM landline.operation WHERE turn = $1 AND turn IS NOT NULL AND seq > $2 AND state IN (${took}) LIMIT 1`;

/** What orders an operation: account and subject; null when nothing does. */
export function turnOf(operation: {
  readonly ordered: boolean;
  readonly account: string;
  readonly subject: string | null;
}): string | null {
  return operation.ordered && operation.subject !== null ? `${operation.account}\n${operation.subject}` : null;
}

/** Waits until nobody else changes the order of a subject. Must come before any row of it is locked. */
export async function lockTurn(tx: Queryable, turn: string): Promise<void> {
  await tx.rows(lock, [turn]);
}

/** Opens the gate of the earliest unfinished operation and closes those behind it. */
export async function passTurn(tx: Queryable, turn: string): Promise<void> {
  await tx.rows(closeOthers, [turn]);
  await tx.rows(openFirst, [turn]);
}

/** Whether a later operation of the subject was sent already, so that this one may not be sent any more. */
export async function isOvertaken(tx: Queryable, turn: string, seq: number): Promise<boolean> {
  return (await tx.rows(selectNewer, [turn, seq])).length > 0;
}
