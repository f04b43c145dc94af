/** What people may do, and what is refused because it could send twice or to somebody who does not want it. */
import { describe, expect, test } from "vitest";
import type { VerbResult } from "./api.ts";
import type { OperationRecord } from "./ports/index.ts";
import type { Fate } from "./testing/ledger-provider.ts";
import { createWorld } from "./testing/world.ts";
import type { World } from "./testing/world.ts";

const to = "+15551234567";

async function parkedWorld(
  fate: Fate,
  operation = "create.lookup",
  more: Record<string, unknown> = {},
): Promise<{ world: World; id: string; version: number }> {
  const world = createWorld({ accounts: [{ name: "lg" }, { name: "second", provider: "other" }] });
  await world.outbox.run();
  world.provider.fate = () => fate;
  const result = await world.outbox.enqueue({ account: "lg", operation, input: { to }, ...more });
  if (result.type !== "accepted") throw new Error(JSON.stringify(result));
  await world.advance(300_000);
  const { id } = result.operation;
  world.provider.fate = () => ({ do: "accept" });
  return { world, id, version: row(world, id).version };
}

function row(world: World, id: string): OperationRecord {
  const found = world.store.rows.get(id);
  if (found === undefined) throw new Error(`${id} is not stored`);
  return found.record;
}

const by = (version: number) => ({ actor: "ann", reason: "because", version });
const message = (result: VerbResult): string => ("message" in result ? result.message : result.type);

describe("retry", () => {
  test("of a refused one goes on with the next attempt number and the same key", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    expect(await world.outbox.retry(id, by(version))).toMatchObject({
      type: "done",
      operation: { id, state: "queued", failure: null },
      child: null,
    });
    await world.advance(100);
    expect(row(world, id)).toMatchObject({ state: "accepted", attemptsStarted: 2 });
    expect(new Set(world.provider.received.map((each) => each.key)).size).toBe(1);
  });

  test("twice at once: one wins", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    const results = await Promise.all([world.outbox.retry(id, by(version)), world.outbox.retry(id, by(version))]);
    expect(results.map((result) => result.type).toSorted()).toEqual(["conflict", "done"]);
    await world.advance(1_000);
    expect(world.provider.effects).toHaveLength(1);
  });

  test("with an old version is refused and says so", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    expect(message(await world.outbox.retry(id, by(version - 1)))).toContain(`version ${version}`);
  });

  test("in doubt is refused", async () => {
    const { world, id, version } = await parkedWorld({ do: "accept_then_reset" }, "create.park");
    expect(message(await world.outbox.retry(id, by(version)))).toContain("may already have been sent");
    expect(row(world, id).version).toBe(version);
  });

  test("of somebody who opted out is refused, on every channel", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject", code: "stop" });
    expect(message(await world.outbox.retry(id, by(version)))).toContain("opted out");
    expect(message(await world.outbox.fallback(id, { account: "second" }, by(version)))).toContain("opted out");
    expect(message(await world.outbox.fix(id, { to, text: "please" }, by(version)))).toContain("opted out");
    const other = await world.outbox.fix(id, { to: "+15559999999" }, by(version));
    expect(other.type).toBe("done");
  });

  test("of an expired deadline sets a new one", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" }, "create.lookup", {
      deadline: Date.UTC(2026, 0, 1) + 60_000,
    });
    expect((await world.outbox.retry(id, by(version))).type).toBe("done");
    await world.advance(100);
    expect(row(world, id).state).toBe("accepted");
  });

  test("of an unknown id", async () => {
    const { world } = await parkedWorld({ do: "reject" });
    expect(await world.outbox.retry("op_none", by(1))).toEqual({ type: "not_found" });
  });

  test("of what is not parked", async () => {
    const { world, id, version } = await parkedWorld({ do: "accept" });
    expect(message(await world.outbox.retry(id, by(version)))).toContain("accepted");
  });

  test("of consent is refused after the opposite was said", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" }, "consent.in");
    await world.outbox.enqueue({ account: "lg", operation: "consent.out", input: { to } });
    await world.advance(1_000);
    expect(message(await world.outbox.retry(id, by(version)))).toContain("newer consent.out");
    expect(message(await world.outbox.fix(id, { to }, by(version)))).toContain("newer consent.out");
  });
});

describe("fix", () => {
  test("makes a child with a key of its own and keeps the parent", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" }, "create.lookup", { reference: "order_7" });
    const result = await world.outbox.fix(id, { to: "+15557777777" }, by(version));
    if (result.type !== "done" || result.child === null) throw new Error(message(result));
    expect(result.operation).toMatchObject({ state: "superseded", input: { to } });
    expect(result.child).toMatchObject({ parentId: id, input: { to: "+15557777777" }, reference: "order_7" });
    await world.advance(100);
    expect(row(world, result.child.id).state).toBe("accepted");
    expect(world.provider.received.at(-1)?.key).toBe(result.child.id);
  });

  test("checks the input at the door", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    expect(await world.outbox.fix(id, { to: "5551234567" }, by(version))).toMatchObject({
      type: "invalid",
      field: "input.to",
    });
    expect(row(world, id).state).toBe("parked");
  });
});

