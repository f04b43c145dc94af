import { expect, test } from "vitest";
import { LaneGate } from "./lane-gate.ts";
import { virtualClock } from "./testing/virtual-clock.ts";

const forever = { timeoutMs: 1e9, signal: null };
const good = { outcome: "accepted", retryAt: null, concurrency: null } as const;

test("lets in what the window allows, and the others in order as it empties", async () => {
  const clock = virtualClock();
  const gate = new LaneGate({ concurrencyMax: 1 }, clock);
  expect(gate.tryEnter()).toBe(true);
  const order: number[] = [];
  for (const number of [1, 2, 3]) void gate.enter(forever).then(() => order.push(number));
  await clock.advance(0);
  expect(gate.tryEnter()).toBe(false);
  expect(order).toEqual([]);
  for (const expected of [[1], [1, 2], [1, 2, 3]]) {
    gate.ended(good);
    await clock.advance(0);
    expect(order).toEqual(expected);
  }
  gate.ended(good);
  await clock.advance(1e9);
  expect(clock.pending).toBe(0);
});

test("a wait that ends leaves nothing behind, whichever way it ends", async () => {
  const clock = virtualClock();
  const gate = new LaneGate({ concurrencyMax: 1 }, clock);
  gate.tryEnter();
  const controller = new AbortController();
  const late = gate.enter({ timeoutMs: 500, signal: null });
  const given = gate.enter({ timeoutMs: 1_000, signal: controller.signal });
  controller.abort();
  expect(await given).toEqual({ type: "aborted" });
  await clock.advance(600);
  expect(await late).toMatchObject({
    type: "timeout",
    because: "as many attempts as the provider allows are under way",
  });
  expect(clock.pending).toBe(0);
});

test("keeps a configured rate", async () => {
  const clock = virtualClock();
  const gate = new LaneGate({ ratePerSecond: 10, concurrencyMax: 100 }, clock);
  const starts: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    void gate.enter(forever).then(() => {
      starts.push(clock.monotonic());
      gate.ended(good);
    });
  }
  await clock.advance(1_000);
  expect(starts).toHaveLength(5);
  for (const [index, start] of starts.entries()) expect(start).toBeGreaterThanOrEqual(index * 100);
});

test("a Retry-After closes the lane for all, by the wall clock's instant", async () => {
  const clock = virtualClock();
  const gate = new LaneGate({}, clock);
  gate.tryEnter();
  gate.ended({ outcome: "throttled", retryAt: clock.now() + 3_000, concurrency: null });
  expect(gate.tryEnter()).toBe(false);
  expect(gate.health()).toMatchObject({ open: false, waitsUntil: clock.now() + 3_000 });
  let entered = false;
  void gate.enter(forever).then(() => {
    entered = true;
  });
  await clock.advance(2_999);
  expect(entered).toBe(false);
  await clock.advance(2_000);
  expect(entered).toBe(true);
});

test("a quota the provider told is kept until its instant, whatever the wall clock says", async () => {
  const clock = virtualClock();
  const gate = new LaneGate({}, clock);
  gate.tryEnter();
  gate.ended({ ...good, remaining: 1, resetAt: clock.now() + 30_000 });
  expect(gate.tryEnter()).toBe(true);
  gate.ended({ ...good, remaining: 0, resetAt: clock.now() + 30_000 });
  expect(gate.tryEnter()).toBe(false);
  let at = -1;
  void gate.enter(forever).then(() => (at = clock.now()));
  const begun = clock.now();
  await clock.advance(29_000);
  expect(at).toBe(-1);
  await clock.advance(2_000);
  expect(at - begun).toBeGreaterThanOrEqual(30_000);
});
