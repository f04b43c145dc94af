/** An operation that comes with the caller's own rows, or not at all: pg, Kysely, Drizzle on both drivers, anything else. */
import { sql as drizzleSql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { PostgresStore } from "./store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";
import { message } from "./testing/operations.ts";

let cluster: Cluster;
let store: PostgresStore;
let pool: Pool;

beforeAll(async () => {
  cluster = await startCluster();
  await migratePostgres(cluster.url);
  await administer(cluster.url, "CREATE TABLE orders (id text PRIMARY KEY)");
  pool = new Pool({ connectionString: cluster.url, max: 4 });
  // The server ends before the last connection does.
  pool.on("error", () => undefined);
  store = await openPostgresStore(cluster.url);
}, 60_000);

afterAll(async () => {
  await store.close();
  await pool.end();
  await cluster.destroy();
}, 60_000);

beforeEach(async () => {
  await administer(cluster.url, "TRUNCATE orders");
});

afterEach(async () => {
  // oxlint-disable-next-line vitest/no-standalone-expect -- holds after every test
  expect(await store.verify()).toEqual([]);
});

class Abandoned extends Error {}

/** One way to run a transaction: calls `body` inside it, with what `insert` takes and a way to store an order. */
type Way = (
  body: (tx: Parameters<PostgresStore["insert"]>[1], order: (id: string) => Promise<unknown>) => Promise<void>,
) => Promise<void>;

const ways: readonly (readonly [string, Way])[] = [
  [
    "a pg client",
    async (body) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await body({ tx: client }, (id) => client.query("INSERT INTO orders VALUES ($1)", [id]));
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
  ],
  [
    "a Kysely transaction",
    async (body) => {
      const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
      await db.transaction().execute(async (trx) => {
        await body({ tx: trx }, (id) => sql`INSERT INTO orders VALUES (${id})`.execute(trx));
      });
    },
  ],
  [
    "a Drizzle transaction",
    async (body) => {
      await drizzle(pool).transaction(async (tx) => {
        await body({ tx }, async (id) => tx.execute(drizzleSql`INSERT INTO orders VALUES (${id})`));
      });
    },
  ],
  [
    "any function that runs a statement",
    async (body) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const run = async (text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> =>
          (await client.query(text, [...values])).rows;
        await body({ tx: run }, (id) => client.query("INSERT INTO orders VALUES ($1)", [id]));
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
  ],
];

test.each(ways)("%s: both are there after the commit, and not before", async (_name, transaction) => {
  const operation = message({ metadata: { nested: [1] } });
  await transaction(async (options, order) => {
    await order("o1");
    expect(await store.insert(operation, options)).toMatchObject({ type: "inserted", id: operation.id });
    expect(await store.get(operation.id)).toBeNull();
    expect(await store.insert({ ...operation, id: `${operation.id}x` }, options)).toEqual({
      type: "replayed",
      id: operation.id,
    });
  });
  expect(await store.get(operation.id)).toMatchObject({ state: "queued", input: operation.input });
  expect(await administer(cluster.url, "SELECT id FROM orders")).toEqual([["o1"]]);
});

test.each(ways)("%s: neither is there after a roll-back", async (_name, transaction) => {
  const operation = message({ ordered: true, subject: "ada" });
  const work = transaction(async (options, order) => {
    await order("o2");
    await store.insert(operation, options);
    throw new Abandoned();
  });
  await expect(work).rejects.toThrow(Abandoned);
  expect(await store.get(operation.id)).toBeNull();
  expect(await administer(cluster.url, "SELECT id FROM orders")).toEqual([]);
  expect(await store.insert(operation)).toMatchObject({ type: "inserted" });
});

test("workers hear of it at the commit, those of this process too", async () => {
  const client = await pool.connect();
  await new Promise((resolve) => setTimeout(resolve, 100));
  let heard = 0;
  const leave = store.subscribe(() => {
    heard += 1;
  });
  await client.query("BEGIN");
  await store.insert(message(), { tx: client });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toBe(0);
  await client.query("COMMIT");
  client.release();
  await expect.poll(() => heard).toBe(1);
  leave();
});
