import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttemptHistory, DecisionInput } from "./decide.ts";
import { decide, decideAfterAbsence, parkedReasons, saysExhausted } from "./decide.ts";
import type { Failure } from "./failure.ts";
import { failure } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import { defaultPolicy, guarantees } from "./policy.ts";
import type { OperationTraits } from "./provider.ts";

const now = Date.UTC(2026, 0, 1);

const traitsOf = (change: Partial<OperationTraits> = {}): OperationTraits => ({
  family: "messages",
  effect: "create",
  doubt: "lookup",
  keyLifetimeMs: null,
  lookupSettleMs: 15_000,
  ordered: false,
  ...change,
});

const failed = (change: Partial<Failure> = {}): Failure =>
  failure({
    kind: "unavailable",
    execution: "not_executed",
    remedy: "retry",
    responsible: "provider",
    message: "m",
    ...change,
  });

const unavailable: Outcome = { type: "unavailable", failure: failed({ status: 503, code: "20503" }), retryAt: null };
const throttled: Outcome = { type: "throttled", failure: failed({ kind: "rate_limited", status: 429 }), retryAt: null };
const ambiguous: Outcome = {
  type: "ambiguous",
  failure: failed({ execution: "unknown", remedy: "reconcile", status: 500 }),
  retryAt: null,
  answered: true,
};
const rejected: Outcome = {
  type: "rejected",
  failure: failed({ kind: "invalid_request", remedy: "fix_request", status: 400, code: "21211" }),
  blocksAccount: false,
  optedOut: false,
};
const accepted: Outcome = {
  type: "accepted",
  providerId: "SM1",
  providerStatus: null,
  value: null,
  requestId: null,
  status: 201,
};

const first: AttemptHistory = { spent: 1, waitedMs: 0, firstAttemptAt: now, doubtOpen: false };

const input = (change: Partial<DecisionInput> = {}): DecisionInput => ({
  outcome: unavailable,
  traits: traitsOf(),
  policy: defaultPolicy,
  guarantee: "once",
  history: first,
  deadline: null,
  now,
  random: 0,
  budget: true,
  mode: "outbox",
  ...change,
});

/** The decision as one word, with the reason where it parks. */
const word = (change: Partial<DecisionInput>): string => {
  const decision = decide(input(change));
  return decision.type === "park" ? `park:${decision.reason}` : decision.type;
};

describe("plain endings", () => {
  test("accepted", () => {
    expect(decide(input({ outcome: accepted }))).toEqual({ type: "accept", because: "the provider took it as SM1" });
    expect(
      word({ outcome: accepted, history: { ...first, doubtOpen: true, spent: 99 }, deadline: now - 1, budget: false }),
    ).toBe("accept");
  });

  test("rejected is parked, never retried", () => {
    expect(decide(input({ outcome: rejected }))).toEqual({
      type: "park",
      reason: "rejected",
      failure: rejected.failure,
      because: "invalid_request (400/21211) would be refused again unchanged",
    });
    expect(word({ outcome: { ...rejected, blocksAccount: true } })).toBe("park:blocked_account");
    for (const guarantee of guarantees) expect(word({ outcome: rejected, guarantee })).toBe("park:rejected");
  });

  test("a failure without status and code is described by its kind", () => {
    const bare: Outcome = { ...rejected, failure: failed({ kind: "transport" }) };
    expect(decide(input({ outcome: bare })).because).toBe("transport would be refused again unchanged");
  });

  test("the reasons are the contract's", () => {
    expect(parkedReasons).toEqual([
      "rejected",
      "exhausted",
      "doubt",
      "undelivered",
      "expired",
      "blocked_account",
      "poison",
    ]);
  });
});

