/**
 * Pages of operations, newest first, by keyset: a page costs the rows it shows and stays where it is when others are
 * inserted meanwhile. The cursor is the number of the last row shown.
 */
import type { ParkedReason, StoredState } from "@landline/core";
import type { ListFilter, OperationRecord, Page, SelectedOperation, Selection } from "@landline/outbox";
import { classCodeOf, codes, stateOf } from "@landline/outbox/storing";
import type { Row } from "../database.ts";
import { integer, nowMs, number, plain, readRecords, recordColumns, recordTables, text } from "../row.ts";
import type { Session } from "../session.ts";

/** Rows a text may be found in before it counts as common; then walking back from the newest is the quicker way. */
const commonMin = 2_000;

/** Where a text is looked for: an index for each, prefixes included. */
const places = [
  ["request", "id"],
  ["request", "reference"],
  ["request", "recipient"],
  ["request", "key"],
  ["operation", "provider_id"],
] as const;
const selectPlaces = places
  .map(
    ([table, column]) =>
      `(SELECT seq FROM landline.${table} WHERE ${column} >= $1 AND ${column} < $2 AND seq < $3 LIMIT ${commonMin})`,
  )
  .join(" UNION ALL ");

/**
 * How far rows may stand from the order of their creation, in milliseconds: transactions that overlapped, and a clock
 * that was set back. The exact condition holds besides; this only spares walking over what lies far outside.
 */
const disorderMs = 3_600_000;

/** Halving: about twenty looks at one index, whatever there is. */
const selectFirstCreated = `WITH RECURSIVE halves AS (
    SELECT (SELECT coalesce(min(seq), 1) FROM landline.request) AS low, (SELECT coalesce(max(seq), 0) + 1 FROM landline.request) AS high
    UNION ALL
    SELECT CASE WHEN c.early THEN c.middle + 1 ELSE c.low END, CASE WHEN c.early THEN c.high ELSE c.middle END
    FROM (SELECT low, high, (low + high) / 2 AS middle,
        coalesce((SELECT r.created_at FROM landline.request r WHERE r.seq >= (low + high) / 2 ORDER BY r.seq LIMIT 1) < $1, false) AS early
      FROM halves WHERE low < high) c
  )
  SELECT low FROM halves WHERE low >= high`;

/** Which page of what. */
interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
}

/** What was read, and where it stands. */
interface Placed<T> {
  readonly seq: number;
  readonly value: T;
}

/** How the rows of a page are read. */
interface Shape<T> {
  readonly columns: string;
  readonly read: (session: Session, rows: readonly Row[]) => Promise<readonly Placed<T>[]>;
}

const whole: Shape<OperationRecord> = {
  columns: recordColumns,
  read: async (session, rows) =>
    (await readRecords(session.db, session.names, rows)).map(({ seq, record }) => ({ seq, value: record })),
};

const narrowed: Shape<SelectedOperation> = {
  columns: "o.seq, r.id, o.version, o.kind, o.state, o.reason, o.cause, r.scope",
  read: async ({ db, names }, rows) => {
    await names.meet(
      db,
      [],
      rows.map((row) => number(row, 3)),
    );
    if (rows.some((row) => !names.causes.byId.has(integer(row, 6) ?? -1))) await names.causes.load();
    return rows.map((row) => {
      const kind = names.kinds.byId.get(number(row, 3));
      const cause = names.causes.byId.get(integer(row, 6) ?? -1);
      const value: SelectedOperation = {
        id: text(row, 1) ?? "",
        version: number(row, 2),
        account: kind?.account ?? "",
        operation: kind?.operation ?? "",
        idempotencyScope: text(row, 7) ?? "",
        state: stateOf(number(row, 4)),
        parkedReason: text(row, 5) as ParkedReason | null,
        kind: cause === undefined || cause.failureKind === "" ? null : cause.failureKind,
        code: cause === undefined || cause.code === "" ? null : cause.code,
      };
      return { seq: number(row, 0), value };
    });
  },
};

/** A page after a cursor, or `bad_cursor` when that is not one of ours. */
export async function list(session: Session, filter: ListFilter, page: PageRequest): Promise<Page | "bad_cursor"> {
  return pageOf(session, filter, page, whole);
}

/** As {@link list}, reading only what bulk work needs. */
export async function selectOperations(
  session: Session,
  filter: ListFilter,
  page: PageRequest,
): Promise<Selection | "bad_cursor"> {
  return pageOf(session, filter, page, narrowed);
}

async function pageOf<T>(
  session: Session,
  filter: ListFilter,
  page: PageRequest,
  shape: Shape<T>,
): Promise<{ readonly operations: readonly T[]; readonly nextCursor: string | null } | "bad_cursor"> {
  const before = page.cursor === null ? Number.MAX_SAFE_INTEGER : readCursor(page.cursor);
  if (before === null) return "bad_cursor";
  const wanted = new Conditions(before);
  if (!(await narrow(session, filter, wanted)) || !(await search(session, filter.q ?? "", before, wanted))) {
    return { operations: [], nextCursor: null };
  }
  const sql = `SELECT ${shape.columns} FROM ${recordTables} WHERE ${wanted.sql.join(" AND ")} ORDER BY o.seq DESC LIMIT ${wanted.add(page.limit + 1)}`;
  const found = await shape.read(session, await session.db.rows(sql, wanted.values));
  const shown = found.slice(0, page.limit);
  const last = found.length > page.limit ? shown.at(-1) : undefined;
  return {
    operations: shown.map(({ value }) => value),
    nextCursor: last === undefined ? null : last.seq.toString(36),
  };
}

