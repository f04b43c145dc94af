/**
 * Forgets what is long over: delivered, discarded, expired, cancelled, superseded, and accepted without a further word
 * since then. Never what waits, runs, is in doubt, or waits for a person. The search goes on where the last one ended,
 * so each call costs what it deletes, and no lock outlives a call.
 */
import { codes } from "@landline/outbox/storing";
import { number } from "../row.ts";
import type { Session } from "../session.ts";

const over = codes(["accepted", "delivered", "discarded", "expired", "cancelled", "superseded"]);
const selectOver = `SELECT o.seq FROM landline.operation o WHERE o.seq > $1 AND o.state IN (${over}) AND o.updated_at < $2
  AND o.seq <= (SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM landline.operation WHERE seq > $1 ORDER BY seq LIMIT $4) AS ahead)
  ORDER BY o.seq LIMIT $3`;
const selectAhead =
  "SELECT max(seq), count(*) FROM (SELECT seq FROM landline.operation WHERE seq > $1 ORDER BY seq LIMIT $2) AS ahead";
const deleteOver = `WITH gone AS (
    DELETE FROM landline.operation WHERE seq = ANY($1::bigint[]) AND state IN (${over}) AND updated_at < $2 RETURNING seq
  ), requests AS (DELETE FROM landline.request WHERE seq IN (SELECT seq FROM gone)),
  attempts AS (DELETE FROM landline.attempt WHERE seq IN (SELECT seq FROM gone)),
  histories AS (DELETE FROM landline.history WHERE seq IN (SELECT seq FROM gone)),
  desks AS (DELETE FROM landline.desk WHERE seq IN (SELECT seq FROM gone)),
  receipts AS (DELETE FROM landline.receipt WHERE seq IN (SELECT seq FROM gone))
  SELECT count(*) FROM gone`;
const deleteStray =
  "DELETE FROM landline.receipt WHERE id IN (SELECT id FROM landline.receipt WHERE seq IS NULL AND received_at < $1 ORDER BY id LIMIT $2)";

/** Rows looked at in one statement, at most, so that none takes long. */
const aheadMax = 50_000;

/**
 * Deletes at most `limit` operations last changed before an instant, with everything that hangs on them.
 * @param cursor the row to go on behind
 * @returns how many, and the row to go on behind (0: from the beginning)
 */
export async function prune(
  session: Session,
  before: number,
  limit: number,
  cursor: number,
): Promise<{ readonly pruned: number; readonly cursor: number }> {
  for (let from = cursor; ;) {
    const [ahead] = await session.db.rows(selectAhead, [from, aheadMax]);
    const end = ahead === undefined ? null : ahead[0];
    const found = (await session.db.rows(selectOver, [from, before, limit, aheadMax])).map((row) => number(row, 0));
    if (found.length === 0 && typeof end === "number") {
      from = end;
      continue;
    }
    await session.db.rows(deleteStray, [before, limit]);
    if (found.length === 0) return { pruned: 0, cursor: 0 };
    const [deleted] = await session.db.rows(deleteOver, [found, before]);
    return { pruned: deleted === undefined ? 0 : number(deleted, 0), cursor: found.at(-1) ?? 0 };
  }
}
