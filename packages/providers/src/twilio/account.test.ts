import { describe, expect, test } from "vitest";
import { accountFaults, fromAccount, providerForExplaining, providerNames } from "../registry.ts";
import { twilio } from "./provider.ts";
import { instantOf } from "./time.ts";

const hex32 = "0123456789abcdef0123456789abcdef";
const accountSid = `AC${hex32}`;
const base = { provider: "twilio", accountSid, authToken: "very-secret-token" };
const now = 1_780_000_000_000;

describe("an account of a configuration", () => {
  test.each([
    base,
    { ...base, from: "+15005550006", baseUrl: "https://api.twilio.com", lookupSettle: "15s" },
    {
      ...base,
      baseUrl: "http://127.0.0.1:4010/twilio",
      region: "ie1",
      edge: "dublin",
      webhookSecret: ["a", "b"],
      statusCallback: "https://h.example/x",
    },
    { provider: "twilio", accountSid, apiKey: `SK${hex32}`, apiSecret: "s", from: `MG${hex32}` },
    { provider: "twilio", accountSid, clientId: "OQ1", clientSecret: "s", authToken: "t", webhookSecret: "b" },
  ])("%j is fine, and becomes a provider", (config) => {
    expect(accountFaults(config, "accounts.tw")).toEqual([]);
    expect(fromAccount(config).name).toBe("twilio");
  });

  test.each([
    [{ provider: "twilio" }, ["accounts.tw.accountSid", "accounts.tw.authToken"]],
    [{ ...base, accountSid: "AC1" }, ["accounts.tw.accountSid"]],
    [{ ...base, authTokn: "x" }, ["accounts.tw.authTokn"]],
    [{ ...base, authToken: "" }, ["accounts.tw.authToken"]],
    [{ provider: "twilio", accountSid, apiKey: "SK1" }, ["accounts.tw.apiKey", "accounts.tw.apiSecret"]],
    [{ provider: "twilio", accountSid, clientSecret: "x" }, ["accounts.tw.clientId", "accounts.tw.authToken"]],
    [{ ...base, apiKey: `SK${hex32}`, apiSecret: "x", clientId: "y", clientSecret: "z" }, ["accounts.tw.clientId"]],
    [{ ...base, baseUrl: "api.twilio.com" }, ["accounts.tw.baseUrl"]],
    [{ ...base, baseUrl: "https://h.example/?x=1" }, ["accounts.tw.baseUrl"]],
    [
      { ...base, lookupSettle: "soon", from: "15005550006", region: "IE 1" },
      ["accounts.tw.lookupSettle", "accounts.tw.from", "accounts.tw.region"],
    ],
    [{ provider: "nobody" }, ["accounts.tw.provider"]],
    ["twilio", ["accounts.tw"]],
  ])("%j has a fault at each of %j", (config, paths) => {
    expect(accountFaults(config, "accounts.tw").map(({ path }) => path)).toEqual(paths);
  });

  test("shows no secret in a fault, and is not built from a faulty one", () => {
    const config = { ...base, authToken: "x".repeat(5_000), webhookSecret: [1, "very-secret"] };
    expect(JSON.stringify(accountFaults(config, "a"))).not.toMatch(/xxx|very-secret/);
    expect(() => fromAccount({ ...base, accountSid: "AC1" })).toThrow(RangeError);
    expect(() => fromAccount({})).toThrow(RangeError);
  });

  test("is not needed to explain a failure", () => {
    expect(providerNames).toContain("twilio");
    expect(providerForExplaining("twilio")?.errors.has("21211")).toBe(true);
    expect(providerForExplaining("nobody")).toBeNull();
  });
});

describe("credentials", () => {
  const decoded = (options: Parameters<typeof twilio>[0]): string => {
    const { credentials } = twilio(options);
    return credentials.type === "static"
      ? Buffer.from((credentials.headers["authorization"] ?? "").replace("Basic ", ""), "base64").toString()
      : "";
  };

  test("are the account and its token, or a key and its secret, never in an address", () => {
    expect(decoded({ accountSid, authToken: "tökén" })).toBe(`${accountSid}:tökén`);
    expect(decoded({ accountSid, apiKey: `SK${hex32}`, apiSecret: "s3" })).toBe(`SK${hex32}:s3`);
  });

  test("verify callbacks with the auth token alone, whatever requests are made with", () => {
    expect(twilio({ accountSid, apiKey: `SK${hex32}`, apiSecret: "s3" }).webhooks).toBeNull();
    expect(twilio({ accountSid, apiKey: `SK${hex32}`, apiSecret: "s3", authToken: "t" }).webhooks).not.toBeNull();
    expect(twilio({ accountSid, clientId: "OQ1", clientSecret: "s3", webhookSecret: "t" }).webhooks).not.toBeNull();
  });

  const oauth = twilio({ accountSid, clientId: "OQ1", clientSecret: "s&s", region: "ie1" }).credentials;
  const read = (status: number, body: unknown) => {
    if (oauth.type !== "token") throw new Error("a token was expected");
    return oauth.read(
      {
        type: "response",
        status,
        headers: {},
        body: typeof body === "string" ? body : JSON.stringify(body),
        complete: true,
        at: now,
      },
      now,
    );
  };

  test("of OAuth ask Twilio's own host for a token", () => {
    expect(oauth).toMatchObject({
      type: "token",
      request: {
        method: "POST",
        url: "https://oauth.ie1.twilio.com/v2/token",
        body: "client_id=OQ1&client_secret=s%26s&grant_type=client_credentials",
      },
    });
    expect(oauth.type === "token" && oauth.headers("abc")).toEqual({ authorization: "Bearer abc" });
    expect(read(200, { access_token: "abc", id_token: null, token_type: "Bearer", expires_in: 3600 })).toEqual({
      ok: true,
      token: "abc",
      expiresAt: now + 3_600_000,
    });
    expect(read(200, { access_token: "abc", expires_in: "x" })).toMatchObject({ ok: true, expiresAt: now + 3_600_000 });
  });

  test.each([
    [401, { code: 20003, message: "no", status: 401 }, "rejected", "oauth"],
    [429, { code: 20429, throttled_until: "x" }, "throttled", "oauth"],
    [500, { code: 20500 }, "ambiguous", "oauth"],
    [503, "", "ambiguous", "oauth"],
    [200, "<html>", "ambiguous", "oauth"],
  ])("of OAuth answered with %i %j are %s", (status, body, type, shape) => {
    expect(read(status, body)).toMatchObject({ ok: false, outcome: { type, failure: { shape } } });
  });
});

