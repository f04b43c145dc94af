import { expect, test } from "vitest";
import { effectiveDeadline, isPast, timeLeft } from "./deadline.ts";

test("a deadline is past at its instant, not a millisecond before", () => {
  expect(isPast(1_000, 999)).toBe(false);
  expect(isPast(1_000, 1_000)).toBe(true);
  expect(isPast(1_000, 1_001)).toBe(true);
  expect(isPast(0, 1)).toBe(true);
  expect(isPast(null, Number.MAX_SAFE_INTEGER)).toBe(false);
});

test("an attempt gets its timeout, cut at the deadline, never less than nothing", () => {
  expect(timeLeft(null, 5_000, 15_000)).toBe(15_000);
  expect(timeLeft(30_000, 5_000, 15_000)).toBe(15_000);
  expect(timeLeft(12_000, 5_000, 15_000)).toBe(7_000);
  expect(timeLeft(5_000, 5_000, 15_000)).toBe(0);
  expect(timeLeft(4_000, 5_000, 15_000)).toBe(0);
});

test("an explicit deadline wins, earlier or later; else the policy's counts from acceptance or the planned start", () => {
  expect(effectiveDeadline(1_000, null, 500)).toBe(1_500);
  expect(effectiveDeadline(1_000, 1_200, 500)).toBe(1_200);
  expect(effectiveDeadline(1_000, 9_000, 500)).toBe(9_000);
  expect(effectiveDeadline(1_000, 0, 500)).toBe(0);
  expect(effectiveDeadline(1_000, null, 500, 4_000)).toBe(4_500);
  expect(effectiveDeadline(1_000, null, 500, 200)).toBe(1_500);
  expect(effectiveDeadline(1_000, 1_200, 500, 4_000)).toBe(1_200);
});
