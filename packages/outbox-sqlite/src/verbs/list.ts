import type { ParkedReason, StoredState } from "@landline/core";
/**
 * Pages of operations, newest first, by keyset: a page costs the rows it shows and stays where it is when others are
 * inserted meanwhile. The cursor is the number of the last row shown.
 */
import type { ListFilter, OperationRecord, Page, SelectedOperation, Selection } from "@landline/outbox";
import { classCodeOf, codes, stateOf } from "@landline/outbox/storing";
import type { Row } from "../row.ts";
import { integer, number, readRecord, recordColumns, recordTables, rows, text } from "../row.ts";
import type { Session } from "../session.ts";
import { rare } from "../words.ts";
import { firstCreatedAt } from "./attention.ts";
import type { TextSearch } from "./terms.ts";
import { endOf, rowsInRun, runOf, unsortedFrom } from "./terms.ts";

type Value = string | number;

/** Ids looked up for a prefix at most; beyond, ids stand in the order of rows closely enough. */
const idsMax = 5_000;

const selectIds = "SELECT seq FROM operation WHERE id >= ? AND id < ? AND seq < ? ORDER BY id DESC LIMIT ?";

/** How the rows of a page are read. */
interface Shape<T> {
  readonly columns: string;
  readonly read: (session: Session, row: Row) => Placed<T>;
}

/** What was read, and where it stands. */
interface Placed<T> {
  readonly seq: number;
  readonly value: T;
}

const whole: Shape<OperationRecord> = {
  columns: recordColumns,
  read: (session, row) => {
    const { seq, record } = readRecord(session, row);
    return { seq, value: record };
  },
};

const narrow: Shape<SelectedOperation> = {
  columns: "o.seq, o.id, o.version, o.kind, o.state, o.reason, o.cause, r.scope",
  read: (session, row) => {
    const { account, operation } = session.names.kindOf(number(row, 3));
    const cause = session.names.causes.byId.get(integer(row, 6) ?? -1);
    return {
      seq: number(row, 0),
      value: {
        id: text(row, 1) ?? "",
        version: number(row, 2),
        account,
        operation,
        idempotencyScope: text(row, 7) ?? "",
        state: stateOf(number(row, 4)),
        parkedReason: text(row, 5) as ParkedReason | null,
        kind: cause === undefined || cause.failureKind === "" ? null : cause.failureKind,
        code: cause === undefined || cause.code === "" ? null : cause.code,
      },
    };
  },
};

/** Which page of what. */
interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

/** A page after a cursor, or `bad_cursor` when that is not one of ours. */
export function list(session: Session, filter: ListFilter, page: PageRequest): Page | "bad_cursor" {
  return pageOf(session, filter, page, whole);
}

/** As {@link list}, reading only what bulk work needs. */
export function selectOperations(session: Session, filter: ListFilter, page: PageRequest): Selection | "bad_cursor" {
  return pageOf(session, filter, page, narrow);
}

function pageOf<T>(
  session: Session,
  filter: ListFilter,
  page: PageRequest,
  shape: Shape<T>,
): { readonly operations: readonly T[]; readonly nextCursor: string | null } | "bad_cursor" {
  const cursor = page.cursor === null ? Number.MAX_SAFE_INTEGER : readCursor(page.cursor);
  if (cursor === null) return "bad_cursor";
  const wanted = conditions(session, filter);
  if (wanted === null) return { operations: [], nextCursor: null };
  const before = Math.min(cursor, wanted.upTo);
  const search = searchOf(filter);
  const wantedRows = page.limit + 1;
  const found =
    search === null
      ? select(session, shape, wanted, "", [], before, wantedRows)
      : searchText(session, shape, wanted, search, before, wantedRows);
  const shown = found.slice(0, page.limit);
  const last = found.length > page.limit ? shown.at(-1) : undefined;
  return {
    operations: shown.map(({ value }) => value),
    nextCursor: last === undefined ? null : last.seq.toString(36),
  };
}

