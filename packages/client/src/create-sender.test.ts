import type { Credentials, Diagnosis } from "@landline/core";
import { classify, failure } from "@landline/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSender } from "./create-sender.ts";
import type { AccountSender } from "./create-sender.ts";
import { atOnce } from "./testing/at-once.ts";
import { flakyServer } from "./testing/flaky-server.ts";
import type { FlakyServer } from "./testing/flaky-server.ts";
import { letterbox } from "./testing/letterbox.ts";

let server: FlakyServer;
const open: AccountSender[] = [];
beforeEach(async () => {
  server = await flakyServer();
});
afterEach(async () => {
  for (const sender of open.splice(0)) sender.close();
  await server.close();
});

const start = (options: Parameters<typeof letterbox>[1] = {}): AccountSender => {
  const sender = createSender(letterbox(server.url, options), { callbackUrl: "https://here.example/hook" });
  open.push(sender);
  return sender;
};
const request = {
  operationId: "op_1",
  operation: "letters.post",
  input: { to: "+1555", text: "hi" },
  idempotencyKey: "k1",
};
const options = { timeoutMs: 2_000, signal: new AbortController().signal };
const withDeadline = () => ({ ...options, deadline: Date.now() + 10_000 });

test("makes one attempt, with the key, the callback and the operation id", async () => {
  const report = await start().attempt(request, withDeadline());
  expect(report).toMatchObject({ outcome: { type: "accepted", providerId: "SM0001" }, status: 201, phase: "done" });
  expect(JSON.parse(server.received[0]?.body ?? "")).toEqual({
    to: "+1555",
    text: "hi",
    callback: "https://here.example/hook",
    operation: "op_1",
  });
  expect(server.received[0]?.headers["idempotency-key"]).toBe("k1");
});

test("never repeats and never rejects", async () => {
  server.script.push({ status: 503 }, "reset-before-accept");
  const sender = start();
  expect((await sender.attempt(request, withDeadline())).outcome.type).toBe("ambiguous");
  expect((await sender.attempt(request, withDeadline())).outcome.type).toBe("ambiguous");
  expect(server.received).toHaveLength(2);
});

test("a deadline that has passed, a bad input and an unknown operation cost no request", async () => {
  const sender = start();
  expect(await sender.attempt(request, { ...options, deadline: Date.now() - 1 })).toMatchObject({
    outcome: { type: "unavailable" },
    phase: "prepare",
  });
  expect(await sender.attempt({ ...request, input: { to: "0" } }, withDeadline())).toMatchObject({
    outcome: { type: "rejected", failure: { field: "to" } },
  });
  expect(await sender.attempt({ ...request, operation: "toString" }, withDeadline())).toMatchObject({
    outcome: { type: "rejected", failure: { field: "operation" } },
  });
  expect(sender.traits("toString")).toBeNull();
  expect(server.received).toHaveLength(0);
});

test("the digest tells requests apart and is equal for every attempt", () => {
  const sender = start();
  expect(sender.digest(request)).toMatch(/^[0-9a-f]{64}$/);
  expect(sender.digest({ ...request })).toBe(sender.digest(request));
  expect(sender.digest({ ...request, input: { to: "+1555", text: "ho" } })).not.toBe(sender.digest(request));
  expect(sender.digest({ ...request, operation: "nothing" })).toMatch(/^[0-9a-f]{64}$/);
});

test("looks, polls and probes", async () => {
  const sender = start();
  await sender.attempt(request, withDeadline());
  const report = await sender.lookup(request, options);
  expect(report).toMatchObject({ ok: true, candidates: [{ providerId: "SM0001" }] });
  expect(report.ok && Math.abs(report.skewMs)).toBeLessThan(1_000);
  expect(await sender.poll("letters.post", "SM0001", options)).toMatchObject({ meaning: "delivered" });
  server.answerGet = () => ({ status: 200, body: JSON.stringify({ sid: "AC1" }) });
  expect(await sender.probe(options)).toMatchObject({ type: "accepted" });
  server.answerGet = () => ({ status: 401, body: "{}" });
  expect(await sender.probe(options)).toMatchObject({ type: "rejected", failure: { kind: "authentication" } });
  expect(await sender.lookup(request, options)).toMatchObject({ ok: false });
  expect(await sender.poll("letters.post", "SM0001", options)).toBeNull();
  expect(await sender.poll("nothing", "SM0001", options)).toBeNull();
});

test("a list that does not end is no answer", async () => {
  server.answerGet = () => ({ status: 200, body: JSON.stringify({ messages: [], next: "?again" }) });
  expect(await start().lookup(request, options)).toMatchObject({
    ok: false,
    outcome: { failure: { message: expect.stringContaining("20 pages") as string } },
  });
});

