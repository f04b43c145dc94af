import { expect, test } from "vitest";
import { alignedWindow, changingLimit, concurrencyLimit, fixedWindow, tokenBucket } from "./limits.ts";
import type { Limit } from "./limits.ts";
import { served } from "./provider.ts";

const passed = (limit: Limit, instants: readonly number[]): number =>
  instants.filter((now) => limit.enter(now).ok).length;
const every = (ms: number, until: number): number[] =>
  Array.from({ length: Math.floor(until / ms) + 1 }, (_, index) => index * ms);

test("each limit lets pass exactly what it could", () => {
  for (const limit of [
    tokenBucket(10, 10),
    fixedWindow(10, 1_000),
    changingLimit([
      { from: 0, rate: 50, burst: 10 },
      { from: 5_000, rate: 5, burst: 1 },
    ]),
  ]) {
    const most = limit.capacityBy(10_000);
    const count = passed(limit, every(1, 10_000));
    expect(count).toBeLessThanOrEqual(most + 1);
    expect(count).toBeGreaterThanOrEqual(most - 10);
  }
});

test("a refusal says how long to wait, to the millisecond", () => {
  const bucket = tokenBucket(2, 1);
  bucket.enter(0);
  expect(bucket.enter(100)).toEqual({ ok: false, waitMs: 400 });
  const window = alignedWindow(1, 1_000, 300);
  window.enter(0);
  expect(window.enter(10)).toEqual({ ok: false, waitMs: 690 });
});

test("concurrency frees its places", () => {
  const limit = concurrencyLimit(1);
  expect(limit.enter(0).ok).toBe(true);
  expect(limit.enter(0).ok).toBe(false);
  limit.leave();
  expect(limit.enter(0).ok).toBe(true);
});

test("a server that stands still or limps does its work later", () => {
  expect(served(0, 100, [])).toBe(100);
  expect(served(900, 200, [{ from: 1_000, to: 2_000, speed: 0 }])).toBe(2_100);
  expect(served(1_000, 100, [{ from: 1_000, to: 2_000, speed: 0.5 }])).toBe(1_200);
});
