/**
 * Finding operations by text, without a random B-tree on the way in.
 *
 * An index on references or phone numbers dirties a page for each row that is accepted. So texts are indexed later, in
 * sorted runs of some thousand rows, which are appended to the end of one tree: that costs a twentieth. A search asks
 * each run once, newest first, until its page is full; rows that are not in a run yet are read one by one, and there
 * are never many of them.
 *
 * In a run: keys, references, recipients, and the provider's ids. One that becomes known after its run was written is
 * added to it.
 */
import { first, number, rows } from "../row.ts";
import type { Session } from "../session.ts";

/** Rows in a run. On disk: do not change. */
const runRows = 4_096;

/** Runs that may be missing while operations pour in; a search reads their rows one by one. */
const runsBehindMax = 2;

const insertRun = `INSERT OR IGNORE INTO term (run, text, seq) SELECT ?1, text, seq FROM (
    SELECT seq, key AS text FROM request WHERE seq >= ?2 AND seq < ?3
    UNION ALL SELECT seq, reference FROM request WHERE seq >= ?2 AND seq < ?3
    UNION ALL SELECT seq, recipient FROM request WHERE seq >= ?2 AND seq < ?3
    UNION ALL SELECT seq, provider_id FROM operation WHERE seq >= ?2 AND seq < ?3
  ) WHERE text IS NOT NULL ORDER BY text, seq`;
const insertTerm = "INSERT INTO term (run, text, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
const deleteTerm = "DELETE FROM term WHERE run = ? AND text = ? AND seq = ?";
const selectEqual = "SELECT seq FROM term WHERE run = ? AND text = ? AND seq < ?";
const selectRange = "SELECT DISTINCT seq FROM term WHERE run = ? AND text >= ? AND text < ? AND seq < ?";
const selectLastRun = "SELECT max(run) FROM term";

/** What is searched: one text, or everything that begins with it. */
export interface TextSearch {
  readonly text: string;
  readonly exact: boolean;
}

/** The run a row belongs to. */
export function runOf(seq: number): number {
  return Math.floor(seq / runRows);
}

/** First row that is in no run yet. */
export function unsortedFrom(session: Session): number {
  return runs(session) * runRows;
}

/** Called with each new row: writes a run when too many are missing. Most calls return at once. */
export function sortBehind(session: Session, seq: number): void {
  if (seq % runRows === 0) sortRuns(session, runsBehindMax, 1);
}

/**
 * Writes runs that are missing.
 * @param behind how many complete ones may stay missing
 * @param most how many are written at most
 */
export function sortRuns(session: Session, behind: number, most: number): void {
  for (let written = 0; written < most && runs(session) + behind < runOf(session.lastSeq); written += 1) {
    const run = runs(session);
    session.sql(insertRun).run(run, run * runRows, (run + 1) * runRows);
    session.runs = run + 1;
  }
}

/** Adds a text that became known after the run of its row was written. */
export function addTerm(session: Session, seq: number, text: string): void {
  const run = runOf(seq);
  if (run < runs(session)) session.sql(insertTerm).run(run, text, seq);
}

/** Forgets a text of a row. */
export function dropTerm(session: Session, seq: number, text: string): void {
  session.sql(deleteTerm).run(runOf(seq), text, seq);
}

/** Rows of one run that have the text, below `before`, in no order. */
export function rowsInRun(session: Session, run: number, search: TextSearch, before: number): readonly number[] {
  const found = search.exact
    ? rows(session.sql(selectEqual), run, search.text, before)
    : rows(session.sql(selectRange), run, search.text, endOf(search.text), before);
  return found.map((row) => number(row, 0));
}

/** The first text that no longer begins with `prefix`, in SQLite's order of bytes. */
export function endOf(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}

/** How many runs are written; read from the table after an opening or a roll-back. */
function runs(session: Session): number {
  if (session.runs === null) {
    const last = first(session.sql(selectLastRun));
    session.runs = last === null || last[0] === null ? 0 : number(last, 0) + 1;
  }
  return session.runs;
}
