/**
 * What people, and rules on their behalf, do to an operation. Compares the version they saw, so that of two who act at
 * once one is told that he came second. Everything of a command is in one transaction, a child included.
 */
import { isDeskCommand } from "@landline/outbox";
import type { Command, CommandResult, LifecycleCommand } from "@landline/outbox";
import { effectOf, reasonOf } from "@landline/outbox/storing";
import { hashText } from "../hash-index.ts";
import type { Located } from "../row.ts";
import type { Session } from "../session.ts";
import type { Change } from "./change.ts";
import { change } from "./change.ts";
import { atDesk } from "./desk.ts";
import { locate, noteProviderId } from "./find.ts";
import { findKey, insert, keyText } from "./insert.ts";
import { isOvertaken } from "./turn.ts";

/** Carries out a command, or says why not; then nothing was written. */
export function command(session: Session, order: Command): CommandResult {
  const located = locate(session, order.id);
  if (located === null) return { type: "not_found" };
  const { record } = located;
  const conflict: CommandResult = { type: "conflict", operation: record };
  if (order.version !== null && order.version !== record.version) return conflict;
  if (isDeskCommand(order)) return atDesk(session, located, order);
  if (!mayBegin(session, located, order)) return conflict;
  const mark = { event: order.type, actor: order.actor, because: reasonOf(order) };
  const state = change(session, located, [order.type], effect(session, located, order), mark);
  if (state === null) return conflict;
  const childId = order.type === "supersede" ? insert(session, order.child).id : null;
  if (order.type === "resolve_sent" && order.providerId !== null) {
    noteProviderId(session, located.seq, order.providerId);
  }
  return { type: "done", operation: locate(session, order.id)?.record ?? record, childId };
}

/** What the table of states cannot say. */
function mayBegin(session: Session, located: Located, order: LifecycleCommand): boolean {
  const { record, seq, turn } = located;
  switch (order.type) {
    case "redrive":
    case "resolve_not_sent":
      // An older opt-in must not be sent after a newer opt-out.
      return turn === null || !isOvertaken(session, turn, seq);
    case "reconcile":
      // Where nothing was ever started there is nothing to ask about.
      return record.attemptsStarted > 0;
    case "supersede": {
      const { idempotencyScope, idempotencyKey } = order.child;
      return (
        findKey(session, hashText(keyText(idempotencyScope, idempotencyKey)), idempotencyScope, idempotencyKey) === null
      );
    }
    case "cancel":
    case "discard":
    case "park":
    case "resolve_sent":
      return true;
    default:
      return order satisfies never;
  }
}

function effect(session: Session, { record }: Located, order: LifecycleCommand): Change {
  const { due, ...what } = effectOf(record, order);
  return due === undefined ? what : { ...what, due: due === "now" ? session.now() : due };
}
