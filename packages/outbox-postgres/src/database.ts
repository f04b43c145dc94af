/**
 * One way to ask the database: rows as arrays, statements prepared where the session is ours, transactions that are
 * begun again when others got in the way. Nothing here knows an operation.
 *
 * Behind a pooler in transaction mode no session is ours: then statements are unnamed, and nothing is set.
 */
import type { Pool, PoolClient } from "pg";
import { StoreTrouble, advice, readTrouble } from "./trouble.ts";

/** A row as an array, in the order of the columns. */
export type Row = readonly unknown[];

/** Whoever runs a statement: the pool, or a transaction. */
export interface Queryable {
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** How statements reach the server. */
export interface DatabaseOptions {
  /** The schema the tables are in. */
  readonly schema: string;
  /** Whether statements are prepared, once for each connection. */
  readonly prepare: boolean;
}

/** Times a transaction is begun again after a deadlock or a conflict. */
const contentionMax = 8;

const bigints = 20;

/** How the driver reads a column of a type. */
export type TypeParser = (oid: number, format?: "text" | "binary") => unknown;

/** See the head of this file. */
export class Database implements Queryable {
  readonly pool: Pool;
  readonly options: DatabaseOptions;
  readonly #names = new Map<string, { readonly name: string; readonly text: string }>();
  readonly #types: { readonly getTypeParser: TypeParser };
  #closed = false;

  /** @param parserOf the driver's way with types; ours differs for 64-bit integers, which are counts and milliseconds */
  constructor(pool: Pool, options: DatabaseOptions, parserOf: TypeParser) {
    this.pool = pool;
    this.options = options;
    this.#types = { getTypeParser: (oid, format) => (oid === bigints ? Number : parserOf(oid, format)) };
  }

  /** Refuses everything from now on. */
  close(): void {
    this.#closed = true;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The text as the server gets it: `landline.` stands for the schema. */
  textOf(sql: string): string {
    return this.#statement(sql).text;
  }

  async rows(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    if (this.#closed) throw new StoreTrouble("closed", advice("closed", ""));
    return this.#ask(this.pool, sql, values);
  }

  /**
   * Runs `work` in a transaction: all of it or nothing. Begun again after a deadlock, so `work` must not have effects
   * elsewhere.
   */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (!(error instanceof StoreTrouble && error.code === "contended") || tries === contentionMax) throw error;
      }
    }
  }

  /** Runs `work` on one unchanging picture of the database. */
  async snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#once(work, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }

  async #once<T>(work: (tx: Queryable) => Promise<T>, begin = "BEGIN"): Promise<T> {
    if (this.#closed) throw new StoreTrouble("closed", advice("closed", ""));
    const client = await this.pool.connect().catch((error: unknown) => {
      throw readTrouble(error) ?? error;
    });
    let failed: Error | undefined;
    // A connection that breaks between two statements says so by an event; the next statement says it again.
    client.on("error", ignore);
    try {
      await client.query(begin);
      const result = await work({ rows: (sql, values = []) => this.#ask(client, sql, values) });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      const trouble = readTrouble(error);
      // A connection that is in doubt or only reads is not used again: the next one may reach the new primary.
      if (trouble === null || trouble.code === "contended")
        await rollBack(client).catch(() => (failed = trouble ?? new Error("roll-back failed")));
      else failed = trouble;
      throw trouble ?? error;
    } finally {
      client.off("error", ignore);
      client.release(failed);
    }
  }

  async #ask(on: Pool | PoolClient, sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const { name, text } = this.#statement(sql);
    const query = { text, values: [...values], rowMode: "array" as const, types: this.#types };
    try {
      const result = await on.query(this.options.prepare ? { ...query, name } : query);
      return result.rows;
    } catch (error) {
      throw readTrouble(error) ?? error;
    }
  }

  #statement(sql: string): { readonly name: string; readonly text: string } {
    const known = this.#names.get(sql);
    if (known !== undefined) return known;
    const schema = quoted(this.options.schema);
    const made = { name: `landline_${this.#names.size}`, text: sql.replaceAll("landline.", `${schema}.`) };
    this.#names.set(sql, made);
    return made;
  }
}

/** A name as it stands in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function ignore(): void {
  // Nothing to do here, see where it is used.
}

async function rollBack(client: PoolClient): Promise<void> {
  await client.query("ROLLBACK");
}
