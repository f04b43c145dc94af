/**
 * The finder in a small closed loop: a step of one millisecond, answers after exactly 100. The simulator plays the
 * same controller against jitter, many seeds and other shapes; here each phase is seen at work.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Lane } from "./lane.ts";
import { admit, createLane, laneAbandoned, laneEnded, laneStarted } from "./lane.ts";

interface Run {
  readonly lane: Lane;
  readonly good: number;
  readonly refused: number;
  /** Good answers per second of time. */
  readonly perSecond: readonly number[];
}

/** An answer: taken, failed for its own reasons, or refused (with the milliseconds it asks to wait). */
type Reply =
  | boolean
  | "failed"
  | { readonly retryMs: number }
  | { readonly remaining: number; readonly resetMs: number; readonly ok: boolean };

interface Door {
  /** What the provider makes of a request that starts now. */
  readonly enter: (now: number) => Reply;
  /** A request that was taken is done. */
  readonly leave?: () => void;
  /** Whether there is something to send; always by default. */
  readonly busy?: (now: number) => boolean;
  /** There and back. */
  readonly tripMs?: number;
}

function loop(ms: number, door: Door): Run {
  const lane = createLane({ concurrencyMax: 100, breaker: { failureRatio: 2, streakMin: 1_000 } }, 0);
  const ends = new Map<number, Reply[]>();
  const perSecond = Array.from({ length: ms / 1_000 }, () => 0);
  let refused = 0;
  let waitUntil = -Infinity;
  for (let now = 0; now < ms; now += 1) {
    for (const reply of ends.get(now) ?? []) {
      const seen = typeof reply === "object" ? reply : null;
      const ok = seen === null ? reply === true : "ok" in seen && seen.ok;
      if (ok) {
        const second = Math.floor(now / 1_000);
        perSecond[second] = (perSecond[second] ?? 0) + 1;
        door.leave?.();
      } else if (reply !== "failed") refused += 1;
      const retryAt = seen !== null && "retryMs" in seen ? now + seen.retryMs : null;
      if (retryAt !== null) waitUntil = Math.max(waitUntil, retryAt);
      const told = seen !== null && "resetMs" in seen ? { remaining: seen.remaining, resetAt: now + seen.resetMs } : {};
      const outcome = ok ? "accepted" : reply === "failed" ? "unavailable" : "throttled";
      laneEnded(lane, now, { outcome, retryAt, concurrency: null, ...told });
    }
    ends.delete(now);
    while (door.busy?.(now) !== false && admit(lane, now).go) {
      expect(now).toBeGreaterThanOrEqual(waitUntil);
      laneStarted(lane, now);
      const at = now + (door.tripMs ?? 100);
      ends.set(at, [...(ends.get(at) ?? []), door.enter(now)]);
    }
  }
  return { lane, good: sum(perSecond), refused, perSecond };
}