/** A WHERE and its values. */
interface Conditions {
  readonly sql: readonly string[];
  readonly values: readonly Value[];
  /** Rows from here on cannot match. A second bound in SQL would not be used to find any. */
  readonly upTo: number;
}

function select<T>(
  session: Session,
  shape: Shape<T>,
  wanted: Conditions,
  more: string,
  values: readonly Value[],
  before: number,
  limit: number,
): readonly Placed<T>[] {
  const where = [...wanted.sql, ...(more === "" ? [] : [more])].map((each) => `AND ${each}`).join(" ");
  const tables = where.includes("r.") ? recordTables : "operation o";
  // Rows are found and put in order by number alone; only those that are shown are read whole.
  const sql = `SELECT ${shape.columns} FROM ${recordTables} WHERE o.seq IN (
      SELECT o.seq FROM ${tables} WHERE o.seq < ? ${where} ORDER BY o.seq DESC LIMIT ?) ORDER BY o.seq DESC`;
  return rows(session.sql(sql), before, ...wanted.values, ...values, limit).map((row) => shape.read(session, row));
}

/** Which text narrows most. The conditions hold for all of them anyway. */
function searchOf(filter: ListFilter): TextSearch | null {
  if (filter.reference !== undefined) return { text: filter.reference, exact: true };
  if (filter.recipient !== undefined) return { text: filter.recipient, exact: true };
  if (filter.q !== undefined && filter.q !== "") return { text: filter.q, exact: false };
  return null;
}

/** Newest first: rows in no run yet, then run by run until the page is full. */
function searchText<T>(
  session: Session,
  shape: Shape<T>,
  wanted: Conditions,
  search: TextSearch,
  before: number,
  limit: number,
): readonly Placed<T>[] {
  const unsorted = unsortedFrom(session);
  const found = [...select(session, shape, wanted, "o.seq >= ?", [unsorted], before, limit)];
  if (found.length >= limit) return found;
  const byId = search.exact
    ? []
    : rows(session.sql(selectIds), search.text, endOf(search.text), Math.min(before, unsorted), idsMax).map((row) =>
        number(row, 0),
      );
  const idsByRun = Map.groupBy(byId, runOf);
  for (let run = runOf(Math.min(before, unsorted) - 1); run >= 0 && found.length < limit; run -= 1) {
    const candidates = [...rowsInRun(session, run, search, before), ...(idsByRun.get(run) ?? [])];
    if (candidates.length === 0) continue;
    const among = "o.seq IN (SELECT value FROM json_each(?))";
    found.push(...select(session, shape, wanted, among, [JSON.stringify(candidates)], before, limit - found.length));
  }
  return found;
}

function readCursor(cursor: string): number | null {
  return /^[0-9a-z]{1,10}$/.test(cursor) ? Number.parseInt(cursor, 36) : null;
}

/** States few operations are in for long: they have an index of their own. */
const rareStates: ReadonlySet<StoredState> = new Set([
  "sending",
  "reconciling",
  "undelivered",
  "parked",
  "discarded",
  "expired",
  "cancelled",
  "superseded",
]);

/**
 * How far rows may stand from the order of their creation, in milliseconds: a clock that was set back before a start. The
 * exact condition holds besides; this only spares walking over what lies far outside.
 */
const disorderMs = 3_600_000;

