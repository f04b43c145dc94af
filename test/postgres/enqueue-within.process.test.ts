/** Handing over within the caller's own transaction, through an outbox. */
import { createHost, hashing } from "@landline/host";
import { createOutbox } from "@landline/outbox";
import { migratePostgres, openPostgresStore } from "@landline/outbox-postgres";
import type { PostgresStore } from "@landline/outbox-postgres";
import { createLedgerProvider, createMemoryStore } from "@landline/outbox/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, startCluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";
import type { Cluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";

let cluster: Cluster;
let store: PostgresStore;

beforeAll(async () => {
  cluster = await startCluster();
  await migratePostgres(cluster.url);
  store = await openPostgresStore(cluster.url);
});

afterAll(async () => {
  await store.close();
  await cluster.destroy();
});

test("an outbox hands over within a transaction, and other stores say that they cannot", async () => {
  const host = createHost();
  const { account } = createLedgerProvider(host, { name: "lg" });
  const request = { account: "lg", operation: "create.lookup", input: { to: "+15551230000" }, idempotencyKey: "in-tx" };
  const outbox = createOutbox({ store, waker: store, accounts: [account], host, hashing });
  const client = await connect(cluster.url);
  await client.query("BEGIN");
  const [first, again] = [await outbox.enqueue(request, { tx: client }), await outbox.enqueue(request, { tx: client })];
  expect(first).toMatchObject({ type: "accepted", replayed: false });
  const id = first.type === "accepted" ? first.operation.id : "";
  expect(again).toMatchObject({ type: "accepted", replayed: true, operation: { id } });
  expect(await outbox.get(id)).toBeNull();
  await client.query("COMMIT");
  await client.end();
  expect(await outbox.get(id)).toMatchObject({ id, state: "queued" });
  const memory = createOutbox({
    store: createMemoryStore({ now: () => Date.now() }),
    accounts: [account],
    host,
    hashing,
  });
  await expect(memory.enqueue(request, { tx: client })).rejects.toThrow(TypeError);
});
