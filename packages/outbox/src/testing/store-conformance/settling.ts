/** Settling: each transition from its legal states only, by the current lease only, with its reason. */
import { statesBefore } from "@landline/core";
import { expect } from "vitest";
import type { Settlement } from "../../ports/index.ts";
import { accepted, doubted, expired, failed, heldBack, parked, retried, spent } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, longMs } from "./kit.ts";

/** Tests of `settle`. */
export function settling(open: OpenStore): void {
  check(open, "accept ends the attempt and the wait", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const at = await kit.store.now();
    expect(await kit.store.settle(begun, accepted(1, at, "SM1"))).toBe(true);
    await kit.reopen();
    const story = await kit.store.story(operation.id);
    expect(story?.operation).toMatchObject({
      state: "accepted",
      version: 3,
      providerId: "SM1",
      providerStatus: "queued",
      nextAttemptAt: null,
      failure: null,
    });
    expect(story?.attempts).toEqual([
      {
        number: 1,
        lease: begun.lease,
        startedAt: expect.any(Number),
        endedAt: at,
        outcome: "accepted",
        status: 201,
        code: null,
        requestId: "RQ1",
        phase: "done",
        failure: null,
        decision: "accept",
        because: "the provider took it as SM1",
        requestDigest: `digest of ${operation.id}`,
        body: null,
      },
    ]);
  });

  check(open, "an attempt keeps what was answered to it, each its own", async (kit) => {
    const operation = await kit.add();
    const bodies = ['{"code":20503,"message":"Ünïcode ✓ \\u0041"}', "<html>\n".repeat(500), null, "one more"];
    const settlements = [
      (now: number) => retried(1, now, now),
      (now: number) => heldBack(2, now, now),
      (now: number) => retried(3, now, now),
      (now: number) => parked(4, now),
    ];
    for (const [index, settlement] of settlements.entries()) {
      const begun = await kit.begin();
      const made = settlement(await kit.store.now());
      const body = bodies[index] ?? null;
      const ended = made.attempt === null ? null : { ...made.attempt, body };
      expect(await kit.store.settle(begun, { ...made, attempt: ended })).toBe(true);
    }
    await kit.reopen();
    const story = await kit.store.story(operation.id);
    expect(story?.attempts.map((attempt) => attempt.body)).toEqual(bodies);
  });

  check(
    open,
    "what was answered is handed to whoever looks into the doubt; an attempt under way has none",
    async (kit) => {
      await kit.add();
      const begun = await kit.begin();
      const now = await kit.store.now();
      const made = doubted(1, now, now);
      const ended = made.attempt === null ? null : { ...made.attempt, body: "<html>bad gateway</html>" };
      expect(await kit.store.settle(begun, { ...made, attempt: ended })).toBe(true);
      const [looked] = await kit.store.claimReconciliations({ worker: "w", limit: 1, leaseMs: longMs });
      expect(looked?.attempt.body).toBe("<html>bad gateway</html>");
      const other = await kit.add();
      await kit.begin();
      expect((await kit.store.story(other.id))?.attempts).toMatchObject([{ endedAt: null, body: null }]);
    },
  );

  check(open, "retry waits until its instant and keeps the failure and the history", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const now = await kit.store.now();
    expect(await kit.store.settle(begun, retried(1, now, now + 60))).toBe(true);
    expect(await kit.get(operation.id)).toMatchObject({
      state: "retrying",
      nextAttemptAt: now + 60,
      history: spent(1, now),
      failure: failed("unavailable", "20503"),
      attemptsStarted: 1,
    });
    expect(await kit.claim()).toEqual([]);
    await kit.pass(80);
    const again = await kit.begin();
    expect(again.lease).toBeGreaterThan(begun.lease);
    expect(again.attemptsStarted).toBe(2);
  });

  check(open, "hold goes back to waiting", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const now = await kit.store.now();
    expect(await kit.store.settle(begun, heldBack(1, now, now + 5_000))).toBe(true);
    expect(await kit.get(operation.id)).toMatchObject({
      state: "retrying",
      history: spent(0, now),
      nextAttemptAt: now + 5_000,
    });
  });

  check(open, "park keeps the reason, expire ends it", async (kit) => {
    const first = await kit.add();
    const second = await kit.add();
    const now = await kit.store.now();
    expect(await kit.store.settle(await kit.begin(), parked(1, now))).toBe(true);
    expect(await kit.store.settle(await kit.begin(), expired(1, now))).toBe(true);
    expect(await kit.get(first.id)).toMatchObject({
      state: "parked",
      parkedReason: "rejected",
      failure: { code: "21211" },
      nextAttemptAt: null,
    });
    expect(await kit.get(second.id)).toMatchObject({ state: "expired", parkedReason: null, nextAttemptAt: null });
  });

  check(open, "a claimed operation can be parked or expired without a start", async (kit) => {
    const [first, second] = [await kit.add(), await kit.add()];
    const now = await kit.store.now();
    expect(await kit.store.settle(await kit.claimOne(), { ...parked(0, now), attempt: null })).toBe(true);
    expect(await kit.store.settle(await kit.claimOne(), { ...expired(0, now), attempt: null })).toBe(true);
    expect(await kit.get(first.id)).toMatchObject({ state: "parked", attemptsStarted: 0 });
    expect(await kit.get(second.id)).toMatchObject({ state: "expired", attemptsStarted: 0 });
    expect((await kit.store.story(first.id))?.attempts).toEqual([]);
  });

  check(open, "no settlement from a state in which the lifecycle forbids it", async (kit) => {
    const now = await kit.store.now();
    const all: readonly Settlement[] = [
      accepted(1, now, "SM1"),
      retried(1, now, now + 9_000),
      heldBack(1, now, now + 9_000),
      doubted(1, now, now + 9_000),
      parked(1, now),
      expired(1, now),
    ];
    for (const settlement of all) {
      const operation = await kit.add();
      const claimed = await kit.claimOne();
      expect(claimed.id).toBe(operation.id);
      const unstarted: Settlement = { ...settlement, attempt: null };
      const legal = statesBefore(settlement.type).includes("queued");
      expect(await kit.store.settle(claimed, unstarted), `${settlement.type} from queued`).toBe(legal);
      if (legal) continue;
      expect(await kit.get(operation.id)).toMatchObject({ state: "queued", version: 1 });
      expect(await kit.start(claimed)).toBe(true);
      expect(await kit.store.settle(claimed, settlement), `${settlement.type} from sending`).toBe(true);
      const { state, version } = await kit.get(operation.id);
      for (const second of all) expect(await kit.store.settle(claimed, second)).toBe(false);
      expect(await kit.get(operation.id)).toMatchObject({ state, version });
    }
  });

  check(open, "of many settlements at once, one wins", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const now = await kit.store.now();
    const tries = await Promise.all([
      kit.store.settle(begun, parked(1, now)),
      kit.store.settle(begun, accepted(1, now, "SM1")),
      kit.store.settle(begun, retried(1, now, now + 9_000)),
    ]);
    expect(tries.filter(Boolean)).toHaveLength(1);
    const story = await kit.store.story(operation.id);
    expect(story?.attempts).toHaveLength(1);
    expect(story?.operation.version).toBe(3);
  });
}
