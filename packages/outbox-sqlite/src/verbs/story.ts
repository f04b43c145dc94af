/**
 * Everything about one operation, as one line after the other. The order is that of the versions, not of the clocks:
 * an attempt's end is dated by the worker, a receipt by the provider, and only the store saw them all.
 */
import type { HistoryRecord, OperationStory } from "@landline/outbox";
import { attemptColumns, first, number, readAttempt, rows, text } from "../row.ts";
import type { Session } from "../session.ts";
import { automatic } from "./chronicle.ts";
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

/** The story of an operation, or null when there is none. */
export function story(session: Session, id: string): OperationStory | null {
  const located = locate(session, id);
  if (located === null) return null;
  const { record, seq } = located;
  const ended = rows(session.sql(selectAttempts), seq);
  const open = record.state === "sending" ? openAttempt(session, seq) : null;
  const attempts = [...ended.map(readAttempt), ...(open === null ? [] : [open])];
  const creator = first(session.sql(selectActor), seq);
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
  if (open !== null) {
    const version = first(session.sql(selectOpenVersion), seq);
    lines.push({
      order: version === null ? record.version : number(version, 0),
      line: begun(open.startedAt, open.number),
    });
  }
  // A change that closed an attempt left a line of its own; then the attempt's is the same and is not shown twice.
  const told = new Set<number>();
  for (const row of rows(session.sql(selectHistory), seq)) {
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
  const childIds = rows(session.sql(selectChildren), id).map((row) => text(row, 0) ?? "");
  return { operation: record, attempts, receipts: receiptsOf(session, seq), history, childIds };
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
