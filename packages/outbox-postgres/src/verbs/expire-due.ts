/**
 * Ends what waited too long. An operation with an open doubt is not "not sent": it is parked for a person instead.
 */
import type { OperationRecord } from "@landline/outbox";
import { tooLate, waiting } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import { onTimeline } from "../home.ts";
import type { Located } from "../row.ts";
import { nowMs, number, text } from "../row.ts";
import type { Session } from "../session.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { locateRow, locateRows } from "./find.ts";
import { lockTurn } from "./turn.ts";

const selectLate = `SELECT seq, turn FROM landline.operation WHERE ${waiting} AND deadline <= ${nowMs} AND lease_until <= ${nowMs} AND ${onTimeline(2)} ORDER BY deadline, seq LIMIT $1`;
const lockLate = `SELECT seq FROM landline.operation WHERE seq = ANY($1::bigint[]) AND ${waiting} AND deadline <= ${nowMs} AND lease_until <= ${nowMs}
  ORDER BY seq FOR UPDATE SKIP LOCKED`;

/**
 * Ends up to `limit` operations whose deadline has passed and that nobody holds.
 * @param timeline that was dealt with: on another one "not sent" might not be true
 */
export async function expireDue(
  session: Session,
  tx: Queryable,
  limit: number,
  timeline: string,
): Promise<readonly OperationRecord[]> {
  const late = await tx.rows(selectLate, [limit, timeline]);
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
  const { event, reason, because, failure } = tooLate(located.record);
  await change(session, tx, located, [event], { due: null, failure, reason }, { event, actor: automatic, because });
}
