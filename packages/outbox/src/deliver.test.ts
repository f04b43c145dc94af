/** One operation at a time: what each kind of ending leads to, when the next try comes, and what is never done. */
import { describe, expect, test } from "vitest";
import type { OutboxEvent } from "./api.ts";
import type { OperationRecord } from "./ports/index.ts";
import type { Fate } from "./testing/ledger-provider.ts";
import { createWorld } from "./testing/world.ts";
import type { World, WorldOptions } from "./testing/world.ts";

const to = "+15551234567";

async function begin(options: WorldOptions = {}): Promise<World> {
  const world = createWorld(options);
  await world.outbox.run();
  return world;
}

async function send(world: World, operation = "create.lookup", more: Record<string, unknown> = {}): Promise<string> {
  const { input = { to }, ...rest } = more;
  const result = await world.outbox.enqueue({ account: "lg", operation, input, ...rest });
  if (result.type !== "accepted") throw new Error(JSON.stringify(result));
  return result.operation.id;
}

function row(world: World, id: string): OperationRecord {
  const found = world.store.rows.get(id);
  if (found === undefined) throw new Error(`${id} is not stored`);
  return found.record;
}

function attempts(world: World): Extract<OutboxEvent, { type: "operation.attempted" }>[] {
  return world.events.filter((event) => event.type === "operation.attempted");
}

