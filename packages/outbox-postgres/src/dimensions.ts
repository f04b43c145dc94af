/**
 * Names that repeat in a million rows, kept once: lanes, kinds (account and operation) and causes (why it is parked).
 * A row holds their numbers. A handful each, so all that were met are in memory too.
 *
 * Numbers are made outside of any transaction, so that none is remembered that a roll-back takes away. Names never
 * change and are never deleted: what is in memory stays right, whatever other processes add.
 */
import type { Queryable } from "./database.ts";

/** Account and operation. */
export interface Kind {
  readonly account: string;
  readonly operation: string;
}

/** What one group of the review queue has in common. `""` stands for none in `reason`, `failureKind` and `code`. */
export interface Cause extends Kind {
  readonly reason: string;
  readonly failureKind: string;
  readonly code: string;
}

/** One table of names, both ways. */
class Names<T> {
  readonly #db: Queryable;
  readonly #table: string;
  readonly #columns: readonly string[];
  readonly #partsOf: (value: T) => readonly string[];
  readonly #valueOf: (parts: readonly string[]) => T;
  readonly byId = new Map<number, T>();
  readonly #byKey = new Map<string, number>();

  constructor(
    db: Queryable,
    table: string,
    columns: readonly string[],
    partsOf: (value: T) => readonly string[],
    valueOf: (parts: readonly string[]) => T,
  ) {
    this.#db = db;
    this.#table = table;
    this.#columns = columns;
    this.#partsOf = partsOf;
    this.#valueOf = valueOf;
  }

  /** Reads the whole table. */
  async load(db: Queryable = this.#db): Promise<void> {
    for (const row of await db.rows(`SELECT id, ${this.#columns.join(", ")} FROM landline.${this.#table}`)) {
      this.#remember(Number(row[0]), row.slice(1).map(String));
    }
  }

  /** The number of a name that was met before. */
  known(value: T): number | undefined {
    return this.#byKey.get(this.#partsOf(value).join("\n"));
  }

  /** The number of a name, made if need be. */
  async number(value: T): Promise<number> {
    const known = this.known(value);
    if (known !== undefined) return known;
    const parts = this.#partsOf(value);
    return this.#remember(await this.#make(this.#db, parts), parts);
  }

  /** The number of a name, made inside a transaction if need be, and then not remembered. */
  async numberWithin(tx: Queryable, value: T): Promise<number> {
    return this.known(value) ?? this.#make(tx, this.#partsOf(value));
  }

  async #make(db: Queryable, parts: readonly string[]): Promise<number> {
    const places = parts.map((_, index) => `$${index + 1}`);
    await db.rows(
      `INSERT INTO landline.${this.#table} (${this.#columns.join(", ")}) VALUES (${places.join(", ")}) ON CONFLICT DO NOTHING`,
      parts,
    );
    const where = this.#columns.map((column, index) => `${column} = ${places[index]}`).join(" AND ");
    const [row] = await db.rows(`SELECT id FROM landline.${this.#table} WHERE ${where}`, parts);
    if (row === undefined) throw new Error(`no number for ${parts.join(", ")} in ${this.#table}`);
    return Number(row[0]);
  }

  #remember(id: number, parts: readonly string[]): number {
    this.byId.set(id, this.#valueOf(parts));
    this.#byKey.set(parts.join("\n"), id);
    return id;
  }
}

/** Numbers of names. */
export class Dimensions {
  readonly lanes: Names<string>;
  readonly kinds: Names<Kind>;
  readonly causes: Names<Cause>;

  /** @param db never a transaction, see the head of this file */
  constructor(db: Queryable) {
    this.lanes = new Names(
      db,
      "lane",
      ["name"],
      (name) => [name],
      ([name = ""]) => name,
    );
    this.kinds = new Names(
      db,
      "kind",
      ["account", "operation"],
      ({ account, operation }) => [account, operation],
      ([account = "", operation = ""]) => ({ account, operation }),
    );
    this.causes = new Names(
      db,
      "cause",
      ["account", "operation", "reason", "kind", "code"],
      ({ account, operation, reason, failureKind, code }) => [account, operation, reason, failureKind, code],
      ([account = "", operation = "", reason = "", failureKind = "", code = ""]) => ({
        account,
        operation,
        reason,
        failureKind,
        code,
      }),
    );
  }

  /** Reads all names. */
  async load(): Promise<void> {
    await Promise.all([this.lanes.load(), this.kinds.load(), this.causes.load()]);
  }

  /** Reads again when a row names a number that another process made. */
  async meet(db: Queryable, lanes: Iterable<number>, kinds: Iterable<number>): Promise<void> {
    for (const lane of lanes) {
      if (this.lanes.byId.has(lane)) continue;
      await this.lanes.load(db);
      break;
    }
    for (const kind of kinds) {
      if (this.kinds.byId.has(kind)) continue;
      await this.kinds.load(db);
      break;
    }
  }
}
