/**
 * Takes over attempts that were started and whose lease lapsed, because the worker died or was held up. What became of
 * them nobody knows: the rescuer judges. Several may ask at once; each row goes to one of them. Nothing is handed out on a
 * timeline that nobody has dealt with: an absence counted before commits were lost proves nothing after.
 */
import type { RescuedOperation } from "@landline/outbox";
import type { Row } from "../database.ts";
import { onTimeline } from "../home.ts";
import type { Located } from "../row.ts";
import { attemptColumns, nowMs, readAttempt, readRecords, recordColumns, recordWidth } from "../row.ts";
import type { Session } from "../session.ts";

const taken = `UPDATE landline.operation o SET lease = o.lease + 1, lease_until = ${nowMs} + $2::bigint`;
const rescueLapsed = `WITH lapsed AS MATERIALIZED (
    SELECT seq FROM landline.operation WHERE state = 1 AND lease_until <= ${nowMs} AND ${onTimeline(4)} ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
  ), rescued AS (
    ${taken}, rescues = o.rescues + 1 FROM lapsed l, landline.request r WHERE o.seq = l.seq AND r.seq = o.seq
    RETURNING ${recordColumns}, o.attempts AS number, o.attempt_lease, o.attempt_at AS began, o.attempt_digest
  ), noted AS (
    INSERT INTO landline.history (seq, version, at, event, actor, because)
    SELECT seq, version, ${nowMs}, 'rescue', 'landline', 'attempt ' || number || ' was started and its lease ended: taken over by ' || $3::text FROM rescued
  )
  SELECT * FROM rescued`;
const takeLooking = `WITH due AS MATERIALIZED (
    SELECT seq FROM landline.operation WHERE state = 3 AND due <= ${nowMs} AND lease_until <= ${nowMs} AND ${onTimeline(3)} ORDER BY due, seq LIMIT $1 FOR UPDATE SKIP LOCKED
  ), looking AS (
    ${taken} FROM due d, landline.request r WHERE o.seq = d.seq AND r.seq = o.seq RETURNING ${recordColumns}, o.attempts AS last_number
  )
  SELECT l.*, ${attemptColumns
    .split(", ")
    .map((column) => `a.${column}`)
    .join(", ")} FROM looking l JOIN landline.attempt a ON a.seq = l.seq AND a.number = l.last_number`;

/** How a lease is asked for. */
export interface LeaseRequest {
  readonly worker: string;
  readonly limit: number;
  readonly leaseMs: number;
}

/** Started attempts nobody holds any more, each with the next lease number. */
export async function rescue(session: Session, request: LeaseRequest): Promise<readonly RescuedOperation[]> {
  const rows = await session.db.rows(rescueLapsed, [
    request.limit,
    request.leaseMs,
    request.worker,
    await session.home.timeline(),
  ]);
  const located = await readRecords(session.db, session.names, rows);
  return sorted(located).map(([each, index]) => {
    const row = rows[index] ?? [];
    const [at, from] = [recordWidth, recordWidth + 1];
    const open: Row = [
      row[at],
      row[from],
      row[from + 1],
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
      row[from + 2],
    ];
    return handOut(session, each, { ...readAttempt(open) }, request.leaseMs);
  });
}

/** Operations in doubt whose next look is due. */
export async function claimReconciliations(
  session: Session,
  request: LeaseRequest,
): Promise<readonly RescuedOperation[]> {
  const rows = await session.db.rows(takeLooking, [request.limit, request.leaseMs, await session.home.timeline()]);
  const located = await readRecords(session.db, session.names, rows);
  return sorted(located).map(([each, index]) =>
    handOut(session, each, readAttempt(rows[index] ?? [], recordWidth + 1), request.leaseMs),
  );
}

/** By due instant, then by age, with the place in the answer. */
function sorted(located: readonly Located[]): readonly (readonly [Located, number])[] {
  return located
    .map((each, index) => [each, index] as const)
    .toSorted(
      ([left], [right]) => (left.record.nextAttemptAt ?? 0) - (right.record.nextAttemptAt ?? 0) || left.seq - right.seq,
    );
}

function handOut(
  session: Session,
  { record, seq, turn, leaseUntil }: Located,
  attempt: RescuedOperation["attempt"],
  leaseMs: number,
): RescuedOperation {
  session.place(record.id, {
    seq,
    turn,
    account: record.account,
    operation: record.operation,
    createdAt: record.createdAt,
  });
  return { ...record, attempt, leaseUntil, leaseMs };
}
