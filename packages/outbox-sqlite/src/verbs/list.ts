import type { StoredState } from "@landline/core";
/**
 * Pages of operations, newest first, by keyset: a page costs the rows it shows and stays where it is when others are
 * inserted meanwhile. The cursor is the number of the last row shown.
 */
import type { ListFilter, Page } from "@landline/outbox";
import { recordColumns, recordTables, readRecord, rows } from "../row.ts";
import type { Session } from "../session.ts";
import { classCodeOf, codes } from "../words.ts";
import { candidatesFor } from "./terms.ts";

type Value = string | number;

/** A page after a cursor, or `bad_cursor` when that is not one of ours. */
export function list(
  session: Session,
  filter: ListFilter,
  page: { readonly limit: number; readonly cursor: string | null },
): Page | "bad_cursor" {
  const from = page.cursor === null ? Number.MAX_SAFE_INTEGER : readCursor(page.cursor);
  if (from === null) return "bad_cursor";
  const wanted = conditions(session, filter);
  if (wanted === null) return { operations: [], nextCursor: null };
  const sql = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.seq < ? ${wanted.sql.map((each) => `AND ${each}`).join(" ")}
    ORDER BY o.seq DESC LIMIT ?`;
  const found = rows(session.sql(sql), from, ...wanted.values, page.limit + 1).map((row) => readRecord(session, row));
  const shown = found.slice(0, page.limit);
  const last = found.length > page.limit ? shown.at(-1) : undefined;
  return {
    operations: shown.map(({ record }) => record),
    nextCursor: last === undefined ? null : last.seq.toString(36),
  };
}

function readCursor(cursor: string): number | null {
  return /^[0-9a-z]{1,10}$/.test(cursor) ? Number.parseInt(cursor, 36) : null;
}

/** States few operations are in for long: they have an index of their own. */
const rare: ReadonlySet<StoredState> = new Set([
  "reconciling",
  "undelivered",
  "parked",
  "discarded",
  "expired",
  "cancelled",
  "superseded",
]);

/** The WHERE of a filter; null when nothing can match. */
function conditions(
  session: Session,
  filter: ListFilter,
): { readonly sql: readonly string[]; readonly values: readonly Value[] } | null {
  const sql: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...with_: readonly Value[]): void => {
    sql.push(condition);
    values.push(...with_);
  };
  if (filter.states !== undefined) {
    if (filter.states.length === 0) return null;
    add(`o.state IN (${codes(filter.states)})`);
    if (filter.states.every((state) => rare.has(state))) add("o.state NOT IN (0, 1, 2, 4, 5)");
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
  if (filter.parkedReason !== undefined) add("o.state = 7 AND o.reason = ?", filter.parkedReason);
  if (filter.createdAfter !== undefined) add("o.created_at >= ?", filter.createdAfter);
  if (filter.createdBefore !== undefined) add("o.created_at < ?", filter.createdBefore);
  if (filter.idempotencyScope !== undefined) add("r.scope = ?", filter.idempotencyScope);
  if (filter.subject !== undefined) add("r.rest ->> '$.subject' = ?", filter.subject);
  if (filter.reference !== undefined) {
    add("r.reference = ?", filter.reference);
    add(candidatesFor(session), filter.reference, filter.reference);
  }
  if (filter.recipient !== undefined) {
    add("r.recipient = ?", filter.recipient);
    add(candidatesFor(session), filter.recipient, filter.recipient);
  }
  if (filter.q !== undefined && filter.q !== "") {
    const end = after(filter.q);
    const range = (column: string): string => `(${column} >= ? AND ${column} < ?)`;
    add(
      `(${["o.id", "r.reference", "r.recipient", "o.provider_id", "r.key"].map(range).join(" OR ")})`,
      ...Array.from({ length: 5 }, () => [filter.q ?? "", end]).flat(),
    );
  }
  return { sql, values };
}

/** The first text that no longer begins with `prefix`, in SQLite's order of bytes. */
function after(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}
