/** Everything about one operation, in one snapshot, so that its parts agree. */
import type { OperationStory } from "@landline/outbox";
import { historyOf } from "@landline/outbox/storing";
import type { Queryable, Row } from "../database.ts";
import { attemptColumns, integer, number, readAttempt, text } from "../row.ts";
import type { Session } from "../session.ts";
import { locate } from "./find.ts";
import { receiptsOf } from "./receive.ts";

const selectAttempts = `SELECT ${attemptColumns} FROM landline.attempt WHERE seq = $1 ORDER BY number`;
const selectOpen = `SELECT attempts, attempt_lease, attempt_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, attempt_digest, attempt_version
  FROM landline.operation WHERE seq = $1 AND state = 1`;
const selectHistory =
  "SELECT version, at, event, actor, because, before, after FROM landline.history WHERE seq = $1 ORDER BY version, id";
const selectChildren = "SELECT id FROM landline.request WHERE parent_id = $1 AND parent_id IS NOT NULL ORDER BY seq";
const selectActor = "SELECT actor FROM landline.request WHERE seq = $1";

/** The story of an operation, or null when there is none. */
export async function story(session: Session, db: Queryable, id: string): Promise<OperationStory | null> {
  const located = await locate(session, db, id);
  if (located === null) return null;
  const { record, seq } = located;
  const begun = [...(await db.rows(selectAttempts, [seq])), ...(await db.rows(selectOpen, [seq]))].map(readTold);
  const [creator] = await db.rows(selectActor, [seq]);
  const written = (await db.rows(selectHistory, [seq])).map(readLine);
  return {
    operation: record,
    attempts: begun.map(({ attempt }) => attempt),
    receipts: await receiptsOf(db, seq),
    history: historyOf(record, (creator && text(creator, 0)) ?? "", begun, written),
    childIds: (await db.rows(selectChildren, [record.id])).map((row) => text(row, 0) ?? ""),
  };
}

/** A row of the attempts, or of the one that is open. */
function readTold(row: Row): Parameters<typeof historyOf>[2][number] {
  return { attempt: readAttempt(row), startedVersion: number(row, 13), endedVersion: integer(row, 14) };
}

function readLine(row: Row): Parameters<typeof historyOf>[3][number] {
  return {
    version: number(row, 0),
    at: number(row, 1),
    verb: text(row, 2) ?? "",
    actor: text(row, 3) ?? "",
    because: text(row, 4),
    before: text(row, 5),
    after: text(row, 6),
  };
}
