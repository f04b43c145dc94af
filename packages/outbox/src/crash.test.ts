/**
 * kill -9 at every call of the store, before it took effect and after (crash points C3–C9, C12), for every class of
 * doubt: nothing is lost, nothing is sent twice, and only true ambiguities are left to people.
 */
import { describe, expect, test } from "vitest";
import type { Store } from "./ports/index.ts";
import { createWorld } from "./testing/world.ts";
import type { World } from "./testing/world.ts";

interface Point {
  readonly verb: string;
  readonly when: "before" | "after";
}

/** A world whose process dies at the first call of a verb; its answers never come. */
async function dyingAt(point: Point, operation: string, fate?: World["provider"]["fate"]): Promise<World> {
  let armed = false;
  let died: () => void = () => {};
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const world = createWorld({
    around: (store) =>
      new Proxy<Store>(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== "function" || name !== point.verb) return value;
          return async (...args: readonly unknown[]) => {
            if (!armed) return Reflect.apply(value as (...all: readonly unknown[]) => unknown, target, args);
            armed = false;
            if (point.when === "after")
              await Reflect.apply(value as (...all: readonly unknown[]) => unknown, target, args);
            died();
            return new Promise<never>(() => {});
          };
        },
      }),
  });
  if (fate !== undefined) world.provider.fate = fate;
  await world.outbox.run();
  await world.advance(10);
  armed = true;
  await world.outbox.enqueue({ account: "lg", operation, input: { to: "+15551234567" } });
  await world.advance(60_000);
  await death;
  world.crash();
  await world.outbox.run();
  await world.advance(600_000);
  return world;
}

const points: readonly Point[] = ["claim", "start", "settle"].flatMap(
  (verb) =>
    [
      { verb, when: "before" },
      { verb, when: "after" },
    ] as const,
);

describe.each(points)("killed $when $verb", (point) => {
  test.each(["create.lookup", "create.deduplicate", "put"])("%s ends accepted, once", async (operation) => {
    const world = await dyingAt(point, operation);
    expect(await world.outbox.counts()).toEqual({ accepted: 1 });
    const once = world.provider.effects.length === 1;
    expect(once || operation === "put").toBe(true);
    expect(await world.store.verify()).toEqual([]);
  });

  test("create.park is sent at most once, and parked only when it was started", async () => {
    const world = await dyingAt(point, "create.park");
    const ambiguous =
      (point.verb === "start" && point.when === "after") || (point.verb === "settle" && point.when === "before");
    expect(await world.outbox.counts()).toEqual(ambiguous ? { parked: 1, "parked.doubt": 1 } : { accepted: 1 });
    expect(world.provider.effects.length).toBe(point.verb === "start" && point.when === "after" ? 0 : 1);
  });

  test("a 429 whose settlement is lost costs a look, nothing else", async () => {
    const world = await dyingAt(point, "create.lookup", (_request, nth) =>
      nth === 1 ? { do: "throttle" } : { do: "accept" },
    );
    expect(await world.outbox.counts()).toEqual({ accepted: 1 });
    expect(world.provider.effects).toHaveLength(1);
  });
});

test("killed between the settlement of a look and anything else", async () => {
  const world = await dyingAt({ verb: "claimReconciliations", when: "after" }, "create.lookup", () => ({
    do: "accept_then_reset",
  }));
  expect(await world.outbox.counts()).toEqual({ accepted: 1 });
  expect(world.provider.effects).toHaveLength(1);
});

test("an operation that kills its worker again and again is parked as poison, after it was asked for", async () => {
  const world = createWorld({ rescuesMax: 3 });
  world.provider.fate = () => ({ do: "hang" });
  await world.outbox.run();
  const result = await world.outbox.enqueue({
    account: "lg",
    operation: "create.lookup",
    input: { to: "+15551234567" },
  });
  if (result.type !== "accepted") throw new Error("refused");
  const state = (): string | undefined => world.store.rows.get(result.operation.id)?.record.state;
  let kills = 0;
  for (let tick = 0; tick < 3_000 && state() !== "parked"; tick += 1) {
    await world.advance(100);
    if (state() !== "sending") continue;
    kills += 1;
    world.crash();
    await world.outbox.run();
  }
  expect(kills).toBe(3);
  const record = world.store.rows.get(result.operation.id)?.record;
  expect(record).toMatchObject({ state: "parked", parkedReason: "poison", failure: { execution: "not_executed" } });
  expect(world.provider.looks.length).toBeGreaterThan(1);
});

