import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  breakerFailure,
  breakerOpensAt,
  breakerProbeReturned,
  breakerStarted,
  breakerSuccess,
  createBreaker,
} from "./breaker.ts";
import type { Breaker } from "./breaker.ts";

const opened = (): Breaker => {
  const breaker = createBreaker({}, 0);
  for (let index = 0; index < 10; index += 1) breakerFailure(breaker, index);
  return breaker;
};

test("needs volume: nine failures out of nine prove nothing, ten do", () => {
  const breaker = createBreaker({}, 0);
  for (let index = 0; index < 9; index += 1) expect(breakerFailure(breaker, index)).toBe(false);
  expect(breaker.state).toBe("closed");
  expect(breakerFailure(breaker, 9)).toBe(true);
  expect(breaker.state).toBe("open");
});

test("below the ratio it stays closed, unless the failures come in a row", () => {
  const breaker = createBreaker({}, 0);
  for (let index = 0; index < 100; index += 1) breakerSuccess(breaker, index);
  for (let index = 0; index < 9; index += 1) expect(breakerFailure(breaker, 100 + index)).toBe(false);
  breakerSuccess(breaker, 110);
  expect(breakerFailure(breaker, 111)).toBe(false);
  for (let index = 0; index < 8; index += 1) breakerFailure(breaker, 112);
  expect(breakerFailure(breaker, 120)).toBe(true);
});

test("old failures are forgotten", () => {
  const breaker = createBreaker({}, 0);
  for (let index = 0; index < 8; index += 1) breakerFailure(breaker, 0);
  breakerSuccess(breaker, 3_600_000);
  for (let index = 0; index < 8; index += 1) breakerSuccess(breaker, 3_600_001);
  expect(breakerFailure(breaker, 3_600_002)).toBe(false);
  expect(breaker.badSum).toBe(1);
});

describe("open", () => {
  test("one probe after the open time; a bad one doubles it up to the most", () => {
    const breaker = opened();
    let at = breakerOpensAt(breaker);
    expect(at).toBe(9 + 1_000);
    breakerStarted(breaker, at);
    expect(breaker.state).toBe("half_open");
    expect(breakerFailure(breaker, at + 10)).toBe(true);
    expect(breakerOpensAt(breaker)).toBe(at + 10 + 2_000);
    at = breakerOpensAt(breaker);
    breakerStarted(breaker, at);
    breakerFailure(breaker, at);
    expect(breakerOpensAt(breaker)).toBe(at + 2_000);
  });

  test("late answers to requests from before do not close it", () => {
    const breaker = opened();
    breakerSuccess(breaker, 20);
    expect(breaker.state).toBe("open");
  });

  test("a probe that hangs is given up; one that was not sent frees its place", () => {
    const breaker = opened();
    breakerStarted(breaker, 2_000);
    expect(breakerOpensAt(breaker)).toBe(2_000 + 30_000);
    breakerProbeReturned(breaker, 2_500);
    expect(breakerOpensAt(breaker)).toBe(2_500);
  });

  test("a good probe closes it and starts a ramp that ends when it is not needed", () => {
    const breaker = opened();
    breakerStarted(breaker, 2_000);
    breakerSuccess(breaker, 2_100);
    expect(breaker.state).toBe("closed");
    breakerStarted(breaker, 2_100);
    expect(breakerOpensAt(breaker)).toBeGreaterThan(2_300);
    breakerStarted(breaker, 60_000);
    expect(breakerOpensAt(breaker)).toBe(-Infinity);
  });
});

test("every state is reachable, and is left again", () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3_000), fc.constantFrom("good", "bad", "start")), { maxLength: 300 }),
      (script) => {
        const breaker = createBreaker({ volumeMin: 3 }, 0);
        let now = 0;
        for (const [pause, event] of script) {
          now += pause;
          if (event === "start" && breakerOpensAt(breaker) <= now) breakerStarted(breaker, now);
          else if (event === "good") breakerSuccess(breaker, now);
          else breakerFailure(breaker, now);
          reached.add(breaker.state);
          expect(breaker.goodSum).toBeGreaterThanOrEqual(0);
          expect(breaker.badSum).toBeGreaterThanOrEqual(0);
        }
        // Left alone it can always be asked again, and a good probe closes it.
        now = Math.max(now, breakerOpensAt(breaker)) + 1;
        breakerStarted(breaker, now);
        breakerSuccess(breaker, now);
        expect(breaker.state).toBe("closed");
      },
    ),
    { numRuns: 200 },
  );
  expect([...reached].toSorted()).toEqual(["closed", "half_open", "open"]);
});

test("a start while it is open changes nothing: only one after the open time is the probe", () => {
  const breaker = opened();
  const until = breakerOpensAt(breaker);
  breakerStarted(breaker, until - 1);
  expect(breaker.state).toBe("open");
  breakerStarted(breaker, until);
  expect(breaker.state).toBe("half_open");
});

test("ten of twenty failures in turn open it; a third of many never does", () => {
  const shared = createBreaker({}, 0);
  for (let index = 0; index < 300; index += 3) {
    breakerSuccess(shared, index);
    breakerSuccess(shared, index);
    expect(breakerFailure(shared, index)).toBe(false);
  }
  const torn = createBreaker({}, 0);
  for (let index = 0; index < 9; index += 1) {
    breakerSuccess(torn, index);
    expect(breakerFailure(torn, index)).toBe(false);
  }
  breakerSuccess(torn, 20);
  expect(breakerFailure(torn, 20)).toBe(true);
});

test("the ramp leads back to what was kept up before, also when the bad time had slow seconds before it opened", () => {
  const breaker = createBreaker({}, 0);
  // Fifty a second for twenty seconds, then ten a second for ten.
  for (let now = 0; now < 20_000; now += 20) breakerSuccess(breaker, now);
  for (let now = 20_000; now < 30_000; now += 100) breakerSuccess(breaker, now);
  for (let index = 0; index < 10; index += 1) breakerFailure(breaker, 30_000);
  expect(breaker.rampRate).toBeGreaterThan(40);
  expect(breaker.rampRate).toBeLessThanOrEqual(50);
});

test("a ramp whose rate was never proven doubles every second instead of creeping", () => {
  const starts = (warmMs: number): number => {
    const breaker = createBreaker({}, 0);
    for (let now = 0; now < warmMs; now += 200) breakerSuccess(breaker, now);
    for (let index = 0; index < 10; index += 1) breakerFailure(breaker, warmMs);
    const probe = breakerOpensAt(breaker);
    breakerStarted(breaker, probe);
    breakerSuccess(breaker, probe);
    let count = 0;
    for (let now = probe; now < probe + 8_000; now += 1) {
      if (breakerOpensAt(breaker) > now) continue;
      breakerStarted(breaker, now);
      count += 1;
    }
    return count;
  };
  expect(starts(1_000)).toBeGreaterThan(2 * starts(20_000));
});

test("who wants more volume wants a longer row of failures, too", () => {
  const breaker = createBreaker({ volumeMin: 30 }, 0);
  for (let index = 0; index < 29; index += 1) expect(breakerFailure(breaker, index)).toBe(false);
  expect(breakerFailure(breaker, 29)).toBe(true);
});
