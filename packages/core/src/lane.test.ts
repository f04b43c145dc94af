import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttemptEnd } from "./lane.ts";
import {
  admit,
  createLane,
  depositSuccess,
  laneAbandoned,
  laneEnded,
  laneHealth,
  laneStarted,
  setLaneRate,
  withdrawRetry,
} from "./lane.ts";

const accepted: AttemptEnd = { outcome: "accepted", retryAt: null, concurrency: null };
const throttled: AttemptEnd = { outcome: "throttled", retryAt: null, concurrency: null };
const unavailable: AttemptEnd = { outcome: "unavailable", retryAt: null, concurrency: null };

describe("configured limits", () => {
  test("hold from the first request on, whatever comes back", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom(accepted, throttled, unavailable)), {
          minLength: 20,
          maxLength: 300,
        }),
        (rate, burst, script) => {
          const lane = createLane({ ratePerSecond: rate, burst, concurrencyMax: 5 }, 0);
          const starts: number[] = [];
          let now = 0;
          for (const [pause, end] of script) {
            now += pause;
            while (admit(lane, now).go) {
              laneStarted(lane, now);
              starts.push(now);
              expect(lane.window.inFlight).toBeLessThanOrEqual(5);
            }
            if (lane.window.inFlight > 0) laneEnded(lane, now, end);
          }
          starts.forEach((from, first) => {
            starts.slice(first).forEach((to, count) => {
              expect(count + 1).toBeLessThanOrEqual(burst + ((to - from) * rate) / 1000 + 1e-6);
            });
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("refuse nonsense", () => {
    expect(() => createLane({ ratePerSecond: 0 }, 0)).toThrow(RangeError);
    expect(() => createLane({ concurrencyMax: 0 }, 0)).toThrow(RangeError);
    expect(() => createLane({ burst: 0.5 }, 0)).toThrow(RangeError);
    expect(() => setLaneRate(createLane({}, 0), 0)).toThrow(RangeError);
  });

  test("change with a worker's share", () => {
    const lane = createLane({ ratePerSecond: 1 }, 0);
    laneStarted(lane, 0);
    laneEnded(lane, 10, accepted);
    expect(admit(lane, 500).go).toBe(false);
    setLaneRate(lane, 10);
    expect(admit(lane, 500).go).toBe(true);
    expect(laneHealth(lane, 500).rate).toBe(10);
    laneStarted(lane, 500);
    laneStarted(lane, 600);
    laneEnded(lane, 700, throttled);
    laneEnded(lane, 700, accepted);
    // What was found out is less than what is configured.
    expect(laneHealth(lane, 700).rate).toBeLessThan(10);
    setLaneRate(lane, null);
    expect(laneHealth(createLane({}, 0), 500).rate).toBeNull();
  });
});

describe("a 429", () => {
  test("moves the lane's clock to the instant that was named, never earlier", () => {
    const lane = createLane({}, 0);
    laneStarted(lane, 0);
    laneEnded(lane, 100, { ...throttled, retryAt: 5_000 });
    const refusal = admit(lane, 4_999);
    expect(refusal).toEqual({ go: false, at: 5_000, because: "the provider asked to slow down" });
    expect(laneHealth(lane, 200)).toMatchObject({ open: false, waitsUntil: 5_000 });
    expect(admit(lane, 5_000).go).toBe(true);
  });

  test("never opens the breaker, nor does a refusal of content or a quota", () => {
    const lane = createLane({}, 0);
    for (let now = 0; now < 100_000; now += 1_000) {
      laneStarted(lane, now);
      const ends = [throttled, { ...accepted, outcome: "rejected" as const }, { ...throttled, quota: true }];
      laneEnded(lane, now + 50, ends[(now / 1_000) % 3] ?? throttled);
    }
    expect(laneHealth(lane, 100_000).breaker).toBe("closed");
  });

  test("of an exhausted quota teaches the lane nothing", () => {
    const lane = createLane({}, 0);
    const before = structuredClone({ base: lane.finder.base, size: lane.window.size });
    laneStarted(lane, 0);
    laneEnded(lane, 10, { ...throttled, quota: true });
    expect({ base: lane.finder.base, size: lane.window.size }).toEqual(before);
    expect(admit(lane, 10).go).toBe(true);
  });

  test("cuts once per flight", () => {
    const lane = createLane({ concurrencyMax: 50 }, 0);
    let now = 0;
    for (let round = 0; round < 60; round += 1) {
      while (admit(lane, now).go) laneStarted(lane, now);
      now += 100;
      while (lane.window.inFlight > 0) laneEnded(lane, now, accepted);
    }
    while (admit(lane, now).go) laneStarted(lane, now);
    expect(lane.window.inFlight).toBeGreaterThan(8);
    now += 100;
    let good = true;
    while (lane.window.inFlight > 0) {
      laneEnded(lane, now, good ? accepted : throttled);
      good = !good;
      now += 1;
    }
    const flight = lane.finder.base;
    // Half of the flight was taken: the estimate is of that order, not halved again with every further 429.
    expect(flight).toBeGreaterThan(20);
    expect(lane.window.size).toBeGreaterThan(3);
  });

  test("with the number of concurrent requests cuts the window and leaves the rate alone", () => {
    const lane = createLane({}, 0);
    for (let index = 0; index < 4; index += 1) laneStarted(lane, index);
    laneEnded(lane, 100, { ...throttled, concurrency: 4 });
    for (let index = 0; index < 3; index += 1) laneEnded(lane, 600 + index, { ...accepted, concurrency: 3 });
    expect(laneHealth(lane, 700).window).toBe(3);
  });

  test("of an attempt that hangs does not hold up the lane for ever", () => {
    const lane = createLane({}, 0);
    laneStarted(lane, 0);
    laneStarted(lane, 0);
    laneEnded(lane, 100, throttled);
    expect(admit(lane, 200).go).toBe(false);
    expect(admit(lane, 2_000).go).toBe(true);
  });
});

describe("a 429 of a lane that knows its limit", () => {
  /** A lane whose first flight of four met a wall after three. */
  const landed = (): ReturnType<typeof createLane> => {
    const lane = createLane({}, 0);
    for (let index = 0; index < 4; index += 1) laneStarted(lane, index);
    for (let index = 0; index < 3; index += 1) laneEnded(lane, 100 + index, accepted);
    laneEnded(lane, 104, throttled);
    expect(lane.finder.phase).toBe("paced");
    return lane;
  };

  test("cuts the window at once when the provider counts concurrent requests", () => {
    const lane = landed();
    const rate = lane.pacer.rate;
    laneStarted(lane, 1_000);
    laneStarted(lane, 1_100);
    laneEnded(lane, 1_200, { ...throttled, concurrency: 2 });
    expect(laneHealth(lane, 1_200).window).toBe(1);
    expect(lane.pacer.rate).toBe(rate);
  });

  test("that tells its limit is somebody else's share: the lane waits for the reset and cuts nothing", () => {
    const lane = landed();
    const rate = lane.pacer.rate;
    laneStarted(lane, 1_000);
    laneEnded(lane, 1_100, { ...accepted, remaining: 10, resetAt: 60_000 });
    const told = lane.pacer.rate;
    laneStarted(lane, 2_000);
    laneEnded(lane, 2_100, throttled);
    expect(admit(lane, 59_999)).toMatchObject({ go: false, at: 60_000 });
    expect(lane.pacer.rate).toBe(told);
    expect(told).toBeGreaterThanOrEqual(rate ?? Infinity);
  });

  test("with nothing accepted and an instant named falls silent, and one probe asks at that instant", () => {
    const lane = createLane({}, 0);
    for (let index = 0; index < 4; index += 1) laneStarted(lane, 0);
    for (let index = 0; index < 4; index += 1) laneEnded(lane, 100 + index, { ...throttled, retryAt: 30_000 });
    expect(lane.finder.phase).toBe("silent");
    expect(admit(lane, 29_999).go).toBe(false);
    expect(admit(lane, 30_000).go).toBe(true);
    laneStarted(lane, 30_000);
    expect(admit(lane, 30_001)).toMatchObject({ go: false, because: "the lane waits for the attempts under way" });
  });
});

describe("failures", () => {
  test("open the breaker; one probe, then a ramp", () => {
    const lane = createLane({ concurrencyMax: 20 }, 0);
    for (let index = 0; index < 10; index += 1) {
      laneStarted(lane, index);
      laneEnded(lane, index, unavailable);
    }
    expect(laneHealth(lane, 10)).toMatchObject({ breaker: "open", open: false });
    const refusal = admit(lane, 10);
    const at = refusal.go ? 0 : refusal.at;
    expect(admit(lane, at).go).toBe(true);
    laneStarted(lane, at);
    expect(admit(lane, at + 1).go).toBe(false);
    laneEnded(lane, at + 50, accepted);
    expect(laneHealth(lane, at + 50).breaker).toBe("closed");
    laneStarted(lane, at + 50);
    expect(admit(lane, at + 51).go).toBe(false);
  });

  test("a probe given back unsent lets another one go", () => {
    const lane = createLane({}, 0);
    for (let index = 0; index < 10; index += 1) {
      laneStarted(lane, 0);
      laneEnded(lane, 0, unavailable);
    }
    laneStarted(lane, 1_000);
    expect(admit(lane, 1_001).go).toBe(false);
    laneAbandoned(lane, 1_002);
    expect(admit(lane, 1_002).go).toBe(true);
    expect(laneHealth(lane, 1_002).inFlight).toBe(0);
  });
});

describe("told limits", () => {
  test("an instant named by a good answer is an order as well", () => {
    const lane = createLane({}, 0);
    laneStarted(lane, 0);
    laneEnded(lane, 100, { ...accepted, retryAt: 3_000 });
    expect(admit(lane, 2_999).go).toBe(false);
    laneStarted(lane, 3_000);
    laneEnded(lane, 3_100, { ...accepted, retryAt: 2_000 });
    expect(admit(lane, 3_100).go).toBe(true);
  });

  test("nothing is sent beyond what a long window has left, until it is over", () => {
    const lane = createLane({}, 0);
    laneStarted(lane, 0);
    laneEnded(lane, 100, { ...accepted, remaining: 2, resetAt: 60_000 });
    let sent = 0;
    while (admit(lane, 200).go) {
      laneStarted(lane, 200);
      sent += 1;
    }
    expect(sent).toBe(2);
    expect(admit(lane, 300)).toMatchObject({ go: false, at: 60_000 });
    laneEnded(lane, 300, { ...accepted, remaining: 1, resetAt: 60_000 });
    laneEnded(lane, 300, { ...accepted, remaining: 0, resetAt: 60_000 });
    expect(admit(lane, 59_999).go).toBe(false);
    expect(admit(lane, 60_000).go).toBe(true);
  });
});

test("admit is a look that changes nothing, and equal inputs give equal decisions", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(300), fc.constantFrom(accepted, throttled, unavailable)), { maxLength: 200 }),
      (script) => {
        const run = (curious: boolean): string => {
          const lane = createLane({ ratePerSecond: null }, 0);
          let now = 0;
          const seen: unknown[] = [];
          for (const [pause, end] of script) {
            now += pause;
            if (curious) for (let look = 0; look < 3; look += 1) admit(lane, now);
            if (admit(lane, now).go) laneStarted(lane, now);
            else if (lane.window.inFlight > 0) laneEnded(lane, now, end);
            seen.push({ ...admit(lane, now) }, laneHealth(lane, now));
          }
          return JSON.stringify(seen);
        };
        expect(run(true)).toBe(run(false));
      },
    ),
    { numRuns: 50 },
  );
});

test("a lane with no traffic costs nothing and stays as it was", () => {
  const lane = createLane({}, 0);
  const before = structuredClone({ ...lane.finder, pacer: lane.pacer, window: lane.window });
  for (let now = 0; now < 1e7; now += 1e5) expect(admit(lane, now).go).toBe(true);
  expect(structuredClone({ ...lane.finder, pacer: lane.pacer, window: lane.window })).toEqual(before);
});

test("the retry budget belongs to the lane", () => {
  const lane = createLane({ budget: { reserveMax: 1, reservePerSecond: 0 } }, 0);
  expect(withdrawRetry(lane, 0)).toBe(true);
  expect(withdrawRetry(lane, 0)).toBe(false);
  for (let index = 0; index < 10; index += 1) depositSuccess(lane, 1);
  expect(withdrawRetry(lane, 2)).toBe(true);
  expect(withdrawRetry(lane, 2)).toBe(false);
});