test("a provider that cannot read an answer leaves doubt, not an exception", async () => {
  const provider = letterbox(server.url);
  const { "letters.post": post } = provider.operations;
  const broken = {
    ...provider,
    operations: { ...provider.operations, "letters.post": { ...post, observe: () => JSON.parse("") as never } },
  };
  const sender = createSender(broken);
  open.push(sender);
  expect(await sender.attempt(request, withDeadline())).toMatchObject({
    outcome: { type: "ambiguous", failure: { kind: "internal", execution: "unknown" } },
  });
});

describe("bearer tokens", () => {
  let issued = 0;
  let answer: () => { readonly status: number; readonly body: string } = () => ({ status: 200, body: "" });
  const credentials = (): Credentials => ({
    type: "token",
    request: { method: "GET", url: `${server.url}/token`, headers: {}, body: null },
    read: (observation, now) => {
      if (observation.type === "response" && observation.status === 200)
        return { ok: true, token: observation.body, expiresAt: now + 3_600_000 };
      return {
        ok: false,
        outcome: classify(
          observation,
          null,
          { family: "t", effect: "idempotent", doubt: "park", keyLifetimeMs: null, lookupSettleMs: 0, ordered: false },
          now,
        ),
      };
    },
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  });
  beforeEach(() => {
    issued = 0;
    answer = () => ({ status: 200, body: `token-${(issued += 1)}` });
    server.answerGet = () => answer();
  });
  const tokenRequests = () => server.received.filter(({ url }) => url === "/token").length;

  test("one refresh serves all who wait, and the token is kept", async () => {
    const sender = start({ credentials: credentials() });
    await Promise.all([1, 2, 3, 4].map(() => sender.attempt(request, withDeadline())));
    await sender.attempt(request, withDeadline());
    expect(tokenRequests()).toBe(1);
    expect(
      server.received
        .filter(({ method }) => method === "POST")
        .every(({ headers }) => headers.authorization === "Bearer token-1"),
    ).toBe(true);
  });

  test("a refused token is refreshed once and the request repeated once", async () => {
    server.script.push({ status: 401 });
    const report = await start({ credentials: credentials() }).attempt(request, withDeadline());
    expect(report.outcome.type).toBe("accepted");
    expect(tokenRequests()).toBe(2);
    expect(server.effects).toHaveLength(1);
  });

  test("a token that is echoed is not shown, neither the one in use nor the one before", async () => {
    answer = () => ({ status: 200, body: `live-canary-${(issued += 1)}-of-many-letters` });
    const echo = (which: number) => ({ message: `live-canary-${which}-of-many-letters is not allowed to` });
    const sender = start({ credentials: credentials() });
    server.script.push({ status: 401 }, { status: 403, body: JSON.stringify([echo(1), echo(2)]) });
    const report = await sender.attempt(request, withDeadline());
    expect(report).toMatchObject({ status: 403, outcome: { type: "rejected" } });
    expect(report.body).toContain("[redacted] is not allowed to");
    expect(JSON.stringify([report.outcome, report.body])).not.toContain("live-canary");
  });

  test("a second refusal stops, and blocks the account", async () => {
    server.script.push({ status: 401 }, { status: 401 }, { status: 401 });
    const report = await start({ credentials: credentials() }).attempt(request, withDeadline());
    expect(report.outcome).toMatchObject({
      type: "rejected",
      blocksAccount: true,
      failure: { kind: "authentication", remedy: "fix_account" },
    });
    expect(server.received.filter(({ method }) => method === "POST")).toHaveLength(2);
  });

  test("a token endpoint that is down is asked again, a refused client is not; nothing of ours left either way", async () => {
    let failures = 1;
    answer = () => (failures-- > 0 ? { status: 503, body: "" } : { status: 200, body: "t" });
    const sender = start({ credentials: credentials() });
    expect((await sender.attempt(request, withDeadline())).outcome.type).toBe("accepted");
    expect(tokenRequests()).toBe(2);
    answer = () => ({ status: 401, body: '{"error":"invalid_client","client_secret":"open-sesame"}' });
    const refused = start({ credentials: credentials() });
    server.received.length = 0;
    expect(await refused.attempt(request, withDeadline())).toMatchObject({
      outcome: { type: "rejected", blocksAccount: true, failure: { execution: "not_executed" } },
      phase: "prepare",
      body: '{"error":"invalid_client","client_secret":"[redacted]"}',
    });
    expect(server.received).toHaveLength(1);
  });

  test("a token that cannot be read ends as unavailable, and nothing goes unhandled", async () => {
    const sender = start({ credentials: { ...credentials(), read: () => JSON.parse("") as never } as Credentials });
    expect((await sender.attempt(request, withDeadline())).outcome).toMatchObject({
      type: "unavailable",
      failure: { execution: "not_executed" },
    });
  });

  test("an abort does not wait for a slow token", async () => {
    server.answerGet = () => "hang";
    const controller = new AbortController();
    const pending = start({ credentials: credentials() }).attempt(request, {
      ...withDeadline(),
      signal: controller.signal,
    });
    await expect.poll(() => server.received.length).toBe(1);
    controller.abort();
    expect((await atOnce(pending)).outcome).toMatchObject({
      type: "unavailable",
      failure: { execution: "not_executed" },
    });
  });
});

