import type { Observation, Outcome, ResponseObservation } from "@landline/core";
import { classify, explain } from "@landline/core";
import { describe, expect, test } from "vitest";
import { redCloud } from "./provider.ts";

const provider = redCloud({
  baseUrl: "https://rc.example.com",
  clientId: "id",
  clientSecret: "secret-1",
  sendFrom: "num_1",
});
const send = provider.operations["messages.send"];
const now = Date.UTC(2026, 0, 15, 12);
const one = { sendFrom: "num_1", to: ["+15551234567"], messageType: "SMS", text: "x" } as const;
const two = { ...one, to: ["+15551234567", "+15557654321"] };

const response = (status: number, body: unknown, headers: Record<string, string> = {}): ResponseObservation => ({
  type: "response",
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
  complete: true,
  at: now,
});
const judge = (status: number, body: unknown, input: typeof one | typeof two = one): Outcome => {
  const seen = response(status, body);
  return classify(seen, send.observe(seen, input, now), send.traits, now);
};
const result = (to: string | undefined, messageId: string): object => ({ to, messageId, status: "QUEUED" });
const core = (code: string, message = "words", details: unknown = {}): object => ({
  error: { code, message, details },
  requestId: "req_send_001",
});
const failureOf = (outcome: Outcome): object | null => (outcome.type === "accepted" ? null : outcome.failure);

describe("a 202", () => {
  test("is accepted with the message's identifier and what was answered", () => {
    expect(judge(202, { results: [result("+15551234567", "msg_1")], errors: [] })).toMatchObject({
      type: "accepted",
      providerId: "msg_1",
      providerStatus: "QUEUED",
      value: { results: [{ messageId: "msg_1" }], errors: [] },
    });
  });

  test("with some recipients in errors is accepted for the others, and says whom it left out", () => {
    const errors = [{ to: "+15557654321", code: "WHATEVER", message: "no" }];
    expect(judge(202, { results: [result("+15551234567", "msg_1")], errors }, two)).toMatchObject({
      type: "accepted",
      providerId: "msg_1",
      value: { errors },
    });
  });

  test("that names a recipient in neither array is doubt", () => {
    expect(judge(202, { results: [result("+15551234567", "msg_1")], errors: [] }, two)).toMatchObject({
      type: "ambiguous",
      failure: { execution: "unknown", remedy: "retry", status: 202 },
    });
  });

  test("lets an element without `to` account for one recipient, and not for two", () => {
    expect(judge(202, { results: [result(undefined, "msg_1")] }).type).toBe("accepted");
    expect(judge(202, { results: [result("15551234567", "msg_1"), result(undefined, "msg_2")] }, two).type).toBe(
      "accepted",
    );
    expect(judge(202, { results: [result(undefined, "msg_1")] }, two).type).toBe("ambiguous");
  });

  test("without results and with errors for all is a rejection", () => {
    expect(
      judge(202, { results: [], errors: [{ to: "+15551234567", code: "X1", message: "not today" }] }),
    ).toMatchObject({
      type: "rejected",
      failure: { kind: "invalid_request", execution: "not_executed", code: "X1", message: "not today", field: "to" },
    });
    expect(judge(202, { results: [], errors: ["+15551234567"] }).type).toBe("rejected");
  });

  test("that rejects for a transient reason is still a rejection: a repeat gets the stored answer", () => {
    expect(judge(202, { results: [], errors: [{ to: "+15551234567", code: "UPSTREAM_ERROR" }] }).type).toBe("rejected");
  });

  test("that says the recipient opted out bars the recipient, unless somebody else was rejected otherwise", () => {
    const optedOut = { to: "+15551234567", code: "RECIPIENT_OPTED_OUT" };
    expect(judge(202, { results: [], errors: [optedOut] })).toMatchObject({
      type: "rejected",
      optedOut: true,
      failure: { kind: "recipient_blocked" },
    });
    const both = judge(202, { results: [], errors: [optedOut, { to: "+15557654321", code: "X1" }] }, two);
    expect(both).toMatchObject({ type: "rejected", optedOut: false });
  });

  test.each([
    ["neither array", {}],
    ["two empty arrays", { results: [], errors: [] }],
    ["no identifier", { results: [{ to: "+15551234567" }] }],
    ["an identifier and an error", { results: [result("+15551234567", "msg_1")], error: "server_error" }],
    ["a list", [result("+15551234567", "msg_1")]],
  ])("with %s is doubt", (_what, body) => {
    expect(judge(202, body).type).toBe("ambiguous");
  });
});

