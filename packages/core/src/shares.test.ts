import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createShares, leaseShare, returnShare } from "./shares.ts";

test("the shares that are out never exceed the whole, whoever comes, goes or dies", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1_500), fc.nat(6), fc.boolean()), { maxLength: 200 }), (script) => {
      let state = createShares(40, 2_000);
      let now = 0;
      for (const [pause, worker, leaves] of script) {
        now += pause;
        state = leaves ? returnShare(state, `w${worker}`) : leaseShare(state, `w${worker}`, now).state;
        const out = state.shares.filter((share) => share.until > now).reduce((sum, share) => sum + share.rate, 0);
        expect(out).toBeLessThanOrEqual(40 + 1e-9);
      }
    }),
    { numRuns: 200 },
  );
});

test("workers that renew at half of the lease have equal parts within one lease", () => {
  let state = createShares(40, 2_000);
  for (let now = 0; now <= 4_000; now += 1_000) {
    for (const worker of ["a", "b", "c", "d"]) ({ state } = leaseShare(state, worker, now));
  }
  for (const share of state.shares) expect(share.rate).toBeCloseTo(10, 5);
});
