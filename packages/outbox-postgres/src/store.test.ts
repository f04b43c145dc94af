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
});

storeConformance("postgres", async () => {
  const schema = `conformance_${(schemas += 1)}`;
  const options = { schema, connectionsMax: 4 };
  await migratePostgres(cluster.url, { schema });
  let store = await openPostgresStore(cluster.url, options);
  return {
    store,
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