describe("the two error contracts", () => {
  test("are told apart by the type of `error`", () => {
    expect(failureOf(judge(401, core("UNAUTHORIZED")))).toMatchObject({
      shape: "api",
      code: "UNAUTHORIZED",
      category: "B",
    });
    const oauth = { error: "invalid_client", error_description: "Client authentication failed" };
    expect(failureOf(judge(401, oauth))).toMatchObject({
      shape: "oauth",
      code: "invalid_client",
      message: "Client authentication failed",
      category: "B",
    });
    expect(failureOf(judge(502, "<html>Bad gateway</html>"))).toMatchObject({ shape: "http", code: null });
  });

  test("do not lend each other their codes", () => {
    expect(failureOf(judge(400, { error: "INVALID_REQUEST" }))).toMatchObject({
      shape: "oauth",
      docs: expect.not.stringContaining("redcloud") as string,
    });
    expect(failureOf(judge(400, core("invalid_client")))).toMatchObject({ kind: "invalid_request" });
  });

  test("give the request id of the body, and the field that is at fault", () => {
    expect(failureOf(judge(400, core("INVALID_REQUEST", "sendFrom is required")))).toMatchObject({
      requestId: "req_send_001",
      field: "sendFrom",
      category: "A",
    });
    expect(failureOf(judge(400, core("INVALID_REQUEST", "no", { field: "to[0]" })))).toMatchObject({ field: "to[0]" });
  });
});

describe("a refusal", () => {
  test.each([
    [400, "INVALID_REQUEST", "rejected", "invalid_request", "A", "not_executed"],
    [401, "UNAUTHORIZED", "rejected", "authentication", "B", "not_executed"],
    [403, "FORBIDDEN", "rejected", "authorization", "C", "not_executed"],
    [404, "NOT_FOUND", "rejected", "not_found", null, "not_executed"],
    [409, "CONFLICT", "rejected", "conflict", null, "not_executed"],
    [500, "SERVER_ERROR", "ambiguous", "unavailable", "D", "unknown"],
    [502, "UPSTREAM_ERROR", "ambiguous", "unavailable", "D", "unknown"],
  ])("%s %s is %s, %s, category %s, %s", (status, code, type, kind, category, execution) => {
    const outcome = judge(status, core(code));
    expect(outcome.type).toBe(type);
    expect(failureOf(outcome)).toMatchObject({ kind, category, execution, code });
  });

  test("a number without a campaign is the operator's to mend, although it comes as an invalid request", () => {
    expect(failureOf(judge(400, core("INVALID_REQUEST", "sendFrom must have campaignregId configured")))).toMatchObject(
      {
        category: "C",
        responsible: "operator",
        remedy: "fix_account",
        field: "sendFrom",
      },
    );
  });

  test("the token endpoint's server_error proves nothing about a send", () => {
    expect(judge(500, { error: "server_error" }).type).toBe("ambiguous");
    expect(explain(provider, { status: 500, body: '{"error":"server_error"}' }, now)).toMatchObject({
      execution: "not_executed",
      remedy: "retry",
      shape: "oauth",
    });
  });
});

describe("the token endpoint", () => {
  const { credentials } = provider;
  if (credentials.type !== "token") throw new Error("Red Cloud uses tokens");
  const read = (observation: Observation): ReturnType<typeof credentials.read> => credentials.read(observation, now);

  test("is asked with HTTP Basic and a form", () => {
    expect(credentials.request).toMatchObject({
      method: "POST",
      url: "https://rc.example.com/api/auth/token",
      headers: { authorization: `Basic ${btoa("id:secret-1")}`, "content-type": "application/x-www-form-urlencoded" },
      body: "grant_type=client_credentials",
    });
    expect(provider.secrets).toEqual(["secret-1", btoa("id:secret-1")]);
  });

  test("gives a token with its end, whatever the case of its type", () => {
    expect(read(response(200, { access_token: "t.o.k", token_type: "bearer", expires_in: 60 }))).toEqual({
      ok: true,
      token: "t.o.k",
      expiresAt: now + 60_000,
    });
    expect(read(response(200, { access_token: "t" }))).toMatchObject({ expiresAt: now + 3_600_000 });
    expect(credentials.headers("t")).toEqual({ authorization: "Bearer t" });
  });

  test("refuses a client for good, and a failure of its own only for now", () => {
    expect(read(response(401, { error: "invalid_client", error_description: "no" }))).toMatchObject({
      ok: false,
      outcome: { type: "rejected", blocksAccount: true, failure: { shape: "oauth", code: "invalid_client" } },
    });
    expect(read(response(500, { error: "server_error" }))).toMatchObject({
      ok: false,
      outcome: { type: "unavailable" },
    });
    expect(read(response(503, "<html></html>"))).toMatchObject({ ok: false, outcome: { type: "ambiguous" } });
    expect(read(response(200, { access_token: "two words" }))).toMatchObject({ ok: false });
  });
});

