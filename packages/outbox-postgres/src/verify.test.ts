/** Each invariant a store can judge is broken by hand, and found. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { migratePostgres, openPostgresStore } from "./open-store.ts";
import type { PostgresStore } from "./store.ts";
import type { Cluster } from "./testing/cluster.ts";
import { administer, startCluster } from "./testing/cluster.ts";
import { intent, message, taken } from "./testing/operations.ts";

let cluster: Cluster;
let store: PostgresStore;
let id = "";

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);

afterAll(async () => {
  await store.close();
  await cluster.destroy();
}, 60_000);

/** A fresh store with one accepted operation, one that waits and two ordered ones. */
beforeEach(async () => {
  await store?.close();
  await administer(cluster.url, "DROP SCHEMA IF EXISTS landline CASCADE");
  await migratePostgres(cluster.url);
  store = await openPostgresStore(cluster.url, { connectionsMax: 2, listen: false });
  const first = message();
  ({ id } = first);
  await store.insert(first);
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: first.lane, limit: 1 }], leaseMs: 30_000 });
  if (claimed === undefined) throw new Error("nothing to claim");
  await store.start(claimed, intent(claimed));
  await store.settle(claimed, taken(claimed));
  const ordered = { ordered: true, subject: "ada" } as const;
  await store.insertMany([message(), message(ordered), message(ordered)]);
});

const breaks: readonly (readonly [invariant: string, how: string, sql: string])[] = [
  ["I1", "a request is gone", "DELETE FROM landline.request WHERE seq = 2"],
  ["I2", "a state that does not exist", "UPDATE landline.operation SET state = 99 WHERE seq = 2"],
  ["I2", "parked without a reason", "UPDATE landline.operation SET state = 7, due = NULL WHERE seq = 2"],
  ["I3", "waiting for nothing", "UPDATE landline.operation SET due = NULL WHERE seq = 2"],
  ["I3", "its turn, and the gate is shut", "UPDATE landline.operation SET gate = 1 WHERE seq = 3"],
  ["I6", "an attempt of nothing", "UPDATE landline.attempt SET seq = 999"],
  ["I7", "a start without a line", "UPDATE landline.operation SET attempts = 2 WHERE seq = 1"],
  ["I8", "a lease nobody was given", "UPDATE landline.attempt SET lease = 9"],
  [
    "I9",
    "lease numbers that stand still",
    "INSERT INTO landline.attempt (seq, number, lease, started_at, started_version, ended_at, ended_version, outcome, decision, because) SELECT seq, 2, lease, started_at, 4, ended_at, 5, outcome, decision, because FROM landline.attempt",
  ],
  ["I10", "started after its deadline", "UPDATE landline.operation SET deadline = 1 WHERE seq = 1"],
  ["I11", "two attempts at once", "UPDATE landline.attempt SET started_version = 8"],
  ["I11", "out of turn", "UPDATE landline.operation SET gate = 0 WHERE seq = 4"],
  [
    "I15",
    "one key twice",
    "DROP INDEX landline.request_key; UPDATE landline.request SET key = (SELECT key FROM landline.request WHERE seq = 1) WHERE seq = 2",
  ],
  [
    "I16",
    "a receipt that did not act",
    "INSERT INTO landline.receipt (seq, at, received_at, rank, account, dedupe_key, status, meaning, event) VALUES (1, 1, 1, 5, 'tw', 'k', 'delivered', 'delivered', '{}')",
  ],
  [
    "I17",
    "parked for no cause",
    "UPDATE landline.operation SET state = 7, reason = 'doubt', cause = NULL, due = NULL WHERE seq = 2",
  ],
  [
    "I18",
    "an act of nobody",
    "INSERT INTO landline.history (seq, at, version, event, actor, because, before, after) VALUES (2, 1, 1, 'cancel', '', 'x', 'queued', 'cancelled')",
  ],
  [
    "I19",
    "in the queue without having gone in",
    "UPDATE landline.operation SET state = 7, reason = 'doubt', due = NULL WHERE seq = 2",
  ],
  ["I23", "superseded by nothing", "UPDATE landline.operation SET state = 11, due = NULL WHERE seq = 2"],
];

test.each(breaks)("%s: %s", async (invariant, _how, sql) => {
  expect(await store.verify()).toEqual([]);
  await administer(cluster.url, sql);
  const found = await store.verify();
  expect(found.map((each) => each.invariant)).toContain(invariant);
});

test("a break names its operation", async () => {
  await administer(cluster.url, "UPDATE landline.operation SET attempts = 2 WHERE seq = 1");
  expect((await store.verify()).find(({ invariant }) => invariant === "I7")).toMatchObject({ operationId: id });
});