/** The WHERE of a filter; null when nothing can match. */
function conditions(session: Session, filter: ListFilter): Conditions | null {
  const sql: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...with_: readonly Value[]): void => {
    sql.push(condition);
    values.push(...with_);
  };
  if (filter.states !== undefined) {
    if (filter.states.length === 0) return null;
    add(`o.state IN (${codes(filter.states)})`);
    if (filter.states.every((state) => rareStates.has(state))) add(rare);
    // Nothing is planned for them, so the index of the rare has one such state in the order of its rows.
    if (filter.states.every((state) => rareStates.has(state) && state !== "reconciling")) add("o.due IS NULL");
  }
  if (filter.account !== undefined || filter.accounts !== undefined || filter.operation !== undefined) {
    const kinds = [...session.names.kinds.byId].filter(
      ([, kind]) =>
        (filter.account === undefined || kind.account === filter.account) &&
        (filter.accounts === undefined || filter.accounts.includes(kind.account)) &&
        (filter.operation === undefined || kind.operation === filter.operation),
    );
    if (kinds.length === 0) return null;
    add(`+o.kind IN (${kinds.map(([id]) => id).join(", ")})`);
  }
  // Of one kind, the accepted have an index in the order of their rows; else newer ones that wait would be walked over.
  const [only, ...others] = session.names.kinds.byId.keys();
  if (filter.states?.length === 1 && filter.states[0] === "accepted" && only !== undefined && others.length === 0) {
    add(`o.kind = ${only} AND o.state = 4`);
  }
  if (filter.code !== undefined || filter.kind !== undefined) {
    const causes = [...session.names.causes.byId].filter(
      ([, cause]) =>
        (filter.code === undefined || cause.code === filter.code) &&
        (filter.kind === undefined || cause.failureKind === filter.kind),
    );
    if (causes.length === 0) return null;
    add(`+o.cause IN (${causes.map(([id]) => id).join(", ")})`);
  }
  if (filter.class !== undefined) add("o.class = ?", classCodeOf(filter.class));
  if (filter.parkedReason !== undefined)
    add(`o.state = 7 AND ${rare} AND o.due IS NULL AND o.reason = ?`, filter.parkedReason);
  if (filter.assignee !== undefined || filter.snoozed !== undefined) add(`o.state = 7 AND ${rare} AND o.due IS NULL`);
  if (filter.assignee === null) add("o.seq NOT IN (SELECT seq FROM desk WHERE assignee IS NOT NULL)");
  else if (filter.assignee !== undefined) add("o.seq IN (SELECT seq FROM desk WHERE assignee = ?)", filter.assignee);
  if (filter.snoozed !== undefined) {
    add(`o.seq ${filter.snoozed ? "IN" : "NOT IN"} (SELECT seq FROM desk WHERE snoozed_until > ?)`, session.now());
  }
  let upTo = Number.MAX_SAFE_INTEGER;
  // Where another index finds the rows, a range of numbers could only lure the planner away from it.
  const byNumber =
    searchOf(filter) === null && !sql.includes(rare) && !sql.some((each) => each.includes(` AND ${rare}`));
  if (filter.createdAfter !== undefined) {
    add("o.created_at >= ?", filter.createdAfter);
    if (byNumber) add("o.seq >= ?", firstCreatedAt(session, filter.createdAfter - disorderMs));
  }
  if (filter.createdBefore !== undefined) {
    add("o.created_at < ?", filter.createdBefore);
    if (byNumber) upTo = firstCreatedAt(session, filter.createdBefore + disorderMs);
  }
  if (filter.idempotencyScope !== undefined) add("r.scope = ?", filter.idempotencyScope);
  if (filter.subject !== undefined) add("r.rest ->> '$.subject' = ?", filter.subject);
  if (filter.reference !== undefined) add("r.reference = ?", filter.reference);
  if (filter.recipient !== undefined) add("r.recipient = ?", filter.recipient);
  if (filter.q !== undefined && filter.q !== "") {
    const end = endOf(filter.q);
    const range = (column: string): string => `(${column} >= ? AND ${column} < ?)`;
    add(
      `(${["o.id", "r.reference", "r.recipient", "o.provider_id", "r.key"].map(range).join(" OR ")})`,
      ...Array.from({ length: 5 }, () => [filter.q ?? "", end]).flat(),
    );
  }
  return { sql, values, upTo };
}
