/** What people do: only from legal states, only with the version they saw, with actor and reason, all or nothing. */
import { statesBefore } from "@landline/core";
import type { StoredState } from "@landline/core";
import { expect } from "vitest";
import type { LifecycleCommand, Settlement, Store } from "../../ports/index.ts";
import { accepted, doubted, failed, newOperation, parked, receiptEvent, retried } from "./build.ts";
import type { Kit, OpenStore } from "./kit.ts";
import { check, longMs } from "./kit.ts";

type Verb = LifecycleCommand["type"];

const verbs: readonly Verb[] = [
  "cancel",
  "redrive",
  "discard",
  "resolve_sent",
  "resolve_not_sent",
  "reconcile",
  "supersede",
  "park",
];

const after: Record<Verb, StoredState> = {
  cancel: "cancelled",
  redrive: "queued",
  discard: "discarded",
  resolve_sent: "accepted",
  resolve_not_sent: "queued",
  reconcile: "reconciling",
  supersede: "superseded",
  park: "parked",
};

/** Tests of `command`. */
export function commanding(open: OpenStore): void {
  check(open, "each verb from its legal states, and from no other", async (kit) => {
    for (const verb of verbs) {
      for (const [state, prepare] of states) {
        const operation = await kit.add();
        await prepare(kit);
        const before = await kit.get(operation.id);
        expect(before.state).toBe(state);
        const nothingAsked = verb === "reconcile" && before.attemptsStarted === 0;
        const legal = statesBefore(verb).includes(state) && !nothingAsked;
        const result = await kit.store.command(await order(kit.store, verb, operation.id, before.version));
        expect(result.type, `${verb} from ${state}`).toBe(legal ? "done" : "conflict");
        const now = await kit.get(operation.id);
        expect(now).toMatchObject({ state: legal ? after[verb] : state, version: before.version + (legal ? 1 : 0) });
        if (!legal) expect(now).toEqual(before);
        await clear(kit);
      }
    }
  });

  check(open, "a stale version changes nothing and shows what is there", async (kit) => {
    const operation = await kit.add();
    const result = await kit.store.command(await order(kit.store, "cancel", operation.id, 2));
    expect(result).toMatchObject({ type: "conflict", operation: { id: operation.id, version: 1, state: "queued" } });
    expect(await kit.store.command(await order(kit.store, "cancel", "op_nothing", 1))).toEqual({ type: "not_found" });
    expect((await kit.store.story(operation.id))?.history).toHaveLength(1);
  });

  check(open, "of two people at once, one wins", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    await kit.store.settle(begun, parked(1, await kit.store.now()));
    const { version } = await kit.get(operation.id);
    const orders = await Promise.all(
      (["redrive", "discard", "redrive", "supersede"] as const).map(async (verb) =>
        order(kit.store, verb, operation.id, version),
      ),
    );
    const results = await Promise.all(orders.map((each) => kit.store.command(each)));
    expect(results.map(({ type }) => type).toSorted()).toEqual(["conflict", "conflict", "conflict", "done"]);
    expect((await kit.get(operation.id)).version).toBe(version + 1);
  });

  check(open, "a command takes the lease away from whoever holds it", async (kit) => {
    const operation = await kit.add();
    const claimed = await kit.claimOne();
    expect(await kit.store.command(await order(kit.store, "cancel", operation.id, 1))).toMatchObject({ type: "done" });
    expect(await kit.start(claimed)).toBe(false);
    expect(await kit.store.settle(claimed, { ...parked(0, 0), attempt: null })).toBe(false);
    expect(await kit.get(operation.id)).toMatchObject({ state: "cancelled", version: 2 });
  });

  check(open, "a redriven operation begins anew and keeps its attempts", async (kit) => {
    const operation = await kit.add();
    const begun = await kit.begin();
    const now = await kit.store.now();
    await kit.store.settle(begun, parked(1, now, "exhausted"));
    const redrive = await order(kit.store, "redrive", operation.id, 3);
    const result = await kit.store.command(redrive);
    expect(result).toMatchObject({ type: "done", childId: null, operation: { state: "queued", version: 4 } });
    await kit.reopen();
    expect(await kit.get(operation.id)).toMatchObject({
      state: "queued",
      parkedReason: null,
      failure: null,
      attemptsStarted: 1,
      deadline: redrive.type === "redrive" ? redrive.deadline : 0,
      history: { spent: 0, waitedMs: 0, firstAttemptAt: now, doubtOpen: false },
    });
    const again = await kit.begin();
    expect(again.lease).toBeGreaterThan(begun.lease);
    await kit.store.settle(again, await kit.accepting(again, "SM1"));
    expect((await kit.store.story(operation.id))?.attempts.map(({ number }) => number)).toEqual([1, 2]);
  });

  check(open, "resolving as sent keeps the evidence and the provider's id", async (kit) => {
    const operation = await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now(), "doubt"));
    await kit.store.command(await order(kit.store, "resolve_sent", operation.id, 3));
    const story = await kit.store.story(operation.id);
    expect(story?.operation).toMatchObject({
      state: "accepted",
      providerId: "SM-evidence",
      parkedReason: null,
      failure: null,
    });
    expect(story?.history.at(-1)).toMatchObject({ actor: "ada", before: "parked", after: "accepted" });
    expect(story?.history.at(-1)?.because).toContain("seen in the provider's log");
    expect([...(await kit.store.ownedProviderIds("tw", ["SM-evidence"], ""))]).toEqual(["SM-evidence"]);
  });

  check(open, "a child comes with the end of its parent, or not at all", async (kit) => {
    const parent = await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now()));
    const supersede = await order(kit.store, "supersede", parent.id, 3);
    if (supersede.type !== "supersede") throw new Error("no");
    expect(await kit.store.command({ ...supersede, version: 2 })).toMatchObject({ type: "conflict" });
    expect(await kit.store.get(supersede.child.id)).toBeNull();
    expect(await kit.store.command(supersede)).toMatchObject({ type: "done", childId: supersede.child.id });
    await kit.reopen();
    const story = await kit.store.story(parent.id);
    expect(story?.operation).toMatchObject({ state: "superseded", input: parent.input });
    expect(story?.childIds).toEqual([supersede.child.id]);
    expect(await kit.get(supersede.child.id)).toMatchObject({ state: "queued", parentId: parent.id });
    expect((await kit.claim()).map(({ id }) => id)).toEqual([supersede.child.id]);
  });

  check(open, "every act has its actor, reason, before and after in the history", async (kit) => {
    const operation = await kit.add();
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now()));
    for (const [verb, version] of [
      ["redrive", 3],
      ["cancel", 4],
    ] as const) {
      expect(await kit.store.command(await order(kit.store, verb, operation.id, version))).toMatchObject({
        type: "done",
      });
    }
    const history = (await kit.store.story(operation.id))?.history ?? [];
    expect(history.map(({ before, after: to }) => [before, to])).toEqual([
      [null, "queued"],
      ["queued", "sending"],
      ["sending", "parked"],
      ["parked", "queued"],
      ["queued", "cancelled"],
    ]);
    expect(history.map(({ event }) => event)).toEqual(history.map(({ after: to }) => `operation.${to}`));
    expect(history.slice(3)).toMatchObject([
      { actor: "ada", because: "redrive because of a test" },
      { actor: "ada", because: "cancel because of a test" },
    ]);
    expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted((left, right) => left - right));
  });

  check(open, "an ordered operation is not sent again once a newer one of its subject was", async (kit) => {
    const ordered = { ordered: true, subject: "ada" } as const;
    const optIn = await kit.add(ordered);
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now()));
    await kit.add(ordered);
    const { version } = await kit.get(optIn.id);
    const begun = await kit.begin();
    await kit.store.settle(begun, await kit.accepting(begun, "SM1"));
    expect(await kit.store.command(await order(kit.store, "redrive", optIn.id, version))).toMatchObject({
      type: "conflict",
    });
    expect(await kit.store.command(await order(kit.store, "discard", optIn.id, version))).toMatchObject({
      type: "done",
    });
  });

  check(open, "an ordered operation that is sent again stands before its successors", async (kit) => {
    const ordered = { ordered: true, subject: "ada" } as const;
    const first = await kit.add(ordered);
    await kit.store.settle(await kit.begin(), parked(1, await kit.store.now()));
    await kit.add(ordered);
    expect(await kit.store.command(await order(kit.store, "redrive", first.id, 3))).toMatchObject({ type: "done" });
    expect((await kit.claim()).map(({ id }) => id)).toEqual([first.id]);
  });
}

