/**
 * The caller's own transaction, so that "the order is stored" and "its message will be sent" are one commit.
 *
 * Three shapes are known, by what they can do and not by their package: a `pg` client, a Kysely transaction and a
 * Drizzle transaction (on `pg` or `postgres`). Whatever else can run a statement fits through {@link CallersQuery}.
 * Nothing here begins, commits or rolls back.
 */
import type { Database, Queryable, Row } from "./database.ts";

/** Runs one statement with `$1…` parameters in the caller's transaction and gives its rows as objects. */
export type CallersQuery = (
  sql: string,
  values: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A client of `pg` on which the caller has begun a transaction. */
export interface PgTransaction {
  query(sql: string, values: unknown[]): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** A transaction of Kysely, as its callback gets it. */
export interface KyselyTransaction {
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameter is a class of a package we do not import
  executeQuery(query: any): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A transaction of Drizzle, as its callback gets it. */
export interface DrizzleTransaction {
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameter is a class of a package we do not import
  execute(query: any): PromiseLike<unknown>;
}

/** Whose transaction an operation joins. */
export type CallersTransaction = PgTransaction | KyselyTransaction | DrizzleTransaction | CallersQuery;

/** Our statements, run in the caller's transaction. */
export function within(db: Database, tx: CallersTransaction): Queryable {
  const query = queryOf(tx);
  return {
    rows: async (sql, values = []) => (await query(db.textOf(sql), values)).map((row): Row => Object.values(row)),
  };
}

function queryOf(tx: CallersTransaction): CallersQuery {
  if (typeof tx === "function") return tx;
  if ("executeQuery" in tx) return async (sql, values) => objects((await tx.executeQuery(compiled(sql, values))).rows);
  if ("execute" in tx) return async (sql, values) => objects(rowsIn(await tx.execute(written(sql, values))));
  return async (sql, values) => (await tx.query(sql, [...values])).rows;
}

/** What Kysely calls a compiled query. */
function compiled(sql: string, parameters: readonly unknown[]): object {
  const query = { kind: "RawNode", sqlFragments: [sql], parameters: [] };
  return { sql, parameters, query, queryId: { queryId: `landline-${sql.length}` } };
}

/** What Drizzle takes for SQL: it asks for the SQL, and the SQL for its text. */
function written(sql: string, params: readonly unknown[]): object {
  const query = { getSQL: () => query, toQuery: () => ({ sql, params: [...params], typings: [] }) };
  return query;
}

/** Drivers under Drizzle answer with rows, or with an object that has them. */
function rowsIn(result: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  if (typeof result === "object" && result !== null && "rows" in result && Array.isArray(result.rows))
    return result.rows;
  throw new TypeError("the transaction gave no rows");
}

function objects(rows: readonly unknown[]): readonly Readonly<Record<string, unknown>>[] {
  return rows.map((row) => {
    if (typeof row !== "object" || row === null) throw new TypeError("the transaction gave a row that is no object");
    return row as Readonly<Record<string, unknown>>;
  });
}
