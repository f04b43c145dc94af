/** A store whose past is missing: what waited is presumed to have been started, in one commit, and judged like a crash. */
import { expect } from "vitest";
import { accepted, doubted, retried } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check, longMs, shortMs } from "./kit.ts";

const words = { actor: "ada", because: "the backup of last night was put back" };
const presumption = { ...words, since: null, quietMs: 0 };
const request = { worker: "w2", limit: 10, leaseMs: longMs };

/** Tests of `moved`, `presumeStarted` and `trust`. */
export function moving(open: OpenStore): void {
  check(open, "a store that was always here says so", async (kit) => {
    await kit.add();
    expect(await kit.store.moved()).toBeNull();
    await kit.reopen();
    expect(await kit.store.moved()).toBeNull();
  });

  check(open, "what waits and is due becomes what a crash leaves behind", async (kit) => {
    const { id } = await kit.add();
    const before = await kit.get(id);
    await kit.pass(20);
    expect(await kit.store.presumeStarted(presumption)).toBe(1);
    expect(await kit.claim()).toEqual([]);
    const story = await kit.store.story(id);
    expect(story?.operation).toMatchObject({ state: "sending", version: 2, attemptsStarted: 1, nextAttemptAt: null });
    const unseen = { number: 1, endedAt: null, outcome: null, requestDigest: null };
    expect(story?.attempts).toMatchObject([{ ...unseen, startedAt: before.createdAt }]);
    expect(story?.history.some((line) => line.because === words.because && line.actor === "ada")).toBe(true);
    await kit.pass(5);
    const [rescued] = await kit.store.rescue(request);
    expect(rescued).toMatchObject({ id, attempt: unseen });
    if (rescued === undefined) throw new Error("nothing rescued");
    // Numbers that the missing part of the past may have handed out are passed over.
    expect(rescued.lease).toBeGreaterThan(before.lease + 100);
    expect(await kit.store.settle(rescued, doubted(1, await kit.store.now(), 0))).toBe(true);
    const [looked] = await kit.store.claimReconciliations(request);
    expect(looked).toMatchObject({ id, attempt: { number: 1, requestDigest: null, startedAt: before.createdAt } });
  });

  check(open, "an attempt begins no earlier than the backup, and numbers go on", async (kit) => {
    const { id } = await kit.add();
    const now = await kit.store.now();
    await kit.store.settle(await kit.begin(), retried(1, now, now));
    await kit.pass(20);
    const since = (await kit.store.now()) - 5;
    expect(await kit.store.presumeStarted({ ...presumption, since })).toBe(1);
    expect((await kit.store.story(id))?.attempts).toMatchObject([{ number: 1 }, { number: 2, startedAt: since }]);
  });

  check(open, "what is not due goes on waiting, what comes later flows", async (kit) => {
    const later = await kit.add({ notBefore: (await kit.store.now()) + longMs });
    expect(await kit.store.presumeStarted(presumption)).toBe(0);
    expect(await kit.get(later.id)).toMatchObject({ state: "queued", version: 1 });
    const fresh = await kit.add();
    expect((await kit.begin()).id).toBe(fresh.id);
  });

  check(open, "twice is once: what is presumed already stays as it is", async (kit) => {
    await kit.addMany(3);
    expect(await kit.store.presumeStarted(presumption)).toBe(3);
    expect(await kit.store.presumeStarted(presumption)).toBe(0);
    await kit.reopen();
    await kit.pass(5);
    expect(await kit.store.rescue(request)).toHaveLength(3);
  });

  check(open, "whoever had claimed it before has lost it, and a late acceptance is evidence", async (kit) => {
    const { id } = await kit.add();
    const claimed = await kit.claimOne();
    expect(await kit.store.presumeStarted(presumption)).toBe(1);
    expect(await kit.start(claimed)).toBe(false);
    const result = accepted(1, await kit.store.now(), "SM1").attempt;
    if (result === null) throw new Error("no attempt");
    await kit.store.witness(claimed, result, "SM1");
    expect(await kit.get(id)).toMatchObject({ state: "accepted", providerId: "SM1" });
    expect((await kit.store.story(id))?.attempts).toMatchObject([{ number: 1, outcome: "accepted" }]);
  });

  check(open, "all of a subject are doubted, and go on one after the other", async (kit) => {
    const ordered = { ordered: true, subject: "ada" } as const;
    const ids = [(await kit.add(ordered)).id, (await kit.add(ordered)).id];
    expect(await kit.store.presumeStarted(presumption)).toBe(2);
    await kit.pass(5);
    const rescued = await kit.store.rescue(request);
    expect(rescued.map(({ id }) => id)).toEqual(ids);
    const now = await kit.store.now();
    for (const each of rescued) expect(await kit.store.settle(each, retried(1, now, now))).toBe(true);
    expect((await kit.claim()).map(({ id }) => id)).toEqual(ids.slice(0, 1));
  });

  check(open, "what is under way keeps its lease, what is asked about is asked anew", async (kit) => {
    const now = await kit.store.now();
    const looking = await kit.add();
    const doubt = doubted(1, now, now);
    const looks = doubt.type === "reconcile" ? { ...doubt, absences: 1, lookFailures: 1 } : doubt;
    await kit.store.settle(await kit.begin(), looks);
    await kit.add();
    const begun = await kit.begin(longMs);
    expect(await kit.store.presumeStarted(presumption)).toBe(0);
    expect(await kit.get(looking.id)).toMatchObject({ state: "reconciling", absences: 0, lookFailures: 0 });
    expect(await kit.store.settle(begun, await kit.accepting(begun, "SM1"))).toBe(true);
    await kit.pass(shortMs);
    expect(await kit.store.claimReconciliations(request)).toMatchObject([{ id: looking.id }]);
  });

  check(open, "trust is noted and doubts nothing", async (kit) => {
    const { id } = await kit.add();
    await kit.store.trust(words);
    expect(await kit.store.moved()).toBeNull();
    expect((await kit.claimOne()).id).toBe(id);
  });
}
