/** Doubt is ended by asking, with clocks that disagree, twins that look alike, and providers that do not answer. */
import { describe, expect, test } from "vitest";
import type { OperationRecord } from "../ports/index.ts";
import type { Fate } from "../testing/ledger-provider.ts";
import { createWorld } from "../testing/world.ts";
import type { World, WorldOptions } from "../testing/world.ts";

const input = { to: "+15551234567", text: "same words" };

async function doubtful(
  fates: readonly Fate[],
  options: WorldOptions = {},
): Promise<{ world: World; ids: readonly string[] }> {
  const world = createWorld(options);
  let next = 0;
  world.provider.fate = () => fates[next++] ?? { do: "accept" };
  await world.outbox.run();
  const ids: string[] = [];
  for (const _ of fates) {
    const result = await world.outbox.enqueue({ account: "lg", operation: "create.lookup", input });
    if (result.type === "accepted") ids.push(result.operation.id);
    await world.advance(10);
  }
  return { world, ids };
}

function records(world: World, ids: readonly string[]): readonly (OperationRecord | undefined)[] {
  return ids.map((id) => world.store.rows.get(id)?.record);
}

describe("twins in doubt at once", () => {
  test.each<[string, readonly Fate[]]>([
    ["both were executed", [{ do: "accept_then_reset" }, { do: "accept_then_reset" }]],
    ["only the first was", [{ do: "accept_then_reset" }, { do: "reset" }]],
    ["only the second was", [{ do: "reset" }, { do: "accept_then_reset" }]],
    ["neither was", [{ do: "reset" }, { do: "reset" }]],
    ["one of three was", [{ do: "reset" }, { do: "accept_then_reset" }, { do: "reset" }]],
    ["one is answered while the other is in doubt", [{ do: "accept_then_reset" }, { do: "accept", delayMs: 9_000 }]],
    ["the slow one lands after the first look", [{ do: "reset" }, { do: "accept_late", delayMs: 9_000 }]],
  ])("%s: each ends with an effect of its own, and none too many", async (_name, fates) => {
    const { world, ids } = await doubtful(fates);
    await world.advance(600_000);
    const ended = records(world, ids);
    expect(ended.map((record) => record?.state)).toEqual(fates.map(() => "accepted"));
    expect(new Set(ended.map((record) => record?.providerId)).size).toBe(fates.length);
    expect(world.provider.effects).toHaveLength(fates.length);
  });
});

test("what was given to a twin is not found twice, and its receipts go to the twin", async () => {
  const { world, ids } = await doubtful([{ do: "accept_then_reset" }, { do: "accept_then_reset" }]);
  const [first = "", second = ""] = ids;
  const looked = await (async () => {
    await world.outbox.stop();
    world.time.now += 30_000;
    return world.store.claimReconciliations({ worker: "w", limit: 2, leaseMs: 20_000 });
  })();
  const leaseOf = (id: string) => ({ id, lease: looked.find((each) => each.id === id)?.lease ?? 0 });
  const found = { type: "accept", because: "found", attempt: null, providerId: "lg-2", providerStatus: null } as const;
  // lg-2 is really the second's; counting gave it to the first.
  expect(await world.store.settle(leaseOf(first), found)).toBe(true);
  expect(await world.store.settle(leaseOf(second), found)).toBe(false);
  expect(records(world, ids).map((record) => record?.state)).toEqual(["accepted", "reconciling"]);
  const facts = {
    status: "delivered",
    rank: 9,
    meaning: "delivered",
    code: null,
    message: null,
    at: null,
    optedOut: null,
  } as const;
  await world.store.receive("lg", { providerId: "lg-2", operationId: second, dedupeKey: "d", ...facts });
  expect(records(world, ids).map((record) => record?.state)).toEqual(["delivered", "reconciling"]);
});

test.each([-120_000, -1_500, 0, 1_500, 120_000])(
  "a provider whose clock is %d ms off is understood",
  async (skewMs) => {
    const { world, ids } = await doubtful([{ do: "accept_then_reset" }], { accounts: [{ skewMs }] });
    await world.advance(60_000);
    expect(records(world, ids)[0]).toMatchObject({ state: "accepted", providerId: "lg-1" });
  },
);

test("an older equal message, long settled, is nobody's answer", async () => {
  const world = createWorld();
  await world.outbox.run();
  await world.outbox.enqueue({ account: "lg", operation: "create.lookup", input });
  await world.advance(120_000);
  world.provider.fate = (_request, nth) => (nth === 1 ? { do: "reset" } : { do: "accept" });
  await world.outbox.enqueue({ account: "lg", operation: "create.lookup", input });
  await world.advance(120_000);
  expect(await world.outbox.counts()).toEqual({ accepted: 2 });
  expect(world.provider.effects).toHaveLength(2);
});

test("an equal message that somebody else sent in between leaves it to a person", async () => {
  const { world, ids } = await doubtful([{ do: "accept_then_reset" }]);
  const [own] = world.provider.effects;
  if (own === undefined) throw new Error("nothing happened");
  world.provider.effects.push({ ...own, providerId: "stranger", at: own.at + 500 });
  await world.advance(60_000);
  expect(records(world, ids)[0]).toMatchObject({
    state: "parked",
    parkedReason: "doubt",
    failure: { execution: "unknown", remedy: "reconcile" },
  });
});

test("a provider that cannot be asked is asked again, more and more slowly, and then a person is", async () => {
  const { world, ids } = await doubtful([{ do: "accept_then_reset" }]);
  world.provider.lookups = "fail";
  await world.advance(120_000);
  const early = world.provider.looks.length;
  expect(records(world, ids)[0]?.state).toBe("reconciling");
  expect(early).toBeLessThan(10);
  world.provider.lookups = "work";
  await world.advance(120_000);
  expect(records(world, ids)[0]).toMatchObject({ state: "accepted", providerId: "lg-1" });
});

test("while the account is blocked nobody asks with a refused credential", async () => {
  const { world, ids } = await doubtful([{ do: "accept_then_reset" }, { do: "reject", code: "key" }]);
  await world.advance(300_000);
  expect(world.provider.looks).toEqual([]);
  expect(records(world, ids)[0]?.state).toBe("reconciling");
  await world.outbox.resume("lg", "operator", "rotated");
  await world.advance(60_000);
  expect(records(world, ids)[0]?.state).toBe("accepted");
});
