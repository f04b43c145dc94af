/** A person at the review queue: notes whose something is, puts it off, sends it again, or throws it away. */
import type { Outbox, VerbResult } from "@landline/outbox";
import type { Random } from "../random.ts";
import { between } from "../random.ts";
import type { Row } from "./tallies.ts";

/**
 * Does one thing to an operation that is parked, with the version that is seen there now.
 * @param mayResend not where the store forgets what a person did: nobody could tell it from what never happened
 */
export async function workOn(
  outbox: Outbox,
  { record }: Row,
  random: Random,
  now: number,
  mayResend: boolean,
): Promise<VerbResult> {
  const { id, version } = record;
  const by = { actor: "a person", reason: "somebody has to", version };
  const dice = random();
  if (dice < 0.25) return outbox.assign(id, random() < 0.8 ? "ada" : null, by);
  if (dice < 0.5) return outbox.snooze(id, random() < 0.8 ? now + between(random, 1, 60_000) : null, by);
  if (dice < 0.6) return outbox.comment(id, by);
  if (dice < 0.7) return outbox.reconcile(id, by);
  if (dice < 0.75 || !mayResend) return outbox.discard(id, by);
  return outbox.retry(id, by);
}
