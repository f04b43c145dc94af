/** Searching by text where most rows are in sorted runs: nothing missing, nothing twice, newest first. */
import { DatabaseSync } from "node:sqlite";
import type { ListFilter } from "@landline/outbox";
import { expect, test } from "vitest";
import type { SqliteStore } from "./store.ts";
import { sqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place } from "./testing/place.ts";

const count = 13_000;

async function walk(store: SqliteStore, filter: ListFilter, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.list(filter, { limit, cursor });
    if (page === "bad_cursor") throw new Error("its own cursor");
    ids.push(...page.operations.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

/** Ids of numbers, newest first. */
function newest(numbers: readonly number[]): readonly string[] {
  return numbers.toSorted((left, right) => right - left).map((number) => message(number).id);
}

test("every row is found by reference, recipient, key, id and provider id, in runs and behind them", async () => {
  const file = place();
  let store = sqliteStore(file);
  const now = await store.now();
  await store.insertMany(
    Array.from({ length: count }, (_, index) =>
      message(index + 1, { reference: `order_${(index + 1) % 100}`, lane: index === 77 ? "tw/calls" : "tw/messages" }),
    ),
  );
  for (let round = 0; round < 4; round += 1) await store.expireDue(1);
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: "tw/calls", limit: 1 }], leaseMs: 60_000 });
  if (claimed === undefined) throw new Error("nothing to claim");
  await store.start(claimed, { number: 1, requestDigest: "d" });
  const attempt = {
    number: 1,
    endedAt: now,
    outcome: "accepted",
    status: 201,
    code: null,
    requestId: null,
    phase: "done",
    failure: null,
  } as const;
  await store.settle(claimed, { type: "accept", because: "b", providerId: "SMlate", providerStatus: null, attempt });
  await store.close();
  const db = new DatabaseSync(file);
  expect(db.prepare("SELECT count(DISTINCT run) AS runs FROM term").get()).toEqual({ runs: 2 });
  db.close();
  store = sqliteStore(file);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  expect(await walk(store, { reference: "order_7" }, 33)).toEqual(newest(numbers.filter((n) => n % 100 === 7)));
  for (const number of [1, 4_095, 4_096, 4_097, 8_191, 8_192, 9_000, count]) {
    const { recipient, id, idempotencyKey } = message(number);
    expect(await walk(store, { recipient: recipient ?? "" }, 5)).toEqual([id]);
    expect(await walk(store, { q: id }, 5)).toEqual([id]);
    expect(await walk(store, { q: idempotencyKey }, 50)).toEqual(
      newest(numbers.filter((n) => `key-${n}`.startsWith(idempotencyKey))),
    );
  }
  expect(await walk(store, { q: "SML" }, 5)).toEqual([]);
  expect(await walk(store, { q: "SMl" }, 5)).toEqual([claimed.id]);
  expect(await walk(store, { q: "order_7", states: ["accepted"] }, 5)).toEqual([claimed.id]);
  expect(await walk(store, { q: "+1555000", account: "tw" }, 1_000)).toEqual(newest(numbers.filter((n) => n < 10_000)));
  expect(await walk(store, { q: message(1).id.slice(0, 26) }, 900)).toEqual(newest(numbers.filter((n) => n < 1_000)));
  expect(await walk(store, { q: "nothing begins so" }, 5)).toEqual([]);
  await store.close();
});

test("what is pruned leaves no text behind", async () => {
  const file = place();
  let now = 1_000;
  const store = sqliteStore(file, { now: () => now });
  await store.insertMany(Array.from({ length: 8_300 }, (_, index) => message(index + 1)));
  await store.expireDue(1);
  for (const number of [5, 6]) {
    await store.command({ type: "cancel", id: message(number).id, version: 1, actor: "ada", reason: "test" });
  }
  now = 2_000;
  expect(await store.prune(2_000, 10)).toBe(2);
  await store.close();
  const db = new DatabaseSync(file);
  expect(db.prepare("SELECT count(*) AS n FROM term WHERE seq IN (5, 6)").get()).toEqual({ n: 0 });
  expect(db.prepare("SELECT count(*) AS n FROM term WHERE seq = 7").get()).toEqual({ n: 3 });
  db.close();
});
