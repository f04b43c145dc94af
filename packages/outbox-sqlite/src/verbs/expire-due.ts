/**
 * Ends what waited too long. An operation with an open doubt is not "not sent": it is parked for a person instead.
 */
import type { OperationRecord } from "@landline/outbox";
import { tooLate, unfinished, waiting } from "@landline/outbox/storing";
import type { Located } from "../row.ts";
import { first, integer, number, rows } from "../row.ts";
import type { Session } from "../session.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { locateRow } from "./find.ts";
import { sortRuns } from "./terms.ts";

const selectLate = `SELECT seq FROM operation WHERE seq >= ? AND seq < ? AND ${waiting} AND deadline <= ? ORDER BY deadline, seq`;
const selectEarliest = `SELECT min(deadline) FROM operation WHERE seq >= ? AND seq < ? AND ${unfinished}`;

/** Ends up to `limit` operations whose deadline has passed and that nobody holds. */
export function expireDue(session: Session, limit: number): readonly OperationRecord[] {
  // Called now and then by maintenance: a good moment to catch up with the runs.
  sortRuns(session, 1, 1);
  const now = session.now();
  const ended: OperationRecord[] = [];
  for (const { from, to } of session.deadlines.passed(now)) {
    for (const row of rows(session.sql(selectLate), from, to, now)) {
      if (ended.length === limit) return ended;
      const seq = number(row, 0);
      if (session.claims.isHeld(seq, now)) continue;
      const located = locateRow(session, seq);
      if (located === null) continue;
      expire(session, located);
      const after = locateRow(session, seq);
      if (after !== null) ended.push(after.record);
    }
    const earliest = first(session.sql(selectEarliest), from, to);
    session.deadlines.looked(from, (earliest && integer(earliest, 0)) ?? Infinity);
  }
  return ended;
}

function expire(session: Session, located: Located): void {
  const { event, reason, because, failure } = tooLate(located.record);
  change(session, located, [event], { due: null, failure, reason }, { event, actor: automatic, because });
}
