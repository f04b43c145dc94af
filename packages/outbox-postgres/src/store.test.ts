/** The PostgreSQL store against the suite every store passes, on a real server. */
import { storeConformance } from "@landline/outbox/testing";
import { Client } from "pg";
import { afterAll, beforeAll } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { startCluster } from "./testing/cluster.ts";
import { frozenClock, truncateAll } from "./testing/conformance.ts";

let cluster: Cluster;
let administrator: Client;
let advance: (ms: number) => Promise<void>;

const options = { connectionsMax: 2, listen: false };

beforeAll(async () => {
  cluster = await startCluster();
  await migratePostgres(cluster.url);
  administrator = new Client({ connectionString: cluster.url });
  await administrator.connect();
  advance = await frozenClock(administrator);
}, 60_000);

afterAll(async () => {
  await administrator.end();
  await cluster.destroy();
}, 60_000);

storeConformance("postgres", async () => {
  let store = await openPostgresStore(cluster.url, options);
  return {
    store,
    advance: async (ms) => advance(ms),
    reopen: async () => {
      await store.close();
      store = await openPostgresStore(cluster.url, options);
      return store;
    },
    close: async () => {
      await store.close();
      await truncateAll(administrator);
    },
  };
});
