import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createPacer, pace, pacedAt, setRate } from "./pacing.ts";

test("never more than burst + rate × time, in any stretch of time", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 500, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(500), { minLength: 1, maxLength: 200 }),
      (rate, burst, pauses) => {
        const pacer = createPacer(rate, burst);
        const starts: number[] = [];
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          while (pacedAt(pacer) <= now) {
            pace(pacer, now);
            starts.push(now);
          }
        }
        starts.forEach((from, first) => {
          starts.slice(first).forEach((to, count) => {
            expect(count + 1).toBeLessThanOrEqual(burst + ((to - from) * rate) / 1000 + 1e-6);
          });
        });
      },
    ),
    { numRuns: 40 },
  );
});

test("asked at the instant it named, it lets go: the rate is also reached", () => {
  const pacer = createPacer(50, 1);
  let now = 0;
  for (let start = 0; start < 100; start += 1) {
    now = Math.max(now, pacedAt(pacer));
    pace(pacer, now);
  }
  expect(now).toBeCloseTo(99 * 20, 6);
});

test("without a rate nothing is spaced; a rate counts from the last start", () => {
  const pacer = createPacer(null, 1);
  pace(pacer, 1_000);
  expect(pacedAt(pacer)).toBe(-Infinity);
  setRate(pacer, 2);
  expect(pacedAt(pacer)).toBe(1_500);
  setRate(pacer, 10);
  expect(pacedAt(pacer)).toBe(1_100);
  setRate(pacer, null);
  expect(pacedAt(pacer)).toBe(-Infinity);
});
