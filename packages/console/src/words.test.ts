import { describe, expect, test } from "vitest";
import type { Account, Attempt, Failure, History, Operation, ParkedReason, Summary } from "./api/types.ts";
import { verbs } from "./api/verbs.ts";
import { duration, relative, share } from "./format.ts";
import { diagnose, summarize } from "./overview.ts";
import { states } from "./states.ts";
import { bucketTimes, percentile } from "./statistics.ts";
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
  const made = (rest: Partial<Summary>): Summary =>
    ({
      account: "tw",
      state: "delivered",
      parked_reason: null,
      failure: null,
      created_at: "2026-01-01T00:30:00Z",
      updated_at: "2026-01-01T00:30:02Z",
      ...rest,
    }) as Summary;
  const account = (rest: Partial<Account>): Account =>
    ({ name: "tw", state: "ok", lanes: [], holds: [], ...rest }) as Account;

  test("nothing is counted twice and nothing is left out", () => {
    const sum = summarize(
      [...states.map((state) => made({ state })), made({ account: "rc" })],
      true,
      now - 3_600_000,
      now,
    );
    expect(Object.values(sum.counts).reduce((all, part) => all + part, 0)).toBe(states.length + 1);
    expect(
      Object.values(sum.series)
        .flat()
        .reduce((all, part) => all + part, 0),
    ).toBe(states.length + 1);
    expect(sum.byAccount.get("rc")).toMatchObject({ arrived: 1 });
    expect(sum.delivered).toEqual({ p50: 2_000, p95: 2_000, p99: 2_000 });
  });

  test("us or them", () => {
    const quiet = summarize([], true, now - 1, now);
    const theirs = summarize([made({ state: "parked", failure: failure({ responsible: "provider" }) })], true, 0, now);
    const ours = summarize([made({ state: "parked", failure: failure({ responsible: "operator" }) })], true, 0, now);
    expect(diagnose([account({ state: "incident" })], quiet).title).toMatch(/^It is them/);
    expect(diagnose([account({ state: "blocked" })], quiet).title).toMatch(/^It is us/);
    expect(diagnose([account({})], theirs).title).toMatch(/mostly them/);
    expect(diagnose([account({})], ours).title).toMatch(/mostly us/);
    expect(diagnose([account({})], quiet).tone).toBe("ok");
  });

  test("percentiles and buckets", () => {
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([], 0.5)).toBeNull();
    expect(bucketTimes([0, 5, 10, 11], 0, 10, 2)).toEqual([1, 2]);
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