/** Ways into each state for the operation that was just inserted. */
const states: readonly [StoredState, (kit: Kit) => Promise<void>][] = [
  ["queued", async () => undefined],
  ["sending", async (kit) => void (await kit.begin())],
  ["retrying", async (kit) => settleOne(kit, (now) => retried(1, now, now + 900_000))],
  ["reconciling", async (kit) => settleOne(kit, (now) => doubted(1, now, now + 900_000))],
  ["accepted", async (kit) => settleOne(kit, (now) => accepted(1, now, "SM1"))],
  ["delivered", async (kit) => heard(kit, "delivered")],
  ["undelivered", async (kit) => heard(kit, "undelivered")],
  ["parked", async (kit) => settleOne(kit, (now) => parked(1, now))],
  ["discarded", async (kit) => obeyed(kit, "discard")],
  ["cancelled", async (kit) => obeyed(kit, "cancel")],
];

async function settleOne(kit: Kit, settlement: (now: number) => Settlement): Promise<void> {
  const begun = await kit.begin();
  expect(await kit.store.settle(begun, settlement(await kit.store.now()))).toBe(true);
}

async function heard(kit: Kit, meaning: "delivered" | "undelivered"): Promise<void> {
  const begun = await kit.begin();
  await kit.store.settle(begun, await kit.accepting(begun, "SM1"));
  await kit.store.receive("tw", receiptEvent(meaning, 9, { operationId: begun.id }));
}

