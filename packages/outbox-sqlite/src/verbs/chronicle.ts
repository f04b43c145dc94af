/**
 * The journal: one line for each attempt that ended, one for each change that no attempt explains (people, looks,
 * rescues, receipts, expiry). What an attempt's line says is not written a second time; `story.ts` merges the two.
 */
import type { AttemptResult } from "@landline/outbox";
import type { Claim, StartedAttempt } from "../claims.ts";
import type { Session } from "../session.ts";

const endAttempt = `INSERT INTO attempt (seq, number, lease, started_at, started_version, ended_at, ended_version, outcome, status, code,
    request_id, phase, failure, decision, because, digest, body)
  SELECT seq, attempts, attempt_lease, attempt_at, attempt_version, ?2, version + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, attempt_digest, ?11
  FROM operation WHERE seq = ?1 AND attempt_at IS NOT NULL`;
const insertAttempt = `INSERT INTO attempt (seq, number, lease, started_at, started_version, ended_at, ended_version, outcome, status, code,
    request_id, phase, failure, decision, because, digest)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accept', ?, ?)`;
const insertHistory =
  "INSERT INTO history (seq, version, at, event, actor, because, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

/**
 * Moves the attempt that is open in a row into the journal. Must run before the row changes.
 * @param result null when nothing is known of its end
 */
export function closeAttempt(
  session: Session,
  seq: number,
  result: AttemptResult | null,
  decision: string,
  because: string,
): void {
  session
    .sql(endAttempt)
    .run(
      seq,
      result === null ? session.now() : result.endedAt,
      result === null ? "ambiguous" : result.outcome,
      result?.status ?? null,
      result?.code ?? null,
      result?.requestId ?? null,
      result?.phase ?? null,
      result === null || result.failure === null ? null : JSON.stringify(result.failure),
      decision,
      because,
      result?.body ?? null,
    );
}

/**
 * Writes the line of an accepted attempt from memory, after the row was changed. Nothing came between its start and its end.
 */
export function journal(
  session: Session,
  claim: Claim,
  started: StartedAttempt,
  result: AttemptResult,
  because: string,
): void {
  const { version } = started;
  session
    .sql(insertAttempt)
    .run(
      claim.seq,
      started.number,
      claim.lease,
      started.startedAt,
      version,
      result.endedAt,
      version + 1,
      result.outcome,
      result.status,
      result.code,
      result.requestId,
      result.phase,
      result.failure === null ? null : JSON.stringify(result.failure),
      because,
      started.requestDigest,
    );
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
export function note(session: Session, line: HistoryLine): void {
  session
    .sql(insertHistory)
    .run(line.seq, line.version, session.now(), line.event, line.actor, line.because, line.before, line.after);
}
