import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ParkedReason } from "./decide.ts";
import { parkedReasons } from "./decide.ts";
import type { StoredState } from "./lifecycle.ts";
import { next, operationStates } from "./lifecycle.ts";
import { operationClasses } from "./policy.ts";
import type { ErrorEntry, ReceiptEvent } from "./provider.ts";
import type { ReceiptSubject } from "./receipts.ts";
import { applyReceipt, mayFallBack, receiptFailure } from "./receipts.ts";

const accepted: ReceiptSubject = {
  state: "accepted",
  receiptRank: 2,
  parkedReason: null,
  class: "standard",
  hasFallback: false,
};

const ranks = { progress: 3, delivered: 5, undelivered: 6, inbound: 0 };

const event = (meaning: ReceiptEvent["meaning"], change: Partial<ReceiptEvent> = {}): ReceiptEvent => ({
  providerId: "SM1",
  operationId: null,
  status: meaning === "progress" ? "sent" : meaning,
  rank: ranks[meaning],
  meaning,
  code: meaning === "undelivered" ? "30003" : null,
  message: null,
  at: null,
  dedupeKey: meaning,
  optedOut: null,
  ...change,
});

const entry: ErrorEntry = {
  code: "30003",
  status: null,
  arrives: "async",
  meaning: "Unreachable handset",
  execution: "executed",
  kind: "undelivered",
  remedy: "other_channel",
  responsible: "recipient",
  retry: "never",
  otherChannel: "yes",
  guidance: "The phone is off. Try another channel.",
  docs: "https://example.com/30003",
  source: "page",
  read: "2026-01-01",
};

describe("an accepted operation", () => {
  test("progress raises the rank and nothing else", () => {
    expect(applyReceipt(accepted, event("progress"), null)).toEqual({
      events: [],
      state: "accepted",
      receiptRank: 3,
      fallback: false,
      failure: null,
      alert: false,
      because: "progress: sent",
    });
  });

  test("never goes backwards, and equal progress is no progress", () => {
    for (const rank of [1, 2]) {
      const step = applyReceipt(accepted, event("progress", { rank }), null);
      expect(step).toMatchObject({ events: [], receiptRank: 2, because: "sent is older than what is known" });
    }
  });

  test("is delivered, whatever the rank of the word", () => {
    for (const rank of [1, 2, 5]) {
      expect(applyReceipt(accepted, event("delivered", { rank }), null)).toEqual({
        events: ["deliver"],
        state: "delivered",
        receiptRank: Math.max(2, rank),
        fallback: false,
        failure: null,
        alert: false,
        because: "delivered",
      });
    }
  });

  test("an inbound message is not about it", () => {
    const step = applyReceipt(accepted, event("inbound", { rank: 99 }), null);
    expect(step).toMatchObject({ events: [], state: "accepted", receiptRank: 2, failure: null, alert: false });
    expect(step.because).toBe("an inbound message, not about this operation");
  });
});

describe("a failed delivery, by class", () => {
  const fail = (change: Partial<ReceiptSubject>, row: ErrorEntry | null = entry, more: Partial<ReceiptEvent> = {}) =>
    applyReceipt({ ...accepted, ...change }, event("undelivered", more), row);

  test("critical asks a person when no other way is named", () => {
    expect(fail({ class: "critical" })).toMatchObject({
      events: ["fail_delivery", "park"],
      state: "parked",
      receiptRank: 6,
      fallback: false,
      alert: false,
      because: "undelivered (30003): critical, so a person decides",
    });
  });

  test.each(operationClasses)("%s goes down the route when one is named", (name) => {
    expect(fail({ class: name, hasFallback: true })).toMatchObject({
      events: ["fail_delivery"],
      state: "undelivered",
      fallback: true,
      because: "undelivered (30003): the next step of the route is sent",
    });
  });

  test("the route is not taken for one who opted out, nor where the code forbids another channel", () => {
    for (const [row, more] of [
      [{ ...entry, optedOut: true }, {}],
      [entry, { optedOut: "+15551234567" }],
      [{ ...entry, otherChannel: "no" as const }, {}],
      [{ ...entry, otherChannel: "consent" as const }, {}],
    ] as const) {
      expect(mayFallBack(event("undelivered", more), row)).toBe(false);
      expect(fail({ class: "critical", hasFallback: true }, row, more)).toMatchObject({
        state: "parked",
        fallback: false,
      });
    }
    expect(mayFallBack(event("undelivered"), entry)).toBe(true);
    expect(mayFallBack(event("undelivered"), null)).toBe(true);
    expect(fail({ hasFallback: true }, null).fallback).toBe(true);
  });

  test("standard is recorded, or parked where somebody of ours must act", () => {
    expect(fail({})).toMatchObject({
      events: ["fail_delivery"],
      state: "undelivered",
      because: "undelivered (30003): recorded",
    });
    expect(fail({}, null)).toMatchObject({ events: ["fail_delivery"], state: "undelivered" });
    for (const responsible of ["operator", "caller"] as const) {
      expect(fail({}, { ...entry, responsible })).toMatchObject({
        events: ["fail_delivery", "park"],
        state: "parked",
        because: `undelivered (30003): the ${responsible} must act`,
      });
    }
    for (const responsible of ["recipient", "provider", "network", "nobody"] as const) {
      expect(fail({}, { ...entry, responsible }).state).toBe("undelivered");
    }
  });

  test("bulk is recorded, whoever must act", () => {
    for (const responsible of ["operator", "caller", "recipient"] as const) {
      expect(fail({ class: "bulk" }, { ...entry, responsible })).toMatchObject({
        events: ["fail_delivery"],
        state: "undelivered",
        fallback: false,
        because: "undelivered (30003): recorded",
      });
    }
    expect(fail({ class: "bulk" }, null, { code: null }).because).toBe("undelivered: recorded");
  });
});

