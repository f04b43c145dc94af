import type { DatabaseSync, StatementSync } from "node:sqlite";
/**
 * Sums of what happens, written with what happens: each batch adds to one short row for each kind of operation (account
 * and operation) it touched, before its commit. A sum can therefore not differ from the rows, whenever the process dies.
 *
 * The running minute is in memory, so that a batch writes and never reads. When a minute is over it is added once to
 * its quarter of an hour, its hour and to all time; readers add the minutes since then themselves. All of it is this
 * process's own, because it is the only owner of the file.
 */
import { rollupKeptMs, rollupSpans } from "@landline/outbox";
import { ageCounter, count, isLevel, levelCounter } from "@landline/outbox/storing";
import type { Counted } from "@landline/outbox/storing";
import type { Dimensions } from "./dimensions.ts";

/** What sums need of the session they belong to. */
export interface RollupSession {
  readonly names: Pick<Dimensions, "kinds">;
  now(): number;
  sql(text: string): StatementSync;
}

/** A counter's sum by its number. */
type Counts = Map<number, number>;

const minuteMs = 60_000;
/** The span of all time, in which only levels are kept. */
export const allTime = 0;

const put =
  "INSERT INTO rollup (span, kind, start, counts) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET counts = excluded.counts";
const selectOne = "SELECT counts FROM rollup WHERE span = ? AND kind = ? AND start = ?";
const selectMinutes = "SELECT start, counts FROM rollup WHERE span = 1 AND kind = ? AND start > ? AND start <= ?";
const selectMark = "SELECT since, folded FROM rollup_mark";
const updateMark = "UPDATE rollup_mark SET folded = ?";
const dropOld = "DELETE FROM rollup WHERE span = ? AND kind = ? AND start < ?";

const askedFor: Counted = { before: null, after: "queued" };
const acceptedAtOnce: Counted = { before: "sending", after: "accepted", outcome: "accepted" };

/** See the head of this file. */
export class Rollups {
  readonly #session: RollupSession;
  /** What the batch at hand adds, by kind. */
  readonly #added = new Map<number, Counts>();
  /** The minute whose sums are in memory; −1: none is. */
  #minute = -1;
  readonly #running = new Map<number, Counts>();
  /** The kind that was counted last, and its additions: most batches have one kind. */
  #kind = -1;
  #counts: Counts = new Map();
  /** Of that kind, the two changes nearly everything goes through, not added yet: a number each, not a map. */
  #asked = 0;
  #accepted = 0;

  constructor(session: RollupSession) {
    this.#session = session;
  }

