/**
 * Forgets what is long over: delivered, discarded, expired, cancelled, superseded, and accepted without a further word
 * since then. Never what waits, runs, is in doubt, or waits for a person. The search goes on where the last one ended, so each
 * call costs what it deletes.
 */
import { codes } from "@landline/outbox/storing";
import { number, rows } from "../row.ts";
import type { Session } from "../session.ts";
import { firstCreatedAt } from "./attention.ts";
import { dropTerm } from "./terms.ts";

const over = codes(["accepted", "delivered", "discarded", "expired", "cancelled", "superseded"]);
const selectOver = `SELECT seq FROM operation WHERE seq > ? AND seq < ? AND state IN (${over}) AND updated_at < ? ORDER BY seq LIMIT ?`;
const selectTerms = `SELECT r.key, r.reference, r.recipient, o.provider_id FROM request r JOIN operation o ON o.seq = r.seq WHERE r.seq = ?`;
const deletions = [
  "DELETE FROM operation WHERE seq = ?",
  "DELETE FROM request WHERE seq = ?",
  "DELETE FROM attempt WHERE seq = ?",
  "DELETE FROM history WHERE seq = ?",
  "DELETE FROM receipt WHERE seq = ?",
  "DELETE FROM desk WHERE seq = ?",
];
const deleteStray =
  "DELETE FROM receipt WHERE id IN (SELECT id FROM receipt WHERE seq IS NULL AND received_at < ? LIMIT ?)";

/**
 * Deletes at most `limit` operations last changed before an instant, with everything that hangs on them.
 * @param cursor the row to go on behind
 * @returns how many, and the row to go on behind (0: from the beginning)
 */
export function prune(
  session: Session,
  before: number,
  limit: number,
  cursor: number,
): { readonly pruned: number; readonly cursor: number } {
  const end = firstCreatedAt(session, before);
  const found = rows(session.sql(selectOver), cursor, end, before, limit).map((row) => number(row, 0));
  for (const seq of found) {
    for (const row of rows(session.sql(selectTerms), seq)) {
      for (const term of row) if (typeof term === "string") dropTerm(session, seq, term);
    }
    for (const deletion of deletions) session.sql(deletion).run(seq);
  }
  session.sql(deleteStray).run(before, limit);
  return { pruned: found.length, cursor: found.length < limit ? 0 : (found.at(-1) ?? 0) };
}
