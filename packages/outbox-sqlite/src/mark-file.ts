/**
 * The second door to the world of this package: the small file that lies beside the database, and the timer that keeps it
 * fresh. It holds the count of `mark.ts`, so that a database that was put back from a backup can be told from the one
 * that was used last.
 *
 * It is only evidence: a mark that cannot be written costs a warning at some later start, never an operation.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Which store, and how far it had come. */
export interface Mark {
  /** Made from chance when the store first sends. */
  readonly store: string;
  /** Grows while things are sent. */
  readonly count: number;
}

/** Where the mark of a database lies. */
export function markPath(path: string): string {
  return `${path}-mark`;
}

/** The mark beside a database; null when there is none that can be read. */
export function readMark(path: string): Mark | null {
  try {
    return asMark(JSON.parse(readFileSync(markPath(path), "utf8")));
  } catch {
    return null;
  }
}

/**
 * Puts a mark in place of the one before, whole or not at all, also when the power fails: a name that points to a text
 * that never reached the disk would read as a mark that is missing.
 */
export function writeMark(path: string, mark: Mark): void {
  const fresh = `${markPath(path)}.new`;
  try {
    const isFirst = !existsSync(markPath(path));
    flushed(fresh, "w", `${JSON.stringify(mark)}\n`);
    renameSync(fresh, markPath(path));
    if (isFirst) flushed(dirname(path), "r", null);
  } catch {
    // See the head of this file.
  }
}

function flushed(path: string, flags: "w" | "r", text: string | null): void {
  const file = openSync(path, flags);
  try {
    if (text !== null) writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads what was a mark once; null when it is none. */
export function asMark(value: unknown): Mark | null {
  if (typeof value !== "object" || value === null || !("store" in value) || !("count" in value)) return null;
  const { store, count } = value;
  return typeof store === "string" && typeof count === "number" ? { store, count } : null;
}

/** A name nobody had before. */
export function newStoreName(): string {
  return crypto.randomUUID();
}

/** Calls back after so many milliseconds, unless the process ends before; the returned function cancels. */
export function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
