/** The PostgreSQL store against the suite every store passes, on a real server. */
import { storeConformance } from "@landline/outbox/testing";
import { Client } from "pg";
import { afterAll, beforeAll } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { startCluster } from "./testing/cluster.ts";

let cluster: Cluster;
let administrator: Client;

const options = { connectionsMax: 2, listen: false };

/** Everything but the schema's own tables. */
const empty = `DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(format('landline.%I', relname), ', ') || ' RESTART IDENTITY' FROM pg_class
    WHERE relnamespace = 'landline'::regnamespace AND relkind = 'r' AND relname NOT IN ('migration', 'test_clock')
  ); END $$`;

beforeAll(async () => {
  cluster = await startCluster();
  await migratePostgres(cluster.url);
  administrator = new Client({ connectionString: cluster.url });
  await administrator.connect();
  // The database's clock goes on when the suite says so, so that no deadline passes because the machine is busy.
  await administrator.query(
    `CREATE TABLE landline.test_clock AS SELECT 1795000000000::bigint AS at;
     CREATE OR REPLACE FUNCTION landline.now_ms() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT at FROM landline.test_clock'`,
  );
}, 60_000);

afterAll(async () => {
  await administrator.end();
  await cluster.destroy();
}, 60_000);

storeConformance("postgres", async () => {
  let store = await openPostgresStore(cluster.url, options);
  return {
    store,
    advance: async (ms) => {
      await administrator.query("UPDATE landline.test_clock SET at = at + $1", [ms]);
    },
    reopen: async () => {
      await store.close();
      store = await openPostgresStore(cluster.url, options);
      return store;
    },
    close: async () => {
      await store.close();
      await administrator.query(empty);
    },
  };
});