/** Numbers in [0, 1) from a seed (Park and Miller's). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

function bucket(rate: number, burst: number): (now: number) => boolean {
  let tokens = burst;
  let at = 0;
  return (now) => {
    tokens = Math.min(burst, tokens + ((now - at) * rate) / 1000);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

describe("finds", () => {
  test("a rate, within a twentieth and with few refusals", () => {
    const run = loop(60_000, { enter: bucket(10, 10) });
    expect(run.good).toBeGreaterThan(600 * 0.95);
    expect(run.refused / run.good).toBeLessThan(0.03);
    expect(run.lane.finder.phase).toBe("paced");
  });

  test("a long window: used up, waited for in silence, and then known by its size", () => {
    let opened = -Infinity;
    let used = 0;
    const enter = (now: number): boolean => {
      if (now >= opened + 30_000) {
        opened = now;
        used = 0;
      }
      used += 1;
      return used <= 100;
    };
    const run = loop(150_000, { enter });
    expect(run.good).toBeGreaterThanOrEqual(490);
    // Ten of them are what it took to find the first window's end; then one for each.
    expect(run.refused).toBeLessThanOrEqual(20);
    expect(run.lane.finder.quota).toBeGreaterThan(90);
    expect(run.lane.finder.quotaMs).toBeGreaterThan(29_000);
  });
});

test("a known window that lets less pass this time is waited for, not explored again", () => {
  let opened = -Infinity;
  let left = 0;
  let windows = 0;
  const enter = (now: number): boolean => {
    if (now >= opened + 10_000) {
      opened = now;
      windows += 1;
      left = windows < 4 ? 30 : 5;
    }
    left -= 1;
    return left >= 0;
  };
  const run = loop(120_000, { enter });
  expect(run.good).toBeGreaterThanOrEqual(3 * 29 + 7 * 4);
  expect(run.refused).toBeLessThan(90);
});

test("nothing is found where there is nothing: the window opens with what was delivered", () => {
  const run = loop(20_000, { enter: () => true });
  expect(run.refused).toBe(0);
  expect(run.lane.finder.phase).toBe("exploring");
  expect(run.lane.window.size).toBeGreaterThan(50);
});

test("a provider that refuses everything is asked less and less", () => {
  const run = loop(400_000, { enter: () => false });
  expect(run.refused).toBeLessThan(20);
  expect(run.lane.finder.phase).toBe("silent");
});

describe("without any jitter, when whole flights come back in one instant", () => {
  test.each([
    { count: 3, least: 0.9 },
    { count: 10, least: 0.9 },
    // The window grows by one after as many good answers as the last 429 has made it patient.
    { count: 25, least: 0.75 },
  ])("$count at once is found", ({ count, least }) => {
    let inside = 0;
    const enter = (): boolean => {
      if (inside >= count) return false;
      inside += 1;
      return true;
    };
    const leave = (): void => {
      inside -= 1;
    };
    const run = loop(60_000, { enter, leave });
    expect(sum(run.perSecond.slice(20))).toBeGreaterThan(400 * count * least);
    expect(run.refused / run.good).toBeLessThan(0.01);
  });

  test.each([
    [50, 5],
    [100, 10],
    [40, 10],
  ])("a limit that drops from %d to %d and returns is followed both ways", (high, low) => {
    const before = bucket(high, high / 5);
    const between = bucket(low, 2);
    const after = bucket(high, high / 5);
    const run = loop(60_000, {
      enter: (now) => (now < 20_000 ? before(now) : now < 40_000 ? between(now) : after(now)),
    });
    expect(sum(run.perSecond.slice(25, 40))).toBeGreaterThan(15 * low * 0.85);
    expect(sum(run.perSecond.slice(50))).toBeGreaterThan(10 * high * 0.85);
    expect(run.refused / run.good).toBeLessThan(0.04);
  });
});

describe("refusals that mean nothing", () => {
  /** Refuses one of fifty. */
  const stray = (seed: number): Door => {
    const random = chance(seed);
    return { enter: () => random() >= 0.02 };
  };

  test.each([1, 2, 3])("do not hold the lane down: it doubts a limit that nothing confirms (seed %d)", (seed) => {
    const run = loop(90_000, stray(seed));
    expect(sum(run.perSecond.slice(60)) / 30).toBeGreaterThan(120);
  });

  test("a single one of a full flight costs two parts in a hundred at most", () => {
    let strayAt = 30_000;
    const take = bucket(100, 20);
    const run = loop(40_000, {
      enter: (now) => {
        if (now < strayAt) return take(now);
        strayAt = Infinity;
        return false;
      },
    });
    expect(sum(run.perSecond.slice(31))).toBeGreaterThan(9 * 100 * 0.94);
  });
});

describe("a limit that answers with Retry-After", () => {
  /** Refusals ask for the next whole second, as most services do. */
  const told = (rate: number, burst: number): ((now: number) => Reply) => {
    const take = bucket(rate, burst);
    return (now) => take(now) || { retryMs: 1_000 };
  };

  test.each([
    [25, 25],
    [10, 10],
  ])("%d per second with %d saved up: what was saved up in a pause is used after it", (rate, burst) => {
    const run = loop(60_000, { enter: told(rate, burst), tripMs: 20 });
    expect(run.good).toBeGreaterThan(60 * rate * 0.93);
    expect(run.refused).toBeLessThanOrEqual(25);
  });

  test("a bucket that saves nothing loses what it cannot save, and no more", () => {
    const run = loop(60_000, { enter: told(20, 1) });
    expect(sum(run.perSecond.slice(20))).toBeGreaterThan(40 * 20 * 0.85);
    expect(run.refused).toBeLessThanOrEqual(25);
  });

  test("failures in front of the limit are attempts: the rate is what may be tried, and it is found", () => {
    const random = chance(7);
    const take = told(25, 25);
    const run = loop(30_000, { enter: (now) => (random() < 0.3 ? "failed" : take(now)), tripMs: 10 });
    expect(run.good).toBeGreaterThan(30 * 25 * 0.9);
    expect(run.refused).toBeLessThanOrEqual(25);
  });

  test("refusals that ask for a pause and mean nothing are obeyed, and doubted all the same", () => {
    const random = chance(3);
    const run = loop(300_000, { enter: () => random() >= 0.02 || { retryMs: 500 } });
    expect(sum(run.perSecond.slice(200)) / 100).toBeGreaterThan(12);
  });
});

