import type { Outcome, ResponseObservation } from "@landline/core";
import { classify, explain } from "@landline/core";
import { describe, expect, test } from "vitest";
import { noticia } from "./provider.ts";

const provider = noticia({ apiKey: "ntca_key-1234567890" });
const { operations } = provider;
const now = Date.UTC(2026, 0, 15, 12);
type Name = keyof typeof operations;

const response = (status: number, body: unknown, headers: Record<string, string> = {}): ResponseObservation => ({
  type: "response",
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
  complete: true,
  at: now,
});
const judge = (name: Name, status: number, body: unknown, headers: Record<string, string> = {}): Outcome => {
  const seen = response(status, body, headers);
  const operation = operations[name];
  return classify(seen, operation.observe(seen, {} as never, now), operation.traits, now);
};
const error = (code: string): object => ({ code, message: "words", request_id: "b3f1c8d2" });
const failureOf = (outcome: Outcome): object | null => (outcome.type === "accepted" ? null : outcome.failure);

describe("a refusal", () => {
  test.each([
    ["AUTH_MISSING_API_KEY", 401, "rejected", "authentication", "B"],
    ["AUTH_INVALID_API_KEY", 401, "rejected", "authentication", "B"],
    ["AUTH_REVOKED_API_KEY", 401, "rejected", "authentication", "B"],
    ["AUTH_EXPIRED_API_KEY", 401, "rejected", "authentication", "B"],
    ["AUTHORIZATION_FORBIDDEN", 403, "rejected", "authorization", "C"],
    ["VALIDATION_ERROR", 400, "rejected", "invalid_request", "A"],
    ["RESOURCE_NOT_FOUND", 404, "rejected", "not_found", null],
    ["RESOURCE_CONFLICT", 409, "rejected", "conflict", null],
    ["IDEMPOTENCY_KEY_REQUIRED", 400, "rejected", "invalid_request", "A"],
    ["IDEMPOTENCY_KEY_INVALID", 400, "rejected", "invalid_request", "A"],
    ["IDEMPOTENCY_CONFLICT", 409, "rejected", "conflict", null],
    ["IDEMPOTENCY_IN_PROGRESS", 409, "unavailable", "conflict", "D"],
    ["RATE_LIMIT_EXCEEDED", 429, "throttled", "rate_limited", "D"],
    ["PAYLOAD_TOO_LARGE", 413, "rejected", "invalid_request", "A"],
    ["UNSUPPORTED_MEDIA_TYPE", 415, "rejected", "invalid_request", "A"],
    ["INTERNAL_ERROR", 500, "ambiguous", "unavailable", "D"],
  ])("%s (%s) is %s, %s, category %s", (code, status, type, kind, category) => {
    const outcome = judge("subscriptions.opt-in", status, error(code));
    expect(outcome.type).toBe(type);
    expect(failureOf(outcome)).toMatchObject({ kind, category, code, requestId: "b3f1c8d2" });
  });

  test("the table has these codes and no others", () => {
    expect(provider.errors.size).toBe(16);
  });

  test("the code decides before the status: the two kinds of 409, and a code under another status", () => {
    expect(judge("profiles.upsert", 409, error("IDEMPOTENCY_IN_PROGRESS"))).toMatchObject({
      type: "unavailable",
      retryAt: now + 1_000,
      failure: { remedy: "retry", execution: "not_executed" },
    });
    expect(judge("profiles.upsert", 409, error("IDEMPOTENCY_CONFLICT")).type).toBe("rejected");
    expect(judge("profiles.upsert", 200, error("VALIDATION_ERROR")).type).toBe("rejected");
    expect(judge("profiles.upsert", 409, error("ADDED_SINCE")).type).toBe("rejected");
    expect(explain(provider, { status: 409, body: JSON.stringify(error("ADDED_SINCE")) }, now).guidance).toContain(
      "ADDED_SINCE",
    );
  });

  test.each([
    [400, "rejected", "not_executed"],
    [401, "rejected", "not_executed"],
    [403, "rejected", "not_executed"],
    [404, "rejected", "not_executed"],
    [409, "rejected", "not_executed"],
    [422, "rejected", "not_executed"],
    [429, "throttled", "not_executed"],
    [500, "ambiguous", "unknown"],
    [502, "ambiguous", "unknown"],
    [503, "ambiguous", "unknown"],
    [504, "ambiguous", "unknown"],
  ])("without a code a %s is %s: %s", (status, type, execution) => {
    expect(judge("subscriptions.opt-in", status, "<html></html>")).toMatchObject({ type, failure: { execution } });
  });

  test("what is ambiguous is repeated with the same key", () => {
    expect(judge("subscriptions.opt-in", 503, "")).toMatchObject({ type: "ambiguous", failure: { remedy: "retry" } });
    expect(judge("sales-events.create", 500, error("INTERNAL_ERROR"))).toMatchObject({ failure: { remedy: "retry" } });
  });

  test("gives the request id of the header first, then of the body in either spelling", () => {
    const ids = [
      judge("stores.upsert", 400, { ...error("VALIDATION_ERROR"), requestId: "camel" }, { "x-request-id": "header" }),
      judge("stores.upsert", 400, error("VALIDATION_ERROR")),
      judge("stores.upsert", 400, { code: "VALIDATION_ERROR", requestId: "camel" }),
    ].map((outcome) => outcome.type === "rejected" && outcome.failure.requestId);
    expect(ids).toEqual(["header", "b3f1c8d2", "camel"]);
  });

  test.each([
    "profiles.set-attributes",
    "sales-events.create",
    "subscriptions.opt-in",
    "subscriptions.opt-out",
  ] as const)("RESOURCE_NOT_FOUND on %s is explained as a question of order", (name) => {
    const outcome = judge(name, 404, error("RESOURCE_NOT_FOUND"));
    expect(outcome.type === "rejected" && outcome.failure.guidance).toContain("A question of order");
  });
});

