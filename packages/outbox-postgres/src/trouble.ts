/**
 * What can be wrong with a database, in words a person can act on.
 *
 * These are the only exceptions this package throws on purpose: at opening, because there is nothing to go on with, and
 * as the rejection of a verb that could not be carried out. `unavailable` says nothing about whether a commit was
 * made; who gets it must read before it concludes, and the verbs of this package do (`doubt.ts`).
 */

/** What is wrong. */
export type StoreTroubleCode =
  | "unavailable"
  | "busy"
  | "read_only"
  | "unmigrated"
  | "schema_too_new"
  | "denied"
  | "disk_full"
  | "contended"
  | "moved"
  | "closed";

/** The database cannot be used, or a verb failed. `message` says what to do. */
export class StoreTrouble extends Error {
  readonly code: StoreTroubleCode;

  constructor(code: StoreTroubleCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StoreTrouble";
    this.code = code;
  }
}

/** SQLSTATE codes and classes (https://www.postgresql.org/docs/current/errcodes-appendix.html); the longest prefix wins. */
const states: readonly (readonly [string, StoreTroubleCode])[] = [
  ["25006", "read_only"],
  ["3D000", "denied"],
  ["3F000", "unmigrated"],
  ["42P01", "unmigrated"],
  ["42703", "unmigrated"],
  ["42501", "denied"],
  ["28", "denied"],
  ["40001", "contended"],
  ["40P01", "contended"],
  ["55P03", "contended"],
  ["57014", "busy"],
  ["53300", "busy"],
  ["53100", "disk_full"],
  ["53", "unavailable"],
  ["57P", "unavailable"],
  ["58", "unavailable"],
  ["08", "unavailable"],
  ["XX", "unavailable"],
];

/** What drivers and Node say when a connection broke or could not be made. */
const broken =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT|EHOSTUNREACH|ENETUNREACH|Connection terminated|connection is closed|not queryable|Client was closed/i;
const exhausted = /timeout exceeded when trying to connect|timeout expired|Query read timeout/i;

/**
 * Reads an exception of the driver.
 * @returns the trouble, or null when only one statement was wrong
 */
export function readTrouble(error: unknown): StoreTrouble | null {
  if (error instanceof StoreTrouble) return error;
  if (!(error instanceof Error)) return null;
  const state = "code" in error && typeof error.code === "string" ? error.code : "";
  // Only the server's errors have a severity; Node's have codes of their own.
  if ("severity" in error) {
    const code = states.find(([prefix]) => state.startsWith(prefix))?.[1];
    return code === undefined ? null : new StoreTrouble(code, advice(code, `${state} ${error.message}`), error);
  }
  const detail = error instanceof AggregateError ? error.errors.map(String).join(", ") : error.message;
  if (exhausted.test(detail)) return new StoreTrouble("busy", advice("busy", detail), error);
  if (broken.test(`${state} ${detail}`))
    return new StoreTrouble("unavailable", advice("unavailable", detail || state), error);
  return null;
}

/** A sentence for each kind of trouble: what it is, and what to do. */
export function advice(code: StoreTroubleCode, detail: string): string {
  switch (code) {
    case "unavailable":
      return `PostgreSQL cannot be reached (${detail}). It is tried again; check that the server runs and the network lets us through.`;
    case "busy":
      return `PostgreSQL has no room for us right now (${detail}). Raise the pool size or max_connections, or look for long statements.`;
    case "read_only":
      return `this PostgreSQL only reads (${detail}): a standby, or a primary that was demoted. Point the URL at the primary, for example with target_session_attrs=read-write.`;
    case "unmigrated":
      return `the store's tables are missing or old (${detail}). Run \`landline migrate\` once, then start again.`;
    case "schema_too_new":
      return `the store was migrated by a newer version of Landline (${detail}). Run that version.`;
    case "denied":
      return `PostgreSQL refuses us (${detail}). Check user, password, database name and the grants on the schema.`;
    case "disk_full":
      return `the server's disk is full (${detail}). Nothing of this commit was kept; free space there.`;
    case "contended":
      return `others changed the same rows at once, again and again (${detail}). Nothing was written.`;
    case "moved":
      return `part of the store's past may be missing (${detail}). Nothing is sent before what waits was doubted, which a dispatcher does by itself in a moment, or trusted: see \`landline restore\`.`;
    case "closed":
      return "the store is closed";
    default:
      return code satisfies never;
  }
}
