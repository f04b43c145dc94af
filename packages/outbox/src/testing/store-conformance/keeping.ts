/** Keeping: holds, opt-outs and documents survive, finished operations can be forgotten, unfinished ones never. */
import { expect } from "vitest";
import { doubted, parked, receiptEvent, retried } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check } from "./kit.ts";

/** Tests of everything that is not an operation, of `prune`, `close` and the clock. */
export function keeping(open: OpenStore): void {
  check(open, "holds survive, one for each account and reason", async (kit) => {
    expect(await kit.store.holds()).toEqual([]);
    const pause = { account: "tw", reason: "paused", actor: "ada", because: "maintenance" } as const;
    await kit.store.hold(pause);
    await kit.pass(5);
    await kit.store.hold({ ...pause, actor: "bob", because: "again" });
    await kit.store.hold({ account: "tw", reason: "blocked", actor: "landline", because: "401" });
    await kit.reopen();
    const holds = await kit.store.holds();
    expect(holds).toHaveLength(2);
    expect(holds.find(({ reason }) => reason === "paused")).toMatchObject(pause);
    expect(await kit.store.unhold("tw", "paused", "ada")).toBe(true);
    expect(await kit.store.unhold("tw", "paused", "ada")).toBe(false);
    expect(await kit.store.unhold("rc", "blocked", "ada")).toBe(false);
    expect((await kit.store.holds()).map(({ reason }) => reason)).toEqual(["blocked"]);
  });

  check(open, "an opt-out is for one account and one recipient", async (kit) => {
    await kit.store.optOut("tw", "+1555", "21610");
    await kit.store.optOut("tw", "+1555", "STOP");
    await kit.reopen();
    expect(await kit.store.isOptedOut("tw", "+1555")).toBe(true);
    expect(await kit.store.isOptedOut("rc", "+1555")).toBe(false);
    expect(await kit.store.isOptedOut("tw", "+1556")).toBe(false);
    expect(await kit.store.optedOutOf("tw", ["+1556", "+1555", "+1557"])).toEqual(new Set(["+1555"]));
    expect(await kit.store.optedOutOf("rc", ["+1555"])).toEqual(new Set());
  });

  check(open, "whether anybody opted out is known, and that nobody did", async (kit) => {
    expect(await kit.store.hasOptOuts()).toBe(false);
    await kit.store.optOut("tw", "+1555", "STOP 1");
    expect(await kit.store.hasOptOuts()).toBe(true);
    await kit.store.optIn("tw", "+1555", "START 1");
    expect(await kit.store.hasOptOuts()).toBe(false);
  });

  check(open, "an opt-in lifts an opt-out, and neither does anything when it comes again", async (kit) => {
    const standing = async (): Promise<boolean> => {
      const both = [
        await kit.store.isOptedOut("tw", "+1555"),
        (await kit.store.optedOutOf("tw", ["+1555"])).has("+1555"),
      ];
      expect(both[0]).toBe(both[1]);
      return both[0] === true;
    };
    expect(await kit.store.optIn("tw", "+1555", "START 0")).toBe(false);
    await kit.store.optOut("tw", "+1555", "STOP 1");
    expect(await kit.store.optIn("rc", "+1555", "START 1")).toBe(false);
    expect(await kit.store.optIn("tw", "+1555", "START 1")).toBe(true);
    await kit.reopen();
    expect(await standing()).toBe(false);
    await kit.store.optOut("tw", "+1555", "STOP 1");
    expect(await standing()).toBe(false);
    await kit.store.optOut("tw", "+1555", "STOP 2");
    expect(await standing()).toBe(true);
    expect(await kit.store.optIn("tw", "+1555", "START 1")).toBe(false);
    await kit.reopen();
    expect(await standing()).toBe(true);
    expect(await kit.store.optIn("tw", "+1555", "START 2")).toBe(true);
    expect(await standing()).toBe(false);
  });

  check(open, "documents are kept as they were given", async (kit) => {
    const document = { name: "ü", list: [1, null, { deep: true }], at: "2026-11-21T00:00:00Z" };
    expect(await kit.store.getDocument("bulk", "b1")).toBeNull();
    await kit.store.putDocument("bulk", "b1", document);
    await kit.store.putDocument("bulk", "b0", 7);
    await kit.store.putDocument("keys", "b1", "other");
    await kit.store.putDocument("bulk", "b1", { ...document, done: 1 });
    await kit.reopen();
    expect(await kit.store.getDocument("bulk", "b1")).toEqual({ ...document, done: 1 });
    const listed = await kit.store.listDocuments("bulk");
    expect(listed.toSorted((left, right) => left.id.localeCompare(right.id))).toEqual([
      { id: "b0", document: 7 },
      { id: "b1", document: { ...document, done: 1 } },
    ]);
    expect(await kit.store.listDocuments("none")).toEqual([]);
  });

  check(open, "a document is added once and can be forgotten", async (kit) => {
    const added = await Promise.all([1, 2, 3].map(async (each) => kit.store.addDocument("keys", "k", { each })));
    expect(added.filter(Boolean)).toHaveLength(1);
    const kept = await kit.store.getDocument("keys", "k");
    expect(kept).toEqual({ each: added.indexOf(true) + 1 });
    await kit.reopen();
    expect(await kit.store.addDocument("keys", "k", "late")).toBe(false);
    expect(await kit.store.getDocument("keys", "k")).toEqual(kept);
    expect(await kit.store.deleteDocument("keys", "other")).toBe(false);
    expect(await kit.store.deleteDocument("keys", "k")).toBe(true);
    expect(await kit.store.deleteDocument("keys", "k")).toBe(false);
    expect(await kit.store.getDocument("keys", "k")).toBeNull();
    expect(await kit.store.addDocument("keys", "k", "again")).toBe(true);
  });

  check(open, "an audit line is taken", async (kit) => {
    const line = { actor: "ada", event: "number.revealed", subject: "op_1", because: null };
    await expect(kit.store.audit(line)).resolves.toBeUndefined();
  });

  check(open, "the clock does not go back", async (kit) => {
    const first = await kit.store.now();
    await kit.pass(10);
    expect(await kit.store.now()).toBeGreaterThan(first);
  });

  check(open, "only what has finished is forgotten, a bounded number at a time", async (kit) => {
    const now = await kit.store.now();
    const kept = new Set<string>();
    for (const settlement of [retried(1, now, now + 9e6), doubted(1, now, now + 9e6), parked(1, now)]) {
      kept.add((await kit.add()).id);
      await kit.store.settle(await kit.begin(), settlement);
    }
    kept.add((await kit.add()).id);
    await kit.begin();
    kept.add((await kit.add()).id);
    const undelivered = await kit.addAccepted("SM-u", { lane: "tw/calls" });
    await kit.store.receive("tw", receiptEvent("undelivered", 5, { operationId: undelivered.id }));
    kept.add(undelivered.id);
    for (let index = 0; index < 5; index += 1) {
      const { id } = await kit.addAccepted(`SM${index}`, { lane: "tw/calls" });
      await kit.store.receive("tw", receiptEvent("delivered", 5, { operationId: id }));
    }
    await kit.pass(20);
    const before = await kit.store.now();
    await kit.pass(5);
    const recent = await kit.addAccepted("SM-recent", { lane: "tw/calls" });
    kept.add(recent.id);
    expect(await kit.store.prune(now, 100)).toBe(0);
    expect(await kit.store.prune(before, 3)).toBe(3);
    expect(await kit.store.prune(before, 3)).toBe(2);
    expect(await kit.store.prune(before, 3)).toBe(0);
    await kit.reopen();
    const page = await kit.store.list({}, { limit: 50, cursor: null });
    expect(page === "bad_cursor" ? [] : new Set(page.operations.map(({ id }) => id))).toEqual(kept);
  });

  check(open, "a forgotten key may be used again", async (kit) => {
    const operation = await kit.addAccepted("SM1", { idempotencyKey: "again" });
    await kit.store.receive("tw", receiptEvent("delivered", 5, { operationId: operation.id }));
    await kit.pass(20);
    expect(await kit.store.prune(await kit.store.now(), 10)).toBe(1);
    expect(await kit.store.get(operation.id)).toBeNull();
    expect(await kit.store.findByKey(operation.idempotencyScope, "again")).toBeNull();
    await kit.add({ idempotencyKey: "again" });
  });
}
