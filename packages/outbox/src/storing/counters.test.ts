import * as fc from "fast-check";
import { expect, test } from "vitest";
import { count, isLevel, levelCounter, levelOf, meaningOf } from "./counters.ts";
import type { Counted } from "./counters.ts";
import { latencyBucket, latencyOf } from "./latency.ts";
import { stateNames } from "./words.ts";

function added(what: Counted): readonly string[] {
  const names: string[] = [];
  count(what, (counter, by) => {
    names.push(`${by < 0 ? "-" : ""}${Object.values(meaningOf(counter) ?? { of: "nothing" }).join(" ")}`);
  });
  return names;
}

test("a bucket's middle is within 3.2 % of everything in it; buckets follow one another", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (ms) => {
      const middle = latencyOf(latencyBucket(ms));
      expect(Math.abs(middle - Math.floor(ms))).toBeLessThanOrEqual(Math.floor(ms) * 0.032);
    }),
  );
  let last = -1;
  for (let ms = 0; ms < 100_000; ms += 1) {
    const bucket = latencyBucket(ms);
    expect([last, last + 1]).toContain(bucket);
    last = bucket;
  }
  expect([latencyBucket(-5), latencyBucket(Number.MAX_SAFE_INTEGER) < 1_000]).toEqual([0, true]);
});

test("what is asked for, sent, parked and decided adds to what it should", () => {
  expect(added({ before: null, after: "queued" })).toEqual(["asked", "level active"]);
  expect(added({ before: "queued", after: "sending" })).toEqual([]);
  expect(added({ before: "sending", after: "accepted", outcome: "accepted", age: 7 })).toEqual([
    "-level active",
    "outcome accepted",
    "entered accepted",
    "accepted 7",
  ]);
  expect(added({ before: "sending", after: "retrying", outcome: "throttled", kind: "rate_limited" })).toEqual([
    "outcome throttled",
    "kind rate_limited",
  ]);
  const doubt = {
    before: "sending",
    after: "parked",
    reason: "doubt",
    outcome: "ambiguous",
    kind: "transport",
  } as const;
  expect(added(doubt)).toEqual([
    "-level active",
    "level parked",
    "outcome ambiguous",
    "kind transport",
    "entered parked",
    "reason doubt",
    "doubt",
  ]);
  expect(added({ before: "reconciling", after: "parked", reason: "doubt" })).not.toContain("doubt");
  expect(added({ before: "parked", after: "accepted", age: 9 })).toEqual([
    "-level parked",
    "entered accepted",
    "reviewed accepted",
  ]);
  expect(added({ before: "accepted", after: "delivered", acceptedFor: 3 })).toEqual([
    "entered delivered",
    "delivered 3",
  ]);
  expect(added({ before: "reconciling", after: "reconciling" })).toEqual([]);
});

test("levels add up whatever happens: what came in and did not go out is there", () => {
  const life = fc.array(fc.constantFrom(...stateNames), { maxLength: 20 });
  fc.assert(
    fc.property(life, (states) => {
      const sums = new Map<number, number>();
      let before: (typeof stateNames)[number] | null = null;
      for (const after of ["queued" as const, ...states]) {
        count({ before, after }, (counter, by) => sums.set(counter, (sums.get(counter) ?? 0) + by));
        before = after;
      }
      const level = levelOf(before ?? "queued");
      const found = [...sums].filter(([counter, sum]) => isLevel(counter) && sum !== 0);
      expect(found).toEqual(level === null ? [] : [[levelCounter(level), 1]]);
    }),
  );
});

test("every number has at most one meaning, and what a later version counts has none", () => {
  const meanings = Array.from({ length: 3_000 }, (_, counter) => JSON.stringify(meaningOf(counter))).filter(
    (meaning) => meaning !== "null",
  );
  expect(new Set(meanings).size).toBe(meanings.length);
  expect([meaningOf(5), meaningOf(95), meaningOf(105)]).toEqual([null, null, null]);
});