test("a stale worker's acceptance is kept as evidence and ends the doubt", async () => {
  const world = createWorld();
  world.provider.fate = () => ({ do: "accept", delayMs: 5_000 });
  await world.outbox.run();
  const result = await world.outbox.enqueue({ account: "lg", operation: "create.park", input: { to: "+15551234567" } });
  if (result.type !== "accepted") throw new Error("refused");
  await world.advance(1_000);
  // Another process takes the lease over while the answer is on its way, and parks it.
  world.store.crash();
  const [rescued] = await world.store.rescue({ worker: "other", limit: 1, leaseMs: 1_000 });
  if (rescued === undefined) throw new Error("nothing to rescue");
  const failure = {
    kind: "transport",
    category: null,
    shape: "transport",
    execution: "unknown",
    remedy: "reconcile",
    responsible: "network",
    status: null,
    code: null,
    message: "",
    field: null,
    requestId: null,
    retryAt: null,
    guidance: "",
    docs: null,
  } as const;
  const { id, lease, history } = rescued;
  const attempt = {
    number: 1,
    endedAt: world.time.now,
    outcome: "ambiguous",
    status: null,
    code: null,
    requestId: null,
    phase: "write",
    failure,
  } as const;
  await world.store.settle(
    { id, lease },
    { type: "park", because: "crash", attempt, reason: "doubt", failure, history },
  );
  await world.advance(10_000);
  expect(world.store.rows.get(id)?.record).toMatchObject({ state: "accepted", providerId: "lg-1" });
  expect(world.events.find((event) => event.type === "operation.attempted")).toMatchObject({ decision: "lost" });
});

describe("store trouble", () => {
  const failing = (verb: string, times: number, commits: boolean) => {
    let left = times;
    return (store: Store): Store =>
      new Proxy<Store>(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== "function" || name !== verb) return value;
          return async (...args: readonly unknown[]) => {
            const fails = left > 0;
            left -= 1;
            if (fails && !commits) throw new Error("database or disk is full");
            const answer: unknown = await Reflect.apply(value as (...all: readonly unknown[]) => unknown, target, args);
            if (fails) throw new Error("connection lost during commit");
            return answer;
          };
        },
      });
  };

  test.each(["claim", "start", "settle", "release", "rescue", "expireDue", "matchReceipts"])(
    "%s fails for a while: reported, then it goes on",
    async (verb) => {
      const world = createWorld({ around: failing(verb, 4, false) });
      await world.outbox.run();
      await world.outbox.enqueue({ account: "lg", operation: "create.park", input: { to: "+15551234567" } });
      await world.advance(120_000);
      expect(await world.outbox.counts()).toEqual({ accepted: 1 });
      expect(world.provider.effects).toHaveLength(1);
      // Nothing had to be given back, so the failing release was never met.
      const told = world.events.find((event) => event.type === "worker.trouble")?.message ?? "";
      expect(told.includes("disk is full")).toBe(verb !== "release");
    },
  );

  test("a start whose commit was answered with an error is read back before it is sent", async () => {
    const world = createWorld({ around: failing("start", 1, true) });
    await world.outbox.run();
    await world.outbox.enqueue({ account: "lg", operation: "create.park", input: { to: "+15551234567" } });
    await world.advance(60_000);
    expect(await world.outbox.counts()).toEqual({ accepted: 1 });
    expect(world.provider.received).toHaveLength(1);
  });

  test("a settlement that cannot be written while the lease lasts is left to the rescuer", async () => {
    const world = createWorld({ around: failing("settle", 12, false) });
    await world.outbox.run();
    await world.outbox.enqueue({ account: "lg", operation: "create.lookup", input: { to: "+15551234567" } });
    await world.advance(300_000);
    expect(await world.outbox.counts()).toEqual({ accepted: 1 });
    expect(world.provider.effects).toHaveLength(1);
  });
});

test("a start whose answer was lost is not taken for that of another who holds the same number", async () => {
  // A database that fell can forget a claim nobody waited for, and give its number to the next who asks.
  let armed = true;
  const world = createWorld({
    around: (store) =>
      new Proxy<Store>(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (name !== "start") return value;
          return async (...args: Parameters<Store["start"]>) => {
            if (!armed) return target.start(...args);
            armed = false;
            await target.start(args[0], { ...args[1], requestDigest: "another's" });
            throw new Error("the connection broke");
          };
        },
      }),
  });
  await world.outbox.run();
  await world.outbox.enqueue({ account: "lg", operation: "create.park", input: { to: "+15551234567" } });
  await world.advance(600_000);
  expect(world.provider.received).toHaveLength(0);
  expect([...world.store.rows.values()].map(({ record }) => record)).toMatchObject([
    { state: "parked", parkedReason: "doubt" },
  ]);
});