  /** Counts a change of an operation of this kind. Written with the batch. */
  count(kind: number, what: Counted): void {
    if (kind !== this.#kind) this.#turnTo(kind);
    count(what, this.#add);
  }

  /** One was asked for. As `count`, for the hot path. */
  asked(kind: number): void {
    if (kind !== this.#kind) this.#turnTo(kind);
    this.#asked += 1;
  }

  /** One was accepted at its attempt, so many milliseconds after it was asked for. As `count`, for the hot path. */
  accepted(kind: number, age: number): void {
    if (kind !== this.#kind) this.#turnTo(kind);
    this.#accepted += 1;
    this.#add(ageCounter(age), 1);
  }

  /** Writes what the batch adds. The last thing before its commit. */
  flush(): void {
    if (this.#added.size === 0) return;
    this.#addCommon();
    const minute = Math.floor(this.#session.now() / minuteMs);
    // The clock may have been set back before this start: what is folded is closed, so its sums go on after it.
    if (minute > this.#minute) this.#begin(Math.max(minute, readMark(this.#session).folded + 1));
    for (const [kind, added] of this.#added) {
      const running = this.#running.get(kind);
      if (running === undefined) this.#running.set(kind, added);
      else for (const [counter, by] of added) running.set(counter, (running.get(counter) ?? 0) + by);
      this.#session.sql(put).run(1, kind, this.#minute, written(running ?? added));
    }
    this.#forgetAdded();
  }

  /** What was added did not happen; what is in memory is read again. */
  rolledBack(): void {
    this.#forgetAdded();
    this.#running.clear();
    this.#minute = -1;
  }

  #forgetAdded(): void {
    this.#added.clear();
    this.#kind = -1;
    this.#asked = 0;
    this.#accepted = 0;
  }

  #addCommon(): void {
    const asked = this.#asked;
    const accepted = this.#accepted;
    this.#asked = 0;
    this.#accepted = 0;
    if (asked > 0) count(askedFor, (counter, by) => this.#add(counter, by * asked));
    if (accepted > 0) count(acceptedAtOnce, (counter, by) => this.#add(counter, by * accepted));
  }

  #turnTo(kind: number): void {
    this.#addCommon();
    this.#kind = kind;
    this.#counts = this.#added.get(kind) ?? new Map<number, number>();
    this.#added.set(kind, this.#counts);
  }

  readonly #add = (counter: number, by: number): void => {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + by);
  };

  /** A minute begins: those before it are folded, and what it has already (after a restart) is read. */
  #begin(minute: number): void {
    const { folded } = readMark(this.#session);
    this.#running.clear();
    const kinds = [...this.#session.names.kinds.byId.keys()];
    for (const kind of kinds) {
      if (folded < minute - 1) this.#fold(kind, folded, minute - 1);
      const row = first(this.#session.sql(selectOne), 1, kind, minute);
      if (row !== null) this.#running.set(kind, read(row[0]));
    }
    if (folded < minute - 1) this.#session.sql(updateMark).run(minute - 1);
    if (Math.floor(folded / 60) < Math.floor(minute / 60)) this.#dropOld(kinds, minute);
    this.#minute = minute;
  }

  /** Adds the minutes after `from` up to `to` to the wider spans. */
  #fold(kind: number, from: number, to: number): void {
    const wider = new Map<string, { readonly span: number; readonly start: number; readonly counts: Counts }>();
    for (const row of rows(this.#session.sql(selectMinutes), kind, from, to)) {
      const minute = number(row, 0);
      for (const [counter, by] of read(row[1])) {
        for (const span of isLevel(counter) ? [allTime] : rollupSpans) {
          if (span === 1) continue;
          const start = span === allTime ? 0 : Math.floor(minute / span) * span;
          const sum = wider.get(`${span} ${start}`) ?? { span, start, counts: new Map<number, number>() };
          wider.set(`${span} ${start}`, sum);
          sum.counts.set(counter, (sum.counts.get(counter) ?? 0) + by);
        }
      }
    }
    for (const { span, start, counts } of wider.values()) {
      const row = first(this.#session.sql(selectOne), span, kind, start);
      if (row !== null) for (const [counter, by] of read(row[0])) counts.set(counter, (counts.get(counter) ?? 0) + by);
      this.#session.sql(put).run(span, kind, start, written(counts));
    }
  }

  #dropOld(kinds: readonly number[], minute: number): void {
    for (const span of rollupSpans) {
      for (const kind of kinds) this.#session.sql(dropOld).run(span, kind, minute - rollupKeptMs[span] / minuteMs);
    }
  }
}

/** From when on everything is counted (epoch milliseconds), and the last minute that is in the wider spans. */
export function readMark(session: RollupSession): { readonly since: number; readonly folded: number } {
  const row = first(session.sql(selectMark));
  if (row === null) throw new Error("the sums have no beginning");
  return { since: number(row, 0), folded: number(row, 1) };
}

/** How many operations of each kind are active, in doubt, parked and undelivered: a recount. */
export const countLevels = `SELECT kind, sum(state IN (0, 1, 2)), sum(state = 3), sum(state = 7), sum(state = 6) FROM operation GROUP BY kind`;

/** Begins counting, where nobody has: with what is there. Once in the life of a file. */
export function beginRollups(db: DatabaseSync, now: number): void {
  if (db.prepare("SELECT 1 FROM rollup_mark").get() !== undefined) return;
  db.exec("BEGIN IMMEDIATE");
  const statement = db.prepare(countLevels);
  statement.setReturnArrays(true);
  for (const row of statement.all() as unknown as readonly (readonly number[])[]) {
    const [kind = 0, active = 0, reconciling = 0, parked = 0, undelivered = 0] = row;
    const counts: Counts = new Map([
      [levelCounter("active"), active],
      [levelCounter("reconciling"), reconciling],
      [levelCounter("parked"), parked],
      [levelCounter("undelivered"), undelivered],
    ]);
    db.prepare(put).run(allTime, kind, 0, written(counts));
  }
  const minute = Math.floor(now / minuteMs);
  db.prepare("INSERT INTO rollup_mark (id, since, folded) VALUES (1, ?, ?)").run(now, minute - 1);
  db.exec("COMMIT");
}

/** As it stands in a row. By hand, because it is written with every commit. */
function written(counts: Counts): string {
  let text_ = "{";
  for (const [counter, sum] of counts) {
    if (sum !== 0) text_ += `${text_ === "{" ? "" : ","}"${counter}":${sum}`;
  }
  return `${text_}}`;
}

function read(value: unknown): Counts {
  const sums = typeof value === "string" ? (JSON.parse(value) as Record<string, number>) : {};
  return new Map(Object.entries(sums).map(([counter, sum]) => [Number(counter), sum]));
}

type Values = readonly (number | string | null)[];

function rows(statement: StatementSync, ...values: readonly number[]): readonly Values[] {
  statement.setReturnArrays(true);
  return statement.all(...values) as unknown as readonly Values[];
}

function first(statement: StatementSync, ...values: readonly number[]): Values | null {
  return rows(statement, ...values)[0] ?? null;
}

function number(row: Values, column: number): number {
  return Number(row[column]);
}
