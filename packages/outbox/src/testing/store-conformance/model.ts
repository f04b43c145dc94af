/* oxlint-disable vitest/no-standalone-expect -- the steps of a property are its assertions */
/**
 * Random lives of a few operations, step by step beside a model that is nothing but the table of the lifecycle. After
 * every step store and model agree; at the end, and after a kill, too. What the other groups forgot, this finds.
 */
import { next, statesBefore } from "@landline/core";
import type { LifecycleEvent, ParkedReason, StoredState } from "@landline/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ClaimedOperation, Command, NewOperation, Settlement } from "../../ports/index.ts";
import { accepted, doubted, expired, failed, heldBack, newOperation, parked, receiptEvent, retried } from "./build.ts";
import type { OpenStore } from "./kit.ts";
import { Kit, longMs } from "./kit.ts";

/** One operation as the model sees it. */
interface Believed {
  readonly asked: NewOperation;
  state: StoredState;
  version: number;
  attempts: number;
  providerId: string | null;
  reason: ParkedReason | null;
  /** Whoever holds it; null: nobody. */
  held: ClaimedOperation | null;
  /** A lease that is lost. */
  lost: ClaimedOperation | null;
}

const settlements = ["accept", "retry", "hold", "reconcile", "park", "expire"] as const;
const verbs = ["cancel", "redrive", "discard", "resolve_sent", "resolve_not_sent", "reconcile", "park"] as const;

const step = fc.oneof(
  fc.record({ do: fc.constant("insert" as const), key: fc.nat(5) }),
  fc.record({ do: fc.constant("claim" as const), limit: fc.nat(3) }),
  fc.record({ do: fc.constant("look" as const), limit: fc.nat(2) }),
  fc.record({ do: fc.constant("release" as const), pick: fc.nat(5) }),
  fc.record({ do: fc.constant("start" as const), pick: fc.nat(5) }),
  fc.record({ do: fc.constant("settle" as const), pick: fc.nat(5), how: fc.constantFrom(...settlements) }),
  fc.record({ do: fc.constant("settle_lost" as const), pick: fc.nat(5), how: fc.constantFrom(...settlements) }),
  fc.record({
    do: fc.constant("command" as const),
    pick: fc.nat(5),
    verb: fc.constantFrom(...verbs),
    stale: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("receipt" as const),
    pick: fc.nat(5),
    meaning: fc.constantFrom("progress" as const, "delivered" as const, "undelivered" as const),
  }),
);

/** A store's life against the model. */
export function modelled(open: OpenStore): void {
  test("random lives agree with the table of the lifecycle", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const opened = await open();
        try {
          const life = new Life(new Kit(opened));
          for (const each of steps) await life.take(each);
          await life.compare();
          expect(await life.kit.store.verify()).toEqual([]);
          await life.kit.reopen();
          await life.compare();
          expect(await life.kit.store.verify()).toEqual([]);
        } finally {
          await opened.close();
        }
      }),
      { numRuns: 100 },
    );
  });
}

/** Store and model, side by side. */
class Life {
  readonly kit: Kit;
  readonly #operations: Believed[] = [];
  #providerIds = 0;

  constructor(kit: Kit) {
    this.kit = kit;
  }

  async take(each: typeof step extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
    switch (each.do) {
      case "insert":
        return this.#insert(each.key);
      case "claim":
        return this.#claim(each.limit);
      case "look":
        return this.#look(each.limit);
      case "release":
        return this.#release(this.#pick(each.pick));
      case "start":
        return this.#start(this.#pick(each.pick));
      case "settle":
        return this.#settle(this.#pick(each.pick), each.how);
      case "settle_lost":
        return this.#settleLost(this.#pick(each.pick), each.how);
      case "command":
        return this.#command(this.#pick(each.pick), each.verb, each.stale);
      case "receipt":
        return this.#receive(this.#pick(each.pick), each.meaning);
      default:
        return each satisfies never;
    }
  }

