import * as fc from "fast-check";
import { expect, test } from "vitest";
import { count } from "../storing/counters.ts";
import type { Counted } from "../storing/counters.ts";
import { addSums, figuresOf, levelsOf } from "./figures.ts";

function summed(changes: readonly Counted[]): Record<number, number> {
  const sums: Record<number, number> = {};
  for (const change of changes) count(change, (counter, by) => (sums[counter] = (sums[counter] ?? 0) + by));
  return sums;
}

test("percentiles are those of a sorted list, within 3.2 %", () => {
  const durations = fc.array(fc.nat(5_000_000), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(durations, (ages) => {
      const { accepted } = figuresOf(summed(ages.map((age) => ({ before: "sending", after: "accepted", age }))));
      const sorted = ages.toSorted((left, right) => left - right);
      const near = (seen: number | undefined, share: number): void => {
        const truth = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        expect(Math.abs((seen ?? Number.NaN) - truth)).toBeLessThanOrEqual(truth * 0.032);
      };
      expect(accepted?.count).toBe(ages.length);
      near(accepted?.p50Ms, 0.5);
      near(accepted?.p95Ms, 0.95);
      near(accepted?.p99Ms, 0.99);
    }),
  );
});

test("nothing happened: zeros, and no percentile of nothing", () => {
  expect(figuresOf({})).toEqual({
    asked: 0,
    doubt: 0,
    states: {},
    failures: {},
    parkedReasons: {},
    attempts: { accepted: 0, rejected: 0, throttled: 0, unavailable: 0, ambiguous: 0 },
    reviewed: {},
    accepted: null,
    delivered: null,
  });
  expect(levelsOf({})).toEqual({ active: 0, reconciling: 0, parked: 0, undelivered: 0 });
});

test("sums of parts are the sum of the whole; what a later version counts is passed over", () => {
  const changes: readonly Counted[] = [
    { before: null, after: "queued" },
    { before: "sending", after: "parked", reason: "rejected", outcome: "rejected", kind: "quota" },
    { before: "parked", after: "superseded" },
  ];
  const parts = changes.map((change) => summed([change]));
  const total: Record<number, number> = { 99_999_999: -1, 7: 3 };
  for (const part of parts) addSums(total, part);
  expect(figuresOf({ ...total, 99_999_999: 0 })).toEqual(figuresOf(summed(changes)));
  expect(figuresOf(total)).toMatchObject({
    asked: 1,
    failures: { quota: 1 },
    parkedReasons: { rejected: 1 },
    reviewed: { superseded: 1 },
  });
});
