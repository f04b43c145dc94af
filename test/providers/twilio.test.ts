/**
 * Twilio as an application meets it: the in-process client against the sandbox over real HTTP, with both kinds of
 * error it writes, the envelope of the 2010 API and the problem (RFC 9457) of the newer ones.
 */
import { createClient } from "@landline/client";
import type { Client } from "@landline/client";
import { twilio } from "@landline/providers/twilio";
import type { TwilioOperations } from "@landline/providers/twilio";
import { createSandbox } from "@landline/sandbox";
import type { Sandbox } from "@landline/sandbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const accountSid = `AC${"0".repeat(32)}`;
const authToken = "test-auth-token";
const message = { To: "+15551234567", From: "+15005550006", Body: "Hello" };
const serviceSid = `VA${"0".repeat(32)}`;

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

const client = (sandbox: Sandbox, token = authToken): Client<TwilioOperations> => {
  const made = createClient(twilio({ accountSid, authToken: token, baseUrl: sandbox.url, lookupSettle: 0 }), {
    attemptsMax: 3,
    backoff: { base: 5, jitter: 0 },
    attemptTimeout: "10s",
    deadline: "30s",
  });
  open.push(made);
  return made;
};

describe.each(["envelope", "problem"] as const)("with errors as %s", (errors) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ twilio: { accounts: [{ accountSid, authToken }], errors } });
  });
  beforeEach(() => {
    sandbox.setFaults([]);
    sandbox.reset();
  });
  afterAll(async () => sandbox.close());

  test("errors come in the form that is meant", async () => {
    const answer = await fetch(`${sandbox.url}/2010-04-01/Accounts/${accountSid}/Messages.json`, { method: "POST" });
    const type = errors === "problem" ? "application/problem+json" : "application/json;charset=utf-8";
    expect([answer.status, answer.headers.get("content-type")]).toEqual([401, type]);
    const word = errors === "problem" ? "title" : "more_info";
    expect(Object.keys((await answer.json()) as object)).toContain(word);
  });

  test.each([
    ["+15005550001", "21211", { kind: "invalid_request", category: "A", remedy: "fix_request", responsible: "caller" }],
    ["+15005550002", "21612", { remedy: "other_channel", responsible: "operator" }],
    ["+15005550003", "21408", { kind: "authorization", category: "C", responsible: "operator" }],
    ["+15005550004", "21610", { kind: "recipient_blocked", remedy: "none", responsible: "recipient" }],
    ["+15005550009", "21614", { kind: "invalid_request", responsible: "caller" }],
  ])("a message to %s is refused once with %s, and the failure says so", async (To, code, facts) => {
    const result = await client(sandbox).call("messages.create", { ...message, To });
    expect(result).toMatchObject({
      ok: false,
      attempts: [{ status: 400, code, outcome: "rejected" }],
      failure: {
        code,
        status: 400,
        execution: "not_executed",
        requestId: expect.stringMatching(/^RQ[0-9a-f]{32}$/) as string,
        docs: expect.stringMatching(/^https:/) as string,
        ...facts,
      },
    });
    expect(sandbox.effects()).toEqual([]);
  });

  test("the field is named", async () => {
    const result = await client(sandbox).call("messages.create", { ...message, To: "+15005550001" });
    expect(result).toMatchObject({ failure: { field: "To", message: expect.stringContaining("'To'") as string } });
    sandbox.setFaults([{ do: { status: 400, code: 60200, message: "Invalid parameter `Channel`" } }]);
    const verification = { ServiceSid: serviceSid, To: "+15551234567", Channel: "sms" as const };
    const refused = await client(sandbox).call("verifications.create", verification);
    // The envelope of the 2010 API has no place for it, and the code is not always about the same one.
    const field = errors === "problem" ? "Channel" : null;
    expect(refused).toMatchObject({ failure: { code: "60200", kind: "invalid_request", field } });
  });

  test("a refused credential stops, a full queue is no rate limit, a real one is waited out", async () => {
    expect(await client(sandbox, "other").call("messages.create", message)).toMatchObject({
      failure: { kind: "authentication", category: "B", code: "20003" },
      attempts: [{ status: 401 }],
    });
    sandbox.setFaults([{ when: { operation: "messages.create" }, do: { status: 429, code: 21611 } }]);
    expect(await client(sandbox).call("messages.create", message)).toMatchObject({
      failure: { kind: "quota", code: "21611", retryAt: expect.any(String) as string },
      attempts: [{ status: 429 }],
    });
    sandbox.setFaults([{ when: { operation: "messages.create", nth: 1 }, do: { status: 429 } }]);
    expect(await client(sandbox).call("messages.create", message)).toMatchObject({
      ok: true,
      attempts: [{ status: 429, outcome: "throttled", code: "20429" }, { status: 201 }],
    });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("a 500 that hid a success is found, not sent again", async () => {
    sandbox.setFaults([{ when: { operation: "messages.create", nth: 1 }, do: { status: 500, accept: true } }]);
    const result = await client(sandbox).call("messages.create", message);
    expect(result).toMatchObject({ ok: true, attempts: [{ status: 500, outcome: "ambiguous", code: "20500" }] });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("a look-up that is refused is no absence", async () => {
    sandbox.setFaults([
      { when: { operation: "messages.create", nth: 1 }, do: { status: 500, accept: true } },
      { when: { operation: "messages.list" }, do: { status: 403 } },
    ]);
    const result = await client(sandbox).call("messages.create", message);
    expect(result).toMatchObject({ ok: false, failure: { execution: "unknown" } });
    expect(sandbox.effects()).toHaveLength(1);
  });
});

test("OAuth: an expired or revoked token is renewed once, and the call repeated once; a client that is refused twice stops", async () => {
  const clients = { [`OQ${"0".repeat(32)}`]: "oauth-secret" };
  const sandbox = await createSandbox({ twilio: { accounts: [{ accountSid, authToken, clients }] } });
  const provider = twilio({
    accountSid,
    clientId: `OQ${"0".repeat(32)}`,
    clientSecret: "oauth-secret",
    baseUrl: sandbox.url,
  });
  const one = createClient(provider, { attemptsMax: 3, backoff: { base: 5, jitter: 0 }, deadline: "30s" });
  open.push(one);
  const asked = (): number =>
    sandbox.ledger().filter((entry) => entry.type === "request" && entry.operation === "token").length;
  const all = await Promise.all(Array.from({ length: 50 }, async () => one.call("messages.create", message)));
  expect([all.every(({ ok }) => ok), asked()]).toEqual([true, 1]);
  sandbox.control("twilio", { action: "revoke-tokens" });
  expect(await one.call("messages.create", message)).toMatchObject({ ok: true });
  expect([asked(), sandbox.effects().length]).toEqual([2, 51]);
  sandbox.setFaults([{ when: { operation: "messages.create" }, do: { status: 401 } }]);
  expect(await one.call("messages.create", message)).toMatchObject({
    ok: false,
    failure: { kind: "authentication", execution: "not_executed", responsible: "operator" },
  });
  const tries = sandbox.ledger().filter((entry) => entry.type === "request" && entry.answer?.status === 401);
  expect(tries.length).toBeLessThanOrEqual(3);
  expect(asked()).toBe(3);
  await sandbox.close();
});

test("a rule can ask for a problem where the sandbox writes envelopes, and the other way round", async () => {
  for (const errors of ["envelope", "problem"] as const) {
    const sandbox = await createSandbox({ twilio: { errors } });
    sandbox.setFaults([{ do: { status: 403, code: 20006, problem: errors === "envelope" } }]);
    const result = await client(sandbox).call("messages.create", message);
    expect(result).toMatchObject({ failure: { kind: "authorization", code: "20006" } });
    const answer = await fetch(`${sandbox.url}/2010-04-01/Accounts/${accountSid}/Messages.json`);
    expect("title" in ((await answer.json()) as object)).toBe(errors === "envelope");
    await sandbox.close();
  }
});

test("the token endpoint's refusal is read in both forms, and a refused client is asked about once", async () => {
  for (const errors of ["envelope", "problem"] as const) {
    const sandbox = await createSandbox({ twilio: { errors, accounts: [{ accountSid, authToken, clients: {} }] } });
    const provider = twilio({ accountSid, clientId: `OQ${"0".repeat(32)}`, clientSecret: "s", baseUrl: sandbox.url });
    const refused = createClient(provider, { attemptsMax: 3, deadline: "30s" });
    open.push(refused);
    expect(await refused.call("messages.create", message)).toMatchObject({
      ok: false,
      failure: { kind: "authentication", shape: "oauth", code: "20003", execution: "not_executed" },
    });
    expect(sandbox.ledger().filter((entry) => entry.type === "request" && entry.operation === "token")).toHaveLength(1);
    await sandbox.close();
  }
});
