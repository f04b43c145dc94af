/** A PostgreSQL server of its own for one proof, on loopback, that can be hit. */
import { migratePostgres } from "@landline/outbox-postgres";
import { administer, startCluster } from "../packages/outbox-postgres/src/testing/cluster.ts";
import type { Place } from "./places.ts";

const terminateAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

/** Starts a server, migrates it, and offers it to be hit. */
export async function openPostgresPlace(): Promise<Place> {
  const cluster = await startCluster();
  await migratePostgres(cluster.url, { dryRun: false });
  return {
    configured: cluster.url,
    config: { type: "postgres", url: cluster.url },
    victim: {
      terminate: async () => (await administer(cluster.url, terminateAll)).length,
      async restart() {
        await cluster.stop();
        await cluster.start();
      },
    },
    close: async () => cluster.destroy(),
  };
}
