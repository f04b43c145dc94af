import { describe, expect, test } from "vitest";
import type {
  Account,
  AccountFigures,
  Attempt,
  Failure,
  Figures,
  History,
  Operation,
  ParkedReason,
} from "./api/types.ts";
import { verbs } from "./api/verbs.ts";
import { duration, relative, share } from "./format.ts";
import { diagnose, kindsOf, successOf } from "./overview.ts";
import { boundsOf, fromLocalField, readSpan, toLocalField } from "./span.ts";
import { states } from "./states.ts";
import { tell } from "./story.ts";
import type { Facts } from "./words.ts";
import { availability, firstVerb, isInDoubt, reasons, standing, verdict } from "./words.ts";

const failure = (rest: Partial<Failure>): Failure =>
  ({
    kind: "invalid_request",
    execution: "not_executed",
    remedy: "fix_request",
    responsible: "caller",
    ...rest,
  }) as Failure;
const parked = (reason: ParkedReason, rest: Partial<Failure> = {}): Facts => ({
  state: "parked",
  parked_reason: reason,
  failure: failure(rest),
});

describe("what is said and offered", () => {
  test("every state and reason has a word, a colour and a sentence", () => {
    for (const state of states) {
      const facts: Facts = { state, parked_reason: null, failure: null };
      expect(standing(facts).label).not.toBe("");
      expect(verdict(facts)).toMatch(/\.$/);
    }
    for (const reason of reasons) expect(verdict(parked(reason))).toMatch(/\.$/);
  });

  test("in doubt nothing that sends is possible before the doubt is settled", () => {
    const doubt = parked("doubt", { execution: "unknown", remedy: "reconcile" });
    expect(isInDoubt(doubt)).toBe(true);
    expect(standing(doubt).tone).toBe("doubt");
    for (const verb of ["retry", "fix", "fallback"] as const)
      expect(availability(verb, doubt)).toMatch(/settle the doubt/);
    expect(availability("resolve", doubt)).toBe(true);
    expect(firstVerb(doubt)).toBe("reconcile");
  });

  test("whoever opted out is sent nothing, on no channel", () => {
    const facts = parked("rejected", { kind: "recipient_blocked", remedy: "none" });
    expect(availability("retry", facts)).toMatch(/opted out/);
    expect(availability("fallback", facts)).toMatch(/opted out/);
    expect(firstVerb(facts)).toBe("discard");
  });

  test("the verb offered first is always possible", () => {
    const remedies = ["fix_request", "other_channel", "retry", "none", "wait", "fix_account"] as const;
    const offers = reasons.flatMap((reason) =>
      remedies.map((remedy) => {
        const facts = parked(reason, { remedy });
        const first = firstVerb(facts);
        return first === null || availability(first, facts) === true ? null : `${first} for ${reason}, ${remedy}`;
      }),
    );
    expect(offers.filter((wrong) => wrong !== null)).toEqual([]);
  });

  test("nothing is offered once it has ended", () => {
    for (const state of ["accepted", "delivered", "discarded", "cancelled", "superseded"] as const)
      for (const verb of verbs) expect(availability(verb, { state, parked_reason: null, failure: null })).toBeNull();
  });
});

describe("the story", () => {
  const line = (at: string, event: string, because: string | null, after: string): History => ({
    at,
    event,
    actor: "landline",
    because,
    before: null,
    after,
  });
  const attempt = {
    number: 1,
    started_at: "2026-01-01T00:00:01Z",
    ended_at: "2026-01-01T00:00:02Z",
    because: "why",
  } as Attempt;

  test("an attempt is told once, with what it led to", () => {
    const parts = tell({
      attempts: [attempt],
      receipts: [],
      next_attempt_at: "2026-01-01T00:00:09Z",
      history: [
        line("2026-01-01T00:00:00Z", "operation.queued", null, "queued"),
        line("2026-01-01T00:00:01Z", "operation.sending", "attempt 1", "sending"),
        line("2026-01-01T00:00:02Z", "operation.parked", "why", "parked"),
      ],
    } as unknown as Operation);
    expect(parts.map(({ type }) => type)).toEqual(["event", "attempt", "next"]);
  });

  test("what people did stands in its place", () => {
    const parts = tell({
      attempts: [attempt],
      receipts: [{ at: "2026-01-01T00:00:05Z", status: "delivered", code: null, message: null }],
      next_attempt_at: null,
      history: [line("2026-01-01T00:00:04Z", "operation.discarded", "no use", "discarded")],
    } as unknown as Operation);
    expect(parts.map(({ type }) => type)).toEqual(["attempt", "event", "receipt"]);
  });
});

