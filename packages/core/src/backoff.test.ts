import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffDelay } from "./backoff.ts";
import { defaultPolicy } from "./policy.ts";

const { backoff } = defaultPolicy;

describe("backoffDelay", () => {
  test("1, 2, 4, 8, 16 s, then the cap of 30 s", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 1_000].map((retryNumber) => backoffDelay(retryNumber, backoff, 0));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("jitter adds a share of the delay, of the cap too", () => {
    expect(backoffDelay(2, backoff, 0.5)).toBe(2_200);
    expect(backoffDelay(6, backoff, 0.5)).toBe(33_000);
    expect(backoffDelay(1, { ...backoff, jitter: 1 }, 0.999)).toBe(1_999);
  });

  test("full jitter is anything from nothing to the delay", () => {
    const full = { ...backoff, jitter: "full" as const };
    expect(backoffDelay(3, full, 0)).toBe(0);
    expect(backoffDelay(3, full, 0.25)).toBe(1_000);
    expect(backoffDelay(9, full, 0.5)).toBe(15_000);
  });

  test("odd numbers of a retry count as the first, fractions as the whole below", () => {
    for (const odd of [0, -5, 0.5, 1.9]) expect(backoffDelay(odd, backoff, 0)).toBe(1_000);
    expect(backoffDelay(2.9, backoff, 0)).toBe(2_000);
  });

  test("a base of nothing stays nothing, however often", () => {
    expect(backoffDelay(999, { ...backoff, baseMs: 0, factor: 100 }, 0.5)).toBe(0);
  });

  test("whole milliseconds, at least the plain delay, at most 20 % more, never shrinking", () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), chance, (retryNumber, random) => {
        const plain = backoffDelay(retryNumber, backoff, 0);
        const delay = backoffDelay(retryNumber, backoff, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(plain);
        expect(delay).toBeLessThanOrEqual(plain * 1.2);
        expect(backoffDelay(retryNumber + 1, backoff, 0)).toBeGreaterThanOrEqual(plain);
      }),
    );
  });
});
