/** Expiring: what waits too long is ended, what is held is left, and doubt goes to a person. */
import { expect } from "vitest";
import type { Settlement } from "../../ports/index.ts";
import { retried, spent } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, longMs } from "./kit.ts";

/** Tests of `expireDue`. */
export function expiring(open: OpenStore): void {
  check(open, "deadlines: what waits is ended, what is held is left, doubt goes to a person", async (kit) => {
    const now = await kit.store.now();
    const deadline = now + 100;
    const [queued, claimed, sending, doubtful] = [
      await kit.add({ deadline, lane: "a/x" }),
      await kit.add({ deadline, lane: "b/x" }),
      await kit.add({ deadline, lane: "c/x" }),
      await kit.add({ deadline, lane: "d/x" }),
    ];
    await kit.claimOne(longMs, "b/x");
    await kit.begin(longMs, "c/x");
    const begun = await kit.begin(longMs, "d/x");
    const waiting = retried(1, now, now + 50) as Extract<Settlement, { type: "retry" }>;
    await kit.store.settle(begun, { ...waiting, history: spent(1, now, true) });
    expect(await kit.store.expireDue(10)).toEqual([]);
    await kit.pass(120);
    const ended = await kit.store.expireDue(10);
    expect(new Set(ended.map(({ id }) => id))).toEqual(new Set([queued.id, doubtful.id]));
    expect(await kit.get(queued.id)).toMatchObject({
      state: "expired",
      failure: { kind: "expired", execution: "not_executed" },
    });
    expect(await kit.get(doubtful.id)).toMatchObject({
      state: "parked",
      parkedReason: "doubt",
      failure: { execution: "unknown" },
    });
    expect((await kit.get(claimed.id)).state).toBe("queued");
    expect((await kit.get(sending.id)).state).toBe("sending");
    expect(await kit.store.expireDue(10)).toEqual([]);
  });

  check(open, "deadlines are ended a bounded number at a time", async (kit) => {
    await kit.addMany(5, { deadline: (await kit.store.now()) + 20 });
    await kit.pass(40);
    expect(await kit.store.expireDue(3)).toHaveLength(3);
    expect(await kit.store.expireDue(3)).toHaveLength(2);
    expect(await kit.store.counts()).toEqual({ expired: 5 });
  });
}