describe("a diagnosis", () => {
  const diagnosis = (): Diagnosis => ({
    applies: ({ kind }) => kind === "authorization",
    describe: () => [{ method: "GET", url: `${server.url}/whoami`, headers: {}, body: null }],
    read: (source, _input, [answer]) =>
      failure({ ...source, guidance: `You are ${answer?.type === "response" ? answer.body : "nobody"}.` }),
  });

  test("is asked for once and explains every refusal after it", async () => {
    server.script.push({ status: 403 }, { status: 403 }, { status: 400 });
    server.answerGet = () => ({ status: 200, body: "client-7" });
    const sender = start({ diagnosis: diagnosis() });
    for (let count = 0; count < 2; count += 1) {
      expect((await sender.attempt(request, withDeadline())).outcome).toMatchObject({
        failure: { guidance: "You are client-7." },
      });
    }
    expect((await sender.attempt(request, withDeadline())).outcome).toMatchObject({
      failure: { kind: "invalid_request" },
    });
    expect(server.received.filter(({ url }) => url === "/whoami")).toHaveLength(1);
  });

  test("that cannot be described leaves the failure as it was, at once", async () => {
    server.script.push({ status: 403 });
    const broken = { ...diagnosis(), describe: () => JSON.parse("") as never, read: diagnosis().read };
    const hour = { ...options, timeoutMs: 3_600_000, deadline: Date.now() + 3_600_000 };
    const report = await start({ diagnosis: broken }).attempt(request, hour);
    expect(report.outcome).toMatchObject({ type: "rejected", failure: { kind: "authorization" } });
    // Whoever waited for the diagnosis would wait for the hour the attempt has.
    expect(server.received).toHaveLength(1);
  });

  test("that cannot be made leaves the failure as it was", async () => {
    server.script.push({ status: 403 });
    server.answerGet = () => "hang";
    const report = await start({ diagnosis: { ...diagnosis(), read: () => JSON.parse("") as never } }).attempt(
      request,
      { ...withDeadline(), timeoutMs: 100 },
    );
    expect(report.outcome).toMatchObject({
      type: "rejected",
      failure: { kind: "authorization", guidance: expect.stringContaining("valid") as string },
    });
  });
});

describe("what was refused can be stored and shown", () => {
  const echo = { to: "+15550001111", text: "meet me at the old mill at seven" };
  const asked = { ...request, input: echo };

  test("the answer of a refusal, redacted; nothing for an acceptance or a lost answer", async () => {
    const authorization = "Basic c2VjcmV0OnNlc2FtZQ==";
    const body = JSON.stringify({ code: 1, message: `${echo.text} to ${echo.to} by open-sesame`, authorization });
    server.script.push({ status: 400, body, headers: { "x-request-id": "RQ1" } }, {}, "reset-before-accept");
    const sender = start();
    const refused = await sender.attempt(asked, withDeadline());
    expect(refused).toMatchObject({
      method: "POST",
      endpoint: `${server.url}/letters`,
      status: 400,
      body: JSON.stringify({
        code: 1,
        message: "[redacted] to +1********11 by [redacted]",
        authorization: "[redacted]",
      }),
    });
    expect(JSON.stringify(refused.outcome)).not.toMatch(/old mill|0001111|open-sesame/);
    expect(await sender.attempt(asked, withDeadline())).toMatchObject({ outcome: { type: "accepted" }, body: null });
    expect(await sender.attempt(asked, withDeadline())).toMatchObject({ outcome: { type: "ambiguous" }, body: null });
    expect(await sender.attempt({ ...asked, input: { to: "0" } }, withDeadline())).toMatchObject({ body: null });
  });

  test("what is left of a limit, as the provider says it", async () => {
    server.script.push({ headers: { "x-ratelimit-remaining": "7", "x-ratelimit-reset": "60" } });
    const report = await start().attempt(asked, withDeadline());
    expect(report.remaining).toBe(7);
    expect(Math.abs((report.resetAt ?? 0) - Date.now() - 60_000)).toBeLessThan(2_000);
    expect(await start().attempt(asked, withDeadline())).toMatchObject({ remaining: null, resetAt: null });
  });
});