describe("the diagnosis of a 403", () => {
  const { diagnosis } = provider;
  const whoami = { apiClientId: "client_7", apiClientName: "Shop", apiClientStatus: "ACTIVE" };
  const numbers = [
    { numberId: "num_1", e164: "+15005550006", status: "ACTIVE", campaignRegId: null, smsEnabled: true },
    {
      numberId: "num_2",
      e164: "+15005550016",
      status: "ACTIVE",
      campaignRegId: "C1",
      smsEnabled: false,
      mmsEnabled: true,
    },
    { numberId: "num_3", e164: "+15005550026", status: "SUSPENDED", campaignRegId: "C1", smsEnabled: true },
    { numberId: "num_4", e164: null, campaignRegId: "C1", smsEnabled: true },
  ];
  const guidance = (sendFrom: string, answers: readonly Observation[]): string => {
    const outcome = judge(403, core("FORBIDDEN", "sendFrom is not owned by this API client"));
    if (outcome.type === "accepted") throw new Error("it was refused");
    expect(diagnosis?.applies(outcome.failure)).toBe(true);
    return diagnosis?.read(outcome.failure, { ...one, sendFrom }, answers).guidance ?? "";
  };
  const both = [response(200, whoami), response(200, { numbers })];

  test("names the client, the number and the numbers that would do", () => {
    expect(guidance("num_foreign", both)).toBe(
      'The number num_foreign belongs to another client or does not exist; this client is "Shop" (client_7). Its own are num_1 (+15005550006), num_2 (+15005550016), num_3 (+15005550026), num_4: send from one of its own or use the client that owns num_foreign.',
    );
    expect(guidance("num_x", [response(200, whoami), response(200, { numbers: [] })])).toContain("It has no numbers");
  });

  test.each([
    ["num_1", "is not registered with a campaign"],
    ["num_2", "is not enabled for SMS"],
    ["num_3", "is SUSPENDED"],
    ["num_4", "ownership is not the reason"],
  ])("says of %s that it %s", (sendFrom, words) => {
    expect(guidance(sendFrom, both)).toContain(words);
    expect(guidance(sendFrom, both)).toContain('"Shop" (client_7)');
  });

  test("makes the best of one answer, and nothing of none", () => {
    expect(guidance("num_1", [response(200, whoami)])).toContain('This client is "Shop" (client_7)');
    expect(guidance("num_1", [response(403, ""), response(500, "")])).toBe(provider.errors.get("FORBIDDEN")?.guidance);
  });

  test("is not asked for what it cannot explain", () => {
    const failed = judge(500, core("SERVER_ERROR"));
    expect(failed.type !== "accepted" && diagnosis?.applies(failed.failure)).toBe(false);
  });
});

describe("the probe", () => {
  const read = (status: number, body: unknown): Outcome | undefined =>
    provider.probe?.read(response(status, body), now);
  test("is whoami, and knows an inactive client", () => {
    expect(provider.probe?.describe().url).toBe("https://rc.example.com/api/core/whoami");
    expect(read(200, { apiClientId: "c", apiClientStatus: "ACTIVE", deliveryWebhookConfigured: true })).toMatchObject({
      type: "accepted",
      providerId: "c",
      value: { deliveryWebhookConfigured: true },
    });
    expect(read(200, { apiClientId: "c", apiClientStatus: "INACTIVE" })).toMatchObject({
      type: "rejected",
      blocksAccount: true,
    });
    expect(read(401, core("UNAUTHORIZED"))).toMatchObject({ type: "rejected", blocksAccount: true });
    expect(read(200, "<html></html>")).toMatchObject({ type: "ambiguous" });
  });

  test("says when nobody will be told what becomes of messages", () => {
    const notice = (value: unknown): unknown => provider.probe?.notice?.(value);
    expect(notice({ deliveryWebhookConfigured: false })).toMatch(/no delivery webhook/);
    for (const value of [{ deliveryWebhookConfigured: true }, {}, null, "x"]) expect(notice(value)).toBeNull();
  });
});
