/** Counts everything. Reads all rows: for people and tests, never for the hot path. */
import { stateOf } from "@landline/outbox/storing";
import { number, text } from "../row.ts";
import type { Session } from "../session.ts";

const byState =
  "SELECT state, count(*), NULL FROM landline.operation GROUP BY state UNION ALL SELECT 7, count(*), reason FROM landline.operation WHERE state = 7 GROUP BY reason";

/** `{queued: 3, parked: 2, "parked.doubt": 2}`; states nobody is in are absent. */
export async function counts(session: Session): Promise<Readonly<Record<string, number>>> {
  const result: Record<string, number> = {};
  for (const row of await session.db.rows(byState)) {
    const reason = text(row, 2);
    result[reason === null ? stateOf(number(row, 0)) : `parked.${reason}`] = number(row, 1);
  }
  return result;
}
