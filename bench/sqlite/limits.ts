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