describe("fallback", () => {
  test("to a named account sends the same input there", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    const result = await world.outbox.fallback(id, { account: "second" }, by(version));
    expect(result).toMatchObject({
      type: "done",
      operation: { state: "superseded" },
      child: { account: "second", operation: "create.lookup" },
    });
    await world.advance(100);
    expect(world.providers[1]?.effects).toHaveLength(1);
  });

  test("without a route needs an account", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    expect(await world.outbox.fallback(id, {}, by(version))).toMatchObject({ type: "invalid", field: "account" });
  });

  test("in doubt is refused, unless it is critical", async () => {
    const ordinary = await parkedWorld({ do: "reset" }, "create.park");
    expect((await ordinary.world.outbox.fallback(ordinary.id, { account: "second" }, by(ordinary.version))).type).toBe(
      "conflict",
    );
    const critical = await parkedWorld({ do: "reset" }, "create.park", { class: "critical" });
    expect((await critical.world.outbox.fallback(critical.id, { account: "second" }, by(critical.version))).type).toBe(
      "done",
    );
  });
});

describe("doubt", () => {
  test("resolved as sent is accepted, with the evidence", async () => {
    const { world, id, version } = await parkedWorld({ do: "accept_then_reset" }, "create.park");
    expect(await world.outbox.resolve(id, "sent", "saw SM1 in their console", by(version))).toMatchObject({
      operation: { state: "accepted", failure: null },
    });
    const story = await world.outbox.story(id);
    expect(story?.history.at(-1)).toMatchObject({ actor: "ann", before: "parked", after: "accepted" });
    expect(story?.history.at(-1)?.because).toContain("saw SM1");
  });

  test("resolved as not sent goes back and is sent", async () => {
    const { world, id, version } = await parkedWorld({ do: "reset" }, "create.park");
    expect(await world.outbox.resolve(id, "not_sent", "not in their log", by(version))).toMatchObject({
      operation: { state: "queued" },
    });
    await world.advance(100);
    expect(row(world, id)).toMatchObject({ state: "accepted", attemptsStarted: 2 });
    expect(world.provider.effects).toHaveLength(1);
  });

  test("is not resolved where there is none", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    expect((await world.outbox.resolve(id, "sent", "x", by(version))).type).toBe("conflict");
  });

  test("is asked about again", async () => {
    const { world, id, version } = await parkedWorld({ do: "accept_then_reset" }, "create.lookup", {
      guarantee: "at-most-once",
    });
    expect(await world.outbox.reconcile(id, by(version))).toMatchObject({
      type: "done",
      operation: { state: "reconciling" },
    });
    await world.advance(60_000);
    expect(row(world, id)).toMatchObject({ state: "accepted", providerId: "lg-1" });
  });

  test("cannot be asked about where nobody answers", async () => {
    const { world, id, version } = await parkedWorld({ do: "reset" }, "create.park");
    expect(message(await world.outbox.reconcile(id, by(version)))).toContain("cannot be asked");
  });
});

describe("cancel and discard", () => {
  test("what has not left is cancelled", async () => {
    const { world } = await parkedWorld({ do: "accept" });
    await world.outbox.pause("lg", "me", "x");
    const result = await world.outbox.enqueue({
      account: "lg",
      operation: "create.lookup",
      input: { to: "+15550000009" },
    });
    if (result.type !== "accepted") throw new Error("refused");
    expect(await world.outbox.cancel(result.operation.id, { actor: "ann", reason: "no", version: null })).toMatchObject(
      { type: "done", operation: { state: "cancelled" } },
    );
    await world.outbox.resume("lg", "me", "y");
    await world.advance(1_000);
    expect(world.provider.effects).toHaveLength(1);
  });

  test.each<[string, Fate, string]>([
    ["accepted", { do: "accept" }, "create.lookup"],
    ["in doubt", { do: "reset" }, "create.park"],
  ])("what is %s is not", async (_name, fate, operation) => {
    const { world, id, version } = await parkedWorld(fate, operation);
    expect((await world.outbox.cancel(id, by(version))).type).toBe("conflict");
  });

  test("what is discarded stays so", async () => {
    const { world, id, version } = await parkedWorld({ do: "reject" });
    expect(await world.outbox.discard(id, by(version))).toMatchObject({ operation: { state: "discarded" } });
    expect((await world.outbox.retry(id, by(version + 1))).type).toBe("conflict");
  });
});

test("review groups say what to do", async () => {
  const { world } = await parkedWorld({ do: "reject" });
  expect(await world.outbox.reviewGroups()).toMatchObject([
    { account: "lg", reason: "rejected", code: "bad", count: 1, suggestion: "Do something about bad." },
  ]);
});