describe("when to try again (semantics §2)", () => {
  /** Runs an operation that is never executed to its end, in virtual time. */
  const run = (
    change: Partial<DecisionInput>,
  ): { readonly delays: readonly number[]; readonly end: string; readonly waited: number } => {
    const delays: number[] = [];
    let at = now;
    let { spent, waitedMs } = first;
    for (;;) {
      const history = { ...first, spent, waitedMs };
      const decision = decide(input({ ...change, history, now: at }));
      if (decision.type !== "retry") {
        return { delays, end: decision.type === "park" ? decision.reason : decision.type, waited: waitedMs };
      }
      expect(decision.delayMs).toBe(decision.at - at);
      delays.push(decision.delayMs);
      at = decision.at;
      spent += 1;
      waitedMs += decision.backoffMs;
    }
  };

  test.each(["outbox", "call"] as const)("%s: 1, 2, 4, 8, 16 s, then parked as exhausted", (mode) => {
    expect(run({ mode })).toEqual({ delays: [1_000, 2_000, 4_000, 8_000, 16_000], end: "exhausted", waited: 31_000 });
  });

  test("at most 20 % more, never less, at most five retries and 60 s in all", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom("outbox", "call"),
        (random, mode) => {
          const { delays, end } = run({ random, mode });
          expect(end).toBe("exhausted");
          expect(delays).toHaveLength(5);
          for (const [index, delay] of delays.entries()) {
            const plain = 1_000 * 2 ** index;
            expect(delay).toBeGreaterThanOrEqual(plain);
            expect(Math.abs(delay - plain * (1 + 0.2 * random))).toBeLessThanOrEqual(1);
          }
          expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThanOrEqual(60_000);
        },
      ),
    );
  });

  test("attemptsMax 1 means one, 2 means two", () => {
    expect(run({ policy: { ...defaultPolicy, attemptsMax: 1 } }).delays).toEqual([]);
    expect(run({ policy: { ...defaultPolicy, attemptsMax: 2 } }).delays).toEqual([1_000]);
    expect(decide(input({ policy: { ...defaultPolicy, attemptsMax: 1 } }))).toMatchObject({
      type: "park",
      reason: "exhausted",
      because: "all 1 attempts are spent",
      failure: { execution: "not_executed" },
    });
  });

  test("the total of waiting is a ceiling, not a goal", () => {
    const policy = { ...defaultPolicy, attemptsMax: 100 };
    expect(run({ policy })).toEqual({ delays: [1_000, 2_000, 4_000, 8_000, 16_000], end: "exhausted", waited: 31_000 });
    expect(run({ policy: { ...policy, totalWaitMaxMs: 61_000 } }).delays).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000,
    ]);
    const decision = decide(input({ policy, history: { ...first, spent: 6, waitedMs: 31_000 } }));
    expect(decision).toMatchObject({
      type: "park",
      reason: "exhausted",
      because: "the next try would exceed 60 s of waiting in all",
      failure: { retryAt: "2026-01-01T00:00:30.000Z" },
    });
  });

  test("says what it does", () => {
    expect(decide(input({ random: 0.5 }))).toEqual({
      type: "retry",
      at: now + 1_100,
      delayMs: 1_100,
      backoffMs: 1_100,
      because: "unavailable (503/20503): attempt 2 of 6 in 1.1 s",
    });
  });

  test("Retry-After is never undercut", () => {
    fc.assert(
      fc.property(
        fc.nat(200_000),
        fc.nat(5),
        fc.constantFrom("outbox", "call"),
        fc.constantFrom(throttled, unavailable, ambiguous),
        (asked, spent, mode, outcome) => {
          const retryAt = now + asked;
          const decision = decide(
            input({
              outcome: { ...outcome, retryAt },
              mode,
              traits: traitsOf({ doubt: "deduplicate" }),
              history: { ...first, spent },
            }),
          );
          const at = "at" in decision ? decision.at : Number.POSITIVE_INFINITY;
          expect(at).toBeGreaterThanOrEqual(retryAt);
        },
      ),
    );
  });

  test("a long Retry-After ends a call with the instant, and only waits in the outbox", () => {
    const asked: Outcome = { ...unavailable, retryAt: now + 60_001 };
    expect(decide(input({ outcome: asked, mode: "call" }))).toMatchObject({
      type: "park",
      reason: "exhausted",
      failure: { retryAt: "2026-01-01T00:01:00.001Z" },
    });
    expect(decide(input({ outcome: { ...asked, retryAt: now + 60_000 }, mode: "call" }))).toMatchObject({
      type: "retry",
      backoffMs: 60_000,
    });
    expect(decide(input({ outcome: asked }))).toMatchObject({
      type: "retry",
      at: now + 60_001,
      delayMs: 60_001,
      backoffMs: 1_000,
    });
  });

  test("a Retry-After in the past does not hurry", () => {
    expect(decide(input({ outcome: { ...unavailable, retryAt: now - 5_000 } }))).toMatchObject({ at: now + 1_000 });
  });
});

