/**
 * The finder in a small closed loop: a step of one millisecond, answers after exactly 100. The simulator plays the
 * same controller against jitter, many seeds and other shapes; here each phase is seen at work.
 */
import { describe, expect, test } from "vitest";
import type { Lane } from "./lane.ts";
import { admit, createLane, laneEnded, laneStarted } from "./lane.ts";

interface Run {
  readonly lane: Lane;
  readonly good: number;
  readonly refused: number;
  /** Good answers per second of time. */
  readonly perSecond: readonly number[];
}

interface Door {
  /** Whether the provider takes a request that starts now. */
  readonly enter: (now: number) => boolean;
  /** A request that was taken is done. */
  readonly leave?: () => void;
}

function loop(ms: number, door: Door): Run {
  const lane = createLane({ concurrencyMax: 100 }, 0);
  const ends = new Map<number, boolean[]>();
  const perSecond = Array.from({ length: ms / 1_000 }, () => 0);
  let refused = 0;
  for (let now = 0; now < ms; now += 1) {
    for (const ok of ends.get(now) ?? []) {
      if (ok) {
        const second = Math.floor(now / 1_000);
        perSecond[second] = (perSecond[second] ?? 0) + 1;
        door.leave?.();
      } else refused += 1;
      laneEnded(lane, now, { outcome: ok ? "accepted" : "throttled", retryAt: null, concurrency: null });
    }
    ends.delete(now);
    while (admit(lane, now).go) {
      laneStarted(lane, now);
      ends.set(now + 100, [...(ends.get(now + 100) ?? []), door.enter(now)]);
    }
  }
  return { lane, good: sum(perSecond), refused, perSecond };
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
  /** Refuses one of fifty, by a small generator of numbers (Park and Miller's). */
  const stray = (seed: number): Door => {
    let state = seed;
    return {
      enter: () => {
        state = (state * 48_271) % 2_147_483_647;
        return state % 50 !== 0;
      },
    };
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