test("a throttled token request says until when", () => {
  const { credentials } = twilio({ accountSid, clientId: "OQ1", clientSecret: "s" });
  const body = JSON.stringify({
    code: 20429,
    message: "slow down",
    status: 429,
    throttled_until: new Date(now + 8_000).toISOString(),
  });
  const reading =
    credentials.type === "token"
      ? credentials.read({ type: "response", status: 429, headers: {}, body, complete: true, at: now }, now)
      : null;
  expect(reading).toMatchObject({ ok: false, outcome: { type: "throttled", retryAt: now + 8_000 } });
});

describe("the probe", () => {
  const { probe } = twilio({ accountSid, authToken: "t", baseUrl: "http://127.0.0.1:9/p" });
  test("reads one message of the account", () => {
    expect(probe?.describe()).toMatchObject({
      method: "GET",
      url: `http://127.0.0.1:9/p/2010-04-01/Accounts/${accountSid}/Messages.json?PageSize=1`,
    });
    const answer = (status: number, body: string) =>
      probe?.read({ type: "response", status, headers: {}, body, complete: true, at: now }, now);
    expect(answer(200, '{"messages":[]}')).toMatchObject({ type: "accepted", providerId: accountSid });
    expect(answer(401, '{"code":20003}')).toMatchObject({ type: "rejected", blocksAccount: true });
    expect(answer(404, "")).toMatchObject({ type: "rejected", failure: { kind: "not_found" } });
  });
});

describe("a neutral message", () => {
  const { message } = twilio({ accountSid, authToken: "t" });
  test.each([
    [{ to: "+15551234567", body: "x" }, "messages.create", { To: "+15551234567", Body: "x" }],
    [
      { to: "+15551234567", body: "x", channel: "whatsapp", from: "+15005550006" },
      "messages.create",
      { To: "whatsapp:+15551234567", From: "whatsapp:+15005550006", Body: "x" },
    ],
    [
      { to: "whatsapp:+15551234567", body: "x", channel: "whatsapp", from: `MG${hex32}` },
      "messages.create",
      { To: "whatsapp:+15551234567", MessagingServiceSid: `MG${hex32}`, Body: "x" },
    ],
    [
      { to: "+15551234567", media: ["https://x.example/a"], channel: "mms" },
      "messages.create",
      { To: "+15551234567", MediaUrl: ["https://x.example/a"] },
    ],
    [{ to: "+15551234567", body: "x", channel: "rcs" }, "messages.create", { To: "rcs:+15551234567", Body: "x" }],
    [
      { to: "+15551234567", template: { id: `HX${hex32}`, variables: { "1": "a" } } },
      "messages.create",
      { To: "+15551234567", ContentSid: `HX${hex32}`, ContentVariables: '{"1":"a"}' },
    ],
    [
      { to: "+15551234567", body: "a <b> & 'c'\u0000", channel: "voice" },
      "calls.create",
      { To: "+15551234567", Twiml: "<Response><Say>a &lt;b&gt; &amp; 'c'</Say></Response>" },
    ],
  ] as const)("%j is %s", (neutral, operation, input) => {
    expect(message(neutral)).toEqual({ ok: true, operation, input });
  });

  test.each([
    [{ to: "+15551234567", channel: "voice" }, "body"],
    [{ to: "+15551234567", body: "x", media: ["https://x.example/a"], channel: "voice" }, "media"],
    [{ to: "+15551234567", template: { id: "x" }, channel: "voice" }, "template"],
    [{ to: "+15551234567", body: "x", media: ["https://x.example/a"], channel: "sms" }, "media"],
  ] as const)("%j cannot be sent because of its %s", (neutral, field) => {
    expect(message(neutral)).toMatchObject({ ok: false, failure: { kind: "invalid_request", field } });
  });
});

describe("an instant", () => {
  test.each([
    ["Thu, 24 Aug 2023 05:01:45 +0000", Date.UTC(2023, 7, 24, 5, 1, 45)],
    ["24 Aug 2023 05:01:45 GMT", Date.UTC(2023, 7, 24, 5, 1, 45)],
    ["Thu, 24 Aug 2023 05:01:45 -0730", Date.UTC(2023, 7, 24, 12, 31, 45)],
    ["2023-08-24T05:01:45Z", Date.UTC(2023, 7, 24, 5, 1, 45)],
    ["2023-08-24", null],
    ["Thu, 24 Foo 2023 05:01:45 +0000", null],
    ["", null],
    [null, null],
    [5, null],
  ])("%j is %s", (text, at) => {
    expect(instantOf(text)).toBe(at);
  });
});
