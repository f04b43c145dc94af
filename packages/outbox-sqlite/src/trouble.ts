/**
 * What can be wrong with a database, in words a person can act on.
 *
 * These are the only exceptions this package throws on purpose: at opening, because there is nothing to go on with, and
 * as the rejection of every promise of a commit that did not happen. Nothing is retried here.
 */

/** What is wrong. `unavailable`: the database could not be opened again after a failed write. */
export type StoreTroubleCode =
  | "in_use"
  | "foreign"
  | "corrupt"
  | "sqlite_too_old"
  | "schema_too_new"
  | "cannot_open"
  | "disk_full"
  | "io"
  | "closed"
  | "moved"
  | "unavailable";

/** The database cannot be used, or a commit failed. `message` says what to do. */
export class StoreTrouble extends Error {
  readonly code: StoreTroubleCode;

  constructor(code: StoreTroubleCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StoreTrouble";
    this.code = code;
  }
}

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that condemn a connection. */
const condemning: ReadonlyMap<number, StoreTroubleCode> = new Map([
  [5, "in_use"],
  [6, "in_use"],
  [8, "io"],
  [10, "io"],
  [11, "corrupt"],
  [13, "disk_full"],
  [14, "cannot_open"],
  [26, "foreign"],
]);

/**
 * Reads an exception of the driver.
 * @returns the trouble when the connection must not be trusted any more; null when only one statement was wrong
 */
export function readTrouble(error: unknown, path: string): StoreTrouble | null {
  if (error instanceof StoreTrouble) return error;
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  const code = condemning.get(error.errcode & 0xff);
  return code === undefined ? null : new StoreTrouble(code, advice(code, path, error.message), error);
}

/** A sentence for each kind of trouble: what it is, and what to do. */
export function advice(code: StoreTroubleCode, path: string, detail: string): string {
  switch (code) {
    case "in_use":
      return `${path} is in use by another process (${detail}). Stop that one first; a SQLite store has one owner at a time.`;
    case "foreign":
      return `${path} is not a Landline store (${detail}). Name another file; nothing was changed in this one.`;
    case "corrupt":
      return `${path} is damaged (${detail}). Stop, keep a copy of the file and its -wal file, and restore the last backup.`;
    case "sqlite_too_old":
      return `${detail}. Run on a newer Node: SQLite before 3.51.3 can damage a write-ahead log.`;
    case "schema_too_new":
      return `${path} was written by a newer version of Landline (${detail}). Run that version, or restore a backup.`;
    case "cannot_open":
      return `${path} cannot be opened (${detail}). Check that the folder exists and may be written to.`;
    case "disk_full":
      return `${path}: the disk is full or the size limit is reached (${detail}). Nothing of this commit was kept; free space and try again.`;
    case "io":
      return `${path}: the disk refused (${detail}). Nothing of this commit is acknowledged; check the disk.`;
    case "closed":
      return `${path} is closed`;
    case "moved":
      return `${path} is not the database that was used last (${detail}). Nothing is sent before what waits in it was doubted or trusted: see \`landline restore\`.`;
    case "unavailable":
      return `${path} could not be opened again after a failed write (${detail})`;
    default:
      return code satisfies never;
  }
}