describe("deadline", () => {
  test("nothing is planned for the deadline or after it", () => {
    expect(word({ deadline: now + 1_001 })).toBe("retry");
    expect(decide(input({ deadline: now + 1_000 }))).toEqual({
      type: "expire",
      failure: { ...failed({ status: 503, code: "20503" }), retryAt: "2026-01-01T00:00:01.000Z" },
      because: "the next try would come after the deadline",
    });
    expect(word({ outcome: throttled, deadline: now + 1_000 })).toBe("expire");
    expect(word({ outcome: throttled, deadline: now + 1_001 })).toBe("hold");
    expect(word({ outcome: { ...throttled, retryAt: now + 9_000 }, deadline: now + 9_000 })).toBe("expire");
    expect(word({ outcome: { ...throttled, retryAt: now + 9_000 }, deadline: now + 9_000, mode: "call" })).toBe(
      "expire",
    );
  });

  test("what may have been sent is parked as doubt, not expired; an idempotent operation expires", () => {
    const traits = traitsOf({ doubt: "deduplicate" });
    expect(decide(input({ outcome: ambiguous, traits, deadline: now + 500 }))).toMatchObject({
      type: "park",
      reason: "doubt",
      failure: { execution: "unknown", remedy: "reconcile", retryAt: "2026-01-01T00:00:01.000Z" },
    });
    expect(word({ outcome: throttled, traits, deadline: now + 500, history: { ...first, doubtOpen: true } })).toBe(
      "park:doubt",
    );
    const idempotent = traitsOf({ effect: "idempotent" });
    expect(decide(input({ outcome: ambiguous, traits: idempotent, deadline: now + 500 }))).toMatchObject({
      type: "expire",
      failure: { execution: "unknown" },
    });
    expect(
      decide(input({ traits: idempotent, deadline: now + 500, history: { ...first, doubtOpen: true } })),
    ).toMatchObject({ type: "expire", failure: { execution: "unknown" } });
  });

  test("asking is not sending: doubt is looked into after the deadline too", () => {
    expect(word({ outcome: ambiguous, deadline: now - 1 })).toBe("reconcile");
  });
});

describe("throttled", () => {
  test("in the outbox the lane waits, whatever was spent or waited, with or without budget", () => {
    expect(decide(input({ outcome: throttled, random: 0.5 }))).toEqual({
      type: "hold",
      at: now + 1_100,
      because: "rate_limited (429): the lane waits, no attempt is spent",
    });
    expect(word({ outcome: throttled, budget: false, history: { ...first, spent: 99, waitedMs: 1e9 } })).toBe("hold");
    expect(decide(input({ outcome: { ...throttled, retryAt: now + 7_000 }, random: 0.5 }))).toMatchObject({
      at: now + 7_000,
    });
    expect(decide(input({ outcome: throttled, history: { ...first, spent: 5 } }))).toMatchObject({ at: now + 1_000 });
  });

  test("in a call it spends an attempt, so that a call is finite", () => {
    expect(word({ outcome: throttled, mode: "call" })).toBe("retry");
    expect(word({ outcome: throttled, mode: "call", history: { ...first, spent: 6 } })).toBe("park:exhausted");
  });
});

describe("retry budget", () => {
  test("an empty one ends a call", () => {
    expect(decide(input({ budget: false, mode: "call" }))).toMatchObject({
      type: "park",
      reason: "exhausted",
      because: "the retry budget of the lane is empty",
    });
  });

  test("in the outbox it costs time and never the operation", () => {
    expect(decide(input({ budget: false }))).toEqual({
      type: "retry",
      at: now + 30_000,
      delayMs: 30_000,
      backoffMs: 1_000,
      because: "unavailable (503/20503): attempt 2 of 6 in 30 s, slowly, for the retry budget of the lane is empty",
    });
    const backoff = { ...defaultPolicy.backoff, jitter: 1 };
    const decision = decide(
      input({
        budget: false,
        random: 0.5,
        policy: { ...defaultPolicy, backoff },
        history: { ...first, spent: 6, waitedMs: 0 },
      }),
    );
    expect(decision.type).toBe("park");
    expect(
      decide(
        input({
          budget: false,
          random: 0.5,
          policy: { ...defaultPolicy, attemptsMax: 9, backoff },
          history: { ...first, spent: 6 },
        }),
      ),
    ).toMatchObject({ delayMs: 45_000, backoffMs: 45_000 });
  });

  test("spent attempts are named before an empty budget", () => {
    expect(decide(input({ budget: false, mode: "call", history: { ...first, spent: 6 } })).because).toBe(
      "all 6 attempts are spent",
    );
  });
});

