/**
 * Ends what waited too long. An operation with an open doubt is not "not sent": it is parked for a person instead.
 */
import { failure } from "@landline/core";
import type { OperationRecord } from "@landline/outbox";
import { number, rows } from "../row.ts";
import type { Session } from "../session.ts";
import { waiting } from "../words.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { locateRow } from "./find.ts";
import { sortRuns } from "./terms.ts";

const selectLate = `SELECT seq FROM operation WHERE ${waiting} AND deadline <= ? ORDER BY deadline, seq`;

/** Ends up to `limit` operations whose deadline has passed and that nobody holds. */
export function expireDue(session: Session, limit: number): readonly OperationRecord[] {
  // Called now and then by maintenance: a good moment to catch up with the runs.
  sortRuns(session, 1, 1);
  const now = session.now();
  const ended: OperationRecord[] = [];
  for (const row of rows(session.sql(selectLate), now)) {
    const seq = number(row, 0);
    if (ended.length === limit) break;
    if (session.claims.isHeld(seq, now)) continue;
    const located = locateRow(session, seq);
    if (located === null) continue;
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
    change(
      session,
      located,
      [doubt ? "park" : "expire"],
      { due: null, failure: what, reason: doubt ? "doubt" : null },
      { event: doubt ? "park" : "expire", actor: automatic, because },
    );
    const after = locateRow(session, seq);
    if (after !== null) ended.push(after.record);
  }
  return ended;
}