describe("endings", () => {
  test.each<[string, string, Fate, string, string | null]>([
    ["accepted", "create.lookup", { do: "accept" }, "accepted", null],
    ["rejected", "create.lookup", { do: "reject" }, "parked", "rejected"],
    ["refused connection, for ever", "create.lookup", { do: "refused" }, "parked", "exhausted"],
    ["lost answer, executed, can be asked", "create.lookup", { do: "accept_then_reset" }, "accepted", null],
    ["lost answer, executed, de-duplicated", "create.deduplicate", { do: "accept_then_reset" }, "parked", "doubt"],
    ["lost answer, nothing can be done", "create.park", { do: "accept_then_reset" }, "parked", "doubt"],
    ["503 on a create", "create.park", { do: "fail" }, "parked", "doubt"],
    ["503 on an idempotent call, for ever", "put", { do: "fail" }, "parked", "exhausted"],
    ["no answer at all", "create.park", { do: "hang" }, "parked", "doubt"],
  ])("%s", async (_name, operation, fate, state, reason) => {
    const world = await begin();
    world.provider.fate = () => fate;
    const id = await send(world, operation);
    await world.advance(600_000);
    expect(row(world, id)).toMatchObject({ state, parkedReason: reason });
    expect(await world.store.verify()).toEqual([]);
  });

  test("absent twice is a plain retry, with the same key and the same bytes", async () => {
    const world = await begin();
    world.provider.fate = (_request, nth) => (nth === 1 ? { do: "reset" } : { do: "accept" });
    const id = await send(world);
    await world.advance(120_000);
    expect(row(world, id)).toMatchObject({ state: "accepted", attemptsStarted: 2 });
    // The first look is too early to count: the request might still have been under way.
    expect(world.provider.looks).toHaveLength(3);
    const [first, second] = world.store.rows.get(id)?.attempts ?? [];
    expect((second?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThanOrEqual(15_000 + 2 * 2_000);
    expect(new Set(world.provider.received.map(({ digest, key }) => `${digest} ${key}`)).size).toBe(1);
    expect(world.provider.effects).toHaveLength(1);
  });

  test("what the provider answered stands with its attempt, and what led to it is told with the event", async () => {
    const world = await begin();
    const { sender } = world.provider.account;
    const attempt = sender.attempt.bind(sender);
    const bodies = ["<html>busy</html>", null];
    world.provider.fate = (_request, nth) => (nth === 1 ? { do: "refused" } : { do: "accept" });
    Object.assign(sender, {
      attempt: async (...asked: Parameters<typeof attempt>) => ({ ...(await attempt(...asked)), body: bodies.shift() }),
    });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const id = await send(world, "create.lookup", { traceparent });
    await world.advance(10_000);
    const story = await world.outbox.story(id);
    expect(story?.attempts.map(({ outcome, body }) => [outcome, body])).toEqual([
      ["unavailable", "<html>busy</html>"],
      ["accepted", null],
    ]);
    expect(attempts(world)).toMatchObject([
      { body: "<html>busy</html>", traceparent },
      { body: null, traceparent },
    ]);
  });

  test("a lane waits for the end of a quota that the provider said is used up, before it is told so", async () => {
    const world = await begin();
    const { sender } = world.provider.account;
    const attempt = sender.attempt.bind(sender);
    const resetAt = world.time.now + 60_000;
    Object.assign(sender, {
      attempt: async (...asked: Parameters<typeof attempt>) => ({
        ...(await attempt(...asked)),
        remaining: 0,
        resetAt,
      }),
    });
    await send(world);
    await world.advance(5_000);
    expect(world.provider.received).toHaveLength(1);
    const id = await send(world);
    await world.advance(50_000);
    expect(world.provider.received).toHaveLength(1);
    await world.advance(15_000);
    expect(row(world, id).state).toBe("accepted");
  });

  test("an unknown sender that throws is doubt, not a crash of the worker", async () => {
    const world = await begin();
    const { sender } = world.provider.account;
    Object.assign(sender, { attempt: async () => Promise.reject(new Error("boom")) });
    const id = await send(world, "create.park");
    await world.advance(1_000);
    expect(row(world, id)).toMatchObject({ state: "parked", parkedReason: "doubt" });
  });
});

test("retries come after 1, 2, 4, 8 and 16 s and at most a fifth more, five of them", async () => {
  const world = await begin();
  world.provider.fate = () => ({ do: "refused" });
  const id = await send(world);
  await world.advance(120_000);
  const starts = world.store.rows.get(id)?.attempts.map((attempt) => attempt.startedAt) ?? [];
  expect(starts).toHaveLength(6);
  for (const [index, seconds] of [1, 2, 4, 8, 16].entries()) {
    const waited = (starts[index + 1] ?? 0) - (starts[index] ?? 0);
    expect(waited).toBeGreaterThanOrEqual(seconds * 1000);
    expect(waited).toBeLessThanOrEqual(seconds * 1200 + 50);
  }
});

test("attemptsMax 1 means one", async () => {
  const world = await begin();
  world.provider.fate = () => ({ do: "refused" });
  const id = await send(world, "create.lookup", { policy: { attemptsMax: 1 } });
  await world.advance(60_000);
  expect(row(world, id)).toMatchObject({ state: "parked", parkedReason: "exhausted", attemptsStarted: 1 });
});

test("a 429 closes the lane and spends no attempt; Retry-After is never undercut", async () => {
  const world = await begin();
  const began = world.time.now;
  world.provider.fate = () =>
    world.time.now < began + 30_000 ? { do: "throttle", retryAfterMs: 30_000 } : { do: "accept" };
  const first = await send(world);
  await world.advance(1_000);
  const second = await send(world, "create.lookup", { input: { to: "+15550000002" } });
  await world.advance(1_000);
  expect((await world.outbox.get(second))?.state).toBe("held");
  expect(row(world, first).history.spent).toBe(0);
  expect(world.provider.received).toHaveLength(1);
  await world.advance(60_000);
  expect(row(world, first)).toMatchObject({ state: "accepted", attemptsStarted: 2 });
  expect(row(world, second)).toMatchObject({ state: "accepted", attemptsStarted: 1 });
  for (const { at } of world.provider.received.slice(1)) expect(at).toBeGreaterThanOrEqual(began + 30_000);
});

describe("a refused credential", () => {
  test("parks the one, holds the others, survives a restart, and a good check lifts it", async () => {
    const world = await begin();
    world.provider.fate = () => ({ do: "reject", code: "key" });
    const first = await send(world);
    await world.advance(100);
    const second = await send(world, "put");
    await world.advance(5_000);
    expect(row(world, first)).toMatchObject({ state: "parked", parkedReason: "blocked_account" });
    expect((await world.outbox.get(second))?.state).toBe("held");
    expect((await world.outbox.accounts())[0]?.state).toBe("blocked");
    expect(world.events.filter((event) => event.type === "account.changed")).toHaveLength(1);

    world.provider.fate = () => ({ do: "accept" });
    world.crash();
    await world.outbox.run();
    await world.advance(60_000);
    expect(row(world, second).state).toBe("queued");
    expect(world.provider.received).toHaveLength(1);

    world.provider.probe = () => ({
      type: "accepted",
      providerId: "me",
      providerStatus: null,
      value: null,
      requestId: null,
      status: 200,
    });
    expect(await world.outbox.check("lg", "operator")).toMatchObject({ state: "ok", lastCheck: { ok: true } });
    await world.advance(100);
    expect(row(world, second).state).toBe("accepted");
  });
});

test("a pause lets nothing out, survives a restart, and resume goes on", async () => {
  const world = await begin();
  await world.outbox.pause("lg", "operator", "maintenance");
  const id = await send(world);
  await world.advance(60_000);
  world.crash();
  await world.outbox.run();
  await world.advance(60_000);
  expect(world.provider.received).toEqual([]);
  expect((await world.outbox.get(id))?.state).toBe("held");
  const listed = await world.outbox.list({ held: true }, { limit: 10, cursor: null });
  expect(listed === "bad_cursor" ? [] : listed.operations.map((each) => each.id)).toEqual([id]);
  await world.outbox.resume("lg", "operator", "done");
  await world.advance(100);
  expect(row(world, id).state).toBe("accepted");
});

describe("deadlines", () => {
  test("nothing is sent after the deadline, and what was never sent is expired", async () => {
    const world = await begin();
    await world.outbox.pause("lg", "me", "wait");
    const id = await send(world, "create.lookup", { deadline: world.time.now + 10_000 });
    await world.advance(20_000);
    await world.outbox.resume("lg", "me", "go");
    await world.advance(20_000);
    expect(row(world, id)).toMatchObject({ state: "expired", failure: { kind: "expired", execution: "not_executed" } });
    expect(world.provider.received).toEqual([]);
  });

  test("one that is claimed too late is not even begun", async () => {
    const world = await begin({ expireEveryMs: 86_400_000 });
    await world.outbox.pause("lg", "me", "wait");
    const id = await send(world, "create.lookup", { deadline: world.time.now + 10_000 });
    await world.advance(20_000);
    await world.outbox.resume("lg", "me", "go");
    await world.advance(100);
    expect(row(world, id)).toMatchObject({ state: "expired", attemptsStarted: 0 });
  });

  test("a retry that would come too late is not waited for", async () => {
    const world = await begin();
    world.provider.fate = () => ({ do: "refused" });
    const id = await send(world, "create.lookup", { deadline: world.time.now + 2_500 });
    await world.advance(30_000);
    const record = row(world, id);
    expect(record.state).toBe("expired");
    expect(record.failure?.retryAt).not.toBeNull();
  });

  test("in doubt it is parked as doubt, never expired", async () => {
    const world = await begin();
    world.provider.fate = () => ({ do: "reset" });
    const id = await send(world, "create.deduplicate", { deadline: world.time.now + 2_500 });
    await world.advance(60_000);
    expect(row(world, id)).toMatchObject({ state: "parked", parkedReason: "doubt", failure: { execution: "unknown" } });
  });

  test("in doubt and waiting for its next try, the expirer parks it as doubt", async () => {
    const world = await begin();
    world.provider.fate = () => ({ do: "reset" });
    const id = await send(world, "create.deduplicate", { deadline: world.time.now + 5_000 });
    await world.advance(100);
    await world.outbox.pause("lg", "me", "wait");
    await world.advance(60_000);
    expect(row(world, id)).toMatchObject({ state: "parked", parkedReason: "doubt" });
  });

  test("not before its time", async () => {
    const world = await begin();
    const id = await send(world, "create.lookup", { notBefore: world.time.now + 60_000 });
    await world.advance(59_000);
    expect(row(world, id).state).toBe("queued");
    await world.advance(1_100);
    expect(row(world, id).state).toBe("accepted");
    expect(world.provider.received[0]?.at).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + 60_000);
  });
});

describe("guarantees", () => {
  test("at-least-once resends without asking", async () => {
    const world = await begin();
    world.provider.fate = (_request, nth) => (nth === 1 ? { do: "accept_then_reset" } : { do: "accept" });
    const id = await send(world, "create.lookup", { guarantee: "at-least-once" });
    await world.advance(60_000);
    expect(row(world, id).state).toBe("accepted");
    expect(world.provider.looks).toEqual([]);
    expect(world.provider.effects).toHaveLength(2);
  });

  test("at-most-once parks any doubt", async () => {
    const world = await begin();
    world.provider.fate = () => ({ do: "reset" });
    const id = await send(world, "create.lookup", { guarantee: "at-most-once" });
    await world.advance(60_000);
    expect(row(world, id)).toMatchObject({ state: "parked", parkedReason: "doubt", attemptsStarted: 1 });
  });
});

describe("routes", () => {
  const armed = { on: false };
  const step = (account: string, number = to) => ({ account, operation: "create.lookup", input: { to: number } });
  const two = { accounts: [{ name: "lg" }, { name: "second", provider: "other" }] };

  test("a certain refusal goes down the route, and the child carries what is left of it", async () => {
    const world = await begin(two);
    const [first, second] = world.providers;
    if (first === undefined || second === undefined) throw new Error("two providers were asked for");
    first.fate = () => ({ do: "reject" });
    const id = await send(world, "create.lookup", { fallback: [step("second")] });
    await world.advance(1_000);
    expect(row(world, id).state).toBe("superseded");
    const story = await world.outbox.story(id);
    const child = row(world, story?.childIds[0] ?? "");
    expect(child).toMatchObject({ state: "accepted", account: "second", parentId: id, fallback: [] });
    expect(child.idempotencyKey).not.toBe(row(world, id).idempotencyKey);
    expect(second.effects).toHaveLength(1);
  });

  test.each<[string, Fate, Record<string, unknown>]>([
    ["never while it is in doubt", { do: "accept_then_reset" }, { guarantee: "at-most-once" }],
    ["never to somebody who opted out", { do: "reject", code: "stop" }, {}],
    ["not for a refused credential", { do: "reject", code: "key" }, {}],
  ])("%s", async (_name, fate, more) => {
    const world = await begin(two);
    world.provider.fate = () => fate;
    const id = await send(world, "create.lookup", { fallback: [step("second")], ...more });
    await world.advance(60_000);
    expect(row(world, id).state).toBe("parked");
    expect(world.providers[1]?.effects).toEqual([]);
  });

  test("where another channel is no help, another account is asked, and the same one is not", async () => {
    const world = await begin(two);
    world.provider.fate = () => ({ do: "reject", code: "useless" });
    const here = await send(world, "create.lookup", { fallback: [step("lg")] });
    const elsewhere = await send(world, "create.lookup", { fallback: [step("lg"), step("second")] });
    await world.advance(60_000);
    expect(row(world, here).state).toBe("parked");
    expect(row(world, elsewhere).state).toBe("superseded");
    expect(world.providers[1]?.effects).toHaveLength(1);
  });

  test("a critical one in doubt goes on: a second message beats silence", async () => {
    const world = await begin(two);
    world.provider.fate = () => ({ do: "reset" });
    const id = await send(world, "create.park", { class: "critical", fallback: [step("second")] });
    await world.advance(60_000);
    expect(row(world, id).state).toBe("superseded");
    expect(world.providers[1]?.effects).toHaveLength(1);
  });

  test("a crash between parking and the next step loses no route", async () => {
    const world = await begin({
      ...two,
      around: (store) =>
        new Proxy(store, {
          get: (target, name) =>
            name === "command" && armed.on
              ? async () => new Promise<never>(() => {})
              : (Reflect.get(target, name) as unknown),
        }),
    });
    world.provider.fate = () => ({ do: "reject" });
    armed.on = true;
    const id = await send(world, "create.lookup", { fallback: [step("second")] });
    await world.advance(1_000);
    expect(row(world, id).state).toBe("parked");
    armed.on = false;
    world.crash();
    await world.outbox.run();
    await world.advance(1_000);
    expect(row(world, id).state).toBe("superseded");
    expect(world.providers[1]?.effects).toHaveLength(1);
  });
});

describe("what is told", () => {
  test("every attempt has its canonical line, without secrets, numbers or bodies", async () => {
    const world = await begin();
    world.provider.fate = (_request, nth) => (nth === 1 ? { do: "throttle" } : { do: "reject" });
    const startedAt = world.time.now;
    const id = await send(world, "create.lookup", { reference: "order_1", input: { to, text: "private words" } });
    await world.advance(60_000);
    const [first, second] = attempts(world);
    world.provider.fate = () => ({ do: "accept" });
    await send(world);
    await world.advance(1_000);
    expect(attempts(world).at(-1)).toMatchObject({ outcome: "accepted", messageId: "lg-1", requestId: "rq" });
    expect(first).toMatchObject({
      id,
      attempt: 1,
      outcome: "throttled",
      decision: "hold",
      status: 429,
      reference: "order_1",
      requestId: "rq-1",
      messageId: null,
      requestTimestamp: startedAt,
    });
    expect(second).toMatchObject({
      attempt: 2,
      outcome: "rejected",
      decision: "park",
      endpoint: "https://ledger.example.com/create.lookup",
      method: "POST",
      code: "bad",
      idempotencyKey: id,
    });
    const told = JSON.stringify(world.events);
    expect(told).not.toContain("canary-secret");
    expect(told).not.toContain(to);
    expect(told).not.toContain("private words");
  });

  test("states in order, each with a higher version", async () => {
    const world = await begin();
    const id = await send(world);
    await world.advance(100);
    const changes = world.events.filter((event) => event.type === "operation.changed");
    expect(changes.map((event) => event.state)).toEqual(["queued", "sending", "accepted"]);
    expect(changes.map((event) => event.version)).toEqual([1, 2, 3]);
    expect(row(world, id).version).toBe(3);
  });

  test("a listener that throws harms nobody", async () => {
    const world = await begin();
    world.outbox.subscribe(() => {
      throw new Error("mine");
    });
    const id = await send(world);
    await world.advance(100);
    expect(row(world, id).state).toBe("accepted");
  });
});
