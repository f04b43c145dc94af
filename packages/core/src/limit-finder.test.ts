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
}

/** `enter` says at the start whether the provider takes it. */
function loop(ms: number, enter: (now: number) => boolean): Run {
  const lane = createLane({ concurrencyMax: 100 }, 0);
  const ends = new Map<number, boolean[]>();
  let good = 0;
  let refused = 0;
  for (let now = 0; now < ms; now += 1) {
    for (const ok of ends.get(now) ?? []) {
      if (ok) good += 1;
      else refused += 1;
      laneEnded(lane, now, { outcome: ok ? "accepted" : "throttled", retryAt: null, concurrency: null });
    }
    while (admit(lane, now).go) {
      laneStarted(lane, now);
      ends.set(now + 100, [...(ends.get(now + 100) ?? []), enter(now)]);
    }
  }
  return { lane, good, refused };
}

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
    const run = loop(60_000, bucket(10, 10));
    expect(run.good).toBeGreaterThan(600 * 0.95);
    expect(run.refused / run.good).toBeLessThan(0.03);
    expect(run.lane.finder.phase).toBe("paced");
  });

  test("a long window: used up, waited for in silence, and then known by its size", () => {
    let opened = -Infinity;
    let used = 0;
    const run = loop(150_000, (now) => {
      if (now >= opened + 30_000) {
        opened = now;
        used = 0;
      }
      used += 1;
      return used <= 100;
    });
    expect(run.good).toBeGreaterThanOrEqual(490);
    expect(run.lane.finder.quota).toBeGreaterThan(90);
    expect(run.lane.finder.quotaMs).toBeGreaterThan(29_000);
  });
});

test("nothing is found where there is nothing: the window opens with what was delivered", () => {
  const run = loop(20_000, () => true);
  expect(run.refused).toBe(0);
  expect(run.lane.finder.phase).toBe("exploring");
  expect(run.lane.window.size).toBeGreaterThan(50);
});

test("a provider that refuses everything is asked less and less", () => {
  const run = loop(400_000, () => false);
  expect(run.refused).toBeLessThan(20);
  expect(run.lane.finder.phase).toBe("silent");
});
