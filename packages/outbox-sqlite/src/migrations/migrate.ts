/**
 * Brings a database to the newest schema, each step in a transaction of its own, counted by `PRAGMA user_version`.
 * Never goes back: a file from the future is refused and left as it is.
 */
import type { DatabaseSync } from "node:sqlite";
import { StoreTrouble, advice } from "../trouble.ts";
import { initial } from "./0001-initial.ts";
import { attemptBody } from "./0002-attempt-body.ts";
import { rareWithoutList } from "./0003-rare-without-list.ts";
import { deadlinesInMemory } from "./0004-deadlines-in-memory.ts";
import { optIn } from "./0005-opt-in.ts";
import { desk } from "./0006-desk.ts";
import { rollup } from "./0007-rollup.ts";

const steps: readonly string[] = [initial, attemptBody, rareWithoutList, deadlinesInMemory, optIn, desk, rollup];

/** The schema this version writes. */
export const schemaVersion: number = steps.length;

/**
 * Applies what is missing.
 * @returns how many steps were applied
 * @throws {StoreTrouble} `schema_too_new` when a later version has been here
 */
export function migrate(db: DatabaseSync, path: string): number {
  const found = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found > steps.length) {
    const detail = `schema ${found}, this version knows ${steps.length}`;
    throw new StoreTrouble("schema_too_new", advice("schema_too_new", path, detail));
  }
  for (const [index, step] of steps.entries()) {
    if (index < found) continue;
    db.exec("BEGIN IMMEDIATE");
    db.exec(step);
    db.exec(`PRAGMA user_version = ${index + 1}`);
    db.exec("COMMIT");
  }
  return steps.length - found;
}