describe("doubt (semantics §3)", () => {
  const matrix: readonly [DecisionInput["guarantee"], OperationTraits["effect"], OperationTraits["doubt"], string][] = [
    ["once", "create", "deduplicate", "retry"],
    ["once", "create", "lookup", "reconcile"],
    ["once", "create", "park", "park:doubt"],
    ["at-least-once", "create", "deduplicate", "retry"],
    ["at-least-once", "create", "lookup", "retry"],
    ["at-least-once", "create", "park", "retry"],
    ["at-most-once", "create", "deduplicate", "park:doubt"],
    ["at-most-once", "create", "lookup", "park:doubt"],
    ["at-most-once", "create", "park", "park:doubt"],
    ["once", "idempotent", "deduplicate", "retry"],
    ["once", "idempotent", "lookup", "retry"],
    ["once", "idempotent", "park", "retry"],
    ["at-most-once", "idempotent", "lookup", "retry"],
    ["at-most-once", "idempotent", "park", "retry"],
    ["at-least-once", "idempotent", "park", "retry"],
  ];

  test.each(matrix)("%s, %s, %s: an ambiguous attempt is followed by %s", (guarantee, effect, doubt, expected) => {
    expect(word({ outcome: ambiguous, guarantee, traits: traitsOf({ effect, doubt }) })).toBe(expected);
    expect(word({ outcome: ambiguous, guarantee, traits: traitsOf({ effect, doubt }), mode: "call" })).toBe(expected);
  });

  test.each(matrix)(
    "%s, %s, %s: a later 'not executed' does not clear it (%s)",
    (guarantee, effect, doubt, expected) => {
      const history = { ...first, doubtOpen: true };
      expect(word({ outcome: unavailable, guarantee, traits: traitsOf({ effect, doubt }), history })).toBe(expected);
      const throttledWord = expected === "retry" ? "hold" : expected;
      expect(word({ outcome: throttled, guarantee, traits: traitsOf({ effect, doubt }), history })).toBe(throttledWord);
    },
  );

  test.each<[DecisionInput["guarantee"], OperationTraits["effect"], OperationTraits["doubt"], string]>([
    ["once", "create", "deduplicate", "park:doubt"],
    ["once", "create", "lookup", "reconcile"],
    ["once", "create", "park", "park:doubt"],
    ["at-least-once", "create", "lookup", "reconcile"],
    ["at-least-once", "create", "park", "park:doubt"],
    ["at-most-once", "create", "lookup", "park:doubt"],
    ["once", "idempotent", "lookup", "park:rejected"],
    ["once", "idempotent", "park", "park:rejected"],
  ])("%s, %s, %s: a refusal while doubt is open is followed by %s", (guarantee, effect, doubt, expected) => {
    const history = { ...first, doubtOpen: true };
    const decision = decide(input({ outcome: rejected, guarantee, traits: traitsOf({ effect, doubt }), history }));
    expect(decision.type === "park" ? `park:${decision.reason}` : decision.type).toBe(expected);
    expect(decision.type === "park" ? decision.failure.execution : "unknown").toBe("unknown");
  });

  test("a refusal while doubt is open says so", () => {
    const history = { ...first, doubtOpen: true };
    expect(decide(input({ outcome: rejected, history }))).toEqual({
      type: "reconcile",
      at: now + 15_000,
      because: "refused now, but an earlier attempt may have been executed: ask the provider",
    });
    expect(decide(input({ outcome: rejected, history, traits: traitsOf({ doubt: "park" }) }))).toMatchObject({
      because: "refused now, but an earlier attempt may have been executed",
      failure: { kind: "invalid_request", execution: "unknown", remedy: "reconcile" },
    });
    const blocked: Outcome = { ...rejected, blocksAccount: true };
    expect(word({ outcome: blocked, history, traits: traitsOf({ effect: "idempotent" }) })).toBe(
      "park:blocked_account",
    );
  });

  test("the provider is asked after the settle time, and not before it wants to be", () => {
    expect(decide(input({ outcome: ambiguous }))).toEqual({
      type: "reconcile",
      at: now + 15_000,
      because:
        "unavailable (500), and an attempt may have been executed: ask the provider before anything is sent again",
    });
    expect(decide(input({ outcome: { ...ambiguous, retryAt: now + 20_000 } }))).toMatchObject({
      type: "reconcile",
      at: now + 20_000,
    });
    expect(decide(input({ outcome: { ...ambiguous, retryAt: now + 10_000 } }))).toMatchObject({ at: now + 15_000 });
  });

  test("says why it parks or repeats", () => {
    const because = (change: Partial<DecisionInput>): string =>
      decide(input({ outcome: ambiguous, ...change })).because;
    expect(because({ guarantee: "at-most-once" })).toBe(
      "at-most-once was asked for, so doubt is not resolved by itself",
    );
    expect(because({ traits: traitsOf({ doubt: "park" }) })).toBe(
      "the provider can neither de-duplicate a repeat nor be asked",
    );
    expect(because({ guarantee: "at-least-once" })).toBe("at-least-once was asked for: attempt 2 of 6 in 1 s");
    expect(because({ traits: traitsOf({ doubt: "deduplicate" }) })).toBe(
      "the provider de-duplicates by the same key: attempt 2 of 6 in 1 s",
    );
    expect(because({ traits: traitsOf({ effect: "idempotent" }) })).toBe(
      "unavailable (500), idempotent: attempt 2 of 6 in 1 s",
    );
  });

  test("a key is trusted only while it lives, at the instant of the repeat", () => {
    const traits = traitsOf({ doubt: "deduplicate", keyLifetimeMs: 10_000 });
    const at = (age: number, change: Partial<DecisionInput> = {}): string =>
      word({ outcome: ambiguous, traits, history: { ...first, firstAttemptAt: now - age }, ...change });
    expect(at(8_999)).toBe("retry");
    expect(at(9_000)).toBe("park:doubt");
    expect(at(50_000)).toBe("park:doubt");
    expect(at(8_999, { outcome: { ...ambiguous, retryAt: now + 1_001 } })).toBe("park:doubt");
    expect(at(8_999, { outcome: throttled, history: { ...first, firstAttemptAt: now - 8_999, doubtOpen: true } })).toBe(
      "hold",
    );
    expect(at(9_000, { outcome: throttled, history: { ...first, firstAttemptAt: now - 9_000, doubtOpen: true } })).toBe(
      "park:doubt",
    );
    expect(at(50_000, { outcome: unavailable, history: { ...first, firstAttemptAt: now - 50_000 } })).toBe("retry");
    expect(at(50_000, { traits: { ...traits, keyLifetimeMs: null } })).toBe("retry");
    expect(at(50_000, { guarantee: "at-least-once" })).toBe("retry");
    expect(
      decide(input({ outcome: ambiguous, traits, history: { ...first, firstAttemptAt: now - 9_000 } })).because,
    ).toContain("forgotten the idempotency key");
  });

  test("exhausted in doubt is doubt; an idempotent operation is exhausted", () => {
    const history = { ...first, spent: 6 };
    const traits = traitsOf({ doubt: "deduplicate" });
    expect(decide(input({ outcome: ambiguous, traits, history }))).toMatchObject({
      type: "park",
      reason: "doubt",
      failure: { execution: "unknown", remedy: "reconcile" },
      because: "all 6 attempts are spent",
    });
    expect(word({ outcome: unavailable, traits, history: { ...history, doubtOpen: true } })).toBe("park:doubt");
    expect(word({ outcome: unavailable, traits, history })).toBe("park:exhausted");
    expect(word({ outcome: ambiguous, traits: traitsOf({ effect: "idempotent" }), history })).toBe("park:exhausted");
    expect(
      decide(input({ traits: traitsOf({ effect: "idempotent" }), history: { ...history, doubtOpen: true } })),
    ).toMatchObject({ reason: "exhausted", failure: { execution: "unknown" } });
  });
});

