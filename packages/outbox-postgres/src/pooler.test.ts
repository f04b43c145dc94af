/**
 * The store through PgBouncer in transaction mode: each transaction may get another session, so nothing of a session is
 * relied on. Runs where PgBouncer is installed (`testing/pooler.ts`); elsewhere it is skipped, and the report says so.
 */
import { storeConformance } from "@landline/outbox/testing";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { PostgresStore } from "./store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";
import { frozenClock, truncateAll } from "./testing/conformance.ts";
import { intent, message, taken } from "./testing/operations.ts";
import { poolerProgram, startPooler } from "./testing/pooler.ts";
import type { Pooler } from "./testing/pooler.ts";

const program = poolerProgram();

describe.skipIf(program === null)("through PgBouncer in transaction mode", () => {
  let cluster: Cluster;
  let pooler: Pooler;
  let administrator: Client;

  beforeAll(async () => {
    if (program === null) return;
    cluster = await startCluster();
    pooler = await startPooler(program, cluster);
    // Migrations lock the session they run in: they go to the server itself.
    await migratePostgres(cluster.url);
    administrator = new Client({ connectionString: cluster.url });
    await administrator.connect();
  });

  afterAll(async () => {
    await administrator.end();
    await pooler.close();
    await cluster.destroy();
  });

  async function open(): Promise<PostgresStore> {
    return openPostgresStore(`${pooler.url}?landline_pooler=transaction`, { connectionsMax: 5 });
  }

  test("four workers with more connections than the pooler has share the work, and nothing is lost or doubled", async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(open));
    const [first] = stores;
    if (first === undefined) throw new Error("no store");
    const all = Array.from({ length: 2_000 }, (_, index) =>
      message(index % 10 === 0 ? { ordered: true, subject: `s${index % 100}` } : {}),
    );
    await Promise.all(all.slice(0, 200).map(async (each) => first.insert(each)));
    await first.insertMany(all.slice(200));
    const handed = new Map<string, number>();
    const work = async (store: PostgresStore, worker: string): Promise<void> => {
      for (;;) {
        const claimed = await store.claim({ worker, lanes: [{ lane: "tw/messages", limit: 100 }], leaseMs: 60_000 });
        if (claimed.length === 0) return;
        await Promise.all(
          claimed.map(async (each) => {
            if (!(await store.start(each, intent(each)))) return;
            handed.set(each.id, (handed.get(each.id) ?? 0) + 1);
            expect(await store.settle(each, taken(each))).toBe(true);
          }),
        );
      }
    };
    for (let round = 0; handed.size < all.length && round < 200; round += 1)
      await Promise.all(stores.map(async (store, index) => work(store, `w${index}`)));
    expect(handed.size).toBe(all.length);
    expect(Math.max(...handed.values())).toBe(1);
    expect(await first.counts()).toEqual({ accepted: all.length });
    expect(await first.moved()).toBeNull();
    expect(await first.verify()).toEqual([]);
    // Other sessions than the clients': that is what this test is about.
    const sessions =
      "SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = 'postgres'";
    const [[backends] = []] = await administer(cluster.url, sessions);
    expect(Number(backends)).toBeLessThanOrEqual(4 + 2);
    await Promise.all(stores.map(async (store) => store.close()));
  });

  describe("conformance", () => {
    let advance: (ms: number) => Promise<void>;

    beforeAll(async () => {
      if (program !== null) advance = await frozenClock(administrator);
    });

    storeConformance("postgres behind PgBouncer", async () => {
      await truncateAll(administrator);
      let store = await open();
      return {
        store,
        advance: async (ms) => advance(ms),
        reopen: async () => {
          await store.close();
          store = await open();
          return store;
        },
        close: async () => store.close(),
      };
    });
  });
});
