/**
 * One open database and what this process remembers about it: prepared statements, names, claims, indexes in memory.
 *
 * Verbs are functions of a session. They are synchronous, never open or close a transaction (`group-commit.ts` does),
 * and note here what must happen after the commit. When the connection is replaced, everything that mirrors rows is
 * read again; claims stay, because the workers that hold them are still alive.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Claims } from "./claims.ts";
import { Deadlines } from "./deadlines.ts";
import { Dimensions } from "./dimensions.ts";
import { HashIndex } from "./hash-index.ts";
import { Rollups, beginRollups } from "./rollups.ts";
import { StoreTrouble, advice } from "./trouble.ts";

/** What a session is made of. */
export interface SessionPorts {
  readonly path: string;
  /** Opens and migrates the database. */
  readonly open: () => DatabaseSync;
  /** Epoch milliseconds; may go back, the session does not. */
  readonly clock: () => number;
}

/** See the head of this file. */
export class Session {
  readonly claims = new Claims();
  /** Hash of scope and key → row. */
  readonly keys = new HashIndex();
  /** Hash of a provider's id → row. */
  readonly providerIds = new HashIndex();
  readonly deadlines = new Deadlines();
  readonly rollups = new Rollups(this);
  readonly path: string;
  readonly #ports: SessionPorts;
  #db: DatabaseSync | null = null;
  #statements = new Map<string, StatementSync>();
  #dimensions: Dimensions | null = null;
  #now = 0;
  /** Sequence number given out last. */
  lastSeq = 0;
  /** Sorted runs of terms that are written; null: to be read from the table. See `verbs/terms.ts`. */
  runs: number | null = null;
  /** Something may have become due with this commit. */
  woken = false;

  constructor(ports: SessionPorts) {
    this.path = ports.path;
    this.#ports = ports;
    this.reopen();
  }

  /** @throws {StoreTrouble} when it is closed */
  get db(): DatabaseSync {
    if (this.#db === null) throw new StoreTrouble("closed", advice("closed", this.path, ""));
    return this.#db;
  }

  get isOpen(): boolean {
    return this.#db !== null;
  }

  get names(): Dimensions {
    this.#dimensions ??= new Dimensions(this.db);
    return this.#dimensions;
  }

  /** Epoch milliseconds of the store's clock. Never goes back. */
  now(): number {
    const now = this.#ports.clock();
    if (now > this.#now) this.#now = now;
    return this.#now;
  }

  /** A statement, prepared once for the life of the connection. Rows come as objects. */
  sql(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.db.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }

  /**
   * Opens the database, closing the connection that was there. Its SQL may ask `claimed(seq)`: whether somebody
   * holds the row.
   * @throws {StoreTrouble}
   */
  reopen(): void {
    this.close();
    this.#db = this.#ports.open();
    this.#db.function("claimed", (seq) => (this.claims.isHeld(Number(seq), this.now()) ? 1 : 0));
    this.lastSeq = Number(this.#db.prepare("SELECT max(seq) AS seq FROM operation").get()?.["seq"] ?? 0);
    this.runs = null;
    this.rollups.rolledBack();
    beginRollups(this.#db, this.now());
  }

  /** Closes the connection; statements and names go with it. */
  close(): void {
    this.#statements.clear();
    this.#dimensions = null;
    const db = this.#db;
    this.#db = null;
    if (db?.isOpen === true) db.close();
  }

  committed(): void {
    this.claims.committed();
    this.deadlines.committed();
  }

  rolledBack(): void {
    this.claims.rolledBack();
    this.deadlines.rolledBack();
    this.rollups.rolledBack();
    // Sequence numbers of a failed batch are not given out again: gaps do no harm.
    this.#dimensions = null;
    this.runs = null;
    this.woken = false;
  }
}