async function obeyed(kit: Kit, verb: "discard" | "cancel"): Promise<void> {
  const { id, ...begun } = await kit.begin();
  await kit.store.settle({ id, lease: begun.lease }, parked(1, await kit.store.now()));
  expect(await kit.store.command(await order(kit.store, verb, id, 3))).toMatchObject({ type: "done" });
}

/** Empties the lane, so that the next operation is the one that is claimed. */
async function clear(kit: Kit): Promise<void> {
  for (const each of await kit.claim(100)) {
    await kit.store.settle(each, { ...parked(0, 0), attempt: null });
  }
}

async function order(store: Store, verb: Verb, id: string, version: number): Promise<LifecycleCommand> {
  const base = { id, version, actor: "ada", reason: `${verb} because of a test` };
  const now = await store.now();
  switch (verb) {
    case "redrive":
      return { ...base, type: "redrive", deadline: now + longMs };
    case "resolve_sent":
      return { ...base, type: "resolve_sent", evidence: "seen in the provider's log", providerId: "SM-evidence" };
    case "resolve_not_sent":
      return { ...base, type: "resolve_not_sent", evidence: "not in the provider's log", deadline: now + longMs };
    case "supersede":
      return { ...base, type: "supersede", how: "fix", child: newOperation(now, { parentId: id }) };
    case "park":
      return { ...base, type: "park", parkedReason: "poison", failure: failed("internal", "poison") };
    case "cancel":
    case "discard":
    case "reconcile":
      return { ...base, type: verb };
    default:
      return verb satisfies never;
  }
}
