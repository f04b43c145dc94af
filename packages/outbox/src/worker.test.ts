/** Bounds, fairness, wakes and a quiet end. */
import { describe, expect, test } from "vitest";
import type { Store } from "./ports/index.ts";
import { createWorld } from "./testing/world.ts";
import type { World } from "./testing/world.ts";

async function enqueueMany(world: World, count: number, more: Record<string, unknown> = {}, from = 0): Promise<void> {
  const requests = Array.from({ length: count }, (_, index) => ({
    account: "lg",
    operation: "create.lookup",
    input: { to: `+1555${String(index + from).padStart(7, "0")}` },
    ...more,
  }));
  await world.outbox.enqueueMany(requests);
}

function counting(calls: Map<string, number>) {
  return (store: Store): Store =>
    new Proxy<Store>(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]) => {
          calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
          return Reflect.apply(value as (...all: readonly unknown[]) => unknown, target, args);
        };
      },
    });
}

test("no more than `concurrency` are under way, and all are delivered", async () => {
  const world = createWorld({ concurrency: 5, accounts: [{ limits: { concurrencyMax: 50 } }] });
  let underWay = 0;
  let most = 0;
  const { sender } = world.provider.account;
  const attempt = sender.attempt.bind(sender);
  Object.assign(sender, {
    attempt: async (...args: Parameters<typeof attempt>) => {
      underWay += 1;
      most = Math.max(most, underWay);
      const report = await attempt(...args);
      underWay -= 1;
      return report;
    },
  });
  world.provider.fate = () => ({ do: "accept", delayMs: 100 });
  await world.outbox.run();
  await enqueueMany(world, 60);
  await world.advance(10_000);
  expect(await world.outbox.counts()).toEqual({ accepted: 60 });
  expect(most).toBe(5);
});

test("a lane's concurrency is kept", async () => {
  const world = createWorld({ accounts: [{ limits: { concurrencyMax: 2 } }] });
  world.provider.fate = () => ({ do: "accept", delayMs: 1_000 });
  await world.outbox.run();
  await enqueueMany(world, 10);
  await world.advance(1_500);
  expect(world.provider.received.length).toBeLessThanOrEqual(4);
  await world.advance(60_000);
  expect(await world.outbox.counts()).toEqual({ accepted: 10 });
});

test("a lane's rate is kept, and urgent ones overtake", async () => {
  const world = createWorld({ accounts: [{ limits: { ratePerSecond: 10 } }] });
  await world.outbox.run();
  await enqueueMany(world, 50, { class: "bulk" });
  await world.advance(1_000);
  await enqueueMany(world, 1, { class: "critical", reference: "urgent" }, 900);
  await world.advance(400);
  const urgent = [...world.store.rows.values()].find((row) => row.record.reference === "urgent");
  expect(urgent?.record.state).toBe("accepted");
  await world.advance(10_000);
  expect(await world.outbox.counts()).toEqual({ accepted: 51 });
  const starts = world.provider.received.map(({ at }) => at);
  const spans = starts.slice(11).map((at, index) => at - (starts[index] ?? 0));
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(1_000);
});

test("one account's trouble does not hold up another's", async () => {
  const world = createWorld({ concurrency: 8, accounts: [{ name: "lg" }, { name: "second", provider: "other" }] });
  world.provider.fate = () => ({ do: "hang" });
  await world.outbox.run();
  await enqueueMany(world, 40);
  await world.outbox.enqueueMany(
    Array.from({ length: 40 }, (_, index) => ({
      account: "second",
      operation: "create.lookup",
      input: { to: `+1666${index}` },
    })),
  );
  await world.advance(10_000);
  expect(world.providers[1]?.effects).toHaveLength(40);
});