describe("after a conclusive absence", () => {
  const { outcome: _outcome, ...rest } = input({ history: { ...first, doubtOpen: true } });
  const lost = failed({ execution: "unknown", remedy: "reconcile", status: 500 });

  test("it is a plain retry, whatever was in doubt", () => {
    expect(decideAfterAbsence(lost, rest)).toEqual({
      type: "retry",
      at: now + 1_000,
      delayMs: 1_000,
      backoffMs: 1_000,
      because: "unavailable (500): attempt 2 of 6 in 1 s",
    });
    expect(decideAfterAbsence(lost, { ...rest, guarantee: "at-most-once" }).type).toBe("retry");
    expect(decideAfterAbsence(lost, { ...rest, traits: traitsOf({ doubt: "park" }) }).type).toBe("retry");
  });

  test("when nothing is left it is exhausted or expired, and certainly not executed", () => {
    expect(decideAfterAbsence(lost, { ...rest, history: { ...rest.history, spent: 6 } })).toMatchObject({
      type: "park",
      reason: "exhausted",
      failure: { execution: "not_executed", remedy: "retry" },
    });
    expect(decideAfterAbsence(lost, { ...rest, deadline: now + 1 })).toMatchObject({
      type: "expire",
      failure: { execution: "not_executed" },
    });
  });
});

