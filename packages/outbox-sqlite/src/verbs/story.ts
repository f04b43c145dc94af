/** Everything about one operation. */
import type { OperationStory } from "@landline/outbox";
import { historyOf } from "@landline/outbox/storing";
import type { Row } from "../row.ts";
import { attemptColumns, first, integer, number, readAttempt, rows, text } from "../row.ts";
import type { Session } from "../session.ts";
import { locate } from "./find.ts";
import { receiptsOf } from "./receive.ts";
import { openAttempt } from "./rescue.ts";

const selectAttempts = `SELECT ${attemptColumns} FROM attempt WHERE seq = ? ORDER BY number`;
const selectHistory =
  "SELECT version, at, event, actor, because, before, after FROM history WHERE seq = ? ORDER BY version, id";
const selectChildren =
  "SELECT o.id FROM request r JOIN operation o ON o.seq = r.seq WHERE r.parent_id = ? AND r.parent_id IS NOT NULL ORDER BY o.seq";
const selectActor = "SELECT actor FROM request WHERE seq = ?";
const selectOpenVersion = "SELECT attempt_version FROM operation WHERE seq = ?";

/** The story of an operation, or null when there is none. */
export function story(session: Session, id: string): OperationStory | null {
  const located = locate(session, id);
  if (located === null) return null;
  const { record, seq } = located;
  const begun = rows(session.sql(selectAttempts), seq).map(readTold);
  const open = record.state === "sending" ? openAttempt(session, seq) : null;
  if (open !== null) {
    const version = first(session.sql(selectOpenVersion), seq);
    const startedVersion = version === null ? record.version : number(version, 0);
    begun.push({ attempt: open, startedVersion, endedVersion: null });
  }
  const creator = first(session.sql(selectActor), seq);
  const written = rows(session.sql(selectHistory), seq).map(readLine);
  return {
    operation: record,
    attempts: begun.map(({ attempt }) => attempt),
    receipts: receiptsOf(session, seq),
    history: historyOf(record, (creator && text(creator, 0)) ?? "", begun, written),
    childIds: rows(session.sql(selectChildren), id).map((row) => text(row, 0) ?? ""),
  };
}

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
