/**
 * The only door to the world of this package: the database file, the wall clock and the end of a turn.
 *
 * One process owns the file. The lock is SQLite's own (`locking_mode=EXCLUSIVE`, an operating-system lock on the file),
 * so it dies with its process, `kill -9` included, and no second lock file can go stale. In that mode the index of the
 * write-ahead log lives in this process's memory, so there is no shared memory and no mmap at all.
 */
import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreTrouble, advice, readTrouble } from "./trouble.ts";

/** `PRAGMA application_id` of a Landline store: "LnLn" in ASCII. */
export const applicationId = 0x4c_6e_4c_6e;

/** The first SQLite in which the write-ahead log cannot be reset under a reader's feet. */
const versionMin = [3, 51, 3] as const;

/**
 * Bytes of a page of a new file. Rows are appended by the hundred, so twice SQLite's own size is half as many writes for
 * a commit; with four times as much, the pages that a small commit begins and the next one ends weigh more.
 */
const pageBytes = 8_192;

/** KiB of pages kept in memory. What is written next lies close together; for the rest the system has a cache too. */
const cacheKiB = 16_000;

/** Pages of the write-ahead log after which they are copied into the database: 32 MiB. */
const checkpointPages = 4_000;

/** How to open a database file. */
export interface OpenOptions {
  /** A limit on the file's size in pages (8 KiB; 4 KiB in files of earlier versions); reaching it is a full disk. Default: none. */
  readonly pagesMax?: number;
}

/**
 * Opens a database, takes its lock and proves that it is ours or empty.
 * @throws {StoreTrouble} when it is in use, foreign, damaged, or SQLite is too old
 */
export function openDatabase(path: string, options: OpenOptions = {}): DatabaseSync {
  let db: DatabaseSync | null = null;
  try {
    refuseForeign(path);
    db = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: 0 });
    refuseOldSqlite(db, path);
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    refuseStranger(db, path);
    db.exec(`PRAGMA page_size = ${pageBytes}`);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA fullfsync = ON");
    db.exec("PRAGMA checkpoint_fullfsync = ON");
    db.exec("PRAGMA mmap_size = 0");
    db.exec("PRAGMA temp_store = MEMORY");
    db.exec(`PRAGMA cache_size = -${cacheKiB}`);
    db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    db.exec("PRAGMA journal_size_limit = 67108864");
    if (options.pagesMax !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(options.pagesMax)}`);
    db.exec("BEGIN EXCLUSIVE");
    db.exec(`PRAGMA application_id = ${applicationId}`);
    db.exec("COMMIT");
    return db;
  } catch (error) {
    if (db?.isOpen === true) db.close();
    throw readTrouble(error, path) ?? error;
  }
}

/** Epoch milliseconds of this machine. */
export function wallClock(): number {
  return Date.now();
}

/** Calls back once what arrived in this turn of the event loop has been seen. */
export function endOfTurn(callback: () => void): void {
  setImmediate(callback);
}

/** Calls back once the running task and its microtasks are through. */
export function endOfTask(callback: () => void): void {
  process.nextTick(callback);
}

function refuseForeign(path: string): void {
  if (path === ":memory:" || path === "") {
    throw new StoreTrouble(
      "cannot_open",
      advice("cannot_open", path === "" ? "(no path)" : path, "a store needs a file"),
    );
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new StoreTrouble("cannot_open", advice("cannot_open", path, "it is a folder"));
  }
}

function refuseOldSqlite(db: DatabaseSync, path: string): void {
  const version = String(db.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
  if (compare(version.split(".").map(Number), versionMin) >= 0) return;
  throw new StoreTrouble("sqlite_too_old", advice("sqlite_too_old", path, `this is SQLite ${version}`));
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, wanted] of right.entries()) {
    const difference = (left[index] ?? 0) - wanted;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** An empty database may become ours; one with somebody else's tables may not. */
function refuseStranger(db: DatabaseSync, path: string): void {
  const id = Number(db.prepare("PRAGMA application_id").get()?.["application_id"]);
  if (id === applicationId) return;
  const tables = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
  if (id === 0 && tables === 0) return;
  throw new StoreTrouble("foreign", advice("foreign", path, "it is a database of another program"));
}
