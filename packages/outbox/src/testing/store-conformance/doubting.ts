/** Doubt: looked at when it is due, ended by what is found, and never by what is another's. */
import { expect } from "vitest";
import type { Settlement } from "../../ports/index.ts";
import { accepted, doubted, parked, retried } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, longMs, shortMs } from "./kit.ts";

/** Tests of `claimReconciliations`, `ownedProviderIds` and `witness`. */
export function doubting(open: OpenStore): void {
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
}
