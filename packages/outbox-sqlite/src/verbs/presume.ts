/**
 * Gives everything that waits and is due the record of an attempt nobody saw, as if the process before had died right
 * after starting all of it: the way in which a database that was put back from a backup says "this may have been sent".
 */
import type { Presumption } from "@landline/outbox";
import { leaseLeap, waiting } from "@landline/outbox/storing";
import { first, number } from "../row.ts";
import type { Session } from "../session.ts";
import { audit } from "./ledgers.ts";

const selectState = "SELECT state FROM operation WHERE seq = ?";
const raiseLease = "UPDATE operation SET lease = max(lease, ?2) WHERE seq = ?1";
const suspects = `${waiting} AND due <= ?1`;
const noteAll = `INSERT INTO history (seq, version, at, event, actor, because, before, after)
  SELECT seq, version + 1, ?1, 'presume', ?2, ?3, NULL, NULL FROM operation WHERE ${suspects}`;
const presumeAll = `UPDATE operation SET state = 1, version = version + 1, due = NULL, updated_at = ?1, lease = lease + ${leaseLeap}, attempts = attempts + 1,
  attempt_at = max(due, ?2), attempt_lease = lease + ${leaseLeap}, attempt_version = version + 1, attempt_digest = NULL, room = NULL WHERE ${suspects}`;
const askAnew = `UPDATE operation SET lease = lease + ${leaseLeap}, absences = 0, look_failures = 0 WHERE state = 3`;

/** Presumes; returns how many. */
export function presumeStarted(session: Session, { actor, because, since }: Presumption): number {
  const now = session.now();
  // Numbers that were handed out and not written yet are written, so that the next one is greater.
  for (const claim of session.claims.all()) {
    const row = first(session.sql(selectState), claim.seq);
    if (row === null || number(row, 0) === 1) continue;
    session.sql(raiseLease).run(claim.seq, claim.lease);
    session.claims.end(claim.seq);
  }
  session.sql(noteAll).run(now, actor, because);
  const { changes } = session.sql(presumeAll).run(now, since ?? 0);
  session.sql(askAnew).run();
  audit(session, { actor, event: "store.presumed", subject: `${changes} operations`, because });
  return Number(changes);
}
