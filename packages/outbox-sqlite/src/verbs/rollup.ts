/**
 * Reads sums: one row for each kind and span, however many operations they are of, and the minutes that are not in the
 * wider spans yet. What is snoozed is counted where it is noted, for it ends by the clock and not by a write.
 */
import type { Rollup, RollupRow, RollupSpan } from "@landline/outbox";
import { isLevel } from "@landline/outbox/storing";
import { allTime, readMark } from "../rollups.ts";
import { first, json, number, rows } from "../row.ts";
import type { Row } from "../row.ts";
import type { Session } from "../session.ts";

const minuteMs = 60_000;

const selectSpans =
  "SELECT start, counts FROM rollup WHERE span = ? AND kind = ? AND start >= ? AND start < ? ORDER BY start";
const selectOpen = "SELECT start, counts FROM rollup WHERE span = 1 AND kind = ? AND start > ?";
const selectAll = `SELECT counts FROM rollup WHERE span = ${allTime} AND kind = ? AND start = 0`;
const countSnoozed = `SELECT o.kind, count(*) FROM desk d JOIN operation o ON o.seq = d.seq
  WHERE d.snoozed_until > ? AND o.state + 0 = 7 GROUP BY o.kind`;

type Sums = Record<number, number>;

/** Sums of the spans that begin in a window, and where operations are now. */
export function rollup(
  session: Session,
  request: { readonly span: RollupSpan; readonly from: number; readonly to: number },
): Rollup {
  const { span } = request;
  const from = Math.ceil(request.from / minuteMs);
  const to = Math.ceil(request.to / minuteMs);
  const { since, folded } = readMark(session);
  const made: RollupRow[] = [];
  const levels: Rollup["levels"][number][] = [];
  for (const [kind, { account, operation }] of session.names.kinds.byId) {
    const spans = new Map<number, Sums>();
    const level: Sums = {};
    for (const row of rows(session.sql(selectSpans), span, kind, from, to)) {
      if (span > 1) spans.set(number(row, 0), sumsOf(row, 1));
    }
    for (const row of rows(session.sql(selectOpen), kind, span === 1 ? Math.min(folded, from - 1) : folded)) {
      const minute = number(row, 0);
      const start = Math.floor(minute / span) * span;
      const sums = start >= from && start < to ? (spans.get(start) ?? {}) : null;
      if (sums !== null) spans.set(start, sums);
      for (const [counter, by] of Object.entries(sumsOf(row, 1))) {
        const into = isLevel(Number(counter)) ? (minute > folded ? level : null) : sums;
        if (into !== null) into[Number(counter)] = (into[Number(counter)] ?? 0) + by;
      }
    }
    const all = first(session.sql(selectAll), kind);
    if (all !== null) {
      for (const [counter, by] of Object.entries(sumsOf(all, 0)))
        level[Number(counter)] = (level[Number(counter)] ?? 0) + by;
    }
    for (const [start, sums] of spans) {
      if (Object.keys(sums).length > 0) made.push({ account, operation, at: start * minuteMs, sums });
    }
    levels.push({ account, operation, sums: level });
  }
  return { at: session.now(), completeFrom: since, rows: made, levels, snoozed: snoozedBy(session) };
}

function snoozedBy(session: Session): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows(session.sql(countSnoozed), session.now())) {
    const { account } = session.names.kindOf(number(row, 0));
    counts.set(account, (counts.get(account) ?? 0) + number(row, 1));
  }
  return counts;
}

function sumsOf(row: Row, column: number): Sums {
  return (json(row, column) as Sums | null) ?? {};
}
