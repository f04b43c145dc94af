/**
 * The store: verbs in group commits, reads between them, one session underneath.
 *
 * Reads and claims run at once, and because a batch never spans two turns they see only what is committed. Writes wait
 * for their commit. Before the indexes in memory are complete (after a start with a large file) writes that need
 * them wait; claims, starts and settlements do not, so sending goes on at once.
 */
import type { Store, Waker } from "@landline/outbox";
import { GroupCommit } from "./group-commit.ts";
import { hashText } from "./hash-index.ts";
import { after, asMark, newStoreName, readMark, writeMark } from "./mark-file.ts";
import { MarkKeeper } from "./mark.ts";
import { migrate } from "./migrations/migrate.ts";
import type { OpenOptions } from "./open.ts";
import { endOfTask, endOfTurn, openDatabase, wallClock } from "./open.ts";
import { integer, number, rows, text } from "./row.ts";
import { Session } from "./session.ts";
import { StoreTrouble, advice, readTrouble } from "./trouble.ts";
import { awaitingReceipt, unattended } from "./verbs/attention.ts";
import { claim, dueLanes } from "./verbs/claim.ts";
import { command } from "./verbs/command.ts";
import { counts } from "./verbs/counts.ts";
import { expireDue } from "./verbs/expire-due.ts";
import { findByKey, locate, ownedProviderIds } from "./verbs/find.ts";
import { insert } from "./verbs/insert.ts";
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
import { rollup } from "./verbs/rollup.ts";
import { settle } from "./verbs/settle.ts";
import { start } from "./verbs/start.ts";
import { story } from "./verbs/story.ts";
import { verify } from "./verbs/verify.ts";
import { witness } from "./verbs/witness.ts";
import { unfinishedMax } from "./words.ts";

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions extends OpenOptions {
  /** Epoch milliseconds; the store's clock. Default: this machine's. */
  readonly now?: () => number;
}

/** A store in one file, with the news that something became due. */
export interface SqliteStore extends Store, Waker {
  readonly path: string;
}

/** Where the database keeps its half of the mark. */
const markCollection = "mark";

/** Rows the indexes in memory take in per turn of the event loop. Ten times as many leave 20 MB of garbage behind. */
const loadRows = 2_000;

const selectHashes =
  "SELECT seq, key_hash, provider_id, state, deadline FROM operation WHERE seq > ? ORDER BY seq LIMIT ?";

