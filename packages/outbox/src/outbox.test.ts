import { expect, test } from "vitest";
import { createWorld } from "./testing/world.ts";

test("what is handed over is accepted once", async () => {
  const world = createWorld();
  await world.outbox.run();
  const result = await world.outbox.enqueue({
    account: "lg",
    operation: "create.lookup",
    input: { to: "+15551234567" },
  });
  expect(result).toMatchObject({ type: "accepted", replayed: false, operation: { state: "queued", version: 1 } });
  await world.advance(100);
  expect(await world.outbox.counts()).toEqual({ accepted: 1 });
  expect(world.provider.effects).toHaveLength(1);
  expect(await world.store.verify()).toEqual([]);
});
