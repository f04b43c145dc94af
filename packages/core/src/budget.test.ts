import * as fc from "fast-check";
import { expect, test } from "vitest";
import { affordable, createBudget, deposit, withdraw } from "./budget.ts";

test("never pays more than was earned and reserved, and never goes below nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2_000), fc.boolean()), { maxLength: 500 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (script, ratio) => {
        const budget = createBudget({ ratio, reservePerSecond: 0.5, reserveMax: 2 }, 0);
        let now = 0;
        let earned = 0;
        let paid = 0;
        for (const [pause, success] of script) {
          now += pause;
          if (success) {
            deposit(budget, now);
            earned += ratio;
          } else if (withdraw(budget, now)) paid += 1;
          expect(paid).toBeLessThanOrEqual(earned + 2 + now * 0.0005 + 1e-6);
          expect(affordable(budget, now)).toBeGreaterThanOrEqual(-1e-6);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("ten successes buy one retry, and are forgotten after the memory", () => {
  const budget = createBudget({ reserveMax: 0 }, 0);
  for (let index = 0; index < 20; index += 1) deposit(budget, 100);
  expect(withdraw(budget, 200)).toBe(true);
  expect(affordable(budget, 200)).toBeCloseTo(1);
  expect(withdraw(budget, 11_100)).toBe(false);
});

test("the reserve refills, up to its most", () => {
  const budget = createBudget({ reserveMax: 2, reservePerSecond: 1 }, 0);
  expect([withdraw(budget, 0), withdraw(budget, 0), withdraw(budget, 0)]).toEqual([true, true, false]);
  expect(withdraw(budget, 999)).toBe(false);
  expect(withdraw(budget, 1_000)).toBe(true);
  expect(affordable(budget, 1_000_000)).toBeCloseTo(2);
});
