/**
 * An operation's history, told from what a store keeps: one line for each attempt that began and ended, one for each
 * change that no attempt explains. The order is that of the versions, not of the clocks: an attempt's end is dated by the
 * worker, a receipt by the provider, and only the store saw them all.
 */
import type { AttemptRecord, HistoryRecord, OperationRecord } from "../ports/index.ts";

/** An attempt and the versions of the operation that its start and its end made. `endedVersion` null: under way. */
export interface ToldAttempt {
  readonly attempt: AttemptRecord;
  readonly startedVersion: number;
  readonly endedVersion: number | null;
}

/** A line that was written because no attempt says it. */
export interface ToldLine {
  readonly version: number;
  readonly at: number;
  /** The lifecycle event, or the name of something that changes no state. */
  readonly verb: string;
  readonly actor: string;
  readonly because: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** Who acts when nobody does. */
export const automatic = "landline";

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

const quietEvents: ReadonlySet<string> = new Set(Object.values(quietNames));

interface Ordered {
  readonly order: number;
  readonly line: HistoryRecord;
}

/** Tells it. @param creator who handed the operation over */
export function historyOf(
  record: Pick<OperationRecord, "createdAt">,
  creator: string,
  attempts: readonly ToldAttempt[],
  written: readonly ToldLine[],
): readonly HistoryRecord[] {
  const lines: Ordered[] = [{ order: 1, line: entry(record.createdAt, "operation.queued", creator, null) }];
  for (const { attempt, startedVersion, endedVersion } of attempts) {
    const begun = entry(attempt.startedAt, "operation.sending", automatic, `attempt ${attempt.number}`);
    lines.push({ order: startedVersion, line: begun });
    if (endedVersion === null) continue;
    const decision = attempt.decision ?? "";
    const event = `operation.${stateAfter[decision] ?? decision}`;
    const ended = entry(attempt.endedAt ?? attempt.startedAt, event, automatic, attempt.because);
    lines.push({ order: endedVersion, line: ended });
  }
  // A change that closed an attempt left a line of its own; then the attempt's is the same and is not shown twice.
  const told = new Set<number>();
  for (const { version, at, verb, actor, because, before, after } of written) {
    const changed = before !== null && before !== after;
    const name = changed ? `operation.${after ?? ""}` : (quietNames[verb] ?? verb);
    if (changed) told.add(version);
    lines.push({ order: version + 0.5, line: { ...entry(at, name, actor, because), before, after } });
  }
  return joined(
    lines
      .filter(({ order, line }) => order === 1 || line.event === "operation.sending" || !told.has(order))
      .toSorted((left, right) => left.order - right.order)
      .map(({ line }) => line),
  );
}

/** Every line begins in the state the one before it ended in. */
function joined(lines: readonly HistoryRecord[]): readonly HistoryRecord[] {
  let state: string | null = null;
  return lines.map((line) => {
    const before = state;
    state = quietEvents.has(line.event) ? state : line.event.slice("operation.".length);
    return { ...line, before, after: state };
  });
}

function entry(at: number, event: string, actor: string, because: string | null): HistoryRecord {
  return { at, event, actor, because };
}
