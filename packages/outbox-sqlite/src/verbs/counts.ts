/** Counts everything. Reads all rows: for people and tests, never for the hot path. */
import { stateOf } from "@landline/outbox/storing";
import { number, rows, text } from "../row.ts";
import type { Session } from "../session.ts";

const byState = "SELECT state, count(*) FROM operation GROUP BY state";
const byReason = "SELECT reason, count(*) FROM operation WHERE state = 7 GROUP BY reason";

/** `{queued: 3, parked: 2, "parked.doubt": 2}`; states nobody is in are absent. */
export function counts(session: Session): Readonly<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const row of rows(session.sql(byState))) result[stateOf(number(row, 0))] = number(row, 1);
  for (const row of rows(session.sql(byReason))) result[`parked.${text(row, 0) ?? ""}`] = number(row, 1);
  return result;
}
