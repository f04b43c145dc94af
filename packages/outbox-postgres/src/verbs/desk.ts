/**
 * What people note about a parked operation while they work through the queue. The version moves, so that two people
 * see each other; state and `updated_at`, which say since when it is parked, stay.
 */
import { deskLine } from "@landline/outbox";
import type { CommandResult, DeskCommand } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { plain } from "../row.ts";
import type { Session } from "../session.ts";
import { note } from "./chronicle.ts";
import { locateRow } from "./find.ts";

const touch =
  "UPDATE landline.operation SET version = version + 1 WHERE seq = $1 AND version = $2 AND state = 7 RETURNING seq";
const putAssignee =
  "INSERT INTO landline.desk (seq, assignee) VALUES ($1, $2) ON CONFLICT (seq) DO UPDATE SET assignee = excluded.assignee";
const putSnooze =
  "INSERT INTO landline.desk (seq, snoozed_until) VALUES ($1, $2) ON CONFLICT (seq) DO UPDATE SET snoozed_until = excluded.snoozed_until";
const endSnooze = "UPDATE landline.desk SET snoozed_until = NULL WHERE seq = $1 AND snoozed_until IS NOT NULL";

/** Carries out a desk command on a locked row whose version was compared, or says why not. */
export async function atDesk(
  session: Session,
  tx: Queryable,
  { record, seq }: Located,
  command: DeskCommand,
): Promise<CommandResult> {
  if ((await tx.rows(touch, [seq, record.version])).length === 0) return { type: "conflict", operation: record };
  if (command.type === "assign") await tx.rows(putAssignee, [seq, plain(command.assignee)]);
  if (command.type === "snooze") await tx.rows(putSnooze, [seq, command.until]);
  const { event, because } = deskLine(command);
  const { actor } = command;
  await note(tx, { seq, version: record.version + 1, event, actor, because, before: "parked", after: "parked" });
  return { type: "done", operation: (await locateRow(session, tx, seq))?.record ?? record, childId: null };
}

/** An operation leaves the queue: it is put off no more. */
export async function leaveDesk(tx: Queryable, seq: number): Promise<void> {
  await tx.rows(endSnooze, [seq]);
}
