/**
 * Ends what waited too long. An operation with an open doubt is not "not sent": it is parked for a person instead.
 */
import { failure } from "@landline/core";
import type { OperationRecord } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { nowMs, number, text } from "../row.ts";
import type { Session } from "../session.ts";
import { waiting } from "../words.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { locateRow, locateRows } from "./find.ts";
import { lockTurn } from "./turn.ts";

const selectLate = `SELECT seq, turn FROM landline.operation WHERE ${waiting} AND deadline <= ${nowMs} AND lease_until <= ${nowMs} ORDER BY deadline, seq LIMIT $1`;
const lockLate = `SELECT seq FROM landline.operation WHERE seq = ANY($1::bigint[]) AND ${waiting} AND deadline <= ${nowMs} AND lease_until <= ${nowMs}
  ORDER BY seq FOR UPDATE SKIP LOCKED`;

/** Ends up to `limit` operations whose deadline has passed and that nobody holds. */
export async function expireDue(session: Session, tx: Queryable, limit: number): Promise<readonly OperationRecord[]> {
  const late = await tx.rows(selectLate, [limit]);
  if (late.length === 0) return [];
  for (const turn of [...new Set(late.flatMap((row) => text(row, 1) ?? []))].toSorted()) await lockTurn(tx, turn);
  const locked = await tx.rows(lockLate, [late.map((row) => number(row, 0))]);
  const ended: OperationRecord[] = [];
  for (const located of await locateRows(
    session,
    tx,
    locked.map((row) => number(row, 0)),
  )) {
    await end(session, tx, located);
    ended.push((await locateRow(session, tx, located.seq))?.record ?? located.record);
  }
  return ended;
}

async function end(session: Session, tx: Queryable, located: Located): Promise<void> {
  const doubt = located.record.history.doubtOpen;
  const because = doubt
    ? "the deadline passed while an earlier attempt may have been executed"
    : "the deadline passed before it could be sent";
  const what = failure({
    kind: "expired",
    shape: "transport",
    execution: doubt ? "unknown" : "not_executed",
    remedy: doubt ? "reconcile" : "none",
    responsible: "nobody",
    message: because,
    guidance: doubt
      ? "Ask the provider whether it was sent, then resolve it as sent or not sent."
      : "Send it again with a later deadline if it still matters.",
  });
  const event = doubt ? "park" : "expire";
  const mark = { event, actor: automatic, because };
  await change(session, tx, located, [event], { due: null, failure: what, reason: doubt ? "doubt" : null }, mark);
}
