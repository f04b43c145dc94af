/**
 * What people, and rules on their behalf, do to an operation. Compares the version they saw, so that of two who act at
 * once one is told that he came second. Everything of a command is in one transaction, a child included.
 */
import { deskLine, isDeskCommand } from "@landline/outbox";
import type { Command, CommandResult, LifecycleCommand } from "@landline/outbox";
import { effectOf, reasonOf } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { plain } from "../row.ts";
import type { Session } from "../session.ts";
import { change } from "./change.ts";
import { atDesk } from "./desk.ts";
import { locateRow, lockById } from "./find.ts";
import { insertWithin } from "./insert.ts";
import { isOvertaken } from "./turn.ts";

const selectKey = "SELECT 1 FROM landline.request WHERE key = $2 AND scope = $1";
const selectDone = `SELECT 1 FROM landline.history WHERE seq = $1 AND version = $2 AND event = $3 AND actor = $4 AND because = $5`;

/**
 * Carries out a command, or says why not; then nothing was written.
 * @param again whether an earlier try may have been carried out
 */
export async function command(session: Session, tx: Queryable, order: Command, again: boolean): Promise<CommandResult> {
  const located = await lockById(session, tx, order.id);
  if (located === null) return { type: "not_found" };
  const { record, seq } = located;
  if (again && (await wasObeyed(tx, located, order))) {
    return { type: "done", operation: record, childId: order.type === "supersede" ? order.child.id : null };
  }
  const conflict: CommandResult = { type: "conflict", operation: record };
  if (order.version !== null && order.version !== record.version) return conflict;
  if (isDeskCommand(order)) return atDesk(session, tx, located, order);
  if (!(await mayBegin(tx, located, order))) return conflict;
  const mark = { event: order.type, actor: order.actor, because: reasonOf(order) };
  const state = await change(session, tx, located, [order.type], effectOf(record, order), mark);
  if (state === null) return conflict;
  const [child] = order.type === "supersede" ? await insertWithin(session, tx, [order.child], false) : [];
  const after = await locateRow(session, tx, seq);
  return { type: "done", operation: after?.record ?? record, childId: child?.id ?? null };
}

/** What the table of states cannot say. */
async function mayBegin(tx: Queryable, { record, seq, turn }: Located, order: LifecycleCommand): Promise<boolean> {
  switch (order.type) {
    case "redrive":
    case "resolve_not_sent":
      // An older opt-in must not be sent after a newer opt-out.
      return turn === null || !(await isOvertaken(tx, turn, seq));
    case "reconcile":
      // Where nothing was ever started there is nothing to ask about.
      return record.attemptsStarted > 0;
    case "supersede": {
      const { idempotencyScope, idempotencyKey } = order.child;
      return (await tx.rows(selectKey, [plain(idempotencyScope), plain(idempotencyKey)])).length === 0;
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

/** Whether the history has this very command, made from the version that was seen. */
async function wasObeyed(tx: Queryable, { record, seq }: Located, order: Command): Promise<boolean> {
  const version = order.version === null ? record.version : order.version + 1;
  const line = isDeskCommand(order) ? deskLine(order) : { event: order.type, because: reasonOf(order) };
  const values = [seq, version, line.event, plain(order.actor), plain(line.because)];
  return (await tx.rows(selectDone, values)).length > 0;
}
