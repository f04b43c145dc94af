/** A slice of `npm run simulate -- --durable`: every invariant after every event, and the same life for the same seed. */
import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";
import { live } from "./run.ts";

const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    process.nextTick(resolve);
  });

test("no invariant breaks in 400 lives, and they were worth living", { timeout: 600_000 }, async () => {
  const { broken, deaths, befell, ends } = await campaign(1, 400, turn);
  expect(broken).toEqual([]);
  expect(deaths).toBeGreaterThan(300);
  expect(Object.keys(befell).toSorted()).toEqual([
    "backup",
    "consents in order",
    "failover",
    "opt-out",
    "people at their desks",
    "sealed texts",
  ]);
  // Every way to end was met.
  const wanted = [
    "accepted",
    "delivered",
    "undelivered",
    "expired",
    "cancelled",
    "parked as doubt",
    "parked as rejected",
  ];
  expect(wanted.filter((end) => !(end in ends))).toEqual([]);
});

test("a seed is a life: lived again it is the same", async () => {
  for (const seed of [3, 1_234]) expect(await live(seed, turn)).toEqual(await live(seed, turn));
});
