/** Who opted out gets nothing that is new and nothing that was waiting; who opts in again does. */
import type { ReceiptEvent } from "@landline/core";
import { expect, test } from "vitest";
import { createOptOuts } from "./opt-outs.ts";
import type { Store } from "./ports/index.ts";
import { createMemoryStore } from "./testing/memory-store.ts";
import { createWorld } from "./testing/world.ts";
import type { World, WorldOptions } from "./testing/world.ts";

const to = "+15551234567";

async function begin(options: WorldOptions = {}): Promise<World> {
  const world = createWorld({ accounts: [{ name: "lg" }, { name: "other" }], ...options });
  await world.outbox.run();
  return world;
}

async function send(world: World, more: Record<string, unknown> = {}): Promise<string> {
  const request = { account: "lg", operation: "create.lookup", input: { to }, ...more };
  const result = await world.outbox.enqueue(request);
  if (result.type !== "accepted") throw new Error(JSON.stringify(result));
  return result.operation.id;
}

/** A message from the recipient: `STOP` or `START`, or nothing about consent. */
async function says(world: World, word: string, id: string, from = to): Promise<void> {
  const event: ReceiptEvent = {
    providerId: id,
    operationId: null,
    status: "received",
    rank: 1,
    meaning: "inbound",
    code: null,
    message: null,
    at: null,
    dedupeKey: id,
    optedOut: word === "STOP" ? from : null,
    ...(word === "START" ? { optedIn: from } : {}),
  };
  const body = new TextEncoder().encode(JSON.stringify([event]));
  await world.outbox.receive("lg", { method: "POST", url: "https://a.example", headers: { signature: "good" }, body });
}

const row = (world: World, id: string) => world.store.rows.get(id)?.record;
const received = (world: World): number => world.provider.received.length;

test("a new operation to somebody who said STOP is parked and costs no attempt", async () => {
  const world = await begin();
  await says(world, "STOP", "in-1");
  const id = await send(world);
  await world.advance(1_000);
  expect(received(world)).toBe(0);
  expect(row(world, id)).toMatchObject({
    state: "parked",
    parkedReason: "rejected",
    attemptsStarted: 0,
    failure: { kind: "recipient_blocked", code: "stop", execution: "not_executed", responsible: "recipient" },
  });
});

test("a refusal for an opt-out bars what comes after it, also after a restart and for every operation", async () => {
  const world = await begin();
  world.provider.fate = () => ({ do: "reject", code: "stop" });
  await send(world);
  await world.advance(100);
  expect(received(world)).toBe(1);
  world.provider.fate = () => ({ do: "accept" });
  const second = await send(world);
  await world.advance(100);
  world.crash();
  await world.outbox.run();
  const third = await send(world, { operation: "create.park" });
  await world.advance(1_000);
  expect([row(world, second)?.state, row(world, third)?.state]).toEqual(["parked", "parked"]);
  expect(received(world)).toBe(1);
});

test("what was already waiting is barred too, whatever channel the word came by", async () => {
  const world = await begin();
  const id = await send(world, { notBefore: world.time.now + 60_000 });
  await world.advance(30_000);
  await says(world, "STOP", "in-1", `whatsapp:${to}`);
  await world.advance(60_000);
  expect(row(world, id)?.state).toBe("parked");
  expect(received(world)).toBe(0);
});

test("START lifts it: new operations go, and the parked one can be retried", async () => {
  const world = await begin();
  await says(world, "STOP", "in-1");
  const parked = await send(world);
  await world.advance(100);
  const by = { actor: "ann", reason: "again", version: row(world, parked)?.version ?? 0 };
  expect(await world.outbox.retry(parked, by)).toMatchObject({ type: "conflict" });
  await says(world, "START", "in-2");
  const fresh = await send(world);
  expect(await world.outbox.retry(parked, by)).toMatchObject({ type: "done" });
  await world.advance(1_000);
  expect([row(world, fresh)?.state, row(world, parked)?.state]).toEqual(["accepted", "accepted"]);
});

test("neither word counts again when its callback comes again", async () => {
  const world = await begin();
  await says(world, "STOP", "in-1");
  await says(world, "START", "in-2");
  await says(world, "STOP", "in-1");
  const free = await send(world);
  await world.advance(100);
  expect(row(world, free)?.state).toBe("accepted");
  await says(world, "STOP", "in-3");
  await says(world, "START", "in-2");
  const barred = await send(world);
  await world.advance(100);
  expect(row(world, barred)?.state).toBe("parked");
});

test("only that person, at that account, and never the writing of a consent", async () => {
  const world = await begin();
  await says(world, "STOP", "in-1");
  const ids = [
    await send(world, { input: { to: "+15557654321" } }),
    await send(world, { account: "other" }),
    await send(world, { operation: "consent.in" }),
  ];
  await world.advance(1_000);
  expect(ids.map((id) => row(world, id)?.state)).toEqual(["accepted", "accepted", "accepted"]);
});

test("one of several recipients is enough, and a consent that counts as creating is none", async () => {
  const world = await begin();
  const { operations } = world.provider.account.provider;
  const [many, consent] = [operations["create.lookup"], operations["consent.out"]];
  Object.assign(many ?? {}, { recipient: () => null, recipients: ({ cc }: { cc: string[] }) => cc });
  Object.assign(consent ?? {}, { traits: { ...consent?.traits, effect: "create" } });
  await says(world, "STOP", "in-1");
  const barred = await send(world, { input: { to: "+15557654321", cc: ["+15557654321", to] } });
  const free = await send(world, { input: { to: "+15557654321", cc: ["+15557654321"] } });
  const optOut = await send(world, { operation: "consent.out" });
  await world.advance(1_000);
  expect([barred, free, optOut].map((id) => row(world, id)?.state)).toEqual(["parked", "accepted", "accepted"]);
});

