import { assert as check, array, asyncProperty, integer, record } from "fast-check";
import { expect, test } from "vitest";
import { DeadlineWheel } from "./deadline-wheel.ts";
import type { Expiring } from "./deadline-wheel.ts";
import { virtualClock } from "./testing/virtual-clock.ts";

const entry = (expire: () => void): Expiring => ({ due: 0, previous: null, next: null, expire });

test("every entry expires once, never early and at most two ticks late; removed ones never; nothing is left", async () => {
  const one = record({
    at: integer({ min: 0, max: 30_000 }),
    ms: integer({ min: 1, max: 30_000 }),
    removeAfter: integer({ min: 0, max: 60_000 }),
  });
  await check(
    asyncProperty(array(one, { maxLength: 40 }), async (plans) => {
      const clock = virtualClock();
      const wheel = new DeadlineWheel(clock);
      const fired = new Map<number, number>();
      for (const [index, plan] of plans.entries()) {
        let inside = false;
        const each = entry(() => {
          inside = false;
          fired.set(index, clock.monotonic());
        });
        clock.after(plan.at, () => {
          inside = true;
          wheel.add(each, plan.ms);
        });
        clock.after(plan.at + plan.removeAfter, () => {
          if (inside) wheel.remove(each);
          inside = false;
        });
      }
      await clock.advance(120_000);
      for (const [index, { at, ms, removeAfter }] of plans.entries()) {
        const when = fired.get(index);
        const mayFire = removeAfter >= ms;
        const mustFire = removeAfter > ms + 20;
        expect(when === undefined || (mayFire && when >= at + ms && when <= at + ms + 20)).toBe(true);
        expect(!mustFire || when !== undefined).toBe(true);
      }
      expect(wheel.size).toBe(0);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test("survives a clock that was away for long", async () => {
  const clock = virtualClock();
  let time = 0;
  const jumping = { ...clock, monotonic: () => clock.monotonic() + time, after: clock.after };
  const wheel = new DeadlineWheel(jumping);
  let fired = 0;
  for (const ms of [15, 4_000, 9_000, 20_000])
    wheel.add(
      entry(() => (fired += 1)),
      ms,
    );
  time = 3_600_000;
  await clock.advance(40);
  expect(fired).toBe(4);
});
