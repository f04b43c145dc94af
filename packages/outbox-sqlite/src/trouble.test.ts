/** A commit that fails: nothing of it is acknowledged, everything before it is kept, and the store goes on. */
import { StatementSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { sqliteStore } from "./store.ts";
import { message } from "./testing/message.ts";
import { place } from "./testing/place.ts";
import { StoreTrouble } from "./trouble.ts";

/** Lets the next COMMIT fail as the disk would, before or after it really happened. */
function breakCommit(when: "before" | "after"): void {
  const run = StatementSync.prototype.run;
  const spy = vi.spyOn(StatementSync.prototype, "run").mockImplementation(function broken(
    this: StatementSync,
    ...values
  ) {
    if (this.sourceSQL !== "COMMIT") return run.call(this, ...values);
    spy.mockRestore();
    if (when === "after") run.call(this, ...values);
    throw Object.assign(new Error("disk I/O error"), {
      code: "ERR_SQLITE_ERROR",
      errcode: 10,
      errstr: "disk I/O error",
    });
  });
}

test("a full disk: what was acknowledged is there, what was refused is not, and pruning makes room", async () => {
  const file = place();
  let now = 1_000;
  const options = { pagesMax: 400, now: () => now };
  const store = sqliteStore(file, options);
  const acknowledged: string[] = [];
  const refusals: unknown[] = [];
  for (let round = 0; refusals.length === 0 && round < 1_000; round += 1) {
    const batch = Array.from({ length: 20 }, (_, index) => message(round * 20 + index));
    const results = await Promise.allSettled(batch.map((operation) => store.insert(operation)));
    for (const [index, result] of results.entries()) {
      if (result.status === "fulfilled") acknowledged.push(batch[index]?.id ?? "");
      else refusals.push(result.reason);
    }
  }
  expect(refusals).toHaveLength(20);
  expect(refusals.every((reason) => reason instanceof StoreTrouble && reason.code === "disk_full")).toBe(true);
  expect(String(refusals[0])).toContain("free space");
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(await store.counts()).toEqual({ queued: acknowledged.length });
  expect(await store.verify()).toEqual([]);
  await store.close();
  const roomy = sqliteStore(file, { ...options, pagesMax: 4_000 });
  for (const id of acknowledged) expect(await roomy.get(id)).not.toBeNull();
  for (const id of acknowledged) {
    await roomy.command({ type: "cancel", id, version: 1, actor: "ada", reason: "make room" });
  }
  now = 2_000;
  expect(await roomy.prune(2_000, 100_000)).toBe(acknowledged.length);
  await roomy.close();
  const again = sqliteStore(file, options);
  expect(await again.insert(message(999_999))).toMatchObject({ type: "inserted" });
  await again.close();
});

test("a commit that fails rejects its whole batch, and the store reads again what is on the disk", async () => {
  const store = sqliteStore(place());
  await store.insert(message(1));
  breakCommit("before");
  const results = await Promise.allSettled([
    store.insert(message(2)),
    store.insert(message(3)),
    store.optOut("tw", "+1", "x"),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(results[0]).toMatchObject({ reason: { code: "io" } });
  expect(await store.counts()).toEqual({ queued: 1 });
  expect(await store.isOptedOut("tw", "+1")).toBe(false);
  expect(await store.insert(message(2))).toMatchObject({ type: "inserted" });
  expect(await store.verify()).toEqual([]);
  await store.close();
});

test("a commit that happened and was reported as failed is not done twice", async () => {
  const store = sqliteStore(place());
  breakCommit("after");
  await expect(store.insert(message(1))).rejects.toMatchObject({ code: "io" });
  expect(await store.insert({ ...message(1), id: message(2).id })).toEqual({ type: "replayed", id: message(1).id });
  await store.close();
});

test("a claim outlives the connection, and a settlement whose commit failed can be repeated", async () => {
  const store = sqliteStore(place());
  await store.insert(message(1));
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 1 }], leaseMs: 60_000 });
  if (claimed === undefined) throw new Error("nothing claimed");
  expect(await store.start(claimed, { number: 1, requestDigest: "d" })).toBe(true);
  const settlement = {
    type: "accept",
    because: "taken",
    providerId: "SM1",
    providerStatus: null,
    attempt: {
      number: 1,
      endedAt: 1,
      outcome: "accepted",
      status: 201,
      code: null,
      requestId: null,
      phase: "done",
      failure: null,
    },
  } as const;
  breakCommit("before");
  await expect(store.settle(claimed, settlement)).rejects.toMatchObject({ code: "io" });
  expect(await store.get(claimed.id)).toMatchObject({ state: "sending" });
  expect(await store.settle(claimed, settlement)).toBe(true);
  expect(await store.verify()).toEqual([]);
  await store.close();
});

test("one verb that breaks an invariant does not take the others with it", async () => {
  const store = sqliteStore(place());
  const results = await Promise.allSettled([
    store.insert(message(1)),
    store.insert(message(2, { id: message(1).id })),
    store.insert(message(3)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await store.counts()).toEqual({ queued: 2 });
  expect(await store.verify()).toEqual([]);
  await store.close();
});

test("listeners hear of what became due, after it is durable, until they leave", async () => {
  const store = sqliteStore(place());
  let heard = 0;
  const leave = store.subscribe(() => {
    heard += 1;
  });
  await store.insert(message(1));
  expect(heard).toBe(1);
  await store.optOut("tw", "+1", "x");
  expect(heard).toBe(1);
  await Promise.all([store.insert(message(2)), store.insert(message(3))]);
  expect(heard).toBe(2);
  leave();
  await store.insert(message(4));
  expect(heard).toBe(2);
  await store.close();
});