test("nothing goes down a route to somebody who opted out", async () => {
  const world = await begin();
  await says(world, "STOP", "in-1");
  const step = { account: "other", operation: "create.lookup", input: { to } };
  const id = await send(world, { fallback: [step] });
  await world.advance(1_000);
  expect(row(world, id)?.state).toBe("parked");
  expect(world.providers.flatMap((each) => each.received)).toEqual([]);
});

test("a repeat of an accepted request finds its operation, whatever the person said since", async () => {
  const world = await begin();
  const request = { account: "lg", operation: "create.lookup", input: { to }, idempotencyKey: "k1" };
  const first = await world.outbox.enqueue(request);
  await world.advance(100);
  await says(world, "STOP", "in-1");
  const again = await world.outbox.enqueue(request);
  expect(again).toMatchObject({ type: "accepted", replayed: true });
  if (first.type !== "accepted" || again.type !== "accepted") throw new Error("refused");
  expect(again.operation).toMatchObject({ id: first.operation.id, state: "accepted" });
});

test("a receipt that says so and comes before its operation is known bars as well", async () => {
  const world = await begin();
  const failed = { meaning: "undelivered", status: "failed", code: "stop", rank: 9 } as const;
  const event = { providerId: "lg-1", operationId: null, message: null, at: null, dedupeKey: "r1", optedOut: null };
  const body = new TextEncoder().encode(JSON.stringify([{ ...event, ...failed }]));
  await world.outbox.receive("lg", { method: "POST", url: "https://a.example", headers: { signature: "good" }, body });
  await send(world);
  await world.advance(60_000);
  const next = await send(world);
  await world.advance(1_000);
  expect(row(world, next)).toMatchObject({ state: "parked", failure: { kind: "recipient_blocked" } });
});

test("nobody is asked about while nobody has opted out, and one question serves a batch", async () => {
  const asked: string[] = [];
  const around = (store: Store): Store =>
    new Proxy(store, {
      get(target, name, receiver) {
        if (name === "optedOutOf" || name === "isOptedOut") asked.push(name);
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  const world = await begin({ around });
  for (let index = 0; index < 20; index += 1) await send(world, { input: { to: `+1555000${1000 + index}` } });
  await world.advance(1_000);
  expect(received(world)).toBe(20);
  expect(asked).toEqual([]);
  await says(world, "STOP", "in-1");
  asked.length = 0;
  await world.outbox.enqueueMany(
    Array.from({ length: 20 }, (_, index) => ({
      account: "lg",
      operation: "create.lookup",
      input: { to: `+1555000${2000 + index}` },
    })),
  );
  await world.advance(1_000);
  expect(received(world)).toBe(40);
  expect(asked.length).toBeLessThan(20);
});

test("another process hears within a second that there is a first opt-out, and is not asked about it again", async () => {
  const asked: number[] = [];
  const around = (store: Store): Store =>
    new Proxy(store, {
      get(target, name, receiver) {
        if (name === "hasOptOuts") asked.push(world.time.now);
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  const world: World = createWorld({ accounts: [{ name: "lg" }, { name: "other" }], around });
  await world.outbox.run();
  for (let index = 0; index < 50; index += 1) {
    await send(world, { input: { to: `+1555000${1000 + index}` } });
    await world.advance(100);
  }
  const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  expect(gaps.every((gap) => gap >= 1_000)).toBe(true);
  await world.store.optOut("lg", to, "by another process");
  await world.advance(5_000);
  const id = await send(world);
  await world.advance(100);
  expect(row(world, id)?.state).toBe("parked");
  const before = asked.length;
  await world.advance(60_000);
  expect(asked).toHaveLength(before);
});

test("while the store cannot say who opted out nothing is sent, and afterwards it goes on", async () => {
  let broken = false;
  const around = (store: Store): Store =>
    new Proxy(store, {
      get(target, name, receiver) {
        if (name === "optedOutOf" && broken) return async () => Promise.reject(new Error("unreachable"));
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  const world = await begin({ around });
  await says(world, "STOP", "in-1");
  broken = true;
  const barred = await send(world);
  const free = await send(world, { input: { to: "+15557654321" } });
  await world.advance(5_000);
  expect(received(world)).toBe(0);
  broken = false;
  await world.advance(60_000);
  expect([row(world, barred)?.state, row(world, free)?.state]).toEqual(["parked", "accepted"]);
});

test("however many have opted out, whoever was just looked up and had is known to have", async () => {
  const people = Array.from({ length: 52_000 }, (_, index) => `+1555${String(index).padStart(7, "0")}`);
  const store = createMemoryStore({ now: () => 0 });
  const optOuts = createOptOuts({ ...store, optedOutOf: async (_, recipients) => new Set(recipients) }, () => 0);
  const look = async (some: readonly string[]): Promise<void> => optOuts.look(new Map([["lg", new Set(some)]]));
  await look(people.slice(0, 49_990));
  // The first of them have been known for longest, and others are new.
  const batch = [...people.slice(0, 50), ...people.slice(51_000, 51_100)];
  await look(batch);
  expect(batch.filter((each) => !optOuts.has("lg", each))).toEqual([]);
  await look(people);
  expect(people.filter((each) => !optOuts.has("lg", each))).toEqual([]);
});

test("the very first opt-out, heard of by another process, bars what was planned long before and comes due later", async () => {
  const world = await begin({ pollMs: 60_000 });
  const id = await send(world, { notBefore: world.time.now + 10_000 });
  await world.advance(500);
  await world.store.optOut("lg", to, "by another process");
  await world.advance(20_000);
  expect(received(world)).toBe(0);
  expect(row(world, id)).toMatchObject({ state: "parked", failure: { kind: "recipient_blocked" } });
});
