/** Receipts: stored once, applied in any order to the same end, kept until their operation is known. */
import { expect } from "vitest";
import { accepted, doubted, failed, parked, receiptEvent } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { check } from "./kit.ts";

/** Tests of `receive`, `matchReceipts` and `awaitingReceipt`. */
export function receiving(open: OpenStore): void {
  check(open, "a receipt is applied once, however often it comes", async (kit) => {
    const { id } = await kit.addAccepted("SM1");
    const event = receiptEvent("delivered", 5, { providerId: "SM1" });
    const results = await Promise.all([1, 2, 3, 4].map(() => kit.store.receive("tw", event)));
    expect(results.map(({ type }) => type).toSorted()).toEqual(["applied", "duplicate", "duplicate", "duplicate"]);
    await kit.reopen();
    expect(await kit.store.receive("tw", event)).toEqual({ type: "duplicate" });
    const story = await kit.store.story(id);
    expect(story?.receipts).toMatchObject([{ status: "delivered", rank: 5, code: null }]);
    expect(story?.operation).toMatchObject({
      state: "delivered",
      version: 4,
      receiptRank: 5,
      providerStatus: "delivered",
    });
  });

  check(open, "the result tells what was before and what came of it", async (kit) => {
    const { id } = await kit.addAccepted("SM1");
    const result = await kit.store.receive("tw", receiptEvent("delivered", 5, { providerId: "SM1" }));
    expect(result).toMatchObject({
      type: "applied",
      before: "accepted",
      operation: { id, state: "delivered" },
      receipt: { status: "delivered", rank: 5 },
    });
    const late = await kit.store.receive("tw", receiptEvent("progress", 2, { providerId: "SM1" }));
    expect(late).toMatchObject({ type: "recorded", operation: { id, state: "delivered", receiptRank: 5 } });
  });

  check(open, "the same receipts in any order end in the same state", async (kit) => {
    const words = ["progress", "undelivered", "delivered"] as const;
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const [index, each] of orders.entries()) {
      const providerId = `SM${index}`;
      const { id } = await kit.addAccepted(providerId);
      const events = words.map((word, rank) => receiptEvent(word, [1, 5, 5][rank] ?? 0, { providerId }));
      for (const position of each) {
        const event = events[position];
        if (event !== undefined) await kit.store.receive("tw", event);
      }
      const story = await kit.store.story(id);
      expect(story?.operation, `order ${each.join("")}`).toMatchObject({ state: "delivered", receiptRank: 5 });
      expect(story?.receipts).toHaveLength(3);
    }
  });

  check(open, "a failed delivery keeps what it means", async (kit) => {
    const { id } = await kit.addAccepted("SM1");
    const failure = failed("undelivered", "30005", "executed");
    await kit.store.receive("tw", receiptEvent("undelivered", 5, { providerId: "SM1" }), failure);
    expect(await kit.get(id)).toMatchObject({ state: "undelivered", failure, providerStatus: "undelivered" });
  });

  check(open, "progress moves the provider's word forward, never back", async (kit) => {
    const { id } = await kit.addAccepted("SM1");
    await kit.store.receive("tw", receiptEvent("progress", 3, { providerId: "SM1" }));
    await kit.store.receive("tw", receiptEvent("progress", 2, { providerId: "SM1" }));
    const story = await kit.store.story(id);
    expect(story?.operation).toMatchObject({ state: "accepted", version: 3, providerStatus: "step-3", receiptRank: 3 });
    expect(story?.receipts.map(({ status }) => status)).toEqual(["step-3", "step-2"]);
  });

  check(open, "a receipt with our operation id settles doubt at once", async (kit) => {
    const now = await kit.store.now();
    const looking = await kit.add();
    await kit.store.settle(await kit.begin(), doubted(1, now, now + 90_000));
    const desk = await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, now, "doubt"));
    for (const [index, { id }] of [looking, desk].entries()) {
      const event = receiptEvent("progress", 1, { operationId: id, providerId: `SM${index}` });
      expect(await kit.store.receive("tw", event)).toMatchObject({ type: "applied" });
      expect(await kit.get(id)).toMatchObject({
        state: "accepted",
        providerId: `SM${index}`,
        parkedReason: null,
        failure: null,
      });
      expect(await kit.store.receive("tw", receiptEvent("delivered", 5, { providerId: `SM${index}` }))).toMatchObject({
        operation: { id, state: "delivered" },
      });
    }
  });

  check(open, "a receipt belongs to the owner of the provider's id, whichever operation it names", async (kit) => {
    const now = await kit.store.now();
    const owner = await kit.addAccepted("SM1");
    const named = await kit.add();
    await kit.store.settle(await kit.begin(), doubted(1, now, now + 90_000));
    const event = receiptEvent("delivered", 5, { operationId: named.id, providerId: "SM1" });
    expect(await kit.store.receive("tw", event)).toMatchObject({ type: "applied", operation: { id: owner.id } });
    expect(await kit.get(owner.id)).toMatchObject({ state: "delivered" });
    expect(await kit.get(named.id)).toMatchObject({ state: "reconciling", providerId: null });
  });

  check(open, "of several owners of one id, a receipt belongs to the one it names", async (kit) => {
    const ids = [(await kit.addAccepted("SM1")).id, (await kit.addAccepted("SM1")).id];
    for (const operationId of ids) {
      const event = receiptEvent("delivered", 5, { operationId, providerId: "SM1" });
      expect(await kit.store.receive("tw", event)).toMatchObject({ type: "applied", operation: { id: operationId } });
    }
  });

  check(open, "a kept receipt goes to the owner of its id too", async (kit) => {
    const now = await kit.store.now();
    const named = await kit.add({ account: "rc", lane: "rc/messages" });
    await kit.store.receive("tw", receiptEvent("delivered", 5, { operationId: named.id, providerId: "SM1" }));
    const owner = await kit.add();
    await kit.store.settle(await kit.begin(), accepted(1, now, "SM1"));
    expect(await kit.store.matchReceipts(10)).toMatchObject([{ type: "applied", operation: { id: owner.id } }]);
    expect(await kit.get(named.id)).toMatchObject({ state: "queued" });
  });

  check(open, "a receipt overtakes the answer: the settlement that comes later has lost", async (kit) => {
    const { id } = await kit.add();
    const begun = await kit.begin();
    await kit.store.receive("tw", receiptEvent("delivered", 5, { operationId: id, providerId: "SM1" }));
    expect(await kit.get(id)).toMatchObject({ state: "delivered", providerId: "SM1" });
    expect(await kit.store.settle(begun, accepted(1, await kit.store.now(), "SM1"))).toBe(false);
    expect((await kit.store.story(id))?.attempts).toMatchObject([{ number: 1, endedAt: expect.any(Number) }]);
  });

  check(open, "a refused operation is not accepted by a word of progress", async (kit) => {
    const { id } = await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now(), "rejected"));
    expect(await kit.store.receive("tw", receiptEvent("progress", 1, { operationId: id }))).toMatchObject({
      type: "recorded",
    });
    expect(await kit.get(id)).toMatchObject({ state: "parked", parkedReason: "rejected" });
  });

  check(open, "what may have been sent is accepted by a word of progress, whatever it is parked as", async (kit) => {
    const unknown = failed("transport", "ECONNRESET", "unknown");
    for (const [index, reason] of (["poison", "exhausted", "rejected"] as const).entries()) {
      const { id } = await kit.add();
      await kit.store.settle(await kit.begin(), parked(1, await kit.store.now(), reason, unknown));
      const event = receiptEvent("progress", 1, { operationId: id, providerId: `SM${index}` });
      expect(await kit.store.receive("tw", event)).toMatchObject({ type: "applied", before: "parked" });
      const after = { state: "accepted", providerId: `SM${index}`, parkedReason: null, failure: null };
      expect(await kit.get(id)).toMatchObject(after);
    }
  });

  check(open, "what matches nothing yet is kept and matched later, once", async (kit) => {
    const early = receiptEvent("delivered", 5, { providerId: "SM1" });
    expect(await kit.store.receive("tw", early)).toEqual({ type: "unmatched" });
    expect(await kit.store.receive("tw", early)).toEqual({ type: "duplicate" });
    expect(await kit.store.matchReceipts(10)).toEqual([]);
    await kit.reopen();
    const { id } = await kit.addAccepted("SM1");
    expect(await kit.store.matchReceipts(10)).toMatchObject([
      { type: "applied", operation: { id, state: "delivered" } },
    ]);
    expect(await kit.store.matchReceipts(10)).toEqual([]);
    expect((await kit.store.story(id))?.receipts).toHaveLength(1);
  });

  check(open, "many that match nothing do not hide one that does", async (kit) => {
    for (let index = 0; index < 12; index += 1) {
      await kit.store.receive("tw", receiptEvent("progress", 1, { providerId: `SM-other-${index}` }));
    }
    await kit.store.receive("tw", receiptEvent("delivered", 5, { providerId: "SM1" }));
    const { id } = await kit.addAccepted("SM1");
    for (let round = 0; round < 6; round += 1) await kit.store.matchReceipts(4);
    expect((await kit.get(id)).state).toBe("delivered");
  });

  check(open, "another account's receipt is not ours", async (kit) => {
    const { id } = await kit.addAccepted("SM1");
    const event = receiptEvent("delivered", 5, { providerId: "SM1" });
    expect(await kit.store.receive("rc", event)).toEqual({ type: "unmatched" });
    expect((await kit.get(id)).state).toBe("accepted");
    expect(await kit.store.receive("tw", event)).toMatchObject({ type: "applied" });
  });

  check(open, "accepted operations without a final word, oldest first, page by page", async (kit) => {
    const silent = [await kit.addAccepted("SM1"), await kit.addAccepted("SM2"), await kit.addAccepted("SM3")];
    const heard = await kit.addAccepted("SM4");
    await kit.store.receive("tw", receiptEvent("delivered", 5, { operationId: heard.id }));
    await kit.addAccepted("m1", { account: "rc", lane: "rc/messages" });
    await kit.pass(20);
    const now = await kit.store.now();
    await kit.pass(5);
    await kit.addAccepted("SM5");
    const ids = (operations: readonly { readonly id: string }[]): readonly string[] => operations.map(({ id }) => id);
    expect(ids(await kit.store.awaitingReceipt("tw", now, 10))).toEqual(silent.map(({ id }) => id));
    const page = await kit.store.awaitingReceipt("tw", now, 2, { createdAfter: 0, afterId: null });
    const next = { createdAfter: 0, afterId: page[1]?.id ?? null };
    expect(ids(page)).toEqual(silent.slice(0, 2).map(({ id }) => id));
    expect(ids(await kit.store.awaitingReceipt("tw", now, 2, next))).toEqual([silent[2]?.id]);
    expect(await kit.store.awaitingReceipt("tw", now, 2, { createdAfter: now + 1, afterId: null })).toEqual([]);
  });

  check(open, "what a rule may still have to act on", async (kit) => {
    const steps = { fallback: [{ account: "rc", operation: "messages.send", input: {} }] };
    const since = await kit.store.now();
    const rejected = await kit.add(steps);
    await kit.store.settle(await kit.begin(), parked(1, since, "rejected"));
    await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, since, "rejected"));
    await kit.add(steps);
    await kit.store.settle(await kit.begin(), parked(1, since, "poison"));
    const undelivered = await kit.addAccepted("SM1");
    await kit.store.receive("tw", receiptEvent("undelivered", 5, { operationId: undelivered.id }));
    const found = await kit.store.unattended({ since, afterId: null, limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([rejected.id, undelivered.id]);
    const [second] = await kit.store.unattended({ since, afterId: rejected.id, limit: 10 });
    expect(second?.id).toBe(undelivered.id);
    await kit.pass(20);
    expect(await kit.store.unattended({ since: (await kit.store.now()) + 1, afterId: null, limit: 10 })).toEqual([]);
  });
}
