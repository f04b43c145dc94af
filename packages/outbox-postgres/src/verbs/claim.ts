/**
 * Hands out due operations: most urgent class first, then oldest due, then oldest. One statement for all lanes; for
 * each lane and class it reads one range of one index and skips what others are taking at this moment, so the cost is
 * that of what is handed out, whatever waits and whatever has finished.
 *
 * Nobody waits for a claim to reach the disk. A claim promises nothing to anybody: should the server lose power and
 * forget it, its number is given out again, and of two who hold the same number one starts and the other is told no. The
 * start is flushed before anything is sent, and everything before it with it. Whose start it is says its digest.
 *
 * The lanes are one JSON text, as everything that comes in numbers here: the length of an array is known when a statement
 * is planned, so the server would plan this one anew each time, for longer than it runs.
 *
 * The claim changes only columns no index knows. Rows in hand stay at the head of the index until they start; they are
 * few, because workers claim only what they can start at once.
 */
import { operationClasses } from "@landline/core";
import type { ClaimRequest, ClaimedOperation } from "@landline/outbox";
import { classCodeOf, waiting } from "@landline/outbox/storing";
import type { Located } from "../row.ts";
import { integer, manyOf, nowMs, readRecords, recordColumns } from "../row.ts";
import type { Session } from "../session.ts";

const classCodes = operationClasses.map((_, code) => code);

/** Free and due in lane `l.lane`, in the order of the index. */
function dueOf(code: number): string {
  const taken = classCodes
    .filter((other) => other < code)
    .map((other) => ` - (SELECT count(*) FROM c${other} WHERE c${other}.lane = l.lane)`);
  return `c${code} AS MATERIALIZED (SELECT d.seq, l.lane FROM lanes l CROSS JOIN LATERAL (
      SELECT seq FROM landline.operation WHERE lane = l.lane AND class = ${code} AND due <= ${nowMs} AND ${waiting} AND gate = 0 AND lease_until <= ${nowMs}
      ORDER BY due, seq LIMIT l.n${taken.join("")} FOR UPDATE SKIP LOCKED) d)`;
}

const claimDue = `WITH lanes AS MATERIALIZED (
    SELECT x.lane, x.n, set_config('synchronous_commit', 'off', true) FROM json_to_recordset($1::json) AS x(lane integer, n integer)), ${classCodes.map(dueOf).join(", ")}
  UPDATE landline.operation o SET lease = o.lease + 1, lease_until = ${nowMs} + $2::bigint
  FROM (${classCodes.map((code) => `SELECT seq FROM c${code}`).join(" UNION ALL ")}) c, landline.request r
  WHERE o.seq = c.seq AND r.seq = o.seq RETURNING ${recordColumns}`;

const selectDueLanes = `SELECT l.id, d.due FROM landline.lane l CROSS JOIN unnest(ARRAY[${classCodes.join(", ")}]::smallint[]) AS k(class) CROSS JOIN LATERAL (
    SELECT due FROM landline.operation WHERE lane = l.id AND class = k.class AND ${waiting} AND gate = 0 AND lease_until <= ${nowMs}
    ORDER BY due, seq LIMIT 1) d`;

/** Claims from the lanes that are named. */
export async function claim(session: Session, request: ClaimRequest): Promise<readonly ClaimedOperation[]> {
  const lanes: { readonly lane: number; readonly n: number }[] = [];
  let reloaded = false;
  for (const { lane, limit } of request.lanes) {
    if (limit <= 0) continue;
    if (session.names.lanes.known(lane) === undefined && !reloaded) {
      reloaded = true;
      await session.names.lanes.load();
    }
    const id = session.names.lanes.known(lane);
    if (id === undefined) continue;
    lanes.push({ lane: id, n: limit });
  }
  if (lanes.length === 0) return [];
  const rows = await session.db.rows(claimDue, [manyOf(lanes), request.leaseMs]);
  const located = await readRecords(session.db, session.names, rows);
  return located.toSorted(byUrgency).map(({ seq, turn, leaseUntil, record }) => {
    session.place(record.id, {
      seq,
      turn,
      account: record.account,
      operation: record.operation,
      createdAt: record.createdAt,
    });
    return { ...record, leaseUntil, leaseMs: request.leaseMs };
  });
}

/** Lanes with something claimable now or later, and when first. */
export async function dueLanes(session: Session): Promise<ReadonlyMap<string, number>> {
  const rows = await session.db.rows(selectDueLanes);
  const ids = rows.map((row) => Number(row[0]));
  await session.names.meet(session.db, ids, []);
  const lanes = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const name = session.names.lanes.byId.get(ids[index] ?? 0);
    const due = integer(row, 1);
    if (name !== undefined && due !== null) lanes.set(name, Math.min(lanes.get(name) ?? Number.POSITIVE_INFINITY, due));
  }
  return lanes;
}

function byUrgency(left: Located, right: Located): number {
  return (
    classCodeOf(left.record.class) - classCodeOf(right.record.class) ||
    (left.record.nextAttemptAt ?? 0) - (right.record.nextAttemptAt ?? 0) ||
    left.seq - right.seq
  );
}
