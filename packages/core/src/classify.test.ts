import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classify } from "./classify.ts";
import type { Failure } from "./failure.ts";
import type { Observation, ResponseObservation, TransportObservation } from "./observation.ts";
import type { Outcome } from "./outcome.ts";
import type { ErrorEntry, OperationTraits, Reading } from "./provider.ts";

const now = Date.UTC(2026, 0, 1);

const traitsOf = (effect: OperationTraits["effect"], doubt: OperationTraits["doubt"]): OperationTraits => ({
  family: "messages",
  effect,
  doubt,
  keyLifetimeMs: null,
  lookupSettleMs: 15_000,
  ordered: false,
});
const create = traitsOf("create", "lookup");
const kinds = [
  create,
  traitsOf("create", "deduplicate"),
  traitsOf("create", "park"),
  traitsOf("idempotent", "lookup"),
  traitsOf("idempotent", "deduplicate"),
  traitsOf("idempotent", "park"),
];

const response = (status: number, change: Partial<ResponseObservation> = {}): ResponseObservation => ({
  type: "response",
  status,
  headers: {},
  body: "",
  complete: true,
  at: now,
  ...change,
});

const reading = (change: Partial<Reading> = {}): Reading => ({
  shape: "api",
  accepted: null,
  code: null,
  message: null,
  field: null,
  requestId: null,
  entry: null,
  retryAfterMs: null,
  ...change,
});

const entry = (change: Partial<ErrorEntry> = {}): ErrorEntry => ({
  code: "1",
  status: null,
  arrives: "sync",
  meaning: "the meaning",
  execution: "not_executed",
  kind: "invalid_request",
  remedy: "fix_request",
  responsible: "caller",
  retry: "never",
  otherChannel: "no",
  guidance: "Correct it.",
  docs: "https://example.com/1",
  source: "page",
  read: "2026-01-01",
  ...change,
});

function failureOf(outcome: Outcome): Failure {
  if (outcome.type === "accepted") throw new Error("accepted");
  return outcome.failure;
}

const refusals: readonly [number, Failure["kind"], Failure["remedy"], Failure["responsible"], boolean][] = [
  [300, "invalid_request", "fix_account", "operator", false],
  [301, "invalid_request", "fix_account", "operator", false],
  [302, "invalid_request", "fix_account", "operator", false],
  [304, "invalid_request", "fix_account", "operator", false],
  [307, "invalid_request", "fix_account", "operator", false],
  [308, "invalid_request", "fix_account", "operator", false],
  [400, "invalid_request", "fix_request", "caller", false],
  [401, "authentication", "fix_account", "operator", true],
  [402, "quota", "fix_account", "operator", true],
  [403, "authorization", "fix_account", "operator", false],
  [404, "not_found", "fix_request", "caller", false],
  [405, "invalid_request", "fix_request", "caller", false],
  [406, "invalid_request", "fix_request", "caller", false],
  [407, "authentication", "fix_account", "operator", true],
  [409, "conflict", "fix_request", "caller", false],
  [410, "not_found", "fix_request", "caller", false],
  [413, "invalid_request", "fix_request", "caller", false],
  [415, "invalid_request", "fix_request", "caller", false],
  [418, "invalid_request", "fix_request", "caller", false],
  [422, "invalid_request", "fix_request", "caller", false],
  [428, "invalid_request", "fix_request", "caller", false],
  [431, "invalid_request", "fix_request", "caller", false],
  [451, "authorization", "fix_account", "operator", false],
  [499, "invalid_request", "fix_request", "caller", false],
  [501, "invalid_request", "fix_account", "operator", false],
  [505, "invalid_request", "fix_account", "operator", false],
  [511, "authentication", "fix_account", "operator", true],
];
const doubtful: readonly [number, Failure["kind"], Failure["responsible"]][] = [
  [408, "transport", "network"],
  [425, "transport", "network"],
  [500, "unavailable", "provider"],
  [502, "unavailable", "provider"],
  [503, "unavailable", "provider"],
  [504, "unavailable", "provider"],
  [506, "unavailable", "provider"],
  [519, "unavailable", "provider"],
  [520, "transport", "network"],
  [524, "transport", "network"],
  [529, "transport", "network"],
  [530, "unavailable", "provider"],
  [598, "unavailable", "provider"],
  [599, "transport", "network"],
];

