/**
 * Restore mode, told as stories: a backup is put back, or a server takes over without the last commits, and what the
 * provider has done already is not done again. New operations flow all the while.
 */
import type { ReceiptEvent } from "@landline/core";
import { describe, expect, test } from "vitest";
import { createWorld } from "../testing/world.ts";
import type { World, WorldOptions } from "../testing/world.ts";

const to = "+15551234567";
const line = { actor: "ada", because: "last night's backup was put back", since: null };

async function enqueue(world: World, operation: string, more: Record<string, unknown> = {}): Promise<string> {
  const result = await world.outbox.enqueue({ account: "lg", operation, input: { to }, ...more });
  if (result.type !== "accepted") throw new Error(JSON.stringify(result));
  return result.operation.id;
}

/**
 * A world in which an operation was sent and accepted, and whose store then forgot it: it stands again as it stood
 * before, in a fresh process that does not run yet.
 */
async function forgetful(operation: string, sent: boolean, options: WorldOptions = {}): Promise<[World, string]> {
  const world = createWorld(options);
  const id = await enqueue(world, operation);
  const row = world.store.rows.get(id);
  if (row === undefined) throw new Error("not stored");
  const before = { ...row.record };
  if (sent) {
    await world.outbox.run();
    await world.advance(1_000);
    if (row.record.state !== "accepted") throw new Error(`not sent but ${row.record.state}`);
    await world.outbox.stop();
  }
  world.crash();
  // The backup: the row as it was, and nothing of what came after.
  const restored = createWorld(options);
  const again = await enqueue(restored, operation);
  expect(again).toBe(id);
  expect(restored.store.rows.get(again)?.record).toMatchObject({ state: before.state, version: before.version });
  for (const effect of world.provider.effects) restored.provider.effects.push(effect);
  await restored.advance(60_000);
  return [restored, id];
}

const state = (world: World, id: string): string | undefined => world.store.rows.get(id)?.record.state;

describe("a backup was put back", () => {
  test("where the provider can be asked it is, and what was sent is found", async () => {
    const [world, id] = await forgetful("create.lookup", true);
    expect(await world.outbox.restored(line)).toBe(1);
    await world.outbox.run();
    await world.advance(600_000);
    expect(state(world, id)).toBe("accepted");
    expect(world.provider.effects).toHaveLength(1);
    expect(await world.store.verify()).toEqual([]);
  });

  test("what was never sent is found absent, twice, and sent then", async () => {
    const [world, id] = await forgetful("create.lookup", false);
    await world.outbox.restored(line);
    await world.outbox.run();
    await world.advance(20_000);
    expect(world.provider.effects).toHaveLength(0);
    await world.advance(600_000);
    expect(state(world, id)).toBe("accepted");
    expect(world.provider.effects).toHaveLength(1);
    expect((await world.outbox.story(id))?.attempts).toMatchObject([{ requestDigest: null }, { outcome: "accepted" }]);
  });

  test("where nobody can be asked a person decides, and the history says why", async () => {
    const [world, id] = await forgetful("create.park", true);
    await world.outbox.restored(line);
    await world.outbox.run();
    await world.advance(600_000);
    const story = await world.outbox.story(id);
    expect(story?.operation).toMatchObject({ state: "parked", parkedReason: "doubt" });
    expect(story?.operation.failure).toMatchObject({ execution: "unknown", message: expect.stringContaining("past") });
    expect(story?.history.map(({ because }) => because)).toContain(line.because);
    expect(world.provider.effects).toHaveLength(1);
  });

  test("without it the same backup sends twice: that is what the mode is for", async () => {
    const [world] = await forgetful("create.park", true);
    await world.outbox.run();
    await world.advance(600_000);
    expect(world.provider.effects).toHaveLength(2);
  });

  test("an ordered one is never sent again by itself: what came after it is forgotten", async () => {
    const world = createWorld();
    const id = await enqueue(world, "create.deduplicate", { subject: "ada" });
    const row = world.store.rows.get(id);
    if (row === undefined) throw new Error("not stored");
    row.record.ordered = true;
    row.record.subject = "ada";
    await world.outbox.restored(line);
    await world.outbox.run();
    await world.advance(600_000);
    expect(row.record).toMatchObject({ state: "parked", parkedReason: "doubt" });
    expect(world.provider.received).toHaveLength(0);
  });

  test("new operations flow, later ones wait for their time, and people are told once", async () => {
    const world = createWorld();
    const old = await enqueue(world, "create.park");
    const later = await enqueue(world, "create.park", { notBefore: world.time.now + 3_600_000 });
    await world.advance(1_000);
    await world.outbox.restored(line);
    await world.outbox.run();
    const fresh = await enqueue(world, "create.park");
    await world.advance(100);
    expect([old, later, fresh].map((id) => state(world, id))).toEqual(["sending", "queued", "accepted"]);
    await world.advance(3_700_000);
    expect([old, later, fresh].map((id) => state(world, id))).toEqual(["parked", "accepted", "accepted"]);
    const told = world.events.filter((event) => event.type === "store.moved");
    expect(told).toEqual([{ type: "store.moved", at: expect.any(Number), because: line.because, presumed: 1 }]);
  });

  test("a deadline that passed meanwhile parks: nobody may call it not sent", async () => {
    const world = createWorld();
    const id = await enqueue(world, "create.deduplicate", { deadline: world.time.now + 30_000 });
    await world.advance(60_000);
    await world.outbox.restored(line);
    await world.outbox.run();
    await world.advance(60_000);
    expect(world.store.rows.get(id)?.record).toMatchObject({ state: "parked", parkedReason: "doubt" });
  });
});

