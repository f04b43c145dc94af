/**
 * A worker that lost its lease brings an acceptance all the same. It is a fact: it is never dropped, and it settles
 * whatever doubt there is. Only an operation that people ended, or that is accepted already, keeps its state; then the
 * line in the history is all there is, and a person can see that the provider may have done it twice.
 */
import type { AttemptResult, Lease } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import type { Session } from "../session.ts";
import { change } from "./change.ts";
import { automatic, note } from "./chronicle.ts";
import { lockById } from "./find.ts";

/** Keeps the evidence, and accepts the operation where that is legal. */
export async function witness(
  session: Session,
  tx: Queryable,
  lease: Lease,
  attempt: AttemptResult,
  providerId: string,
): Promise<void> {
  const located = await lockById(session, tx, lease.id);
  if (located === null) return;
  const { record, seq } = located;
  const because = `attempt ${attempt.number} (lease ${lease.lease}) was accepted as ${providerId}, told late`;
  const open = record.state === "sending" && record.attemptsStarted === attempt.number ? attempt : null;
  const mark = { event: "witness", actor: automatic, because };
  const history = { ...record.history, doubtOpen: false };
  const what = { due: null, providerId, failure: null, reason: null, history };
  const after = record.providerId === null ? await change(session, tx, located, ["accept"], what, mark, open) : null;
  if (after === null)
    await note(tx, { seq, version: record.version, ...mark, before: record.state, after: record.state });
}
