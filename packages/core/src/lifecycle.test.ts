import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parkedReasons } from "./decide.ts";
import type { LifecycleEvent, StoredState } from "./lifecycle.ts";
import {
  isCancellable,
  isFinal,
  lifecycleEvents,
  next,
  operationStates,
  stateAfter,
  statesBefore,
} from "./lifecycle.ts";

const stored = operationStates.filter((state): state is StoredState => state !== "held");

/** The whole table once more, written from the other side: what may happen in each state, and where it leads. */
const ways: Record<StoredState, Partial<Record<LifecycleEvent, StoredState>>> = {
  queued: { start: "sending", accept: "accepted", park: "parked", expire: "expired", cancel: "cancelled" },
  sending: {
    accept: "accepted",
    retry: "retrying",
    hold: "retrying",
    reconcile: "reconciling",
    park: "parked",
    expire: "expired",
  },
  retrying: { start: "sending", accept: "accepted", park: "parked", expire: "expired", cancel: "cancelled" },
  reconciling: {
    accept: "accepted",
    retry: "retrying",
    reconcile: "reconciling",
    park: "parked",
    expire: "expired",
    resolve_sent: "accepted",
    resolve_not_sent: "queued",
  },
  accepted: { deliver: "delivered", fail_delivery: "undelivered" },
  delivered: {},
  undelivered: { park: "parked", deliver: "delivered", supersede: "superseded" },
  parked: {
    accept: "accepted",
    reconcile: "reconciling",
    cancel: "cancelled",
    deliver: "delivered",
    redrive: "queued",
    discard: "discarded",
    supersede: "superseded",
    resolve_sent: "accepted",
    resolve_not_sent: "queued",
  },
  discarded: {},
  expired: { accept: "accepted" },
  cancelled: {},
  superseded: {},
};

describe("the table", () => {
  test.each(stored)("%s leads nowhere else", (state) => {
    for (const event of lifecycleEvents) {
      expect([event, next(state, event)]).toEqual([event, ways[state][event] ?? null]);
      expect(ways[state][event] ?? stateAfter(event)).toBe(stateAfter(event));
      expect(statesBefore(event).includes(state)).toBe(ways[state][event] !== undefined);
    }
  });

  test("names the contract's states, thirteen of them", () => {
    expect(operationStates).toEqual([
      "queued",
      "sending",
      "retrying",
      "reconciling",
      "held",
      "accepted",
      "delivered",
      "undelivered",
      "parked",
      "discarded",
      "expired",
      "cancelled",
      "superseded",
    ]);
  });

  test("every event leads somewhere and every stored state but the first can be reached", () => {
    const reached = new Set<StoredState>(["queued"]);
    for (let round = 0; round < stored.length; round += 1) {
      for (const state of stored.filter((one) => reached.has(one)))
        for (const after of Object.values(ways[state])) reached.add(after);
    }
    expect([...reached].toSorted()).toEqual([...stored].toSorted());
    for (const event of lifecycleEvents) expect(statesBefore(event).length).toBeGreaterThan(0);
  });

  test("any sequence of events stays inside, and what ended stays ended but for proof of acceptance", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lifecycleEvents), { maxLength: 60 }), (events) => {
        let state: StoredState = "queued";
        for (const event of events) {
          const after: StoredState | null = next(state, event);
          expect(isFinal(state) && after !== null && !(state === "expired" && event === "accept")).toBe(false);
          state = after ?? state;
          expect(stored).toContain(state);
        }
      }),
    );
  });

  test("nothing is started but from queued and retrying, so nothing accepted is ever sent again", () => {
    expect(statesBefore("start")).toEqual(["queued", "retrying"]);
    const backToWork = lifecycleEvents.filter((event) =>
      ["queued", "retrying"].includes(next("accepted", event) ?? ""),
    );
    expect(backToWork).toEqual([]);
  });
});

test("isFinal", () => {
  expect(operationStates.filter((state) => isFinal(state))).toEqual([
    "delivered",
    "discarded",
    "expired",
    "cancelled",
    "superseded",
  ]);
});

describe("isCancellable", () => {
  test("only what has not been started and cannot have left", () => {
    expect(operationStates.filter((state) => isCancellable(state))).toEqual(["queued", "retrying", "held", "parked"]);
    expect(operationStates.filter((state) => isCancellable(state, true))).toEqual([]);
    expect(parkedReasons.filter((reason) => isCancellable("parked", false, reason))).toEqual([
      "rejected",
      "exhausted",
      "expired",
      "blocked_account",
      "poison",
    ]);
    expect(isCancellable("parked", true, "rejected")).toBe(false);
    expect(isCancellable("parked", false, null)).toBe(true);
  });

  test("agrees with the table", () => {
    for (const state of stored) expect(next(state, "cancel") !== null).toBe(isCancellable(state));
  });
});
