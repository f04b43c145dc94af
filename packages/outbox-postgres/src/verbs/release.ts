/** Gives claimed operations back at once. Those that were started stay: a rescue must judge them. */
import type { Lease } from "@landline/outbox";
import { codes } from "@landline/outbox/storing";
import { manyOf } from "../row.ts";
import type { Session } from "../session.ts";

const giveBack = `UPDATE landline.operation o SET lease_until = 0 FROM json_to_recordset($1::json) AS x(seq bigint, lease integer)
  WHERE o.seq = x.seq AND o.lease = x.lease AND o.state + 0 IN (${codes(["queued", "retrying"])})`;

/** Ends claims that were never started; numbers go on growing. */
export async function release(session: Session, leases: readonly Lease[]): Promise<void> {
  const places = await session.placesOf(
    session.db,
    leases.map(({ id }) => id),
  );
  const asked = leases.flatMap(({ id, lease }) => {
    const place = places.get(id);
    return place === undefined ? [] : [{ seq: place.seq, lease }];
  });
  if (asked.length === 0) return;
  await session.db.rows(giveBack, [manyOf(asked)]);
  session.wake();
}
