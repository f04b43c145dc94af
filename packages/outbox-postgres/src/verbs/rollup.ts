/**
 * Sums of what happens. Every statement that changes operations appends what it adds to `rollup_part`, so that a sum
 * can never differ from the rows, whoever dies when, and no two writers wait for one row. Folding moves what was
 * appended into one row for each span, kind and counter; a reader adds both, in one statement and so of one instant.
 */
import { rollupKeptMs, rollupSpans } from "@landline/outbox";
import type { Rollup, RollupRow, RollupSpan } from "@landline/outbox";
import { count, levelRange } from "@landline/outbox/storing";
import type { Counted } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import { nowMs, number } from "../row.ts";
import type { Session } from "../session.ts";

const minuteMs = 60_000;

/** The running minute, in SQL. */
export const nowMinute = `${nowMs} / ${minuteMs}`;

const isLevel = `counter BETWEEN ${levelRange[0]} AND ${levelRange[1]}`;
const append = `INSERT INTO landline.rollup_part (minute, kind, counter, n)
  SELECT ${nowMinute}, (SELECT id FROM landline.kind WHERE account = $1 AND operation = $2), abs(c), sign(c) FROM unnest($3::integer[]) AS c`;
const tryLock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 10))";
const fold = `WITH gone AS (DELETE FROM landline.rollup_part RETURNING minute, kind, counter, n)
  INSERT INTO landline.rollup (span, kind, start, counter, n)
  SELECT s.span, g.kind, CASE s.span WHEN 0 THEN 0 ELSE g.minute / s.span * s.span END AS start, g.counter, sum(g.n)
  FROM gone g JOIN (VALUES (0), (${rollupSpans.join("), (")})) AS s(span) ON (s.span = 0) = (g.counter BETWEEN ${levelRange[0]} AND ${levelRange[1]})
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (span, kind, start, counter) DO UPDATE SET n = rollup.n + excluded.n`;
const dropOld = `DELETE FROM landline.rollup WHERE ${rollupSpans
  .map((span) => `(span = ${span} AND start < ${nowMinute} - ${rollupKeptMs[span] / minuteMs})`)
  .join(" OR ")}`;
const selectSums = `WITH sums AS (
    SELECT kind, start, counter, n FROM landline.rollup WHERE span = $1 AND start >= $2 AND start < $3
    UNION ALL SELECT kind, minute / $1 * $1, counter, n FROM landline.rollup_part
      WHERE minute / $1 * $1 >= $2 AND minute / $1 * $1 < $3 AND NOT (${isLevel})
    UNION ALL SELECT kind, -1, counter, n FROM landline.rollup WHERE span = 0
    UNION ALL SELECT kind, -1, counter, n FROM landline.rollup_part WHERE ${isLevel}
  ), added AS (SELECT kind, start, counter, sum(n)::bigint AS n FROM sums GROUP BY 1, 2, 3)
  SELECT k.account, k.operation, a.start, json_object_agg(a.counter, a.n)
  FROM added a JOIN landline.kind k ON k.id = a.kind WHERE a.n <> 0 GROUP BY 1, 2, 3 ORDER BY 3`;
/** Counting began with the migration that brought the tables. */
const selectMark = `SELECT floor(extract(epoch FROM applied_at) * 1000)::bigint, ${nowMs} FROM landline.migration WHERE name = '0005-rollup'`;
const countSnoozed = `SELECT k.account, count(*) FROM landline.desk d JOIN landline.operation o ON o.seq = d.seq JOIN landline.kind k ON k.id = o.kind
  WHERE d.snoozed_until > ${nowMs} AND o.state + 0 = 7 GROUP BY 1`;

/** What a change adds to, for a statement that appends it: counters, those that lose one with a minus. */
export function signedCounters(what: Counted): number[] {
  const counters: number[] = [];
  count(what, (counter, by) => {
    counters.push(by * counter);
  });
  return counters;
}

/** Appends what changes of operations of one kind add to. */
export async function addTo(
  tx: Queryable,
  kind: { readonly account: string; readonly operation: string },
  counters: readonly number[],
): Promise<void> {
  if (counters.length > 0) await tx.rows(append, [kind.account, kind.operation, counters]);
}

/** Folds what was appended; does nothing while another process does it. */
export async function foldRollups(session: Session): Promise<void> {
  await session.db.transaction(async (tx) => {
    const [row] = await tx.rows(tryLock, [session.db.options.schema]);
    if (row?.[0] !== true) return;
    await tx.rows(fold);
    await tx.rows(dropOld);
  });
}

/** Sums of the spans that begin in a window, and where operations are now. */
export async function rollup(
  db: Queryable,
  request: { readonly span: RollupSpan; readonly from: number; readonly to: number },
): Promise<Rollup> {
  const [from, to] = [Math.ceil(request.from / minuteMs), Math.ceil(request.to / minuteMs)];
  const made: RollupRow[] = [];
  const levels: Rollup["levels"][number][] = [];
  for (const row of await db.rows(selectSums, [request.span, from, to])) {
    const [account, operation] = [String(row[0]), String(row[1])];
    const sums = row[3] as Readonly<Record<number, number>>;
    if (number(row, 2) < 0) levels.push({ account, operation, sums });
    else made.push({ account, operation, at: number(row, 2) * minuteMs, sums });
  }
  const [mark] = await db.rows(selectMark);
  if (mark === undefined) throw new Error("the sums have no beginning");
  const snoozed = new Map((await db.rows(countSnoozed)).map((row) => [String(row[0]), number(row, 1)]));
  return { at: number(mark, 1), completeFrom: number(mark, 0), rows: made, levels, snoozed };
}
