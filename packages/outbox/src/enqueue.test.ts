/** The door: what is refused there, with which field, and what a repeated key means. */
import { describe, expect, test } from "vitest";
import type { EnqueueRequest } from "./api.ts";
import { createWorld } from "./testing/world.ts";

const request: EnqueueRequest = {
  account: "lg",
  operation: "create.lookup",
  input: { to: "+15551234567" },
  idempotencyKey: "k1",
};
const past = Date.UTC(2025, 0, 1);
const step = { account: "lg", operation: "create.lookup", input: { to: "+15551234567" } };

test.each<[string, Partial<Record<keyof EnqueueRequest, unknown>>]>([
  ["account", { account: "nobody" }],
  ["account", { account: "__proto__" }],
  ["operation", { operation: "dance" }],
  ["operation", { operation: "constructor" }],
  ["input.to", { input: { to: "5551234567" } }],
  ["input.to", { input: null }],
  ["idempotencyKey", { idempotencyKey: "" }],
  ["idempotencyKey", { idempotencyKey: "two words" }],
  ["idempotencyKey", { idempotencyKey: "k".repeat(256) }],
  ["deadline", { deadline: past }],
  ["deadline", { deadline: Number.NaN }],
  ["notBefore", { notBefore: Date.UTC(2027, 0, 1), deadline: Date.UTC(2026, 11, 31) }],
  ["notBefore", { notBefore: Number.NaN }],
  ["class", { class: "royal" }],
  ["guarantee", { guarantee: "maybe" }],
  ["policy.attemptsMax", { policy: { attemptsMax: 0 } }],
  ["policy.attemptTimeout", { policy: { attemptTimeout: "16s" } }],
  ["fallback.0.account", { fallback: [{ ...step, account: "nobody" }] }],
  ["fallback.1.operation", { fallback: [step, { ...step, operation: "dance" }] }],
  ["fallback.0.input.to", { fallback: [{ ...step, input: { to: "x" } }] }],
])("%s is refused: %j", async (field, change) => {
  const world = createWorld();
  expect(await world.outbox.enqueue({ ...request, ...change } as EnqueueRequest)).toMatchObject({
    type: "invalid",
    field,
  });
  expect(world.store.rows.size).toBe(0);
});

describe("a repeated key", () => {
  test("with the same request is the same operation, also after it was sent", async () => {
    const world = createWorld();
    await world.outbox.run();
    const first = await world.outbox.enqueue(request);
    await world.advance(100);
    const second = await world.outbox.enqueue({ ...request, input: { to: "+15551234567" } });
    if (first.type !== "accepted" || second.type !== "accepted") throw new Error("refused");
    expect(second).toMatchObject({ replayed: true, operation: { id: first.operation.id, state: "accepted" } });
    await world.advance(1_000);
    expect(world.provider.effects).toHaveLength(1);
  });

  test("with another request is a conflict", async () => {
    const world = createWorld();
    const first = await world.outbox.enqueue(request);
    if (first.type !== "accepted") throw new Error("refused");
    expect(await world.outbox.enqueue({ ...request, class: "bulk" })).toEqual({
      type: "conflict",
      id: first.operation.id,
    });
  });

  test("of another scope is another operation", async () => {
    const world = createWorld();
    await world.outbox.enqueue(request);
    expect(await world.outbox.enqueue({ ...request, idempotencyScope: "other" })).toMatchObject({
      type: "accepted",
      replayed: false,
    });
  });

  test("that was refused can be used again", async () => {
    const world = createWorld();
    await world.outbox.enqueue({ ...request, input: {} });
    expect(await world.outbox.enqueue(request)).toMatchObject({ type: "accepted", replayed: false });
  });

  test("100 callers at once with one key make one operation", async () => {
    const world = createWorld();
    const results = await Promise.all(Array.from({ length: 100 }, async () => world.outbox.enqueue(request)));
    expect(results.filter((result) => result.type === "accepted" && !result.replayed)).toHaveLength(1);
    expect(world.store.rows.size).toBe(1);
  });
});

test("a batch answers in order, the bad ones among the good", async () => {
  const world = createWorld();
  const results = await world.outbox.enqueueMany([
    request,
    { ...request, account: "nobody" },
    request,
    { ...request, idempotencyKey: "k2" },
  ]);
  expect(results.map((result) => result.type)).toEqual(["accepted", "invalid", "accepted", "accepted"]);
  expect(results.map((result) => result.type === "accepted" && result.replayed)).toEqual([false, false, true, false]);
  expect(await world.outbox.enqueueMany([])).toEqual([]);
});

test("a store that fails promises nothing", async () => {
  const world = createWorld({
    around: (store) =>
      new Proxy(store, {
        get: (target, name) =>
          name === "insert"
            ? async () => Promise.reject(new Error("database or disk is full"))
            : (Reflect.get(target, name) as unknown),
      }),
  });
  await expect(world.outbox.enqueue(request)).rejects.toThrow("disk is full");
  expect(world.store.rows.size).toBe(0);
});

test("a repeat after its deadline gets the same operation, not a refusal", async () => {
  const world = createWorld();
  const timely = { ...request, deadline: world.host.now() + 1_000, idempotencyKey: "in-time" };
  const first = await world.outbox.enqueue(timely);
  await world.host.advance(2_000);
  const second = await world.outbox.enqueue(timely);
  expect(first).toMatchObject({ type: "accepted", replayed: false });
  expect(second).toMatchObject({ type: "accepted", replayed: true });
  expect(await world.outbox.enqueue({ ...timely, idempotencyKey: "late" })).toMatchObject({
    type: "invalid",
    field: "deadline",
  });
});
