/**
 * The only door to the world of this package: the driver, timers and the ear for notices.
 *
 * What belongs to a session (prepared statements, planner settings, LISTEN) is used only where the session is ours: on
 * a pool made here. A pool handed in may lead to a pooler that gives each transaction another session, so nothing of it
 * is used there unless its owner says so.
 */
import { Client, Pool, escapeIdentifier, types } from "pg";
import type { PoolConfig } from "pg";
import type { TypeParser } from "./database.ts";
import { readTrouble } from "./trouble.ts";

/** Milliseconds until a connection attempt, or the wait for a free one, is given up. */
const connectMs = 5_000;

/** Milliseconds until the server ends a statement of ours, and until we stop waiting for its answer. */
const statementMs = 30_000;

/** Pauses before the ear is opened again, in milliseconds. */
const listenAgainMs = [50, 200, 1_000, 5_000] as const;

/**
 * Rows are found by index, one by one; a plan made while a table was small must not read all of it when it has grown.
 * Statements are compiled by nobody's machine code generator: they run for less time than that takes.
 */
const planning = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

/** How the driver reads a column of a type. */
export const parserOf: TypeParser = (oid, format) => types.getTypeParser(oid, format);

/** A pool of connections to one server, with our settings. */
export function openPool(url: string, max: number): Pool {
  const pool = new Pool({ ...connectionOf(url), max, idleTimeoutMillis: 30_000 });
  // A connection that breaks while nobody uses it is replaced at the next use.
  pool.on("error", () => undefined);
  // One that breaks while it is being closed belongs to nobody any more, and must not end the process.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** One connection with nobody else's statements between ours. */
export async function openClient(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectMs,
    application_name: "landline",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw readTrouble(error) ?? error;
  }
  return client;
}

function connectionOf(url: string): PoolConfig {
  return {
    connectionString: url,
    application_name: "landline",
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
    idle_in_transaction_session_timeout: statementMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: planning,
  };
}

/** Calls back once what arrived in this turn of the event loop has been seen. */
export function endOfTurn(callback: () => void): void {
  setImmediate(callback);
}

/** Resolves after so many milliseconds. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Milliseconds that never go back. */
export function monotonic(): number {
  return performance.now();
}

/** Tells this process from others. */
export function newToken(): string {
  return crypto.randomUUID();
}

/**
 * Hears notices on a channel, on a connection of its own, and opens it again whenever it breaks.
 * @param heard called with each payload, and with "" after every opening, because notices may have been missed
 * @returns a function that ends it
 */
export function listen(url: string, channel: string, heard: (payload: string) => void): () => Promise<void> {
  let ended = false;
  let client: Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let failures = 0;

  const again = (): void => {
    if (ended || timer !== null) return;
    client?.end().catch(() => undefined);
    client = null;
    const wait = listenAgainMs[Math.min(failures, listenAgainMs.length - 1)] ?? 5_000;
    failures += 1;
    timer = setTimeout(() => {
      timer = null;
      void open();
    }, wait);
    timer.unref();
  };
  const open = async (): Promise<void> => {
    try {
      const opened = await openClient(url);
      if (ended) {
        await opened.end();
        return;
      }
      client = opened;
      opened.on("end", again);
      opened.on("error", again);
      opened.on("notification", ({ payload }) => heard(payload ?? ""));
      await opened.query(`LISTEN ${escapeIdentifier(channel)}`);
      failures = 0;
      heard("");
    } catch {
      again();
    }
  };
  const opening = open();

  return async () => {
    ended = true;
    if (timer !== null) clearTimeout(timer);
    await opening;
    await client?.end().catch(() => undefined);
  };
}
