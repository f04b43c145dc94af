import { describe, expect, test } from "vitest";
import { categoryOf, failure, failureKinds, fromWireFailure, remedies, toWireFailure } from "./failure.ts";
import { phases } from "./observation.ts";
import { defaultPolicy, guarantees, operationClasses } from "./policy.ts";

const facts = { kind: "quota", execution: "unknown", remedy: "wait", responsible: "operator", message: "m" } as const;

describe("failure", () => {
  test("fills in what is not given", () => {
    expect(failure(facts)).toEqual({
      ...facts,
      category: null,
      shape: "api",
      status: null,
      code: null,
      field: null,
      requestId: null,
      retryAt: null,
      guidance: "",
      docs: null,
    });
  });

  test("keeps what is given, a category of nothing too", () => {
    const full = {
      ...facts,
      category: "C",
      shape: "oauth",
      status: 400,
      code: "1",
      field: "To",
      requestId: "RQ",
      retryAt: "2026-01-01T00:00:00Z",
      guidance: "g",
      docs: "https://d",
    } as const;
    expect(failure(full)).toEqual(full);
    expect(failure({ ...facts, kind: "rate_limited", category: null }).category).toBeNull();
    expect(failure({ ...facts, kind: "rate_limited" }).category).toBe("D");
  });

  test("the wire form renames two fields and loses nothing", () => {
    const made = failure({ ...facts, requestId: "RQ", retryAt: "2026-01-01T00:00:00Z" });
    const wire = toWireFailure(made);
    expect(Object.keys(wire).toSorted()).toEqual(
      [
        "category",
        "code",
        "docs",
        "execution",
        "field",
        "guidance",
        "kind",
        "message",
        "remedy",
        "request_id",
        "responsible",
        "retry_at",
        "shape",
        "status",
      ].toSorted(),
    );
    expect(wire).toMatchObject({ request_id: "RQ", retry_at: "2026-01-01T00:00:00Z" });
    expect(fromWireFailure(wire)).toEqual(made);
  });
});

test("the playbook's category of each kind", () => {
  expect(Object.fromEntries(failureKinds.map((kind) => [kind, categoryOf(kind)]))).toEqual({
    invalid_request: "A",
    authentication: "B",
    authorization: "C",
    not_found: null,
    conflict: null,
    rate_limited: "D",
    quota: null,
    recipient_blocked: null,
    unavailable: "D",
    transport: "D",
    undelivered: null,
    expired: null,
    cancelled: null,
    internal: null,
  });
});

test("the contract's words", () => {
  expect(remedies).toEqual([
    "retry",
    "refresh_credentials",
    "reconcile",
    "fix_request",
    "fix_account",
    "other_channel",
    "wait",
    "none",
  ]);
  expect(phases).toEqual(["prepare", "resolve", "connect", "tls", "write", "wait", "body", "done"]);
  expect(guarantees).toEqual(["once", "at-least-once", "at-most-once"]);
  expect(operationClasses).toEqual(["critical", "standard", "bulk"]);
  expect(defaultPolicy).toEqual({
    attemptsMax: 6,
    backoff: { baseMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0.2 },
    totalWaitMaxMs: 60_000,
    attemptTimeoutMs: 15_000,
    deadlineMs: 86_400_000,
    guarantee: "once",
  });
});