/** A WHERE and its values. */
class Conditions {
  readonly sql: string[] = [];
  readonly values: unknown[] = [];

  constructor(before: number) {
    this.sql.push(`o.seq < ${this.add(before)}`);
  }

  /** Adds a value and gives its place. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  where(condition: string): void {
    this.sql.push(condition);
  }
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

/** The WHERE of a filter; false when nothing can match. */
async function narrow(session: Session, filter: ListFilter, wanted: Conditions): Promise<boolean> {
  if (filter.states !== undefined) {
    if (filter.states.length === 0) return false;
    wanted.where(`o.state IN (${codes(filter.states)})`);
    if (filter.states.every((state) => rare.has(state))) wanted.where("o.state NOT IN (0, 1, 2, 4, 5)");
  }
  if (filter.account !== undefined || filter.accounts !== undefined || filter.operation !== undefined) {
    const of = (account: string): boolean =>
      (filter.account ?? account) === account && (filter.accounts === undefined || filter.accounts.includes(account));
    await session.names.kinds.load();
    const kinds = [...session.names.kinds.byId]
      .filter(([, { account, operation }]) => of(account) && (filter.operation ?? operation) === operation)
      .map(([id]) => id);
    if (kinds.length === 0) return false;
    wanted.where(`o.kind = ANY(${wanted.add(kinds)}::integer[])`);
  }
  if (filter.code !== undefined || filter.kind !== undefined) {
    await session.names.causes.load();
    const causes = [...session.names.causes.byId]
      .filter(
        ([, { code, failureKind }]) => (filter.code ?? code) === code && (filter.kind ?? failureKind) === failureKind,
      )
      .map(([id]) => id);
    if (causes.length === 0) return false;
    wanted.where(`o.cause = ANY(${wanted.add(causes)}::integer[])`);
  }
  if (filter.class !== undefined) wanted.where(`o.class = ${classCodeOf(filter.class)}`);
  if (filter.parkedReason !== undefined) {
    wanted.where(`o.state = 7 AND o.state NOT IN (0, 1, 2, 4, 5) AND o.reason = ${wanted.add(filter.parkedReason)}`);
  }
  if (filter.assignee !== undefined || filter.snoozed !== undefined) {
    wanted.where("o.state = 7 AND o.state NOT IN (0, 1, 2, 4, 5)");
  }
  if (filter.assignee === null) {
    wanted.where("NOT EXISTS (SELECT 1 FROM landline.desk d WHERE d.seq = o.seq AND d.assignee IS NOT NULL)");
  } else if (filter.assignee !== undefined) {
    const whose = wanted.add(plain(filter.assignee));
    wanted.where(`o.seq IN (SELECT seq FROM landline.desk WHERE assignee = ${whose})`);
  }
  if (filter.snoozed !== undefined) {
    wanted.where(
      `${filter.snoozed ? "" : "NOT "}EXISTS (SELECT 1 FROM landline.desk d WHERE d.seq = o.seq AND d.snoozed_until > ${nowMs})`,
    );
  }
  if (filter.createdAfter !== undefined) {
    wanted.where(`r.created_at >= ${wanted.add(filter.createdAfter)}`);
    wanted.where(`o.seq >= ${wanted.add(await firstCreatedAt(session, filter.createdAfter - disorderMs))}`);
  }
  if (filter.createdBefore !== undefined) {
    wanted.where(`r.created_at < ${wanted.add(filter.createdBefore)}`);
    wanted.where(`o.seq < ${wanted.add(await firstCreatedAt(session, filter.createdBefore + disorderMs))}`);
  }
  if (filter.idempotencyScope !== undefined) wanted.where(`r.scope = ${wanted.add(plain(filter.idempotencyScope))}`);
  if (filter.subject !== undefined) wanted.where(`r.rest ->> 'subject' = ${wanted.add(filter.subject)}`);
  if (filter.reference !== undefined) wanted.where(`r.reference = ${wanted.add(plain(filter.reference))}`);
  if (filter.recipient !== undefined) wanted.where(`r.recipient = ${wanted.add(plain(filter.recipient))}`);
  return true;
}

/** The first row created at or after an instant, as far as rows stand in the order of their creation. */
async function firstCreatedAt(session: Session, at: number): Promise<number> {
  const [row] = await session.db.rows(selectFirstCreated, [Math.floor(at)]);
  return row === undefined ? 0 : (integer(row, 0) ?? 0);
}

/** Narrows to rows with a text that begins with `prefix`; false when there is none. */
async function search(session: Session, prefix: string, before: number, wanted: Conditions): Promise<boolean> {
  if (prefix === "") return true;
  const [from, to] = [plain(prefix), `${plain(prefix)}\u{10FFFF}`];
  const rows = await session.db.rows(selectPlaces, [from, to, before]);
  if (rows.length === 0) return false;
  if (rows.length < commonMin) {
    wanted.where(`o.seq = ANY(${wanted.add(rows.map((row) => number(row, 0)))}::bigint[])`);
    return true;
  }
  const [low, high] = [wanted.add(from), wanted.add(to)];
  const alias = { request: "r", operation: "o" } as const;
  const either = places.map(([table, column]) => {
    const name = `${alias[table]}.${column}`;
    return `(${name} >= ${low} AND ${name} < ${high})`;
  });
  wanted.where(`(${either.join(" OR ")})`);
  return true;
}
