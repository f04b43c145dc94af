/** Rescuing: what was started and lapsed is taken over, once at a time, and nothing else is. */
import { expect } from "vitest";
import { accepted, doubted } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, longMs, shortMs } from "./kit.ts";

/** Tests of `rescue`. */
export function rescuing(open: OpenStore): void {
  check(open, "rescue takes started attempts with a lapsed lease, and no others", async (kit) => {
    await kit.addMany(3);
    const started = await kit.begin(shortMs);
    const unstarted = await kit.claimOne(shortMs);
    const alive = await kit.begin(longMs);
    const request = { worker: "r1", limit: 10, leaseMs: longMs };
    expect(await kit.store.rescue(request)).toEqual([]);
    await kit.pass(shortMs + 50);
    const rescued = await kit.store.rescue(request);
    expect(rescued.map(({ id }) => id)).toEqual([started.id]);
    const [one] = rescued;
    expect(one?.lease).toBeGreaterThan(started.lease);
    expect(one).toMatchObject({
      state: "sending",
      rescues: 1,
      version: 2,
      attempt: { number: 1, lease: started.lease, endedAt: null },
    });
    expect(await kit.store.rescue(request)).toEqual([]);
    const now = await kit.store.now();
    expect(await kit.store.settle(started, accepted(1, now, "SM1"))).toBe(false);
    expect(one !== undefined && (await kit.store.settle(one, doubted(1, now, now)))).toBe(true);
    expect(await kit.store.settle(alive, accepted(1, now, "SM2"))).toBe(true);
    expect((await kit.claim()).map(({ id }) => id)).toEqual([unstarted.id]);
    expect((await kit.get(started.id)).rescues).toBe(1);
  });

  check(open, "a rescue that dies too is rescued again", async (kit) => {
    await kit.add();
    const begun = await kit.begin(shortMs);
    await kit.pass(shortMs + 50);
    const [first] = await kit.store.rescue({ worker: "r1", limit: 1, leaseMs: shortMs });
    await kit.pass(shortMs + 50);
    const [second] = await kit.store.rescue({ worker: "r2", limit: 1, leaseMs: longMs });
    expect(second).toMatchObject({ id: begun.id, rescues: 2 });
    expect(second?.lease).toBeGreaterThan(first?.lease ?? Number.POSITIVE_INFINITY);
  });

  check(open, "after a kill, what was started is rescued and what was only claimed is claimed again", async (kit) => {
    if (!kit.canReopen) return;
    await kit.addMany(2);
    const started = await kit.begin(shortMs);
    const claimed = await kit.claimOne(shortMs);
    await kit.reopen();
    await kit.pass(shortMs + 50);
    const rescued = await kit.store.rescue({ worker: "r1", limit: 10, leaseMs: longMs });
    expect(rescued.map(({ id }) => id)).toEqual([started.id]);
    expect(rescued[0]?.lease).toBeGreaterThan(started.lease);
    expect((await kit.claim()).map(({ id }) => id)).toEqual([claimed.id]);
  });
}