/**
 * Opens a store, creating and migrating the file as needed. This process owns the file until `close`.
 * @param path of the database file; its folder must exist
 * @throws {StoreTrouble} in_use, foreign, corrupt, sqlite_too_old, schema_too_new, cannot_open
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  const open = (): ReturnType<typeof openDatabase> => {
    const db = openDatabase(path, options);
    try {
      migrate(db, path);
      return db;
    } catch (error) {
      db.close();
      throw readTrouble(error, path) ?? error;
    }
  };
  const session = new Session({ path, open, clock: options.now ?? wallClock });
  const listeners = new Set<() => void>();
  let closed = false;

  const commits = new GroupCommit(
    {
      begin: () => {
        if (closed) throw new StoreTrouble("closed", advice("closed", path, ""));
        if (!session.isOpen) session.reopen();
        session.sql("BEGIN IMMEDIATE").run();
      },
      commit: () => {
        session.rollups.flush();
        session.sql("COMMIT").run();
      },
      rollback: () => {
        if (session.isOpen && session.db.isTransaction) session.db.exec("ROLLBACK");
      },
      judge: (error) => readTrouble(error, path),
      recover: () => {
        if (!closed) session.reopen();
      },
      committed: () => {
        session.committed();
        if (!session.woken) return;
        session.woken = false;
        for (const listener of listeners) listener();
      },
      rolledBack: () => session.rolledBack(),
    },
    endOfTurn,
    endOfTask,
  );

  const loading = load(session, () => closed);
  let loaded = false;
  const ready = loading.then(() => {
    loaded = true;
  });
  // A failure is met again by whoever awaits it.
  ready.catch(() => undefined);

  const write = <T>(verb: () => T): Promise<T> => commits.write(verb);
  const writeWhenLoaded = <T>(verb: () => T): Promise<T> =>
    loaded ? commits.write(verb) : ready.then(() => commits.write(verb));
  const read = async <T>(verb: () => T): Promise<T> => {
    if (closed) throw new StoreTrouble("closed", advice("closed", path, ""));
    if (!session.isOpen) session.reopen();
    return verb();
  };
  let pruneCursor = 0;
  let matchCursor = 0;
  const mark = new MarkKeeper({
    isEmpty: () => session.lastSeq === 0,
    readOwn: () => asMark(getDocument(session, markCollection, markCollection)),
    readBeside: () => readMark(path),
    writeBeside: (next) => writeMark(path, next),
    commit: (step) => write(step),
    putOwn: (next) => putDocument(session, markCollection, markCollection, next),
    newStoreName,
    after,
  });

  return {
    path,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    now: () => read(() => session.now()),
    insert: (operation) => writeWhenLoaded(() => insert(session, operation)),
    insertMany: (operations) => writeWhenLoaded(() => operations.map((operation) => insert(session, operation))),
    claim: (request) => read(() => claim(session, request)),
    dueLanes: () => read(() => dueLanes(session)),
    release: (leases) =>
      read(() => {
        release(session, leases);
        if (session.woken) for (const listener of listeners) listener();
        session.woken = false;
      }),
    start: (lease, attempt) => {
      if (mark.moved !== null) return Promise.reject(new StoreTrouble("moved", advice("moved", path, mark.moved)));
      mark.started();
      return write(() => start(session, lease, attempt));
    },
    moved: () => read(() => mark.moved),
    presumeStarted: async (presumption) => {
      if (presumption.onlyIfMoved === true && mark.moved === null) return null;
      const { presumed, next } = await write(() => ({
        presumed: presumeStarted(session, presumption),
        next: mark.settle(),
      }));
      mark.settled(next);
      return presumed;
    },
    trust: async (line) => {
      const next = await write(() => {
        audit(session, { ...line, event: "store.trusted", subject: "store" });
        return mark.settle();
      });
      mark.settled(next);
    },
    settle: (lease, settlement) => {
      // What a look found must be held against everything that is known already.
      const found = settlement.type === "accept" && settlement.attempt === null;
      return (found ? writeWhenLoaded : write)(() => settle(session, lease, settlement));
    },
    witness: (lease, attempt, providerId) => writeWhenLoaded(() => witness(session, lease, attempt, providerId)),
    rescue: (request) => write(() => rescue(session, request)),
    claimReconciliations: (request) => read(() => claimReconciliations(session, request)),
    ownedProviderIds: async (account, providerIds, exceptId) => {
      if (!loaded) await ready;
      return read(() => ownedProviderIds(session, account, providerIds, exceptId));
    },
    expireDue: (limit) => writeWhenLoaded(() => expireDue(session, limit)),
    awaitingReceipt: (account, before, limit, window) =>
      read(() => awaitingReceipt(session, account, before, limit, window)),
    unattended: (request) => read(() => unattended(session, request)),
    command: (order) => writeWhenLoaded(() => command(session, order)),
    receive: (account, event, failure = null) => writeWhenLoaded(() => receive(session, account, event, failure)),
    matchReceipts: (limit) =>
      writeWhenLoaded(() => {
        const { results, lastId } = matchReceipts(session, matchCursor, limit);
        matchCursor = lastId ?? 0;
        return results;
      }),
    get: (id) => read(() => locate(session, id)?.record ?? null),
    findByKey: async (scope, key) => {
      if (!loaded) await ready;
      return read(() => findByKey(session, scope, key));
    },
    story: (id) => read(() => story(session, id)),
    list: (filter, page) => read(() => list(session, filter, page)),
    select: (filter, page) => read(() => selectOperations(session, filter, page)),
    reviewGroups: () => read(() => reviewGroups(session)),
    rollup: (request) => read(() => rollup(session, request)),
    counts: () => read(() => counts(session)),
    holds: () => read(() => holds(session)),
    hold: (what) => write(() => hold(session, what)),
    unhold: (account, reason, actor) => write(() => unhold(session, account, reason, actor)),
    optOut: (account, recipient, because) => write(() => optOut(session, account, recipient, because)),
    optIn: (account, recipient, because) => write(() => optIn(session, account, recipient, because)),
    isOptedOut: (account, recipient) => read(() => isOptedOut(session, account, recipient)),
    optedOutOf: (account, recipients) => read(() => optedOutOf(session, account, recipients)),
    hasOptOuts: () => read(() => hasOptOuts(session)),
    getDocument: (collection, id) => read(() => getDocument(session, collection, id)),
    putDocument: (collection, id, document) => write(() => putDocument(session, collection, id, document)),
    addDocument: (collection, id, document) => write(() => addDocument(session, collection, id, document)),
    deleteDocument: (collection, id) => write(() => deleteDocument(session, collection, id)),
    listDocuments: (collection) => read(() => listDocuments(session, collection)),
    audit: (line) => write(() => audit(session, line)),
    prune: (before, limit) =>
      write(() => {
        const { pruned, cursor } = prune(session, before, limit, pruneCursor);
        pruneCursor = cursor;
        return pruned;
      }),
    verify: async () => {
      if (!loaded) await ready;
      return read(() => verify(session));
    },
    close: async () => {
      if (closed) return;
      const marked = mark.close().catch(() => undefined);
      commits.flush();
      closed = true;
      listeners.clear();
      session.close();
      await Promise.all([marked, ready.catch(() => undefined)]);
    },
  };
}

/** Fills the indexes in memory, some rows a turn, so that nobody waits for the last one who needs only the first. */
async function load(session: Session, isClosed: () => boolean): Promise<void> {
  const upTo = session.lastSeq;
  session.keys.reserve(upTo);
  for (let seq = 0; seq < upTo && !isClosed();) {
    const found = rows(session.sql(selectHashes), seq, loadRows);
    for (const row of found) {
      session.keys.add(number(row, 1), number(row, 0));
      if (number(row, 3) <= unfinishedMax) session.deadlines.note(number(row, 0), number(row, 4));
      const providerId = text(row, 2);
      if (providerId !== null) session.providerIds.add(hashText(providerId), number(row, 0));
    }
    const last = found.at(-1);
    if (last === undefined || found.length < loadRows) return;
    seq = integer(last, 0) ?? upTo;
    await new Promise<void>((resolve) => {
      endOfTurn(resolve);
    });
  }
}
