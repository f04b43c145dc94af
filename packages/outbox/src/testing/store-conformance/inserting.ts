/** Accepting: durable before it is acknowledged, once for each key, all of a batch or none. */
import { expect } from "vitest";
import { newOperation } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check } from "./kit.ts";

/** Tests of `insert`, `insertMany`, `get` and `findByKey`. */
export function inserting(open: OpenStore): void {
  check(open, "what was acknowledged is there after a kill, field by field", async (kit) => {
    const now = await kit.store.now();
    const asked = newOperation(now, {
      reference: "order_789",
      class: "critical",
      guarantee: "at-least-once",
      subject: "ada@example.com",
      ordered: true,
      metadata: { campaign: 7, nested: { deep: [1, null, "ü"] } },
      fallback: [{ account: "rc", operation: "messages.send", input: { to: "x" } }],
      policy: { attemptsMax: 2 },
      notBefore: now + 5_000,
      recipient: "+491701234567",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    expect(await kit.store.insert(asked)).toMatchObject({ type: "inserted", id: asked.id });
    await kit.reopen();
    const { fingerprint: _, notBefore, actor: _actor, ...same } = asked;
    expect(await kit.get(asked.id)).toMatchObject({
      ...same,
      state: "queued",
      version: 1,
      nextAttemptAt: notBefore,
      lease: 0,
      attemptsStarted: 0,
      absences: 0,
      lookFailures: 0,
      rescues: 0,
      providerId: null,
      providerStatus: null,
      parkedReason: null,
      failure: null,
      history: { spent: 0, waitedMs: 0, doubtOpen: false },
    });
    expect((await kit.get(asked.id)).createdAt).toBeGreaterThanOrEqual(now);
  });

  check(open, "the same key and fingerprint is the same operation, also after a kill", async (kit) => {
    const first = await kit.add();
    const again = newOperation(0, { ...first, id: newOperation(0).id });
    expect(await kit.store.insert(again)).toEqual({ type: "replayed", id: first.id });
    await kit.reopen();
    expect(await kit.store.insert(again)).toEqual({ type: "replayed", id: first.id });
    expect(await kit.store.get(again.id)).toBeNull();
    expect(await kit.store.findByKey(first.idempotencyScope, first.idempotencyKey)).toMatchObject({ id: first.id });
  });

  check(open, "the same key with another fingerprint writes nothing", async (kit) => {
    const first = await kit.add();
    const other = newOperation(0, { ...first, id: newOperation(0).id, fingerprint: "another" });
    expect(await kit.store.insert(other)).toEqual({ type: "conflict", id: first.id });
    expect(await kit.store.get(other.id)).toBeNull();
    expect(await kit.store.counts()).toEqual({ queued: 1 });
  });

  check(open, "keys are scoped", async (kit) => {
    const first = await kit.add({ idempotencyKey: "same" });
    const second = await kit.add({ idempotencyKey: "same", idempotencyScope: "other" });
    expect(await kit.store.findByKey("app", "same")).toMatchObject({ id: first.id });
    expect(await kit.store.findByKey("other", "same")).toMatchObject({ id: second.id });
    expect(await kit.store.findByKey("third", "same")).toBeNull();
  });

  check(open, "a hundred identical at once are one", async (kit) => {
    const first = newOperation(await kit.store.now());
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        kit.store.insert({ ...first, id: index === 0 ? first.id : newOperation(0).id }),
      ),
    );
    expect(results.filter(({ type }) => type === "inserted")).toHaveLength(1);
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    expect(await kit.store.counts()).toEqual({ queued: 1 });
  });

  check(open, "a thousand callers at once all get what they asked for", async (kit) => {
    const now = await kit.store.now();
    const asked = Array.from({ length: 1_000 }, () => newOperation(now));
    const results = await Promise.all(asked.map((operation) => kit.store.insert(operation)));
    expect(results.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
    await kit.reopen();
    expect(await kit.store.counts()).toEqual({ queued: 1_000 });
  });

  check(open, "a batch answers in order, repeats within it included", async (kit) => {
    const [one, two] = [newOperation(await kit.store.now()), newOperation(await kit.store.now())];
    const known = await kit.add();
    const results = await kit.store.insertMany([
      one,
      { ...one, id: newOperation(0).id },
      { ...known, id: newOperation(0).id, fingerprint: "another" },
      two,
    ]);
    expect(results).toMatchObject([
      { type: "inserted", id: one.id },
      { type: "replayed", id: one.id },
      { type: "conflict", id: known.id },
      { type: "inserted", id: two.id },
    ]);
    expect(await kit.store.insertMany([])).toEqual([]);
  });

  check(open, "what nobody inserted is not there", async (kit) => {
    expect(await kit.store.get("op_nothing")).toBeNull();
    expect(await kit.store.story("op_nothing")).toBeNull();
    expect(await kit.store.findByKey("app", "nothing")).toBeNull();
  });
}
