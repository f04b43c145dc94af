/**
 * Writes the intent of an attempt into the row, before the first byte may leave. The journal gets its line when the
 * attempt ends; until then the row itself is the record that it began.
 */
import type { Lease } from "@landline/outbox";
import { legalFor } from "@landline/outbox/storing";
import type { Session } from "../session.ts";

const update = `UPDATE operation SET state = 1, version = ?6 + 1, due = NULL, updated_at = ?1, lease = ?2, attempts = ?3,
  attempt_at = ?1, attempt_lease = ?2, attempt_version = ?6 + 1, attempt_digest = ?4, room = NULL
  WHERE seq = ?5 AND state IN (${legalFor("start")}) AND lease < ?2 AND attempts = ?3 - 1 AND version = ?6`;

/** False: the lease is not the current one, has lapsed, or the operation was ended meanwhile; nothing may be sent. */
export function start(
  session: Session,
  lease: Lease,
  attempt: { readonly number: number; readonly requestDigest: string },
): boolean {
  const claim = session.claims.held(lease.id, lease.lease);
  const now = session.now();
  if (claim === null || claim.until <= now) return false;
  const { number, requestDigest } = attempt;
  if (session.sql(update).run(now, lease.lease, number, requestDigest, claim.seq, claim.version).changes !== 1)
    return false;
  claim.attempt = { number, version: claim.version + 1, startedAt: now, requestDigest };
  return true;
}