describe("another server took over, without the last commits", () => {
  test("nothing starts on it before what waits is doubted; a running worker sees to that by itself", async () => {
    const world = createWorld();
    await world.outbox.run();
    await world.advance(1_000);
    await world.outbox.pause("lg", "ada", "to have something that waits");
    const id = await enqueue(world, "create.park");
    world.store.move("a standby took over");
    await world.outbox.resume("lg", "ada", "go");
    await world.advance(3_000);
    expect(world.provider.received).toHaveLength(0);
    await world.advance(120_000);
    expect(world.store.rows.get(id)?.record).toMatchObject({ state: "parked", parkedReason: "doubt" });
    expect(world.provider.received).toHaveLength(0);
    const fresh = await enqueue(world, "create.park");
    await world.advance(1_000);
    expect(state(world, fresh)).toBe("accepted");
    expect(world.events.filter((event) => event.type === "store.moved")).toHaveLength(1);
  });

  test("before that nobody says of anything that it was not sent: not expired, not barred, not cancelled", async () => {
    const world = createWorld();
    await world.outbox.run();
    await world.outbox.pause("lg", "ada", "to have something that waits");
    const late = await enqueue(world, "create.park", { deadline: world.time.now + 4_000 });
    const barred = await enqueue(world, "create.park");
    await world.advance(1_000);
    await world.store.optOut("lg", to, "STOP");
    world.store.move("a standby took over");
    await expect(world.store.expireDue(10)).rejects.toThrow("past is missing");
    await world.outbox.resume("lg", "ada", "go");
    const refused = await world.outbox.cancel(barred, { actor: "ada", reason: "no", version: 1 });
    expect(refused).toMatchObject({ type: "conflict", message: expect.stringContaining("past") });
    await world.advance(600_000);
    for (const id of [late, barred]) {
      const record = world.store.rows.get(id)?.record;
      expect(record).toMatchObject({ state: "parked", parkedReason: "doubt", failure: { execution: "unknown" } });
    }
    expect(world.provider.received).toHaveLength(0);
  });

  test("an absence that was counted before proves nothing after: the asking begins anew", async () => {
    const world = createWorld();
    world.provider.fate = (_, nth) => (nth === 1 ? { do: "reset" } : { do: "accept" });
    await world.outbox.run();
    const id = await enqueue(world, "create.lookup");
    const absences = (): number => world.store.rows.get(id)?.record.absences ?? 0;
    for (let tries = 0; tries < 120 && absences() === 0; tries += 1) await world.advance(250);
    expect(world.store.rows.get(id)?.record).toMatchObject({ state: "reconciling", absences: 1 });
    world.store.move("a standby took over");
    const request = { worker: "w", limit: 10, leaseMs: 10_000 };
    await expect(world.store.claimReconciliations(request)).rejects.toThrow("past is missing");
    await expect(world.store.rescue(request)).rejects.toThrow("past is missing");
    const before = world.provider.looks.length;
    await world.advance(600_000);
    expect(world.provider.looks.length - before).toBeGreaterThanOrEqual(2);
    expect(world.provider.effects).toHaveLength(1);
  });

  test("an answer that is still on its way is evidence, not lost", async () => {
    const world = createWorld();
    world.provider.fate = () => ({ do: "accept", delayMs: 8_000 });
    await world.outbox.run();
    const id = await enqueue(world, "create.park");
    await world.advance(1_000);
    expect(world.provider.received).toHaveLength(1);
    // The start never reached the server that takes over: there it waits.
    const row = world.store.rows.get(id);
    if (row === undefined) throw new Error("not stored");
    Object.assign(row.record, { state: "queued", version: 1, attemptsStarted: 0, nextAttemptAt: row.record.createdAt });
    row.attempts.length = 0;
    row.history.length = 1;
    await world.store.presumeStarted({ ...line, quietMs: 20_000 });
    await world.advance(600_000);
    expect(row.record).toMatchObject({ state: "accepted", providerId: "lg-1" });
    expect(world.provider.effects).toHaveLength(1);
  });
});

test("poison: an operation that killed its workers was sent after all, and a word of progress says so", async () => {
  const world = createWorld({ rescuesMax: 2 });
  // It is done, but the answer never comes: the worker dies first, twice.
  world.provider.fate = () => ({ do: "hang", done: true });
  const id = await enqueue(world, "create.deduplicate");
  for (let death = 0; death < 3; death += 1) {
    await world.outbox.run();
    await world.advance(5_000);
    world.crash();
  }
  await world.outbox.run();
  await world.advance(120_000);
  const poison = world.store.rows.get(id)?.record;
  expect(poison).toMatchObject({ state: "parked", parkedReason: "poison", failure: { execution: "unknown" } });
  const event: ReceiptEvent = {
    providerId: "lg-1",
    operationId: id,
    status: "sent",
    rank: 2,
    meaning: "progress",
    code: null,
    message: null,
    at: null,
    optedOut: null,
    dedupeKey: "lg-1:sent",
  };
  const body = new TextEncoder().encode(JSON.stringify([event]));
  const request = { method: "POST", url: "https://example.com/webhooks/lg", headers: { signature: "good" }, body };
  expect(await world.outbox.receive("lg", request)).toMatchObject({ type: "stored", applied: 1 });
  expect(world.store.rows.get(id)?.record).toMatchObject({ state: "accepted", providerId: "lg-1", failure: null });
  expect(world.provider.effects).toHaveLength(1);
});