describe("late and unexpected words", () => {
  const at = (state: StoredState, parkedReason: ParkedReason | null = null): ReceiptSubject => ({
    ...accepted,
    state,
    parkedReason,
    receiptRank: 0,
  });

  test.each(["queued", "sending", "retrying", "reconciling", "expired"] as const)(
    "%s: any word proves acceptance",
    (state) => {
      const alert = state === "expired";
      expect(applyReceipt(at(state), event("progress"), null)).toMatchObject({
        events: ["accept"],
        state: "accepted",
        alert,
        because: "sent, which proves that the provider took it",
      });
      expect(applyReceipt(at(state), event("delivered"), null)).toMatchObject({
        events: ["accept", "deliver"],
        state: "delivered",
        alert,
        because: "delivered, which proves that the provider took it",
      });
      expect(applyReceipt({ ...at(state), class: "critical" }, event("undelivered"), entry)).toMatchObject({
        events: ["accept", "fail_delivery", "park"],
        state: "parked",
      });
      expect(applyReceipt(at(state), event("inbound"), null).events).toEqual([]);
    },
  );

  test("parked as doubt is settled by any word", () => {
    expect(applyReceipt(at("parked", "doubt"), event("progress"), null)).toMatchObject({
      events: ["accept"],
      state: "accepted",
      alert: false,
    });
    expect(applyReceipt(at("parked", "doubt"), event("delivered"), null)).toMatchObject({
      events: ["accept", "deliver"],
      state: "delivered",
    });
    expect(applyReceipt(at("parked", "doubt"), event("undelivered"), null)).toMatchObject({
      events: ["accept", "fail_delivery"],
      state: "undelivered",
    });
  });

  test.each(parkedReasons.filter((reason) => reason !== "doubt"))(
    "parked as %s: only a delivery counts, and people are told",
    (reason) => {
      expect(applyReceipt(at("parked", reason), event("delivered"), null)).toMatchObject({
        events: ["deliver"],
        state: "delivered",
        alert: true,
        because: "delivered although it was parked: a late word, both are kept",
      });
      expect(applyReceipt(at("parked", reason), event("progress"), null)).toMatchObject({
        events: [],
        state: "parked",
        alert: false,
      });
      expect(applyReceipt(at("parked", reason), event("undelivered"), entry)).toMatchObject({
        events: [],
        state: "parked",
        fallback: false,
      });
    },
  );

  test("delivered after undelivered: both are kept, people are told", () => {
    expect(applyReceipt({ ...at("undelivered"), receiptRank: 6 }, event("delivered"), null)).toMatchObject({
      events: ["deliver"],
      state: "delivered",
      receiptRank: 6,
      alert: true,
    });
    expect(applyReceipt({ ...at("undelivered"), receiptRank: 6 }, event("undelivered"), entry)).toMatchObject({
      events: [],
      state: "undelivered",
      alert: false,
    });
  });

  test("undelivered after delivered: recorded, never taken back, people are told", () => {
    expect(applyReceipt({ ...at("delivered"), receiptRank: 5 }, event("undelivered"), entry)).toMatchObject({
      events: [],
      state: "delivered",
      receiptRank: 6,
      alert: true,
      because: "undelivered after it was delivered: both are kept, it stays delivered",
      failure: { kind: "undelivered" },
    });
    expect(
      applyReceipt({ ...at("delivered"), receiptRank: 5 }, event("progress", { rank: 7, status: "read" }), null),
    ).toMatchObject({
      events: [],
      receiptRank: 7,
      alert: false,
      because: "progress: read",
    });
    expect(applyReceipt({ ...at("delivered"), receiptRank: 5 }, event("delivered"), null)).toMatchObject({
      events: [],
      alert: false,
    });
  });

  test("what was ended on purpose stays ended; a sign that it left is told", () => {
    const alerts = (state: StoredState): readonly boolean[] =>
      (["progress", "undelivered", "delivered"] as const).map(
        (meaning) => applyReceipt(at(state), event(meaning), null).alert,
      );
    expect(alerts("cancelled")).toEqual([true, true, true]);
    expect(alerts("discarded")).toEqual([false, false, true]);
    expect(alerts("superseded")).toEqual([false, false, true]);
    expect(applyReceipt(at("superseded"), event("delivered"), null)).toMatchObject({
      events: [],
      state: "superseded",
      receiptRank: 5,
      because: "delivered although it was superseded",
    });
  });
});

