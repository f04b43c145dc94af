/**
 * The sums of the memory store, made the plain way: whatever a row's history and journal have more than last time is
 * counted. So it is a second opinion on the stores that count while they write.
 */
import type { Rollup, RollupRow, RollupSpan } from "../../ports/index.ts";
import { count, isLevel } from "../../storing/counters.ts";
import type { Row } from "./row.ts";

const minuteMs = 60_000;

/** Sums that can be added to. */
export interface MemoryRollup {
  /** Counts what a row has gone through since it was noted last. */
  note(row: Row, now: number): void;
  read(request: { readonly span: RollupSpan; readonly from: number; readonly to: number }): readonly RollupRow[];
  levels(): Rollup["levels"];
}

/** Makes empty sums. */
export function createMemoryRollup(): MemoryRollup {
  /** Account and operation → minute (−1: all time) → counter → sum. */
  const kinds = new Map<string, Map<number, Map<number, number>>>();
  const seen = new Map<string, { lines: number; attempts: number; acceptedAt: number | null }>();

  const sumsOf = ({ record }: Row, minute: number): Map<number, number> => {
    const key = `${record.account}\n${record.operation}`;
    const minutes = kinds.get(key) ?? new Map<number, Map<number, number>>();
    kinds.set(key, minutes);
    const sums = minutes.get(minute) ?? new Map<number, number>();
    minutes.set(minute, sums);
    return sums;
  };

  const rows = (wanted: (minute: number) => number | null): readonly RollupRow[] => {
    const made = new Map<string, RollupRow & { readonly sums: Record<number, number> }>();
    for (const [key, minutes] of kinds) {
      const [account = "", operation = ""] = key.split("\n");
      for (const [minute, sums] of minutes) {
        const at = wanted(minute);
        if (at === null) continue;
        const row = made.get(`${key}\n${at}`) ?? { account, operation, at, sums: {} };
        made.set(`${key}\n${at}`, row);
        for (const [counter, sum] of sums) row.sums[counter] = (row.sums[counter] ?? 0) + sum;
      }
    }
    return [...made.values()];
  };

  return {
    note(row, now) {
      const { record, history, attempts } = row;
      const known = seen.get(record.id) ?? { lines: 0, attempts: 0, acceptedAt: null };
      seen.set(record.id, known);
      const add = (counter: number, by: number): void => {
        const sums = sumsOf(row, isLevel(counter) ? -1 : Math.floor(now / minuteMs));
        sums.set(counter, (sums.get(counter) ?? 0) + by);
      };
      const ended = attempts.slice(known.attempts).find(({ endedAt }) => endedAt !== null) ?? null;
      if (ended !== null) known.attempts = ended.number;
      let outcome = ended?.outcome ?? null;
      for (const { at, before, after } of history.slice(known.lines)) {
        if (before === after || after === undefined || after === null) continue;
        const from = (before ?? null) as typeof record.state | null;
        const to = after as typeof record.state;
        const { acceptedAt } = known;
        // An attempt ends with the change that leaves `sending`.
        const withAttempt = from === "sending" ? outcome : null;
        if (from === "sending") outcome = null;
        count(
          {
            before: from,
            after: to,
            reason: record.parkedReason,
            outcome: withAttempt,
            kind: withAttempt === null ? (record.failure?.kind ?? null) : (ended?.failure?.kind ?? null),
            age: at - record.createdAt,
            ...(from === "accepted" && acceptedAt !== null ? { acceptedFor: at - acceptedAt } : {}),
          },
          add,
        );
        known.acceptedAt = to === "accepted" ? at : null;
      }
      known.lines = history.length;
    },
    read({ span, from, to }) {
      return rows((minute) => {
        const at = Math.floor(minute / span) * span * minuteMs;
        return minute >= 0 && at >= from && at < to ? at : null;
      });
    },
    levels: () => rows((minute) => (minute === -1 ? 0 : null)),
  };
}
