/** Settling: each transition from its legal states only, by the current lease only, with its reason. */
import { statesBefore } from "@landline/core";
import { expect } from "vitest";
import type { Settlement } from "../../ports/index.ts";
import { accepted, doubted, expired, failed, heldBack, parked, retried, spent } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, longMs, shortMs } from "./kit.ts";

/** Tests of `settle`, `witness`, `rescue` and `claimReconciliations`. */
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

  check(open, "operations in doubt are looked at when their look is due, once at a time", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const now = await kit.store.now();
    await kit.store.settle(begun, doubted(1, now, now + 60));
    expect(await kit.get(operation.id)).toMatchObject({ state: "reconciling", nextAttemptAt: now + 60 });
    const request = { worker: "l1", limit: 10, leaseMs: shortMs };
    expect(await kit.store.claimReconciliations(request)).toEqual([]);
    expect(await kit.claim()).toEqual([]);
    await kit.pass(80);
    const [look] = await kit.store.claimReconciliations(request);
    expect(look).toMatchObject({ id: operation.id, attempt: { number: 1, outcome: "ambiguous" } });
    expect(look?.lease).toBeGreaterThan(begun.lease);
    expect(await kit.store.claimReconciliations(request)).toEqual([]);
    await kit.pass(shortMs + 50);
    const [again] = await kit.store.claimReconciliations({ ...request, leaseMs: longMs });
    expect(again?.lease).toBeGreaterThan(look?.lease ?? Number.POSITIVE_INFINITY);
    const later: Settlement = { ...doubted(1, now, now + 9_000), absences: 1, attempt: null } as Settlement;
    expect(look !== undefined && (await kit.store.settle(look, later))).toBe(false);
    expect(again !== undefined && (await kit.store.settle(again, later))).toBe(true);
    expect(await kit.get(operation.id)).toMatchObject({
      state: "reconciling",
      absences: 1,
      nextAttemptAt: now + 9_000,
    });
  });

  check(open, "a look can end in acceptance, in a retry, or on a person's desk", async (kit) => {
    const now = await kit.store.now();
    const ends: readonly [Settlement, string][] = [
      [{ ...accepted(1, now, "SM9"), attempt: null }, "accepted"],
      [{ ...retried(1, now, now + 9_000), attempt: null }, "retrying"],
      [{ ...parked(1, now, "doubt"), attempt: null }, "parked"],
    ];
    for (const [settlement, state] of ends) {
      const operation = await kit.add();
      await kit.store.settle(await kit.begin(), doubted(1, now, now));
      const [look] = await kit.store.claimReconciliations({ worker: "l1", limit: 1, leaseMs: longMs });
      expect(look?.id).toBe(operation.id);
      expect(look !== undefined && (await kit.store.settle(look, settlement))).toBe(true);
      const story = await kit.store.story(operation.id);
      expect(story?.operation).toMatchObject({ state, absences: 0 });
      expect(story?.attempts).toMatchObject([{ number: 1, outcome: "ambiguous" }]);
    }
    expect([...(await kit.store.ownedProviderIds("tw", ["SM9", "SM8"], "op_none"))]).toEqual(["SM9"]);
  });

  check(open, "what a look found is refused when another operation took it meanwhile", async (kit) => {
    const now = await kit.store.now();
    const looks = [];
    for (const account of ["tw", "tw", "other"]) {
      const lane = `${account}/messages`;
      await kit.add({ account, lane });
      await kit.store.settle(await kit.begin(longMs, lane), doubted(1, now, now));
      looks.push(...(await kit.store.claimReconciliations({ worker: "l1", limit: 1, leaseMs: longMs })));
    }
    const [first, second, stranger] = looks;
    if (first === undefined || second === undefined || stranger === undefined) throw new Error("not looked at");
    const found: Settlement = { ...accepted(1, now, "SM1"), attempt: null };
    expect(await Promise.all([kit.store.settle(first, found), kit.store.settle(second, found)])).toEqual([true, false]);
    expect(await kit.get(second.id)).toMatchObject({ state: "reconciling", version: 3, providerId: null });
    // Nothing was written, so the lease still serves; and another account's ids are its own.
    const other: Settlement = { ...accepted(1, now, "SM2"), attempt: null };
    expect(await kit.store.settle(second, other)).toBe(true);
    expect(await kit.store.settle(stranger, found)).toBe(true);
  });

  check(open, "an answer is never refused for its id: operations of one idempotent kind may share it", async (kit) => {
    await kit.addAccepted("VE1");
    const { id } = await kit.addAccepted("VE1");
    expect(await kit.get(id)).toMatchObject({ state: "accepted", providerId: "VE1" });
  });

  check(open, "provider ids belong to the operation and account that have them", async (kit) => {
    const operation = await kit.addAccepted("SM1");
    await kit.reopen();
    expect([...(await kit.store.ownedProviderIds("tw", ["SM1", "SM2"], "op_none"))]).toEqual(["SM1"]);
    expect([...(await kit.store.ownedProviderIds("tw", ["SM1"], operation.id))]).toEqual([]);
    expect([...(await kit.store.ownedProviderIds("rc", ["SM1"], "op_none"))]).toEqual([]);
  });

  check(open, "a late acceptance is kept and settles doubt, whoever holds the lease", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin(shortMs);
    await kit.pass(shortMs + 50);
    const [rescued] = await kit.store.rescue({ worker: "r1", limit: 1, leaseMs: longMs });
    const now = await kit.store.now();
    const settlement = accepted(1, now, "SM1");
    expect(await kit.store.settle(begun, settlement)).toBe(false);
    if (settlement.attempt !== null) await kit.store.witness(begun, settlement.attempt, "SM1");
    const story = await kit.store.story(operation.id);
    expect(story?.operation).toMatchObject({ state: "accepted", providerId: "SM1", failure: null });
    expect(story?.attempts).toMatchObject([{ number: 1, outcome: "accepted" }]);
    expect(rescued !== undefined && (await kit.store.settle(rescued, doubted(1, now, now)))).toBe(false);
    expect((await kit.get(operation.id)).state).toBe("accepted");
  });

  check(open, "a late acceptance takes a doubtful operation off the desk", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const now = await kit.store.now();
    await kit.store.settle(begun, parked(1, now, "doubt"));
    const settlement = accepted(1, now, "SM1");
    if (settlement.attempt !== null) await kit.store.witness(begun, settlement.attempt, "SM1");
    expect(await kit.get(operation.id)).toMatchObject({ state: "accepted", providerId: "SM1", parkedReason: null });
  });

  check(open, "evidence about an operation that people ended is kept and changes nothing", async (kit) => {
    const operation = await kit.addAccepted("SM1");
    const before = await kit.store.story(operation.id);
    const settlement = accepted(1, await kit.store.now(), "SM2");
    if (settlement.attempt !== null) await kit.store.witness({ id: operation.id, lease: 1 }, settlement.attempt, "SM2");
    const story = await kit.store.story(operation.id);
    expect(story?.operation).toMatchObject({
      state: "accepted",
      providerId: "SM1",
      version: before?.operation.version,
    });
    expect(story?.history.length).toBe((before?.history.length ?? 0) + 1);
    expect(story?.history.some(({ because }) => because?.includes("SM2"))).toBe(true);
  });

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
