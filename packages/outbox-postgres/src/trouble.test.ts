/**
 * What goes wrong with a real server: cut connections, restarts, lost answers to commits, servers that only read, full
 * pools, schemas that do not fit. Nothing may be lost, nothing claimed twice, nothing concluded that is not known.
 */
import type { Store } from "@landline/outbox";
import { Client, Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrate, migrations } from "./migrations/migrate.ts";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { PostgresStore } from "./store.ts";
import { postgresStore } from "./store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";
import { intent, message, taken } from "./testing/operations.ts";
import { openWire } from "./testing/wire.ts";
import type { Wire } from "./testing/wire.ts";

let cluster: Cluster;
let schemas = 0;
let schema = "";
const opened: PostgresStore[] = [];

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);

afterAll(async () => {
  await cluster.destroy();
}, 60_000);

beforeEach(async () => {
  schema = `trouble_${(schemas += 1)}`;
  await migratePostgres(cluster.url, { schema });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (store) => store.close()));
});

async function open(options: Parameters<typeof openPostgresStore>[1] = {}, url = cluster.url): Promise<PostgresStore> {
  const store = await openPostgresStore(url, { schema, ...options });
  opened.push(store);
  return store;
}

/** Repeats until it works, as the outbox does; a slow machine may take half a minute to start a server again. */
async function insist<T>(verb: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await verb();
    } catch (error) {
      if (tries === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A worker that claims, starts and settles until nothing is left; keeps what it was handed. */
async function work(store: Store, worker: string, handed: Map<string, number>, limit = 200): Promise<void> {
  const lanes = [{ lane: "tw/messages", limit }];
  for (;;) {
    const claimed = await insist(() => store.claim({ worker, lanes, leaseMs: 30_000 }));
    if (claimed.length === 0) return;
    await Promise.all(
      claimed.map(async (each) => {
        const started = await insist(() => store.start(each, intent(each)));
        if (!started) return;
        handed.set(each.id, (handed.get(each.id) ?? 0) + 1);
        await insist(() => store.settle(each, taken(each)));
      }),
    );
  }
}

describe("many at once", () => {
  test("four workers claim 20,000 operations and none twice", { timeout: 120_000 }, async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({ connectionsMax: 3 })));
    const [first] = stores;
    const all = Array.from({ length: 20_000 }, () => message());
    for (let from = 0; from < all.length; from += 5_000) await first?.insertMany(all.slice(from, from + 5_000));
    const handed = new Map<string, number>();
    await Promise.all(stores.map(async (store, index) => work(store, `w${index}`, handed)));
    expect(handed.size).toBe(20_000);
    expect(Math.max(...handed.values())).toBe(1);
    expect(await first?.counts()).toEqual({ accepted: 20_000 });
    expect(await first?.verify()).toEqual([]);
  });

  test("one key from four processes is one operation", async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({ connectionsMax: 3 })));
    const rounds = Array.from({ length: 25 }, (_, round) => round);
    for (const round of rounds) {
      const same = { idempotencyKey: `shared-${round}`, fingerprint: "same" };
      const answers = await Promise.all(
        stores.flatMap((store) => [
          store.insert(message(same)),
          store.insertMany([message(same), message()]).then(([first]) => first),
        ]),
      );
      const results = answers.filter((answer) => answer !== undefined);
      expect(results).toHaveLength(8);
      const ids = new Set(results.map(({ id }) => id));
      expect(ids.size).toBe(1);
      expect(results.filter(({ type }) => type === "inserted")).toHaveLength(1);
    }
  });

  test("ordered operations from four processes still run one after the other", async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({ connectionsMax: 3 })));
    const ordered = { ordered: true, subject: "ada" } as const;
    await Promise.all(stores.flatMap((store) => Array.from({ length: 5 }, () => store.insert(message(ordered)))));
    const lanes = [{ lane: "tw/messages", limit: 50 }];
    const order: string[] = [];
    for (;;) {
      const claims = await Promise.all(
        stores.map(async (store) => store.claim({ worker: "w", lanes, leaseMs: 30_000 })),
      );
      const claimed = claims.flat();
      if (claimed.length === 0) break;
      expect(claimed).toHaveLength(1);
      const [holder, each] = [stores[claims.findIndex((some) => some.length > 0)], claimed[0]];
      if (holder === undefined || each === undefined) throw new Error("nobody holds it");
      await holder.start(each, intent(each));
      await holder.settle(each, taken(each));
      order.push(each.id);
    }
    expect(order).toHaveLength(20);
    const page = await stores[0]?.list({}, { limit: 50, cursor: null });
    expect(page === undefined || page === "bad_cursor" ? [] : page.operations.map(({ id }) => id).toReversed()).toEqual(
      order,
    );
    expect(await stores[0]?.verify()).toEqual([]);
  });

  test("a worker hears of what another process hands over", async () => {
    const [giver, taker] = [await open(), await open()];
    // Both listen, and were told so: what is heard from now on is what was handed over.
    const listening = `SELECT count(*)::int FROM pg_stat_activity WHERE query = 'LISTEN "landline_' || $1 || '"' AND state = 'idle'`;
    await expect.poll(async () => administer(cluster.url, listening, [schema])).toEqual([[2]]);
    await taker.now();
    const heard = new Promise<void>((resolve) => {
      taker.subscribe(resolve);
    });
    await giver.insert(message());
    await expect(heard).resolves.toBeUndefined();
  });

  test("one connection is enough for everything", async () => {
    const store = await open({ connectionsMax: 1 });
    const all = Array.from({ length: 50 }, (_, index) =>
      message(index % 2 === 0 ? { ordered: true, subject: "s" } : {}),
    );
    await Promise.all(all.map(async (each) => store.insert(each)));
    const handed = new Map<string, number>();
    await work(store, "w", handed);
    expect(handed.size).toBe(50);
    const failing = await store.insert(message({ account: "rc", lane: "rc/x" }));
    const command = { id: failing.id, version: 1, actor: "ada", reason: "test", type: "cancel" } as const;
    expect(await store.command(command)).toMatchObject({ type: "done" });
  });
});

