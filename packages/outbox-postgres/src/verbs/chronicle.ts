/**
 * The journal: one line for each attempt that ended, one for each change that no attempt explains (people, looks,
 * rescues, receipts, expiry). What an attempt's line says is not written a second time; `story.ts` merges the two.
 */
import type { AttemptResult } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import { nowMs, plain } from "../row.ts";

const endAttempt = `INSERT INTO landline.attempt (seq, number, lease, started_at, started_version, ended_at, ended_version, outcome, status, code,
    request_id, phase, failure, decision, because, digest, body)
  SELECT seq, attempts, attempt_lease, attempt_at, attempt_version, coalesce($2::bigint, ${nowMs}), version + 1, $3, $4, $5, $6, $7, $8::json, $9, $10, attempt_digest, $11
  FROM landline.operation WHERE seq = $1 AND state = 1`;
const insertHistory = `INSERT INTO landline.history (seq, version, at, event, actor, because, before, after) VALUES ($1, $2, ${nowMs}, $3, $4, $5, $6, $7)`;

/**
 * Moves the attempt that is open in a row into the journal. Must run before the row changes.
 * @param result null when nothing is known of its end
 */
export async function closeAttempt(
  tx: Queryable,
  seq: number,
  result: AttemptResult | null,
  decision: string,
  because: string,
): Promise<void> {
  await tx.rows(endAttempt, [
    seq,
    result === null ? null : Math.floor(result.endedAt),
    result === null ? "ambiguous" : result.outcome,
    result?.status ?? null,
    plain(result?.code ?? null),
    plain(result?.requestId ?? null),
    result?.phase ?? null,
    result === null || result.failure === null ? null : JSON.stringify(result.failure),
    decision,
    plain(because),
    plain(result?.body ?? null),
  ]);
}

/** One line of history. */
export interface HistoryLine {
  readonly seq: number;
  /** Of the operation after the change. */
  readonly version: number;
  readonly event: string;
  readonly actor: string;
  readonly because: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

export { automatic } from "@landline/outbox/storing";

/** Writes a line. */
export async function note(tx: Queryable, line: HistoryLine): Promise<void> {
  const { seq, version, event, actor, because, before, after } = line;
  await tx.rows(insertHistory, [seq, version, event, plain(actor), plain(because), before, after]);
}