test("total, and never sends a creating operation in doubt again where a repeat could do it twice", () => {
  const inputs = fc.record({
    outcome: fc.constantFrom<Outcome>(unavailable, throttled, ambiguous, rejected, accepted),
    effect: fc.constantFrom("create" as const, "idempotent" as const),
    doubt: fc.constantFrom("deduplicate" as const, "lookup" as const, "park" as const),
    guarantee: fc.constantFrom(...guarantees),
    spent: fc.integer({ min: 1, max: 8 }),
    waitedMs: fc.nat(70_000),
    doubtOpen: fc.boolean(),
    deadline: fc.option(fc.integer({ min: now - 10_000, max: now + 100_000 })),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    budget: fc.boolean(),
    mode: fc.constantFrom("outbox" as const, "call" as const),
    keyLifetimeMs: fc.option(fc.nat(100_000)),
  });
  fc.assert(
    fc.property(
      inputs,
      ({
        outcome,
        effect,
        doubt,
        guarantee,
        spent,
        waitedMs,
        doubtOpen,
        deadline,
        random,
        budget,
        mode,
        keyLifetimeMs,
      }) => {
        const decision = decide(
          input({
            outcome,
            guarantee,
            deadline,
            random,
            budget,
            mode,
            traits: traitsOf({ effect, doubt, keyLifetimeMs }),
            history: { ...first, spent, waitedMs, doubtOpen },
          }),
        );
        expect(decision.because).not.toBe("");
        const sends = decision.type === "retry" || decision.type === "hold";
        const at = "at" in decision ? decision.at : now + 1;
        expect(at).toBeGreaterThan(now);
        const inDoubt =
          effect === "create" && outcome.type !== "accepted" && (doubtOpen || outcome.type === "ambiguous");
        const harmless =
          guarantee === "at-least-once" ||
          (guarantee === "once" && doubt === "deduplicate" && (keyLifetimeMs === null || at < now + keyLifetimeMs));
        expect(sends && inDoubt && !harmless).toBe(false);
        expect(sends && deadline !== null && at >= deadline).toBe(false);
        expect(decision.type === "retry" && (spent >= 6 || waitedMs + decision.backoffMs > 60_000)).toBe(false);
        expect(decision.type === "expire" && inDoubt).toBe(false);
        expect(decision.type === "park" && inDoubt && decision.reason !== "doubt").toBe(false);
      },
    ),
    { numRuns: 2_000 },
  );
});

describe("saysExhausted", () => {
  const because = (history: Partial<AttemptHistory>, change: Partial<DecisionInput> = {}): string =>
    decide(input({ ...change, history: { ...first, ...history } })).because;

  test("of spent attempts and spent waiting, in doubt or not", () => {
    expect(saysExhausted(because({ spent: 6 }))).toBe(true);
    expect(saysExhausted(because({ spent: 5, waitedMs: 59_999 }))).toBe(true);
  });

  test("of nothing else", () => {
    expect(saysExhausted(because({}))).toBe(false);
    expect(saysExhausted(because({}, { outcome: rejected }))).toBe(false);
    expect(saysExhausted("attempts are spent on nothing")).toBe(false);
    expect(saysExhausted(null)).toBe(false);
  });
});