describe("figures", () => {
  const now = Date.parse("2026-01-01T01:00:00Z");
  const figures = (rest: Partial<Figures>): Figures => ({
    asked: 10,
    states: {},
    failures: {},
    parked_reasons: {},
    attempts: { total: 10, accepted: 10, rejected: 0, throttled: 0, unavailable: 0, ambiguous: 0 },
    throttled_share: 0,
    accepted_per_second: 0,
    doubt: 0,
    doubt_per_minute: 0,
    review: { in: 0, out: 0, out_to: {} },
    latency: { accepted: null, delivered: null },
    ...rest,
  });
  const account = (state: Account["state"]): AccountFigures =>
    ({ account: "tw", state, lanes: [], ...figures({}) }) as unknown as AccountFigures;

  test("what was accepted and did not arrive is not counted as refused", () => {
    const one = successOf(
      figures({ states: { accepted: 8, parked: 3, undelivered: 2, expired: 1 }, parked_reasons: { undelivered: 2 } }),
    );
    expect(one).toEqual({ accepted: 8, refused: 2, delivered: 0, undelivered: 2 });
  });

  test("us or them", () => {
    const says = (state: Account["state"], totals: Figures): string =>
      diagnose({ accounts: [account(state)], totals }).title;
    expect(says("incident", figures({}))).toMatch(/^It is them/);
    expect(says("blocked", figures({}))).toMatch(/^It is us/);
    expect(says("ok", figures({ failures: { unavailable: 4 } }))).toMatch(/mostly them/);
    expect(says("ok", figures({ failures: { invalid_request: 4 } }))).toMatch(/mostly us/);
    // Being told to slow down and people who cannot be reached are nobody's fault.
    expect(says("ok", figures({ failures: { rate_limited: 9, undelivered: 9 } }))).toBe("All is well.");
    expect(says("ok", figures({ asked: 0, attempts: { ...figures({}).attempts, total: 0 } }))).toMatch(/^Quiet/);
  });

  test("failures by kind, most first", () => {
    expect(kindsOf(figures({ failures: { transport: 2, quota: 5, expired: 0 } }))).toEqual([
      { kind: "quota", size: 5 },
      { kind: "transport", size: 2 },
    ]);
  });

  test("any two instants make a window; nonsense is the last hour", () => {
    expect(readSpan({ window: "7d" })).toMatchObject({ ms: 604_800_000 });
    expect(readSpan({ window: "soon" })).toMatchObject({ name: "1h" });
    const between = { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" };
    expect(boundsOf(readSpan(between), now)).toEqual(between);
    expect(readSpan({ from: between.to, to: between.from })).toMatchObject({ name: "1h" });
    expect(fromLocalField(toLocalField("2026-01-01T00:00:00.000Z"))).toBe("2026-01-01T00:00:00.000Z");
    expect(fromLocalField("")).toBeNull();
  });

  test("small problems are not rounded away", () => {
    expect(share(1, 100_000)).toBe("< 0.1 %");
    expect(share(99_999, 100_000)).toBe("> 99.9 %");
    expect(share(0, 0)).toBe("–");
    expect(duration(61_000)).toBe("1 min 1 s");
    expect(relative("2026-01-01T00:59:00Z", now)).toBe("1 min ago");
    expect(relative("2026-01-01T01:01:00Z", now)).toBe("in 1 min");
  });
});
