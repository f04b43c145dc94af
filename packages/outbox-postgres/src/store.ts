/**
 * The store: hot verbs in batches, the others one by one, one pool underneath.
 *
 * Inserts, starts and settlements of one turn of the event loop share a statement and its commit. What people do, what
 * providers report and what maintenance finds runs in transactions of its own. Every verb whose commit got lost on the
 * way is asked again until its answer is certain (`doubt.ts`).
 */
import type { InsertResult, NewOperation, Store, Waker } from "@landline/outbox";
import type { Pool } from "pg";
import { Batches } from "./batches.ts";
import { Database } from "./database.ts";
import { untilSure } from "./doubt.ts";
import type { Failover } from "./home.ts";
import { endOfTurn, monotonic, newToken, parserOf, pause } from "./open.ts";
import { nowMs, number } from "./row.ts";
import { Session } from "./session.ts";
import type { CallersTransaction } from "./transaction.ts";
import { within } from "./transaction.ts";
import { StoreTrouble, advice, readTrouble } from "./trouble.ts";
import { awaitingReceipt, unattended } from "./verbs/attention.ts";
import { claim, dueLanes } from "./verbs/claim.ts";
import { command } from "./verbs/command.ts";
import { counts } from "./verbs/counts.ts";
import { expireDue } from "./verbs/expire-due.ts";
import { findByKey, locate, ownedProviderIds } from "./verbs/find.ts";
import { insertAll, insertWithin, isOrdered, nameAll } from "./verbs/insert.ts";
import {
  addDocument,
  audit,
  deleteDocument,
  getDocument,
  hold,
  holds,
  hasOptOuts,
  isOptedOut,
  listDocuments,
  optIn,
  optOut,
  optedOutOf,
  putDocument,
  unhold,
} from "./verbs/ledgers.ts";
import { list, selectOperations } from "./verbs/list.ts";
import { presumeStarted } from "./verbs/presume.ts";
import { prune } from "./verbs/prune.ts";
import { matchReceipts, receive } from "./verbs/receive.ts";
import { release } from "./verbs/release.ts";
import { claimReconciliations, rescue } from "./verbs/rescue.ts";
import { reviewGroups } from "./verbs/review-groups.ts";
import { foldRollups, rollup } from "./verbs/rollup.ts";
import type { Settling } from "./verbs/settle.ts";
import { settleEach } from "./verbs/settle.ts";
import type { Start } from "./verbs/start.ts";
import { startEach } from "./verbs/start.ts";
import { story } from "./verbs/story.ts";
import { verify } from "./verbs/verify.ts";
import { witness } from "./verbs/witness.ts";

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions {
  /** The schema the tables are in. Default: `landline`. */
  readonly schema?: string;
  /**
   * Whether statements are prepared. Behind a pooler in transaction mode that does not keep prepared statements it must
   * be false. Default: false, because the pool is yours.
   */
  readonly prepare?: boolean;
  /** Whether other processes are told, by NOTIFY, that something became due. Default: true. */
  readonly notify?: boolean;
  /**
   * What it means that another server took over. `lossless`: every commit had reached it (synchronous replication), so
   * nothing is doubted. Default: `may-lose`, and what waited is doubted.
   */
  readonly failover?: Failover;
}

/** Options of an insert. */
export interface InsertOptions {
  /** The transaction to join. The same database, and rights on our schema, are the caller's to see to. */
  readonly tx?: CallersTransaction;
}

/** A store in PostgreSQL, with the news that something became due. */
export interface PostgresStore extends Store, Waker {
  readonly schema: string;
  /**
   * As every store's; with `tx` inside the caller's own transaction: accepted exactly if and when that commits. What is
   * answered is only certain then.
   */
  insert(operation: NewOperation, options?: InsertOptions): Promise<InsertResult>;
}

const selectNow = `SELECT ${nowMs}`;

/** Jobs in one statement at most. */
const sizeMax = 1_000;

/**
 * A store on a pool of yours; `close` leaves the pool open. Workers hear of what other processes hand over only by
 * polling; `openPostgresStore` listens.
 */
export function postgresStore(pool: Pool, options: PostgresStoreOptions = {}): PostgresStore {
  return createStore(pool, options).store;
}

