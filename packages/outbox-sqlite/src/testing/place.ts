/** A folder for one test, and a way to damage what is in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";

/** A path for a database in a folder that goes away with the test. */
export function place(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "landline-sqlite-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return path.join(folder, "landline.db");
}

/** Runs SQL on a file behind the back of the store. */
export function tamper(file: string, sql: string): void {
  const db = new DatabaseSync(file, { defensive: false });
  db.exec(sql);
  db.close();
}