test("ordered operations of one subject go one after the other, those of others do not wait", async () => {
  const world = createWorld();
  world.provider.fate = () => ({ do: "accept", delayMs: 1_000 });
  await world.outbox.run();
  const to = "+15550000001";
  for (const operation of ["consent.in", "consent.out", "consent.in"])
    await world.outbox.enqueue({ account: "lg", operation, input: { to } });
  await world.outbox.enqueue({ account: "lg", operation: "consent.in", input: { to: "+15550000002" } });
  await world.advance(500);
  expect(world.provider.received).toHaveLength(2);
  await world.advance(10_000);
  const ours = world.provider.received.filter((each) => world.store.rows.get(each.operationId)?.record.subject === to);
  expect(ours.map((each) => each.operation)).toEqual(["consent.in", "consent.out", "consent.in"]);
  const gaps = ours.slice(1).map((each, index) => each.at - (ours[index]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
});

test("idle, it hardly asks; woken, it starts at once", async () => {
  const calls = new Map<string, number>();
  const world = createWorld({ around: counting(calls), waker: { subscribe: () => () => {} } });
  await world.outbox.run();
  await world.advance(1_000);
  calls.clear();
  await world.advance(600_000);
  expect(calls.get("claim") ?? 0).toBe(0);
  expect(calls.get("dueLanes") ?? 0).toBeLessThanOrEqual(41);
  await enqueueMany(world, 1);
  await world.host.settle();
  expect(world.provider.received).toHaveLength(1);
});

test("work of another process is found by the waker, and without it by the poll", async () => {
  let wake: () => void = () => {};
  const world = createWorld({ pollMs: 10_000, waker: { subscribe: (listener) => ((wake = listener), () => {}) } });
  await world.outbox.run();
  await world.advance(100);
  const other = createWorld();
  await other.outbox.enqueue({ account: "lg", operation: "create.lookup", input: { to: "+15550000001" } });
  const [row] = [...other.store.rows.values()];
  if (row === undefined) throw new Error("not stored");
  const { record, fingerprint } = row;
  const operation = { ...record, fingerprint, notBefore: null, actor: "other" };
  await world.store.insert({ ...operation, id: "op_a", idempotencyKey: "a" });
  wake();
  await world.advance(10);
  expect(world.provider.received).toHaveLength(1);
  await world.store.insert({ ...operation, id: "op_b", idempotencyKey: "b" });
  await world.advance(11_000);
  expect(world.provider.received).toHaveLength(2);
});

describe("stop", () => {
  test("waits for what is under way and claims nothing more", async () => {
    const world = createWorld();
    world.provider.fate = () => ({ do: "accept", delayMs: 2_000 });
    await world.outbox.run();
    await enqueueMany(world, 20);
    await world.advance(1_000);
    const before = world.provider.received.length;
    let stopped = false;
    const stop = world.outbox.stop().then(() => {
      stopped = true;
    });
    await world.advance(500);
    expect(stopped).toBe(false);
    await world.advance(1_000);
    await stop;
    expect(world.provider.received).toHaveLength(before);
    const counts = await world.outbox.counts();
    expect(counts).toEqual({ accepted: before, queued: 20 - before });
    // Nothing is left leased: another process can go on at once.
    for (const row of world.store.rows.values()) expect(row.leaseUntil).toBe(0);
    await world.advance(60_000);
    expect(world.host.pending).toBe(0);
    expect(world.provider.received).toHaveLength(before);
  });

  test("aborts what takes longer than its grace, and calls it by its name", async () => {
    const world = createWorld();
    world.provider.fate = () => ({ do: "hang" });
    await world.outbox.run();
    await enqueueMany(world, 1);
    await world.advance(100);
    const stop = world.outbox.stop({ graceMs: 1_000 });
    await world.advance(1_100);
    await stop;
    expect(await world.outbox.counts()).toEqual({ reconciling: 1 });
    expect(world.host.pending).toBe(0);
  });

  test("twice, and before anything was started", async () => {
    const world = createWorld();
    await world.outbox.stop();
    await world.outbox.stop();
    expect(world.host.pending).toBe(0);
  });
});

describe("leases", () => {
  test("one that does not cover an attempt refuses to start", () => {
    expect(() => createWorld({ leaseMs: 19_000 })).toThrow(/19000 ms is shorter than the 20000 ms/);
    expect(() => createWorld({ leaseMarginMs: 6_000 })).toThrow(/at most 5000 ms/);
    expect(() => createWorld({ leaseMs: 20_000 })).not.toThrow();
  });

  test("a request never outlives its lease, even when the sender ignores its timeout", async () => {
    const world = createWorld();
    const { sender } = world.provider.account;
    let abortedAt = 0;
    Object.assign(sender, {
      attempt: async (_request: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            abortedAt = world.time.now;
            const failure = {
              kind: "transport",
              category: "D",
              shape: "transport",
              execution: "unknown",
              remedy: "reconcile",
              responsible: "network",
              status: null,
              code: null,
              message: "aborted",
              field: null,
              requestId: null,
              retryAt: null,
              guidance: "",
              docs: null,
            };
            resolve({
              outcome: { type: "ambiguous", failure, retryAt: null, answered: false },
              status: null,
              requestId: null,
              phase: "wait",
            });
          });
        }),
    });
    await world.outbox.run();
    const began = world.time.now;
    await enqueueMany(world, 1);
    await world.advance(19_900);
    expect(abortedAt - began).toBe(19_000);
    expect(await world.outbox.counts()).toEqual({ reconciling: 1 });
  });

  test("a process held up for too long sends nothing under its old lease", async () => {
    let delay = false;
    const world = createWorld({
      around: (store) =>
        new Proxy<Store>(store, {
          get(target, name) {
            if (name !== "start") return Reflect.get(target, name) as unknown;
            return async (...args: Parameters<Store["start"]>) => {
              const answer = await target.start(...args);
              // The process stands still after its intent was written.
              if (delay) world.time.now += 10_000;
              delay = false;
              return answer;
            };
          },
        }),
    });
    await world.outbox.run();
    delay = true;
    await enqueueMany(world, 1);
    await world.host.settle();
    await world.advance(10_000);
    expect(await world.outbox.counts()).toEqual({ accepted: 1 });
    // The first attempt was begun and never sent; the second has a lease of its own.
    expect(world.provider.received).toHaveLength(1);
    const [row] = [...world.store.rows.values()];
    expect(row?.attempts).toMatchObject([
      { outcome: "unavailable", phase: "prepare", decision: "hold" },
      { outcome: "accepted" },
    ]);
    expect(row?.record.history.spent).toBe(0);
  });
});

describe("an incident", () => {
  test("closes every account of the provider, pages once, and comes back", async () => {
    const world = createWorld();
    world.provider.fate = () => ({ do: "refused" });
    world.provider.probe = () => ({
      type: "unavailable",
      retryAt: null,
      failure: {
        kind: "transport",
        category: "D",
        shape: "transport",
        execution: "not_executed",
        remedy: "retry",
        responsible: "network",
        status: null,
        code: null,
        message: "down",
        field: null,
        requestId: null,
        retryAt: null,
        guidance: "",
        docs: null,
      },
    });
    await world.outbox.run();
    await enqueueMany(world, 10);
    await enqueueMany(world, 10, { operation: "put" });
    await world.advance(20_000);
    expect((await world.outbox.accounts())[0]?.state).toBe("incident");
    expect(world.events.filter((event) => event.type === "incident.opened")).toHaveLength(1);
    world.provider.fate = () => ({ do: "accept" });
    world.provider.probe = () => null;
    await world.advance(300_000);
    expect((await world.outbox.accounts())[0]?.state).toBe("ok");
    expect(world.events.filter((event) => event.type === "incident.closed")).toHaveLength(1);
    expect(await world.outbox.counts()).toEqual({ accepted: 20 });
  });
});