describe("a success", () => {
  test.each([
    ["profiles.upsert", { profileId: "prof_1" }, "prof_1"],
    ["profiles.upsert", { profile_id: "prof_1" }, "prof_1"],
    ["profiles.set-attributes", { id: "prof_1" }, "prof_1"],
    ["subscriptions.opt-in", { status: "SUBSCRIBED", profile: { id: "prof_1" } }, "prof_1"],
    ["subscriptions.opt-in", { status: "SUBSCRIBED", phone_number: "+15551234567", profile: null }, "+15551234567"],
    ["sales-events.create", { eventId: "evt_1" }, "evt_1"],
    ["stores.upsert", { storeId: "9" }, "9"],
  ] as const)("of %s is known in either spelling: %j", (name, body, providerId) => {
    expect(judge(name, 200, body)).toMatchObject({ type: "accepted", providerId, value: body });
  });

  test.each([
    ["profiles.upsert", { id: "evt_1" }],
    ["sales-events.create", { id: "prof_1" }],
    ["subscriptions.opt-in", { status: "UNSUBSCRIBED", profile: { id: "prof_1" } }],
    ["subscriptions.opt-out", { status: "SUBSCRIBED", profile: { id: "prof_1" } }],
    ["subscriptions.opt-in", { profile: { id: "prof_1" } }],
    ["subscriptions.opt-in", { status: "SUBSCRIBED", profile: {}, phoneNumber: "+15551234567" }],
  ] as const)("of %s that says something else is doubt: %j", (name, body) => {
    expect(judge(name, 200, body)).toMatchObject({ type: "ambiguous" });
  });
});

test("attributes that are shown back as they were to be are a success, also where no profile is named", () => {
  const operation = operations["profiles.set-attributes"];
  const input = { profile_id: "prof_1", attributes: { tier: "gold" } };
  const judged = (body: unknown): Outcome => {
    const seen = response(200, body);
    return classify(seen, operation.observe(seen, input, now), operation.traits, now);
  };
  expect(judged({ attributes: { tier: "gold", city: "Bern" } })).toMatchObject({
    type: "accepted",
    providerId: "prof_1",
  });
  for (const body of [
    { attributes: { tier: "silver" } },
    { attributes: {} },
    {},
    { id: "", attributes: { tier: "gold" } },
  ])
    expect(judged(body).type).toBe("ambiguous");
});
