/**
 * What people note about a parked operation while they work through the queue. The version moves, so that two people
 * see each other; state and `updated_at`, which say since when it is parked, stay.
 */
import type { CommandResult, DeskCommand } from "@landline/outbox";
import { deskLine } from "@landline/outbox";
import type { Located } from "../row.ts";
import type { Session } from "../session.ts";
import { note } from "./chronicle.ts";
import { locateRow } from "./find.ts";

const touch = "UPDATE operation SET version = version + 1 WHERE seq = ? AND version = ? AND state = 7";
const putAssignee =
  "INSERT INTO desk (seq, assignee) VALUES (?, ?) ON CONFLICT (seq) DO UPDATE SET assignee = excluded.assignee";
const putSnooze =
  "INSERT INTO desk (seq, snoozed_until) VALUES (?, ?) ON CONFLICT (seq) DO UPDATE SET snoozed_until = excluded.snoozed_until";
const endSnooze = "UPDATE desk SET snoozed_until = NULL WHERE seq = ? AND snoozed_until IS NOT NULL";

/** Carries out a desk command on a row whose version was compared, or says why not. */
export function atDesk(session: Session, { record, seq }: Located, command: DeskCommand): CommandResult {
  if (session.sql(touch).run(seq, record.version).changes !== 1) return { type: "conflict", operation: record };
  if (command.type === "assign") session.sql(putAssignee).run(seq, command.assignee);
  if (command.type === "snooze") session.sql(putSnooze).run(seq, command.until);
  const { event, because } = deskLine(command);
  note(session, {
    seq,
    version: record.version + 1,
    event,
    actor: command.actor,
    because,
    before: "parked",
    after: "parked",
  });
  return { type: "done", operation: locateRow(session, seq)?.record ?? record, childId: null };
}

/** An operation leaves the queue: it is put off no more. */
export function leaveDesk(session: Session, seq: number): void {
  session.sql(endSnooze).run(seq);
}
