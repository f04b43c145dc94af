/** What stands in the tables of a sealed store, row by row. */
import { openSealed } from "@landline/outbox";
import type { Store } from "@landline/outbox";
import { canaries, canariesIn, liveWithCanaries, sealerOf } from "@landline/outbox/testing";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);

afterAll(async () => cluster.destroy(), 60_000);

beforeEach(async () => {
  await administer(cluster.url, "DROP SCHEMA IF EXISTS landline CASCADE");
  await migratePostgres(cluster.url);
});

const open = async (): Promise<Store> => openPostgresStore(cluster.url, { connectionsMax: 2, listen: false });

/** Every row of every table, as text: what a dump holds. */
async function dump(): Promise<readonly string[]> {
  const client = new Client({ connectionString: cluster.url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'landline' AND table_type = 'BASE TABLE'",
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ line: string }>(`SELECT t::text AS line FROM landline."${name}" t`);
      texts.push(...rows.map(({ line }) => line));
    }
    return texts;
  } finally {
    await client.end();
  }
}

test("no word of a message or a person stands in the tables, and all of it is read back, after a rotation too", async () => {
  const store = await openSealed(await open(), sealerOf(1));
  const id = await liveWithCanaries(store);
  const story = await store.story(id);
  expect(await store.verify()).toEqual([]);
  await store.close();
  const lines = await dump();
  expect(lines.length).toBeGreaterThan(10);
  expect(canariesIn(lines)).toEqual([]);

  const plain = await open();
  await expect(openSealed(plain, sealerOf(2))).rejects.toThrow(sealerOf(1).keyId);
  const rotated = await openSealed(plain, sealerOf(2, 1));
  expect(await rotated.story(id)).toEqual(story);
  await rotated.close();
  expect(story?.operation).toMatchObject({ input: { Body: "canary-body" }, recipient: "+14155550199" });
  expect(story?.attempts).toMatchObject([{ body: "canary-answer", failure: { message: "canary-message" } }]);
});

test("processes that begin to seal at once agree on how they find people", async () => {
  const stores = await Promise.all([1, 2, 3].map(async () => openSealed(await open(), sealerOf(1))));
  await liveWithCanaries(stores[0] as Store);
  for (const store of stores) {
    expect(await store.isOptedOut("tw", "+14155550199")).toBe(true);
    await store.close();
  }
});

test("without sealing the words stand there, so the search finds what is there", async () => {
  const store = await open();
  await liveWithCanaries(store);
  await store.close();
  expect(canariesIn(await dump())).toEqual(canaries);
});