  /** Every operation is as believed, and there is no other. */
  async compare(): Promise<void> {
    const counts: Record<string, number> = {};
    for (const { asked, state, version, attempts, providerId, reason } of this.#operations) {
      const record = await this.kit.get(asked.id);
      expect(record).toMatchObject({
        state,
        version,
        attemptsStarted: attempts,
        providerId,
        parkedReason: reason,
        input: asked.input,
      });
      counts[state] = (counts[state] ?? 0) + 1;
      if (reason !== null) counts[`parked.${reason}`] = (counts[`parked.${reason}`] ?? 0) + 1;
      const story = await this.kit.store.story(asked.id);
      expect(story?.attempts.map(({ number }) => number)).toEqual(
        Array.from({ length: attempts }, (_, index) => index + 1),
      );
      expect(story?.history.at(-1)?.after).toBe(state);
    }
    expect(await this.kit.store.counts()).toEqual(counts);
  }

  #pick(index: number): Believed | null {
    return this.#operations[index % Math.max(1, this.#operations.length)] ?? null;
  }

  async #insert(key: number): Promise<void> {
    const asked = newOperation(await this.kit.store.now(), { idempotencyKey: `key-${key}`, fingerprint: "same" });
    const known = this.#operations.find((each) => each.asked.idempotencyKey === asked.idempotencyKey);
    const result = await this.kit.store.insert(asked);
    if (known !== undefined) {
      expect(result).toEqual({ type: "replayed", id: known.asked.id });
      return;
    }
    expect(result.type).toBe("inserted");
    const believed = { asked, state: "queued", version: 1, attempts: 0, providerId: null, reason: null } as const;
    this.#operations.push({ ...believed, held: null, lost: null });
  }

  async #claim(limit: number): Promise<void> {
    const claimed = await this.kit.claim(limit);
    const free = this.#operations.filter((each) => isWaiting(each.state) && each.held === null);
    expect(claimed).toHaveLength(Math.min(limit, free.length));
    for (const each of claimed) this.#hold(each);
  }

  async #look(limit: number): Promise<void> {
    const request = { worker: "l1", limit, leaseMs: longMs };
    const looked = await this.kit.store.claimReconciliations(request);
    const free = this.#operations.filter((each) => each.state === "reconciling" && each.held === null);
    expect(looked).toHaveLength(Math.min(limit, free.length));
    for (const each of looked) this.#hold(each);
  }

  #hold(claimed: ClaimedOperation): void {
    const believed = this.#operations.find(({ asked }) => asked.id === claimed.id);
    if (believed === undefined) throw new Error(`${claimed.id} was never inserted`);
    expect(believed.held).toBeNull();
    if (believed.lost !== null) expect(claimed.lease).toBeGreaterThan(believed.lost.lease);
    believed.held = claimed;
  }

  async #release(believed: Believed | null): Promise<void> {
    if (believed?.held === null || believed === null) return;
    await this.kit.store.release([believed.held]);
    if (isWaiting(believed.state)) lose(believed);
  }

  async #start(believed: Believed | null): Promise<void> {
    const held = believed?.held ?? believed?.lost ?? null;
    if (believed === null || held === null) return;
    const started = await this.kit.store.start(held, { number: believed.attempts + 1, requestDigest: "d" });
    expect(started).toBe(believed.held !== null && isWaiting(believed.state));
    if (!started) return;
    believed.attempts += 1;
    move(believed, "start");
  }

  async #settle(believed: Believed | null, how: (typeof settlements)[number]): Promise<void> {
    if (believed === null || believed.held === null) return;
    const legal = statesBefore(how).includes(believed.state);
    const settlement = await this.#settlement(believed, how);
    expect(await this.kit.store.settle(believed.held, settlement), `${how} from ${believed.state}`).toBe(legal);
    if (!legal) return;
    move(believed, how);
    if (settlement.type === "accept") believed.providerId = settlement.providerId;
    believed.reason = settlement.type === "park" ? settlement.reason : null;
    lose(believed);
  }

  async #settleLost(believed: Believed | null, how: (typeof settlements)[number]): Promise<void> {
    if (believed === null || believed.lost === null) return;
    const settlement = await this.#settlement(believed, how);
    expect(await this.kit.store.settle(believed.lost, settlement)).toBe(false);
  }

  async #settlement(believed: Believed, how: (typeof settlements)[number]): Promise<Settlement> {
    const now = await this.kit.store.now();
    const number = believed.attempts;
    const attemptOf = (settlement: Settlement): Settlement =>
      believed.state === "sending" ? settlement : { ...settlement, attempt: null };
    switch (how) {
      case "accept":
        this.#providerIds += 1;
        return attemptOf(accepted(number, now, `SM${this.#providerIds}`));
      case "retry":
        return attemptOf(retried(number, now, now));
      case "hold":
        return attemptOf(heldBack(number, now, now));
      case "reconcile":
        return attemptOf(doubted(number, now, now));
      case "park":
        return attemptOf(parked(number, now, "doubt"));
      case "expire":
        return attemptOf(expired(number, now));
      default:
        return how satisfies never;
    }
  }

  async #command(believed: Believed | null, verb: (typeof verbs)[number], stale: boolean): Promise<void> {
    if (believed === null) return;
    const nothingAsked = verb === "reconcile" && believed.attempts === 0;
    const legal = statesBefore(verb).includes(believed.state) && !stale && !nothingAsked;
    const now = await this.kit.store.now();
    const version = believed.version + (stale ? 1 : 0);
    const result = await this.kit.store.command(commandOf(verb, believed.asked.id, version, now + longMs));
    expect(result.type, `${verb} from ${believed.state}`).toBe(legal ? "done" : "conflict");
    if (!legal) return;
    move(believed, verb);
    if (verb === "resolve_sent") believed.providerId = `SM-${believed.asked.id}`;
    believed.reason = verb === "park" ? "poison" : null;
    lose(believed);
  }

  async #receive(believed: Believed | null, meaning: "progress" | "delivered" | "undelivered"): Promise<void> {
    if (believed === null) return;
    const operationId = believed.asked.id;
    this.#providerIds += 1;
    const providerId = believed.providerId ?? `SM${this.#providerIds}`;
    const event = receiptEvent(meaning, meaning === "progress" ? 1 : 5, { operationId, providerId });
    const before = believed.state;
    if (before !== "parked" || believed.reason === "doubt") {
      if (next(believed.state, "accept") !== null) {
        believed.state = "accepted";
        believed.providerId = providerId;
      }
    }
    if (meaning === "delivered" && next(believed.state, "deliver") !== null) {
      believed.state = "delivered";
      believed.providerId = providerId;
    }
    if (meaning === "undelivered") believed.state = next(believed.state, "fail_delivery") ?? believed.state;
    const changed = believed.state !== before;
    const result = await this.kit.store.receive("tw", event);
    expect(result.type, `${meaning} when ${before}`).toBe(changed ? "applied" : "recorded");
    if (!changed) return;
    believed.version += 1;
    if (believed.state !== "parked") believed.reason = null;
    lose(believed);
  }
}

function isWaiting(state: StoredState): boolean {
  return state === "queued" || state === "retrying";
}

function move(believed: Believed, event: LifecycleEvent): void {
  const state = next(believed.state, event);
  if (state === null) throw new Error(`the model thinks ${event} from ${believed.state} is legal`);
  believed.state = state;
  believed.version += 1;
}

function lose(believed: Believed): void {
  if (believed.held !== null) believed.lost = believed.held;
  believed.held = null;
}

function commandOf(verb: (typeof verbs)[number], id: string, version: number, deadline: number): Command {
  const base = { id, version, actor: "ada", reason: "a test" };
  switch (verb) {
    case "redrive":
      return { ...base, type: "redrive", deadline };
    case "resolve_sent":
      return { ...base, type: "resolve_sent", evidence: "seen", providerId: `SM-${id}` };
    case "resolve_not_sent":
      return { ...base, type: "resolve_not_sent", evidence: "not there", deadline };
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
