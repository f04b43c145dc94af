/**
 * Writes the intent of attempts into their rows, before the first byte may leave. The journal gets its line when the
 * attempt ends; until then the row itself is the record that it began.
 *
 * `state + 0` keeps the planner from an index of a state: rows are found by their number alone.
 */
import type { Lease } from "@landline/outbox";
import { legalFor } from "@landline/outbox/storing";
import { onTimeline } from "../home.ts";
import { manyOf, nowMs, number } from "../row.ts";
import type { Session } from "../session.ts";

const asked = "json_to_recordset($1::json) AS x(seq bigint, lease integer, number integer, digest text)";
const startAll = `UPDATE landline.operation o SET state = 1, before = o.state, version = o.version + 1, due = NULL, updated_at = ${nowMs},
    attempts = x.number, attempt_at = ${nowMs}, attempt_lease = x.lease, attempt_version = o.version + 1, attempt_digest = x.digest
  FROM ${asked} WHERE o.seq = x.seq AND o.state + 0 IN (${legalFor("start")}) AND o.lease = x.lease AND o.lease_until > ${nowMs} AND o.attempts = x.number - 1 AND ${onTimeline(2)}
  RETURNING o.seq`;
/** Another may have claimed and started under this very number, when the server forgot a claim (`claim.ts`): the digest tells. */
const selectStarted = `SELECT o.seq FROM landline.operation o JOIN ${asked} ON o.seq = x.seq
  WHERE o.state + 0 = 1 AND o.attempt_lease = x.lease AND o.lease = x.lease AND o.attempts = x.number AND o.attempt_digest = x.digest`;

/** One intent. */
export interface Start {
  readonly lease: Lease;
  readonly number: number;
  readonly requestDigest: string;
}

/**
 * In order, whether each was written; false: the lease is not the current one, has lapsed, or the operation was ended
 * meanwhile; nothing may be sent.
 * @throws {StoreTrouble} `moved`: commits may be missing here, see `home.ts`
 * @param again whether an earlier try may have been carried out
 */
export async function startEach(
  session: Session,
  starts: readonly Start[],
  again: boolean,
): Promise<readonly boolean[]> {
  const ids = starts.map(({ lease }) => lease.id);
  const places = await session.placesOf(session.db, ids);
  const rows = starts.flatMap(({ lease, number: attempt, requestDigest }) => {
    const place = places.get(lease.id);
    return place === undefined ? [] : [{ seq: place.seq, lease: lease.lease, number: attempt, digest: requestDigest }];
  });
  if (rows.length === 0) return starts.map(() => false);
  const values = [manyOf(rows)];
  const timeline = await session.home.timeline();
  const begun = new Set((await session.db.rows(startAll, [...values, timeline])).map((row) => number(row, 0)));
  if (again) for (const row of await session.db.rows(selectStarted, values)) begun.add(number(row, 0));
  // Nothing at all: because of each, or because this is not the server it was.
  if (begun.size === 0) await session.home.suspect();
  return ids.map((id) => begun.has(places.get(id)?.seq ?? -1));
}
