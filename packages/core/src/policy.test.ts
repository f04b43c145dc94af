import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "./policy.ts";
import { defaultPolicy, isRecord, parsePolicy, policyDurationMaxMs } from "./policy.ts";

/** The fault's message at a path, or null. */
function fault(input: unknown, path: string): string | null {
  const reading = parsePolicy(input);
  return reading.ok ? null : (reading.faults.find((one) => one.path === path)?.message ?? null);
}

function policyOf(input: unknown, over?: Policy): Policy {
  const reading = parsePolicy(input, over);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.policy;
}

describe("parsePolicy", () => {
  test("nothing changes nothing", () => {
    for (const nothing of [undefined, null, {}, { backoff: undefined }, { backoff: {} }, { attemptsMax: undefined }]) {
      expect(policyOf(nothing)).toEqual(defaultPolicy);
    }
  });

  test("reads every member", () => {
    expect(
      policyOf({
        attemptsMax: 3,
        backoff: { base: "200ms", factor: 1.5, max: "5s", jitter: "full" },
        totalWaitMax: "20s",
        attemptTimeout: 900,
        deadline: "1h",
        guarantee: "at-most-once",
      }),
    ).toEqual({
      attemptsMax: 3,
      backoff: { baseMs: 200, factor: 1.5, maxMs: 5_000, jitter: "full" },
      totalWaitMaxMs: 20_000,
      attemptTimeoutMs: 900,
      deadlineMs: 3_600_000,
      guarantee: "at-most-once",
    });
  });

  test("merges member by member: defaults, then account, then operation", () => {
    const account = policyOf({ attemptsMax: 3, backoff: { jitter: "full", base: "2s" }, guarantee: "at-least-once" });
    const operation = policyOf({ backoff: { base: "3s" }, deadline: "5m" }, account);
    expect(operation).toEqual({
      ...defaultPolicy,
      attemptsMax: 3,
      backoff: { ...defaultPolicy.backoff, baseMs: 3_000, jitter: "full" },
      deadlineMs: 300_000,
      guarantee: "at-least-once",
    });
    expect(policyOf({ backoff: { jitter: 0 } }, account).backoff.jitter).toBe(0);
  });

  test("all faults at once, each with its path, in the reader's order", () => {
    const reading = parsePolicy(
      {
        attemptsMax: 0,
        retries: 5,
        backoff: { base: "soon", factor: 0.5, max: -1, jitter: 2, cap: "1s" },
        totalWaitMax: {},
        attemptTimeout: "0s",
        deadline: "0ms",
        guarantee: "twice",
      },
      defaultPolicy,
      "accounts.tw.policy",
    );
    expect(reading).toEqual({
      ok: false,
      faults: [
        {
          path: "accounts.tw.policy.retries",
          message: "is not known; allowed are attemptsMax, backoff, totalWaitMax, attemptTimeout, deadline, guarantee",
        },
        { path: "accounts.tw.policy.backoff.cap", message: "is not known; allowed are base, factor, max, jitter" },
        { path: "accounts.tw.policy.attemptsMax", message: "must be a whole number from 1 to 1000, not 0" },
        {
          path: "accounts.tw.policy.backoff.base",
          message: 'must be a duration such as "15s" from 0ms to 366d, not "soon"',
        },
        { path: "accounts.tw.policy.backoff.factor", message: "must be a number from 1 to 100, not 0.5" },
        {
          path: "accounts.tw.policy.backoff.max",
          message: 'must be a duration such as "15s" from 0ms to 366d, not -1',
        },
        { path: "accounts.tw.policy.backoff.jitter", message: 'must be a number from 0 to 1, or "full", not 2' },
        {
          path: "accounts.tw.policy.totalWaitMax",
          message: 'must be a duration such as "15s" from 0ms to 366d, not {}',
        },
        {
          path: "accounts.tw.policy.attemptTimeout",
          message: 'must be a duration such as "15s" from 1ms to 2147483647ms, not "0s"',
        },
        {
          path: "accounts.tw.policy.deadline",
          message: 'must be a duration such as "15s" from 1ms to 366d, not "0ms"',
        },
        {
          path: "accounts.tw.policy.guarantee",
          message: 'must be one of once, at-least-once, at-most-once, not "twice"',
        },
      ],
    });
  });

  test("what is no object is a fault, of the back-off too", () => {
    expect(parsePolicy("often")).toEqual({
      ok: false,
      faults: [{ path: "policy", message: 'must be an object, not "often"' }],
    });
    expect(fault([], "policy")).toBe("must be an object, not []");
    expect(fault({ backoff: 5 }, "policy.backoff")).toBe("must be an object, not 5");
    expect(fault({ backoff: [1] }, "policy.backoff")).toBe("must be an object, not [1]");
  });

  test.each([
    ["attemptsMax", 1, true],
    ["attemptsMax", 1_000, true],
    ["attemptsMax", 1_001, false],
    ["attemptsMax", 1.5, false],
    ["attemptsMax", "3", false],
    ["attemptsMax", Number.NaN, false],
    ["totalWaitMax", 0, true],
    ["totalWaitMax", policyDurationMaxMs, true],
    ["totalWaitMax", policyDurationMaxMs + 1, false],
    ["attemptTimeout", 1, true],
    ["attemptTimeout", 0, false],
    ["attemptTimeout", 2_147_483_647, true],
    ["attemptTimeout", 2_147_483_648, false],
    ["deadline", 1, true],
    ["deadline", 0, false],
    ["deadline", "366d", true],
    ["deadline", "367d", false],
    ["deadline", null, false],
    ["guarantee", "once", true],
    ["guarantee", "ONCE", false],
  ])("%s: %s is allowed: %s", (name, value, allowed) => {
    expect(parsePolicy({ [name]: value }).ok).toBe(allowed);
  });

  test.each([
    ["base", 0, true],
    ["base", policyDurationMaxMs + 1, false],
    ["max", 0, true],
    ["max", policyDurationMaxMs + 1, false],
    ["factor", 1, true],
    ["factor", 0.99, false],
    ["factor", 100, true],
    ["factor", 100.1, false],
    ["factor", "2", false],
    ["jitter", 0, true],
    ["jitter", 1, true],
    ["jitter", -0.01, false],
    ["jitter", 1.01, false],
    ["jitter", "half", false],
  ])("backoff.%s: %s is allowed: %s", (name, value, allowed) => {
    expect(parsePolicy({ backoff: { [name]: value } }).ok).toBe(allowed);
  });

  test("a fault shows the value, cut, whatever it is", () => {
    expect(fault({ attemptsMax: "x".repeat(100) }, "policy.attemptsMax")).toBe(
      `must be a whole number from 1 to 1000, not "${"x".repeat(59)}`,
    );
    expect(fault({ attemptsMax: Number.NaN }, "policy.attemptsMax")).toContain("not NaN");
    expect(fault({ attemptsMax: 10n }, "policy.attemptsMax")).toContain("not 10");
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(fault({ attemptsMax: cyclic }, "policy.attemptsMax")).toContain("[circular]");
  });

  test("inherited members are not read", () => {
    expect(policyOf(Object.create({ attemptsMax: 1, backoff: { base: 5 } }))).toEqual(defaultPolicy);
  });

  test("total: a policy within its limits, or at least one fault", () => {
    const member = fc.oneof(fc.anything(), fc.integer(), fc.constantFrom("1s", "full", "once"));
    const inputs = fc.record(
      {
        attemptsMax: member,
        backoff: fc.oneof(
          member,
          fc.record({ base: member, factor: member, max: member, jitter: member }, { requiredKeys: [] }),
        ),
        totalWaitMax: member,
        attemptTimeout: member,
        deadline: member,
        guarantee: member,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(inputs, fc.anything()), (given) => {
        const reading = parsePolicy(given);
        const { attemptsMax, attemptTimeoutMs, deadlineMs } = reading.ok ? reading.policy : defaultPolicy;
        expect(reading.ok || reading.faults.length > 0).toBe(true);
        expect(attemptsMax >= 1 && attemptTimeoutMs >= 1 && deadlineMs >= 1).toBe(true);
      }),
    );
  });
});

test("isRecord", () => {
  expect(isRecord({})).toBe(true);
  for (const other of [null, [], "x", 1, undefined, () => 1]) expect(isRecord(other)).toBe(false);
});