/** What `open-store.ts` builds on. */
export interface CreatedStore {
  readonly store: PostgresStore;
  readonly session: Session;
}

/** Makes a store and shows its session. */
export function createStore(pool: Pool, options: PostgresStoreOptions = {}): CreatedStore {
  const schema = options.schema ?? "landline";
  const db = new Database(pool, { schema, prepare: options.prepare ?? false }, parserOf);
  const session = new Session({
    db,
    token: newToken(),
    pause,
    monotonic,
    notify: options.notify ?? true,
    failover: options.failover ?? "may-lose",
  });
  const shared = { isShared: (error: unknown) => readTrouble(error) !== null, endOfTurn, sizeMax, flightsMax: 2 };

  const inserts = new Batches<NewOperation, InsertResult>({
    ...shared,
    keyOf: ({ id }) => id,
    run: async (operations) => {
      const results = await untilSure(session, (again) => insertAll(session, operations, again));
      if (results.some(({ type }) => type === "inserted")) session.wakeHere();
      return results;
    },
  });
  const starts = new Batches<Start, boolean>({
    ...shared,
    keyOf: ({ lease }) => lease.id,
    run: (jobs) => untilSure(session, (again) => startEach(session, jobs, again)),
  });
  const settlements = new Batches<Settling, boolean>({
    ...shared,
    keyOf: ({ lease }) => lease.id,
    run: async (jobs) => {
      const results = await untilSure(session, (again) => settleEach(session, jobs, again));
      if (jobs.some(({ settlement }) => settlement.type !== "accept")) session.wake();
      return results;
    },
  });

  let underWay = 0;
  let closing = false;
  let idle: (() => void) | null = null;
  /** Counts what is under way, so that `close` can wait for it. */
  const during = async <T>(verb: () => Promise<T>): Promise<T> => {
    if (closing) throw new StoreTrouble("closed", advice("closed", ""));
    underWay += 1;
    try {
      return await verb();
    } finally {
      underWay -= 1;
      if (underWay === 0) idle?.();
    }
  };
  const sure = <T>(verb: (again: boolean) => Promise<T>): Promise<T> => during(() => untilSure(session, verb));
  let pruneCursor = 0;
  let matchCursor = 0;

  const store: PostgresStore = {
    schema,
    subscribe: (listener) => session.subscribe(listener),
    now: () => sure(async () => number((await db.rows(selectNow))[0] ?? [], 0)),
    insert: (operation, { tx } = {}) =>
      during(async () => {
        if (tx !== undefined) return insertInto(session, tx, operation);
        if (!isOrdered(operation)) return inserts.add(operation);
        return only(await insertOrdered(session, [operation]));
      }),
    insertWithin: (tx, operation) => during(() => insertInto(session, tx as CallersTransaction, operation)),
    insertMany: (operations) => during(async () => (operations.length === 0 ? [] : insertOrdered(session, operations))),
    claim: (request) => during(() => claim(session, request)),
    dueLanes: () => sure(() => dueLanes(session)),
    release: (leases) => during(() => release(session, leases)),
    start: (lease, attempt) => during(() => starts.add({ lease, ...attempt })),
    settle: (lease, settlement) => during(() => settlements.add({ lease, settlement })),
    moved: () => sure(() => session.home.moved()),
    presumeStarted: (presumption) =>
      sure(async (again) => {
        await session.home.moved();
        const { count, timeline } = await db.transaction((tx) =>
          presumeStarted(schema, session.home, tx, presumption, again),
        );
        if (timeline !== null) session.home.arrived(timeline);
        return count;
      }),
    trust: (line) =>
      sure(async () => {
        await session.home.moved();
        const timeline = await db.transaction(async (tx) => {
          await audit(tx, { ...line, event: "store.trusted", subject: "store" });
          return session.home.settle(tx);
        });
        session.home.arrived(timeline);
      }),
    witness: (lease, attempt, providerId) =>
      sure(() => db.transaction((tx) => witness(session, tx, lease, attempt, providerId))),
    rescue: (request) => during(() => rescue(session, request)),
    claimReconciliations: (request) => during(() => claimReconciliations(session, request)),
    ownedProviderIds: (account, providerIds, exceptId) =>
      sure(() => ownedProviderIds(db, account, providerIds, exceptId)),
    expireDue: (limit) =>
      during(async () => {
        // Called now and then by maintenance: a good moment to fold the sums.
        await foldRollups(session);
        const timeline = await session.home.timeline();
        return db.transaction((tx) => expireDue(session, tx, limit, timeline));
      }),
    awaitingReceipt: (account, before, limit, window) =>
      sure(() => awaitingReceipt(session, account, before, limit, window)),
    unattended: (request) => sure(() => unattended(session, request)),
    command: (order) =>
      sure(async (again) => {
        if (order.type === "supersede") await nameAll(session, [order.child]);
        const result = await db.transaction((tx) => command(session, tx, order, again));
        if (result.type === "done") session.wake();
        return result;
      }),
    receive: (account, event, failure = null) =>
      sure(() => db.transaction((tx) => receive(session, tx, account, event, failure))),
    matchReceipts: (limit) =>
      during(async () => {
        const { results, lastId } = await matchReceipts(session, matchCursor, limit);
        matchCursor = lastId ?? 0;
        return results;
      }),
    get: (id) => sure(async () => (await locate(session, db, id))?.record ?? null),
    findByKey: (scope, key) => sure(() => findByKey(session, scope, key)),
    story: (id) => sure(() => db.snapshot((tx) => story(session, tx, id))),
    list: (filter, page) => sure(() => list(session, filter, page)),
    select: (filter, page) => sure(() => selectOperations(session, filter, page)),
    reviewGroups: () => sure(() => reviewGroups(session)),
    rollup: (request) => sure(() => db.snapshot((tx) => rollup(tx, request))),
    counts: () => sure(() => counts(session)),
    holds: () => sure(() => holds(db)),
    hold: (what) => sure(() => hold(db, what)),
    unhold: async (account, reason, actor) => {
      const ended = await during(() => unhold(db, account, reason, actor));
      if (ended) session.wake();
      return ended;
    },
    optOut: async (account, recipient, because) => {
      await sure(() => optOut(db, account, recipient, because));
      // Who knows of nobody does not ask: other processes hear of the first one at once.
      session.wake();
    },
    optIn: (account, recipient, because) => sure(() => optIn(db, account, recipient, because)),
    isOptedOut: (account, recipient) => sure(() => isOptedOut(db, account, recipient)),
    optedOutOf: (account, recipients) => sure(() => optedOutOf(db, account, recipients)),
    hasOptOuts: () => sure(() => hasOptOuts(db)),
    getDocument: (collection, id) => sure(() => getDocument(db, collection, id)),
    putDocument: (collection, id, document) => sure(() => putDocument(db, collection, id, document)),
    addDocument: (collection, id, document) => during(() => addDocument(db, collection, id, document)),
    deleteDocument: (collection, id) => during(() => deleteDocument(db, collection, id)),
    listDocuments: (collection) => sure(() => listDocuments(db, collection)),
    audit: (line) => during(() => audit(db, line)),
    prune: (before, limit) =>
      during(async () => {
        const { pruned, cursor } = await prune(session, before, limit, pruneCursor);
        pruneCursor = cursor;
        return pruned;
      }),
    verify: () => sure(() => db.snapshot((tx) => verify(tx))),
    close: async () => {
      if (closing) return;
      closing = true;
      if (underWay > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      }
      db.close();
      session.close();
    },
  };
  return { store, session };
}

/** In the caller's transaction. Its workers are told by the database, at the commit. */
async function insertInto(session: Session, tx: CallersTransaction, operation: NewOperation): Promise<InsertResult> {
  await nameAll(session, [operation]);
  return only(await insertWithin(session, within(session.db, tx), [operation], false, "tx"));
}

async function insertOrdered(session: Session, operations: readonly NewOperation[]): Promise<readonly InsertResult[]> {
  const results = await untilSure(session, (again) => insertAll(session, operations, again));
  if (results.some(({ type }) => type === "inserted")) session.wakeHere();
  return results;
}

function only<T>([result]: readonly T[]): T {
  if (result === undefined) throw new Error("no answer");
  return result;
}
