/** Handing out: order, lanes, limits, leases that only grow, nothing twice. */
import { expect } from "vitest";
import { accepted, retried } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, laneOne, longMs, shortMs } from "./kit.ts";

/** Tests of `claim`, `dueLanes`, `release` and `start`. */
export function claiming(open: OpenStore): void {
  check(open, "urgent classes first, then the oldest due, then the oldest", async (kit) => {
    const bulk = await kit.add({ class: "bulk" });
    const second = await kit.add();
    const third = await kit.add();
    const critical = await kit.add({ class: "critical" });
    const claimed = await kit.claim();
    expect(claimed.map(({ id }) => id)).toEqual([critical.id, second.id, third.id, bulk.id]);
    expect(claimed.every(({ lease, leaseMs }) => lease === 1 && leaseMs === longMs)).toBe(true);
  });

  check(open, "what became due earlier is claimed earlier, whatever was inserted first", async (kit) => {
    const now = await kit.store.now();
    const late = await kit.add({ notBefore: now + 100 });
    const early = await kit.add({ notBefore: now + 50 });
    expect(await kit.claim()).toEqual([]);
    await kit.pass(120);
    expect((await kit.claim()).map(({ id }) => id)).toEqual([early.id, late.id]);
  });

  check(open, "only from the lanes that are named, each up to its limit", async (kit) => {
    const [a, b, c] = ["a/x", "b/x", "c/x"];
    for (const lane of [a, b, c]) await kit.addMany(5, { lane });
    const claimed = await kit.store.claim({
      worker: "w1",
      lanes: [
        { lane: a, limit: 2 },
        { lane: b, limit: 9 },
        { lane: "nobody's", limit: 5 },
      ],
      leaseMs: longMs,
    });
    const lanes = claimed.map(({ lane }) => lane);
    expect(lanes.filter((lane) => lane === a)).toHaveLength(2);
    expect(lanes.filter((lane) => lane === b)).toHaveLength(5);
    expect(lanes).not.toContain(c);
    expect(await kit.store.claim({ worker: "w1", lanes: [{ lane: a, limit: 0 }], leaseMs: longMs })).toEqual([]);
  });

  check(open, "nothing is handed out twice, however many ask at once", async (kit) => {
    const operations = await kit.addMany(60);
    const batches = await Promise.all(Array.from({ length: 12 }, () => kit.claim(7)));
    const ids = batches.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(operations.map(({ id }) => id)));
  });

  check(open, "lanes with something due now or later, and when", async (kit) => {
    const now = await kit.store.now();
    expect((await kit.store.dueLanes()).size).toBe(0);
    await kit.add({ lane: "a/x" });
    await kit.add({ lane: "b/x", notBefore: now + 500_000 });
    const due = await kit.store.dueLanes();
    expect([...due.keys()].toSorted()).toEqual(["a/x", "b/x"]);
    expect(due.get("a/x")).toBeLessThanOrEqual(await kit.store.now());
    expect(due.get("b/x")).toBe(now + 500_000);
    const begun = await kit.begin(longMs, "a/x");
    await kit.store.settle(begun, await kit.accepting(begun, "SM1"));
    expect([...(await kit.store.dueLanes()).keys()]).toEqual(["b/x"]);
  });

  check(open, "a lapsed lease that was never started is claimed again with a greater number", async (kit) => {
    await kit.add();
    const first = await kit.claimOne(shortMs);
    expect(await kit.claim()).toEqual([]);
    await kit.pass(shortMs + 50);
    expect(await kit.start(first)).toBe(false);
    const second = await kit.claimOne();
    expect(second.lease).toBeGreaterThan(first.lease);
    expect(second.attemptsStarted).toBe(0);
    expect(await kit.start(first)).toBe(false);
    expect(await kit.store.settle(first, accepted(1, 0, "SM1"))).toBe(false);
    expect(await kit.start(second)).toBe(true);
  });

  check(open, "released operations are there for others at once, and no attempt is spent", async (kit) => {
    await kit.addMany(3);
    const claimed = await kit.claim();
    await kit.store.release(claimed.slice(0, 2));
    const again = await kit.claim();
    expect(again.map(({ id }) => id)).toEqual(claimed.slice(0, 2).map(({ id }) => id));
    expect(
      again.every(({ lease, attemptsStarted, version }) => lease === 2 && attemptsStarted === 0 && version === 1),
    ).toBe(true);
    await kit.store.release(claimed);
    expect((await kit.claim()).map(({ id }) => id)).toEqual(claimed.slice(2).map(({ id }) => id));
  });

  check(open, "a started operation is not released", async (kit) => {
    await kit.add();
    const begun = await kit.begin();
    await kit.store.release([begun]);
    expect(await kit.claim()).toEqual([]);
    expect(await kit.get(begun.id)).toMatchObject({ state: "sending" });
  });

  check(open, "the intent is durable before start resolves", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    await kit.reopen();
    const story = await kit.store.story(operation.id);
    expect(story?.operation).toMatchObject({ state: "sending", version: 2, attemptsStarted: 1, nextAttemptAt: null });
    expect(story?.attempts).toMatchObject([
      { number: 1, lease: begun.lease, endedAt: null, outcome: null, requestDigest: `digest of ${operation.id}` },
    ]);
  });

  check(open, "an attempt starts once, with the next number, by the holder of the lease alone", async (kit) => {
    await kit.add();
    const claimed = await kit.claimOne();
    const digest = { requestDigest: "d" };
    expect(await kit.store.start({ id: claimed.id, lease: claimed.lease + 1 }, { number: 1, ...digest })).toBe(false);
    expect(await kit.store.start({ id: claimed.id, lease: 0 }, { number: 1, ...digest })).toBe(false);
    expect(await kit.store.start({ id: "op_nothing", lease: 1 }, { number: 1, ...digest })).toBe(false);
    expect(await kit.store.start(claimed, { number: 2, ...digest })).toBe(false);
    const tries = await Promise.all([1, 2, 3].map(() => kit.store.start(claimed, { number: 1, ...digest })));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect((await kit.store.story(claimed.id))?.attempts).toHaveLength(1);
  });

  check(open, "an ordered operation waits for every earlier one of its account and subject", async (kit) => {
    const ordered = { ordered: true, subject: "ada" } as const;
    const first = await kit.add(ordered);
    const second = await kit.add(ordered);
    const third = await kit.add({ ...ordered, class: "critical" });
    const other = await kit.add({ ordered: true, subject: "bob" });
    const free = await kit.add({ subject: "ada" });
    expect((await kit.claim()).map(({ id }) => id)).toEqual([first.id, other.id, free.id]);
    const claimed = { ...(await kit.get(first.id)), leaseUntil: 0, leaseMs: 0 };
    expect(await kit.start(claimed)).toBe(true);
    const now = await kit.store.now();
    expect(await kit.store.settle(claimed, retried(1, now, now + 40))).toBe(true);
    expect(await kit.claim()).toEqual([]);
    await kit.pass(60);
    const again = await kit.begin();
    expect(again.id).toBe(first.id);
    expect(await kit.claim()).toEqual([]);
    await kit.store.settle(again, await kit.accepting(again, "SM1"));
    const next = await kit.begin();
    expect(next.id).toBe(second.id);
    expect(await kit.claim()).toEqual([]);
    await kit.reopen();
    expect((await kit.claim()).map(({ id }) => id)).not.toContain(third.id);
    expect((await kit.get(third.id)).state).toBe("queued");
  });

  check(open, "a cancelled or parked operation no longer stands in the way of its successors", async (kit) => {
    const ordered = { ordered: true, subject: "ada" } as const;
    const first = await kit.add(ordered);
    const second = await kit.add(ordered);
    const order = { id: first.id, version: null, actor: "ada", reason: "changed her mind" };
    expect(await kit.store.command({ ...order, type: "cancel" })).toMatchObject({ type: "done" });
    expect((await kit.claim()).map(({ id }) => id)).toEqual([second.id]);
  });

  check(open, "what waits or has finished is not handed out", async (kit) => {
    const operations = await kit.addMany(30);
    const claimed = await kit.claim(30);
    const now = await kit.store.now();
    for (const [index, each] of claimed.entries()) {
      await kit.start(each);
      const settlement = index % 2 === 0 ? accepted(1, now, `SM${index}`) : retried(1, now, now + 500_000);
      expect(await kit.store.settle(each, settlement)).toBe(true);
    }
    expect(await kit.claim(30, longMs, laneOne)).toEqual([]);
    expect(await kit.store.counts()).toEqual({ accepted: 15, retrying: 15 });
    expect(operations).toHaveLength(30);
  });
}