describe("cut connections", () => {
  test("a storm of terminated sessions loses nothing and doubles nothing", { timeout: 120_000 }, async () => {
    const stores = await Promise.all([1, 2].map(() => open({ connectionsMax: 4 })));
    const [first, second] = stores;
    if (first === undefined || second === undefined) throw new Error("no stores");
    const raging = new AbortController();
    const storm = (async (): Promise<void> => {
      while (!raging.signal.aborted) {
        await administer(
          cluster.url,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'landline' AND random() < 0.5",
        );
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    })();
    const all = Array.from({ length: 2_000 }, () => message());
    const results = await Promise.all(
      all.map(async (each, index) => {
        await new Promise((resolve) => setTimeout(resolve, index % 500));
        return insist(() => first.insert(each));
      }),
    );
    // What is answered as replayed is ours, inserted by a try whose answer was lost.
    expect(results.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const handed = new Map<string, number>();
    await Promise.all([work(first, "w0", handed, 50), work(second, "w1", handed, 50)]);
    raging.abort();
    await storm;
    // Claims whose answer was lost come back when their leases end; here they are given back by hand.
    await administer(cluster.url, `UPDATE ${schema}.operation SET lease_until = 1 WHERE state IN (0, 2)`);
    await work(second, "w1", handed, 50);
    expect(await insist(() => second.counts())).toEqual({ accepted: 2_000 });
    expect(handed.size).toBe(2_000);
    expect(Math.max(...handed.values())).toBe(1);
    expect(await second.verify()).toEqual([]);
  });

  test("a server restart during work loses nothing", { timeout: 120_000 }, async () => {
    const store = await open();
    await store.insertMany(Array.from({ length: 3_000 }, () => message()));
    const handed = new Map<string, number>();
    const working = Promise.all([work(store, "w0", handed, 20), work(store, "w1", handed, 20)]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await cluster.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await cluster.start();
    await working;
    await administer(cluster.url, `UPDATE ${schema}.operation SET lease_until = 1 WHERE state IN (0, 2)`);
    await work(store, "w0", handed);
    expect(await store.counts()).toEqual({ accepted: 3_000 });
    expect(Math.max(...handed.values())).toBe(1);
    expect(await store.verify()).toEqual([]);
    const heard = new Promise<void>((resolve) => {
      store.subscribe(resolve);
    });
    const other = await open();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await other.insert(message());
    await expect(heard).resolves.toBeUndefined();
  });

  describe("when the answer to a commit is lost", () => {
    let wire: Wire;
    let store: PostgresStore;

    beforeEach(async () => {
      wire = await openWire(cluster.port);
      const url = cluster.url.replace(`:${cluster.port}/`, `:${wire.port}/`);
      store = await open({ connectionsMax: 2, listen: false, notify: false, prepare: false }, url);
    });

    afterEach(async () => {
      await wire.close();
    });

    test("an insert is there, once, and says so", async () => {
      const operation = message();
      await store.insert(message());
      wire.loseAnswer("INSERT INTO");
      expect(await store.insert(operation)).toMatchObject({ type: "inserted", id: operation.id });
      expect(wire.lost).toBe(1);
      expect(await store.counts()).toEqual({ queued: 2 });
    });

    test("a start has begun, and the attempt may be sent", async () => {
      await store.insertMany([message(), message()]);
      const claimed = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 2 }], leaseMs: 30_000 });
      const [one, two] = claimed;
      if (one === undefined || two === undefined) throw new Error("nothing claimed");
      await store.start(one, intent(one));
      wire.loseAnswer("state = 1, before");
      expect(await store.start(two, intent(two))).toBe(true);
      expect(wire.lost).toBe(1);
      expect((await store.story(two.id))?.attempts).toHaveLength(1);
      wire.loseAnswer("state = 4, before");
      expect(await store.settle(two, taken(two))).toBe(true);
      expect(wire.lost).toBe(2);
      expect(await store.settle(two, taken(two))).toBe(false);
      expect((await store.story(two.id))?.operation).toMatchObject({ state: "accepted", version: 3 });
    });

    test("a start that another began under the same number is not taken for one's own", async () => {
      // A server that fell forgot the claim, which nobody waits for, and gave its number out again.
      const operation = message();
      await store.insertMany([message(), operation]);
      const claim = { worker: "w", lanes: [{ lane: "tw/messages", limit: 2 }], leaseMs: 30_000 };
      const [before, mine] = await store.claim(claim);
      if (before === undefined || mine === undefined) throw new Error("nothing claimed");
      await store.start(before, intent(before));
      await administer(
        cluster.url,
        `UPDATE ${schema}.operation SET lease = lease - 1, lease_until = 0 WHERE state = 0`,
      );
      const other = await open({ connectionsMax: 1, listen: false, notify: false });
      const [again] = await other.claim(claim);
      if (again === undefined) throw new Error("not claimed again");
      expect(again).toMatchObject({ id: mine.id, lease: mine.lease });
      expect(await other.start(again, { number: 1, requestDigest: "digest#other" })).toBe(true);
      wire.loseAnswer("state = 1, before");
      expect(await store.start(mine, { number: 1, requestDigest: "digest#mine" })).toBe(false);
      expect(wire.lost).toBe(1);
    });

    test("a command was obeyed once", async () => {
      const operation = message();
      await store.insert(operation);
      const order = { id: operation.id, version: 1, actor: "ada", reason: "changed her mind", type: "cancel" } as const;
      wire.loseAnswer("COMMIT");
      expect(await store.command(order)).toMatchObject({ type: "done", operation: { state: "cancelled", version: 2 } });
      expect(wire.lost).toBe(1);
      expect((await store.story(operation.id))?.history).toHaveLength(2);
    });
  });
});

