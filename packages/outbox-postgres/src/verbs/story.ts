/**
 * Everything about one operation, as one line after the other. The order is that of the versions, not of the clocks:
 * an attempt's end is dated by the worker, a receipt by the provider, and only the store saw them all.
 */
import type { HistoryRecord, OperationStory } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import { attemptColumns, number, readAttempt, text } from "../row.ts";
import type { Session } from "../session.ts";
import { automatic } from "./chronicle.ts";
import { locate } from "./find.ts";
import { receiptsOf } from "./receive.ts";

const selectAttempts = `SELECT ${attemptColumns} FROM landline.attempt WHERE seq = $1 ORDER BY number`;
const selectOpen = `SELECT attempts, attempt_lease, attempt_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, attempt_digest, attempt_version
  FROM landline.operation WHERE seq = $1 AND state = 1`;
const selectHistory =
  "SELECT version, at, event, actor, because, before, after FROM landline.history WHERE seq = $1 ORDER BY version, id";
const selectChildren = "SELECT id FROM landline.request WHERE parent_id = $1 AND parent_id IS NOT NULL ORDER BY seq";
const selectActor = "SELECT actor FROM landline.request WHERE seq = $1";

/** The state after an attempt was settled so: what the event is called. */
const stateAfter: Readonly<Record<string, string>> = {
  accept: "accepted",
  retry: "retrying",
  hold: "retrying",
  reconcile: "reconciling",
  park: "parked",
  expire: "expired",
};

/** Events that change no state have names of their own. */
const quietNames: Readonly<Record<string, string>> = {
  presume: "operation.presumed",
  rescue: "operation.rescued",
  witness: "operation.witnessed",
  assigned: "operation.assigned",
  snoozed: "operation.snoozed",
  woken: "operation.woken",
  commented: "operation.commented",
};

interface Ordered {
  readonly order: number;
  readonly line: HistoryRecord;
}

/** The story of an operation, or null when there is none. In one snapshot, so that its parts agree. */
export async function story(session: Session, db: Queryable, id: string): Promise<OperationStory | null> {
  const located = await locate(session, db, id);
  if (located === null) return null;
  const { record, seq } = located;
  const ended = await db.rows(selectAttempts, [seq]);
  const [open] = await db.rows(selectOpen, [seq]);
  const attempts = [...ended, ...(open === undefined ? [] : [open])].map((row) => readAttempt(row));
  const [creator] = await db.rows(selectActor, [seq]);
  const lines: Ordered[] = [
    { order: 1, line: entry(record.createdAt, "operation.queued", (creator && text(creator, 0)) ?? "", null) },
  ];
  for (const row of ended) {
    const attempt = readAttempt(row);
    const decision = attempt.decision ?? "";
    lines.push({ order: number(row, 13), line: begun(attempt.startedAt, attempt.number) });
    lines.push({
      order: number(row, 14),
      line: entry(
        attempt.endedAt ?? attempt.startedAt,
        `operation.${stateAfter[decision] ?? decision}`,
        automatic,
        attempt.because,
      ),
    });
  }
  if (open !== undefined) {
    const { startedAt, number: attemptNumber } = readAttempt(open);
    lines.push({ order: number(open, 13), line: begun(startedAt, attemptNumber) });
  }
  // A change that closed an attempt left a line of its own; then the attempt's is the same and is not shown twice.
  const told = new Set<number>();
  for (const row of await db.rows(selectHistory, [seq])) {
    const verb = text(row, 2) ?? "";
    const before = text(row, 5);
    const after = text(row, 6);
    const changed = before !== null && before !== after;
    const name = changed ? `operation.${after ?? ""}` : (quietNames[verb] ?? verb);
    const line: HistoryRecord = { ...entry(number(row, 1), name, text(row, 3) ?? "", text(row, 4)), before, after };
    if (changed) told.add(number(row, 0));
    lines.push({ order: number(row, 0) + 0.5, line });
  }
  const history = joined(
    lines
      .filter(({ order, line }) => order === 1 || line.event === "operation.sending" || !told.has(order))
      .toSorted((left, right) => left.order - right.order)
      .map(({ line }) => line),
  );
  const childIds = (await db.rows(selectChildren, [record.id])).map((row) => text(row, 0) ?? "");
  return { operation: record, attempts, receipts: await receiptsOf(db, seq), history, childIds };
}

/** Every line begins in the state the one before it ended in. */
function joined(lines: readonly HistoryRecord[]): readonly HistoryRecord[] {
  let state: string | null = null;
  return lines.map((line) => {
    const before = state;
    const quiet = Object.values(quietNames).includes(line.event);
    state = quiet ? state : line.event.slice("operation.".length);
    return { ...line, before, after: state };
  });
}

function begun(at: number, attemptNumber: number): HistoryRecord {
  return entry(at, "operation.sending", automatic, `attempt ${attemptNumber}`);
}

function entry(at: number, event: string, actor: string, because: string | null): HistoryRecord {
  return { at, event, actor, because };
}
