/** What the disk and SQLite alone allow: the yardstick for the store. */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** Appends of 4 KiB, each flushed, in a second. */
export function flushesPerSecond(file: string, seconds: number): number {
  const fd = openSync(file, "w");
  const page = Buffer.alloc(4_096, 1);
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  for (; performance.now() < end; count += 1) {
    writeSync(fd, page);
    fdatasyncSync(fd);
  }
  closeSync(fd);
  return count / seconds;
}

/** One row of 300 bytes a commit, WAL and FULL: the fastest anybody can acknowledge one at a time. */
export function commitsPerSecond(file: string, seconds: number): number {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, payload TEXT NOT NULL)");
  const insert = db.prepare("INSERT INTO job (state, payload) VALUES (0, ?)");
  const payload = "x".repeat(300);
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  for (; performance.now() < end; count += 1) insert.run(payload);
  db.close();
  return count / seconds;
}

/**
 * The same row from 100 callers, each waiting for its promise, one commit for each turn of the event loop: what group
 * commit allows a table without keys, lanes, deadlines or search.
 */
export async function groupedPerSecond(file: string, seconds: number): Promise<number> {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, payload TEXT NOT NULL)");
  const insert = db.prepare("INSERT INTO job (state, payload) VALUES (0, ?)");
  const payload = "x".repeat(300);
  let waiting: (() => void)[] = [];
  const commit = (): void => {
    const batch = waiting;
    waiting = [];
    db.exec("BEGIN IMMEDIATE");
    for (let index = 0; index < batch.length; index += 1) insert.run(payload);
    db.exec("COMMIT");
    for (const resolve of batch) resolve();
  };
  const write = async (): Promise<void> =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(commit);
      waiting.push(resolve);
    });
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  const caller = async (): Promise<void> => {
    for (; performance.now() < end; count += 1) await write();
  };
  await Promise.all(Array.from({ length: 100 }, caller));
  db.close();
  return count / seconds;
}