describe("servers and schemas that do not fit", () => {
  test("nobody there, wrong password, no tables: said in words", async () => {
    await expect(openPostgresStore("postgres://postgres:x@127.0.0.1:1/postgres")).rejects.toMatchObject({
      code: "unavailable",
    });
    const wrong = cluster.url.replace("landline-tests", "wrong");
    await expect(openPostgresStore(wrong)).rejects.toMatchObject({ code: "denied" });
    await expect(openPostgresStore(cluster.url, { schema: "nothing_here" })).rejects.toThrow(/landline migrate/);
  });

  test("a server that only reads is said to, and is used again when it writes", async () => {
    const store = await open();
    const writing = `${cluster.url}?options=-c%20default_transaction_read_only%3Doff`;
    await administer(cluster.url, "ALTER DATABASE postgres SET default_transaction_read_only = on");
    try {
      const reading = await open();
      await expect(reading.insert(message())).rejects.toMatchObject({ code: "read_only" });
      await administer(writing, "ALTER DATABASE postgres RESET default_transaction_read_only");
      // Each connection that only reads is given up when it is met.
      expect(await insist(() => reading.insert(message()))).toMatchObject({ type: "inserted" });
    } finally {
      await administer(writing, "ALTER DATABASE postgres RESET default_transaction_read_only");
    }
    expect(await store.counts()).toEqual({ queued: 1 });
  });

  test("a full pool is trouble of its own, and passes", async () => {
    const pool = new Pool({ connectionString: cluster.url, max: 1, connectionTimeoutMillis: 200 });
    const store = postgresStore(pool, { schema });
    const hog = await pool.connect();
    await expect(store.insert(message())).rejects.toMatchObject({ code: "busy" });
    hog.release();
    expect(await store.insert(message())).toMatchObject({ type: "inserted" });
    await store.close();
    await pool.end();
  });

  test("a statement that takes too long is given up, and nothing of it is kept", async () => {
    const pool = new Pool({ connectionString: cluster.url, max: 2, statement_timeout: 500 });
    const store = postgresStore(pool, { schema });
    // The names are known already: only what is held up has to be quick.
    const unhurried = await open();
    await unhurried.insert(message());
    const hog = new Client({ connectionString: cluster.url });
    await hog.connect();
    await hog.query(`BEGIN; LOCK TABLE ${schema}.request`);
    const late = message();
    await expect(store.insert(late)).rejects.toMatchObject({ code: "busy" });
    await hog.end();
    expect(await unhurried.get(late.id)).toBeNull();
    await store.close();
    await pool.end();
  });

  test("migrations from four processes at once are applied once", async () => {
    const fresh = "together";
    expect(await migratePostgres(cluster.url, { schema: fresh, dryRun: true })).toEqual(
      migrations.map(({ name }) => name),
    );
    const applied = await Promise.all([1, 2, 3, 4].map(async () => migratePostgres(cluster.url, { schema: fresh })));
    expect(applied.flat()).toEqual(migrations.map(({ name }) => name));
    expect(await migratePostgres(cluster.url, { schema: fresh, dryRun: true })).toEqual([]);
  });

  test("an older process lives beside a step that only adds, and refuses one that breaks", async () => {
    await administer(cluster.url, `INSERT INTO ${schema}.migration (name, breaks) VALUES ('9998-adds', false)`);
    expect(await (await open()).counts()).toEqual({});
    await administer(cluster.url, `INSERT INTO ${schema}.migration (name, breaks) VALUES ('9999-breaks', true)`);
    await expect(open()).rejects.toMatchObject({ code: "schema_too_new" });
    const client = new Client({ connectionString: cluster.url });
    await client.connect();
    await expect(migrate(client, schema)).rejects.toThrow(/9999-breaks/);
    await client.end();
  });
});

describe("odd input", () => {
  test("U+0000, lone surrogates and backslashes reach the row, or what stands for them", async () => {
    const store = await open();
    const input = { Body: 'nul \0 and \\u0000 and \\\0 and "\ud800" and ü 💥' };
    const operation = message({ input, reference: "ref\0erence", recipient: "+1\0" });
    const other = message();
    const results = await Promise.all([store.insert(operation), store.insert(other)]);
    expect(results.map(({ type }) => type)).toEqual(["inserted", "inserted"]);
    const record = await store.get(operation.id);
    expect(record?.input).toEqual(input);
    expect(record?.reference).toBe("ref\u{FFFD}erence");
  });

  test("one that cannot be stored does not take the others with it", async () => {
    const store = await open();
    const huge = message({ idempotencyKey: Array.from({ length: 4_000 }, () => Math.random().toString(36)).join("") });
    const [bad, good] = await Promise.allSettled([store.insert(huge), store.insert(message())]);
    expect(bad.status).toBe("rejected");
    expect(good).toMatchObject({ status: "fulfilled", value: { type: "inserted" } });
  });
});
