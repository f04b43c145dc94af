/** The PostgreSQL store against the suite every store passes, on a real server. */
import { storeConformance } from "@landline/outbox/testing";
import { afterAll, beforeAll } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";

let cluster: Cluster;
let schemas = 0;

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);

afterAll(async () => {
  await cluster.destroy();
}, 60_000);

/** The database's clock goes on when the suite says so, so that no deadline passes because the machine is busy. */
async function stopClock(schema: string): Promise<void> {
  await administer(
    cluster.url,
    `CREATE TABLE ${schema}.test_clock AS SELECT 1795000000000::bigint AS at;
     CREATE OR REPLACE FUNCTION ${schema}.now_ms() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT at FROM ${schema}.test_clock'`,
  );
}

storeConformance("postgres", async () => {
  const schema = `conformance_${(schemas += 1)}`;
  const options = { schema, connectionsMax: 4 };
  await migratePostgres(cluster.url, { schema });
  await stopClock(schema);
  let store = await openPostgresStore(cluster.url, options);
  return {
    store,
    advance: async (ms) => {
      await administer(cluster.url, `UPDATE ${schema}.test_clock SET at = at + $1`, [ms]);
    },
    reopen: async () => {
      await store.close();
      store = await openPostgresStore(cluster.url, options);
      return store;
    },
    close: async () => {
      await store.close();
      await administer(cluster.url, `DROP SCHEMA ${schema} CASCADE`);
    },
  };
});