describe("by status, for every effect and every way out of doubt (semantics §1)", () => {
  describe.each(kinds)("$effect, $doubt", (traits) => {
    const harmless = traits.effect === "idempotent" || traits.doubt === "deduplicate";

    test.each(refusals)("%d is a refusal: never retried", (status, kind, remedy, responsible, blocksAccount) => {
      expect(classify(response(status), reading(), traits, now)).toMatchObject({
        type: "rejected",
        blocksAccount,
        optedOut: false,
        failure: { kind, remedy, responsible, execution: "not_executed", status, shape: "api", retryAt: null },
      });
    });

    test.each(doubtful)("%d may have been executed", (status, kind, responsible) => {
      expect(classify(response(status), reading(), traits, now)).toMatchObject({
        type: "ambiguous",
        answered: true,
        retryAt: null,
        failure: {
          kind,
          category: "D",
          responsible,
          execution: "unknown",
          remedy: harmless ? "retry" : "reconcile",
          status,
        },
      });
    });

    test("429 was not executed and waits", () => {
      expect(classify(response(429), reading({ retryAfterMs: 7_000 }), traits, now + 10)).toMatchObject({
        type: "throttled",
        retryAt: now + 7_000,
        failure: {
          kind: "rate_limited",
          category: "D",
          execution: "not_executed",
          remedy: "retry",
          responsible: "provider",
          retryAt: "2026-01-01T00:00:07.000Z",
        },
      });
    });

    test.each([100, 101, 199, 200, 201, 202, 204, 299, 303, 0, 99, 600, 999, -1, Number.NaN])(
      "%d without the promised identifier is doubt",
      (status) => {
        const outcome = classify(response(status), reading(), traits, now);
        expect(outcome).toMatchObject({
          type: "ambiguous",
          answered: true,
          failure: {
            kind: "unavailable",
            execution: "unknown",
            remedy: harmless ? "retry" : "reconcile",
            responsible: "provider",
          },
        });
        expect(failureOf(outcome).docs).toMatch(/^https:/);
      },
    );

    test.each([true, false])("transport, may have left: %s", (mayHaveLeft) => {
      const seen: TransportObservation = {
        type: "transport",
        phase: mayHaveLeft ? "wait" : "connect",
        cause: mayHaveLeft ? "reset" : "refused",
        systemCode: "ECONN",
        message: "m",
        mayHaveLeft,
        at: now,
      };
      expect(classify(seen, null, traits, now)).toMatchObject({
        ...(mayHaveLeft ? { type: "ambiguous", answered: false } : { type: "unavailable" }),
        retryAt: null,
        failure: {
          kind: "transport",
          category: "D",
          shape: "transport",
          execution: mayHaveLeft ? "unknown" : "not_executed",
          remedy: mayHaveLeft && !harmless ? "reconcile" : "retry",
          responsible: "network",
          status: null,
          code: "ECONN",
          message: "m",
        },
      });
    });
  });
});

