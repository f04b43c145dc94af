/**
 * Gives everything that waits and is due the record of an attempt nobody saw, as if its worker had died right after
 * starting it: how a database whose last commits may be missing says "this may have been sent".
 *
 * All in one transaction, in statements that each take a bounded time, under a lock that lets one process at a time
 * through: whoever comes second finds that the database has arrived.
 */
import type { Presumption } from "@landline/outbox";
import { leaseLeap, waiting } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import type { Home } from "../home.ts";
import { nowMs, number, plain } from "../row.ts";
import { audit } from "./ledgers.ts";

/** Rows in one statement at most. */
const rowsMax = 20_000;

const lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 9))";
const selectNow = `SELECT ${nowMs}`;
const presumeSome = `WITH suspects AS MATERIALIZED (
    SELECT seq FROM landline.operation WHERE seq > $1 AND ${waiting} AND due <= $2 ORDER BY seq LIMIT $3 FOR UPDATE
  ), presumed AS (
    UPDATE landline.operation o SET state = 1, before = o.state, version = o.version + 1, due = NULL, updated_at = $2, lease = o.lease + ${leaseLeap}, lease_until = $2 + $4,
      attempts = o.attempts + 1, attempt_at = greatest(o.due, $5::bigint), attempt_lease = o.lease + ${leaseLeap}, attempt_version = o.version + 1, attempt_digest = NULL
    FROM suspects s WHERE o.seq = s.seq RETURNING o.seq, o.version
  ), noted AS (
    INSERT INTO landline.history (seq, version, at, event, actor, because) SELECT seq, version, $2, 'presume', $6, $7 FROM presumed
  )
  SELECT count(*), coalesce(max(seq), 0) FROM presumed`;
const askAnew = `UPDATE landline.operation SET lease = lease + ${leaseLeap}, lease_until = 0, absences = 0, look_failures = 0, due = greatest(due, $1::bigint + $2::bigint) WHERE state = 3`;
/** Another attempt of theirs may be under way in the past that is missing: it is waited for as well. */
const waitFor =
  "UPDATE landline.operation SET lease_until = greatest(lease_until, $1::bigint + $2::bigint) WHERE state = 1";
const countPresumed = "SELECT count(*) FROM landline.operation WHERE state = 1 AND attempt_digest IS NULL";

/** What came of it: how many, and the timeline it was done on. */
export interface Presumed {
  readonly count: number | null;
  readonly timeline: string | null;
}

/**
 * Presumes; `count` is null when it was to be done only if moved, and somebody else had dealt with that.
 * @param again whether an earlier try may have been carried out
 */
export async function presumeStarted(
  schema: string,
  home: Home,
  tx: Queryable,
  presumption: Presumption,
  again: boolean,
): Promise<Presumed> {
  const { actor, because, since, quietMs, onlyIfMoved } = presumption;
  await tx.rows(lock, [schema]);
  if (onlyIfMoved === true && (await home.moved(tx)) === null) {
    return { count: again ? counted(await tx.rows(countPresumed)) : null, timeline: null };
  }
  const now = counted(await tx.rows(selectNow));
  let count = 0;
  for (let from = 0; ;) {
    const values = [from, now, rowsMax, Math.ceil(quietMs), since === null ? 0 : Math.floor(since)];
    const [row] = await tx.rows(presumeSome, [...values, plain(actor), plain(because)]);
    if (row === undefined || number(row, 0) === 0) break;
    count += number(row, 0);
    from = number(row, 1);
  }
  await tx.rows(waitFor, [now, Math.ceil(quietMs)]);
  await tx.rows(askAnew, [now, Math.ceil(quietMs)]);
  await audit(tx, { actor, event: "store.presumed", subject: `${count} operations`, because });
  return { count, timeline: await home.settle(tx) };
}

function counted([row]: readonly (readonly unknown[])[]): number {
  return row === undefined ? 0 : number(row, 0);
}
