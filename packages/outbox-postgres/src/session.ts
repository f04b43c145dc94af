/**
 * What one process remembers while it works with a store: names by number, where the operations it claimed stand, and
 * when it last told the other processes that something became due.
 *
 * Nothing here is truth: a process that forgets all of it loses time, never an operation.
 */
import type { Database, Queryable } from "./database.ts";
import { Dimensions } from "./dimensions.ts";
import { Home } from "./home.ts";
import type { Failover } from "./home.ts";

/** What a session needs of the world. */
export interface SessionPorts {
  readonly db: Database;
  /** Tells this process from others, so that it does not wake itself. */
  readonly token: string;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** Whether other processes are told at all. */
  readonly notify: boolean;
  readonly failover: Failover;
}

/** Where a claimed operation stands. */
export interface Place {
  readonly seq: number;
  readonly turn: string | null;
  readonly account: string;
  readonly operation: string;
  /** When it was asked for, epoch milliseconds. */
  readonly createdAt: number;
}

/** Places kept at most; those claimed longest ago are forgotten first, and looked up again if need be. */
const placesMax = 50_000;

/** Other processes are told at most this often, in milliseconds: each telling takes a lock the whole database shares. */
const notifyEveryMs = 10;

/** See the head of this file. */
export class Session {
  readonly db: Database;
  readonly names: Dimensions;
  readonly home: Home;
  readonly pause: (ms: number) => Promise<void>;
  readonly channel: string;
  readonly #ports: SessionPorts;
  readonly #places = new Map<string, Place>();
  readonly #listeners = new Set<() => void>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #telling = false;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.db = ports.db;
    this.pause = ports.pause;
    this.names = new Dimensions(ports.db);
    this.home = new Home(ports.db, ports.failover);
    this.channel = `landline_${ports.db.options.schema}`;
  }

  get token(): string {
    return this.#ports.token;
  }

  /** Remembers where an operation stands. */
  place(id: string, place: Place): void {
    this.#places.delete(id);
    this.#places.set(id, place);
    if (this.#places.size <= placesMax) return;
    for (const oldest of this.#places.keys()) {
      this.#places.delete(oldest);
      return;
    }
  }

  /** Where an operation stands, if that is remembered. */
  placeOf(id: string): Place | undefined {
    return this.#places.get(id);
  }

  forget(id: string): void {
    this.#places.delete(id);
  }

  /** Looks up in the database what is not remembered. Ids that nobody has are absent from the result. */
  async placesOf(db: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, Place>> {
    const found = new Map<string, Place>();
    const unknown: string[] = [];
    for (const id of ids) {
      const place = this.#places.get(id);
      if (place === undefined) unknown.push(id);
      else found.set(id, place);
    }
    if (unknown.length === 0) return found;
    for (const row of await db.rows(selectPlaces, [unknown])) {
      const turn = typeof row[2] === "string" ? row[2] : null;
      found.set(String(row[0]), {
        seq: Number(row[1]),
        turn,
        account: String(row[3]),
        operation: String(row[4]),
        createdAt: Number(row[5]),
      });
    }
    return found;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something may have become due: wakes the workers of this process. */
  wakeHere(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Wakes the workers of this process now and those of the others soon. */
  wake(): void {
    this.wakeHere();
    if (!this.#ports.notify || this.#telling) return;
    void this.#tell();
  }

  /**
   * What the statement at hand is to tell other processes at its commit: this session's token, or "" when they were
   * told a moment ago; then they are told a little later, once for all.
   */
  message(): string {
    if (!this.#ports.notify || this.#telling) return "";
    if (this.#ports.monotonic() - this.#toldAt < notifyEveryMs) {
      void this.#tell();
      return "";
    }
    this.#toldAt = this.#ports.monotonic();
    return this.token;
  }

  close(): void {
    this.#listeners.clear();
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    const wait = this.#toldAt + notifyEveryMs - this.#ports.monotonic();
    if (wait > 0) await this.pause(wait);
    this.#toldAt = this.#ports.monotonic();
    this.#telling = false;
    // Who is not told finds out by asking.
    if (!this.db.isClosed) await this.db.rows(sendNotice, [this.channel, this.token]).catch(() => undefined);
  }
}

const selectPlaces = `SELECT r.id, r.seq, o.turn, k.account, k.operation, r.created_at FROM landline.request r
  JOIN landline.operation o ON o.seq = r.seq JOIN landline.kind k ON k.id = o.kind WHERE r.id = ANY($1::text[])`;
const sendNotice = "SELECT pg_notify($1, $2)";