describe("guidance tells what will happen", () => {
  const lost: TransportObservation = {
    type: "transport",
    phase: "wait",
    cause: "timeout",
    systemCode: null,
    message: "",
    mayHaveLeft: true,
    at: now,
  };
  test.each([
    [traitsOf("create", "lookup"), "The provider is asked before anything is sent again."],
    [traitsOf("create", "park"), "Find out at the provider before it is sent again."],
    [traitsOf("create", "deduplicate"), "A repeat does it once only, so it is tried again."],
    [traitsOf("idempotent", "park"), "A repeat does it once only, so it is tried again."],
  ])("%o", (traits, sentence) => {
    expect(failureOf(classify(lost, null, traits, now)).guidance).toBe(
      `The connection was lost after the request left, so it may have been executed. ${sentence}`,
    );
    expect(failureOf(classify(response(200), null, traits, now)).guidance).toBe(
      `The provider may have executed this but its answer cannot be read. ${sentence}`,
    );
  });

  test.each([
    ["dns", "resolved"],
    ["refused", "Nothing listens"],
    ["unreachable", "no way"],
    ["tls", "secure connection"],
    ["timeout", "No connection in time"],
    ["reset", "broke before anything was sent"],
    ["aborted", "given up"],
    ["protocol", "other than HTTP"],
    ["crash", "process ended"],
    ["other", "failed before anything was sent"],
  ] as const)("%s, nothing left", (cause, words) => {
    const seen: TransportObservation = { ...lost, cause, mayHaveLeft: false };
    expect(failureOf(classify(seen, null, create, now)).guidance).toContain(words);
  });

  test("every refusal and failure by status says something, and links to its section", () => {
    for (let status = 300; status <= 599; status += 1) {
      const { guidance, docs } = failureOf(classify(response(status), reading(), create, now));
      expect(guidance.length).toBeGreaterThan(20);
      expect(docs).toMatch(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc(9110#section-15\.[456]|6585#section-[3456])$/);
    }
  });

  test("the message is the provider's, else it says what is missing", () => {
    const message = (observation: Observation, read: Reading | null = null): string =>
      failureOf(classify(observation, read, create, now)).message;
    expect(message(response(500), reading({ message: "their words" }))).toBe("their words");
    expect(message(response(500))).toBe("HTTP 500 without an error the provider documents");
    expect(message(response(201))).toBe("The answer (HTTP 201) does not carry the identifier it promises");
    expect(message(response(201, { complete: false }))).toBe(
      "The answer (HTTP 201) does not carry the identifier it promises and was cut off",
    );
    expect(message(response(503, { complete: false }))).toBe("HTTP 503 without an error the provider documents");
  });
});

describe("accepted", () => {
  const accepted = { providerId: "SM1", providerStatus: "queued", value: { sid: "SM1" } };

  test.each([200, 201, 299])("%d with its identifier", (status) => {
    expect(classify(response(status), reading({ accepted, requestId: "RQ1" }), create, now)).toEqual({
      type: "accepted",
      providerId: "SM1",
      providerStatus: "queued",
      value: { sid: "SM1" },
      requestId: "RQ1",
      status,
    });
  });

  test("an identifier beside an error's status is no success", () => {
    expect(classify(response(300), reading({ accepted }), create, now).type).toBe("rejected");
    expect(classify(response(199), reading({ accepted }), create, now).type).toBe("ambiguous");
    expect(classify(response(500), reading({ accepted }), create, now).type).toBe("ambiguous");
  });

  test("an identifier beats an error code in the same 2xx", () => {
    expect(classify(response(200), reading({ accepted, entry: entry() }), create, now).type).toBe("accepted");
  });
});

describe("by code: a code beats a status", () => {
  test("everything that was read is in the failure", () => {
    const read = reading({
      code: "1",
      message: "words",
      field: "To",
      requestId: "RQ1",
      entry: entry({ category: "C" }),
      shape: "oauth",
    });
    expect(classify(response(429), read, create, now)).toEqual({
      type: "rejected",
      blocksAccount: false,
      optedOut: false,
      failure: {
        kind: "invalid_request",
        category: "C",
        shape: "oauth",
        execution: "not_executed",
        remedy: "fix_request",
        responsible: "caller",
        status: 429,
        code: "1",
        message: "words",
        field: "To",
        requestId: "RQ1",
        retryAt: null,
        guidance: "Correct it.",
        docs: "https://example.com/1",
      },
    });
    expect(failureOf(classify(response(200), reading({ entry: entry() }), create, now))).toMatchObject({
      message: "the meaning",
      category: "A",
      status: 200,
    });
  });

  test.each(["never", "after_refresh", "later"] as const)("%s: rejected, with what it blocks", (retry) => {
    const judged = (change: Partial<ErrorEntry>, traits = create) =>
      classify(response(500), reading({ entry: entry({ retry, ...change }) }), traits, now);
    expect(judged({})).toMatchObject({ type: "rejected", blocksAccount: false, optedOut: false });
    expect(judged({ blocksAccount: true })).toMatchObject({ type: "rejected", blocksAccount: true, optedOut: false });
    expect(judged({ optedOut: true })).toMatchObject({ type: "rejected", blocksAccount: false, optedOut: true });
    expect(judged({ execution: "executed" })).toMatchObject({ type: "rejected", failure: { execution: "executed" } });
    // Whether a creating operation was executed matters more than that it would be refused again.
    expect(judged({ execution: "unknown" })).toMatchObject({
      type: "ambiguous",
      failure: { execution: "unknown", remedy: "fix_request" },
    });
    expect(judged({ execution: "unknown" }, traitsOf("idempotent", "park"))).toMatchObject({
      type: "rejected",
      failure: { execution: "unknown" },
    });
  });

  test("soon: throttled or unavailable when not executed, doubt otherwise", () => {
    const judged = (change: Partial<ErrorEntry>, traits = create) =>
      classify(response(400), reading({ entry: entry({ retry: "soon", remedy: "retry", ...change }) }), traits, now);
    expect(judged({ kind: "rate_limited" })).toMatchObject({
      type: "throttled",
      retryAt: null,
      failure: { kind: "rate_limited" },
    });
    expect(judged({ kind: "unavailable" })).toMatchObject({
      type: "unavailable",
      retryAt: null,
      failure: { execution: "not_executed" },
    });
    for (const execution of ["unknown", "executed"] as const) {
      expect(judged({ execution, kind: "rate_limited" })).toMatchObject({
        type: "ambiguous",
        answered: true,
        failure: { execution: "unknown", remedy: "reconcile" },
      });
      expect(judged({ execution }, traitsOf("idempotent", "park"))).toMatchObject({
        type: "ambiguous",
        failure: { remedy: "retry" },
      });
    }
  });

  test("reconcile: doubt, and the remedy fits the operation", () => {
    const judged = (traits: OperationTraits, remedy: ErrorEntry["remedy"] = "reconcile") =>
      failureOf(classify(response(500), reading({ entry: entry({ retry: "reconcile", remedy }) }), traits, now));
    expect(judged(create)).toMatchObject({ execution: "unknown", remedy: "reconcile" });
    expect(judged(create, "retry").remedy).toBe("reconcile");
    expect(judged(traitsOf("create", "deduplicate")).remedy).toBe("retry");
    expect(judged(traitsOf("create", "park")).remedy).toBe("reconcile");
    expect(judged(traitsOf("idempotent", "lookup")).remedy).toBe("retry");
    expect(judged(create, "fix_account").remedy).toBe("fix_account");
  });

  test("the later of header and rule is waited for", () => {
    const until = (retryAfterMs: number | null, waitMs: number | null): unknown => {
      const wait = waitMs === null ? {} : { wait: { type: "delay" as const, ms: waitMs } };
      const row = entry({ retry: "soon", kind: "rate_limited", ...wait });
      const outcome = classify(response(429, { at: now + 100 }), reading({ entry: row, retryAfterMs }), create, now);
      return outcome.type === "throttled" ? [outcome.retryAt, outcome.failure.retryAt] : outcome;
    };
    const told = (ms: number): unknown => [now + ms, new Date(now + ms).toISOString()];
    expect(until(null, null)).toEqual([null, null]);
    expect(until(5_000, null)).toEqual(told(5_100));
    expect(until(null, 7_000)).toEqual(told(7_000));
    expect(until(5_000, 7_000)).toEqual(told(7_000));
    expect(until(9_000, 7_000)).toEqual(told(9_100));
  });
});

test("Retry-After is counted from the answer and never lies in the past", () => {
  const at = (status: number, answeredAt: number): unknown => {
    const outcome = classify(response(status, { at: answeredAt }), reading({ retryAfterMs: 1_000 }), create, now);
    return outcome.type === "accepted" || outcome.type === "rejected" ? outcome : outcome.retryAt;
  };
  expect(at(429, now - 400)).toBe(now + 600);
  expect(at(503, now - 400)).toBe(now + 600);
  expect(at(503, now - 5_000)).toBe(now);
  expect(at(200, now)).toBe(now + 1_000);
});

test("total: any observation and reading give one of the five outcomes, and only facts say not executed", () => {
  const observations = fc.oneof(
    fc.record({
      type: fc.constant("response" as const),
      status: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.double()),
      headers: fc.constant({}),
      body: fc.string(),
      complete: fc.boolean(),
      at: fc.integer(),
    }),
    fc.record({
      type: fc.constant("transport" as const),
      phase: fc.constantFrom("connect" as const, "wait" as const),
      cause: fc.constantFrom("dns" as const, "other" as const),
      systemCode: fc.constant(null),
      message: fc.string(),
      mayHaveLeft: fc.boolean(),
      at: fc.integer(),
    }),
  );
  fc.assert(
    fc.property(observations, fc.constantFrom(...kinds), fc.option(fc.nat()), (seen, traits, retryAfterMs) => {
      const outcome = classify(seen, reading({ retryAfterMs }), traits, now);
      const known = failureOf(outcome).execution === "not_executed";
      expect(known).toBe(outcome.type !== "ambiguous");
      expect(seen.type === "transport" && known === seen.mayHaveLeft).toBe(false);
    }),
  );
});