describe("a limit told with every answer", () => {
  const windows = (count: number, ms: number, others = 0): ((now: number) => Reply) =>
    (() => {
      let opened = -Infinity;
      let used = 0;
      return (now: number): Reply => {
        if (now >= opened + ms) {
          opened = now;
          used = others;
        }
        used += 1;
        const resetMs = opened + ms - now;
        return used > count ? { retryMs: resetMs } : { ok: true, remaining: count - used, resetMs };
      };
    })();

  test("is used up and never exceeded, window after window", () => {
    const run = loop(60_000, { enter: windows(50, 5_000) });
    expect(run.refused).toBe(0);
    expect(run.good).toBeGreaterThanOrEqual(550);
  });

  test("of which others use a part that nobody tells is asked for by one attempt at a time after a 429", () => {
    let window = -1;
    let left = 0;
    const enter = (now: number): Reply => {
      const current = Math.floor(now / 5_000);
      if (current !== window) {
        window = current;
        left = 20;
      }
      left -= 1;
      // Somebody else takes the last ten at once, and the header comes too late to say so.
      const resetMs = (current + 1) * 5_000 - now;
      if (left < 10) return { ok: false, remaining: 0, resetMs };
      return { ok: true, remaining: left, resetMs };
    };
    const run = loop(60_000, { enter });
    expect(run.good).toBeGreaterThanOrEqual(100);
    expect(run.refused / run.good).toBeLessThan(0.5);
  });

  test("is not believed when it is over within a few round trips: that is a bucket's next token", () => {
    const take = bucket(10, 10);
    const run = loop(30_000, { enter: (now) => (take(now) ? { ok: true, remaining: 0, resetMs: 100 } : false) });
    expect(run.lane.finder.credit).toBeNull();
    expect(run.good).toBeGreaterThan(300 * 0.93);
  });
});

describe("rests", () => {
  test("are no evidence of a low limit: after a night without work the rate is what it was", () => {
    const take = bucket(20, 20);
    // Work comes for five seconds of every fifteen.
    const run = loop(150_000, { enter: (now) => take(now), busy: (now) => now % 15_000 < 5_000 });
    const last = run.perSecond.slice(135, 140);
    expect(sum(last)).toBeGreaterThan(5 * 20 * 0.9);
    expect(run.refused / run.good).toBeLessThan(0.07);
  });
});

test("a provider that refuses everything for a day is asked once an hour in the end", () => {
  const lane = createLane({}, 0);
  let now = 0;
  let asked = 0;
  while (now < 86_400_000) {
    const admission = admit(lane, now);
    if (admission.go) {
      asked += 1;
      laneStarted(lane, now);
      now += 100;
      laneEnded(lane, now, { outcome: "throttled", retryAt: null, concurrency: null });
    } else now = admission.at;
  }
  expect(asked).toBeLessThan(60);
  expect(asked).toBeGreaterThan(20);
});

test("whatever comes back, no start is before the instant that was named, and the lane never stands still for good", () => {
  const reply = fc.oneof(
    fc.constant<Reply>(true),
    fc.constant<Reply>("failed"),
    fc.constant<Reply>(false),
    fc.integer({ min: 0, max: 3_000 }).map((retryMs): Reply => ({ retryMs })),
    fc.record({ ok: fc.boolean(), remaining: fc.nat(20), resetMs: fc.integer({ min: 0, max: 5_000 }) }),
  );
  fc.assert(
    fc.property(
      fc.array(reply, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 400 }),
      (script, tripMs) => {
        let place = 0;
        const { lane } = loop(6_000, { enter: () => script[(place += 1) % script.length] ?? true, tripMs });
        let now = 6_000;
        // What is under way is given back; then an hour and a half is more than any window.
        while (lane.window.inFlight > 0) laneAbandoned(lane, now);
        for (let look = 0; look < 50 && !admit(lane, now).go; look += 1) {
          const admission = admit(lane, now);
          if (!admission.go) now = admission.at;
        }
        expect(admit(lane, now).go).toBe(true);
        expect(now).toBeLessThan(6_000 + 5_400_000);
      },
    ),
    { numRuns: 60 },
  );
});

test("a provider that says 'now' with every refusal is asked again at once, one attempt after the other", () => {
  const lane = createLane({}, 0);
  let now = 0;
  for (let attempt = 0; attempt < 25; attempt += 1) {
    expect(admit(lane, now).go).toBe(true);
    laneStarted(lane, now);
    now += 20;
    laneEnded(lane, now, { outcome: "throttled", retryAt: now, concurrency: null });
  }
});