test("receiptFailure says what the table says, and is honest about what it does not", () => {
  expect(receiptFailure(event("undelivered"), { ...entry, category: "C" })).toEqual({
    kind: "undelivered",
    category: "C",
    shape: "receipt",
    execution: "executed",
    remedy: "other_channel",
    responsible: "recipient",
    status: null,
    code: "30003",
    message: "Unreachable handset",
    field: null,
    requestId: null,
    retryAt: null,
    guidance: "The phone is off. Try another channel.",
    docs: "https://example.com/30003",
  });
  expect(receiptFailure(event("undelivered"), { ...entry, execution: "unknown" }).execution).toBe("unknown");
  expect(receiptFailure(event("undelivered", { message: "their words" }), entry).message).toBe("their words");
  expect(receiptFailure(event("undelivered"), entry).category).toBeNull();
  expect(receiptFailure(event("undelivered", { code: "39999" }), null)).toMatchObject({
    kind: "undelivered",
    category: null,
    remedy: "none",
    responsible: "nobody",
    message: "The provider reports undelivered",
    guidance:
      "The provider reports undelivered with code 39999, which is not in the table. Look at the recipient and the provider's log.",
    docs: null,
  });
  expect(receiptFailure(event("undelivered", { code: null }), null).guidance).toContain("without a code");
});

test("every step is a chain of legal transitions, never lowers the rank, and a second time changes nothing", () => {
  const states = operationStates.filter((state): state is StoredState => state !== "held");
  const subjects = fc.record({
    state: fc.constantFrom(...states),
    receiptRank: fc.nat(9),
    parkedReason: fc.constantFrom(null, ...parkedReasons),
    class: fc.constantFrom(...operationClasses),
    hasFallback: fc.boolean(),
  });
  const meanings = fc.constantFrom("progress", "delivered", "undelivered", "inbound");
  fc.assert(
    fc.property(subjects, meanings, fc.nat(9), fc.constantFrom(null, entry), (subject, meaning, rank, row) => {
      const step = applyReceipt(subject, event(meaning, { rank }), row);
      let { state }: { state: StoredState } = subject;
      for (const one of step.events) {
        const after = next(state, one);
        expect(after).not.toBeNull();
        state = after!;
      }
      expect(step.state).toBe(state);
      expect(step.receiptRank).toBeGreaterThanOrEqual(subject.receiptRank);
      const surprising = ["parked", "undelivered", "expired", "delivered", "cancelled", "discarded", "superseded"];
      expect(step.alert && !surprising.includes(subject.state)).toBe(false);
      expect(step.fallback && !subject.hasFallback).toBe(false);
      expect(step.failure === null).toBe(meaning !== "undelivered");
      const parkedReason = step.events.includes("park") ? "undelivered" : subject.parkedReason;
      const repeated = applyReceipt(
        { ...subject, state, receiptRank: step.receiptRank, parkedReason },
        event(meaning, { rank }),
        row,
      );
      expect(repeated.events).toEqual([]);
    }),
  );
});
