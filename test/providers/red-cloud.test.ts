/**
 * Red Cloud as an application meets it: the in-process client and the sender of the durable flow against the sandbox over
 * real HTTP. The first group is the provider's own list of scenarios (production readiness).
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { createClient, createSender } from "@landline/client";
import type { Client } from "@landline/client";
import type { Hashing, ReceiptEvent } from "@landline/core";
import { redCloud } from "@landline/providers/red-cloud";
import type { RedCloudOperations, RedCloudOptions } from "@landline/providers/red-cloud";
import { createSandbox } from "@landline/sandbox";
import type { Sandbox } from "@landline/sandbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const clientId = "rc_test_client_123";
const clientSecret = "rc_secret_abc123";
const webhookSecret = "whsec_sandbox";
const to = "+15551234567";
const message = { to, text: "Your order is on its way" };
const limits = { timeoutMs: 20_000, signal: new AbortController().signal };

interface Callback {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}
/** Everything is new for each test: events of one test must not be told to the next. */
let callbacks: Callback[];
/** Statuses of the next answers to callbacks; 204 when there are none. */
let answers: number[];
let endpoint: Server;
let sandbox: Sandbox;
const open: { close(): void }[] = [];

beforeEach(async () => {
  const heard: Callback[] = [];
  const statuses: number[] = [];
  [callbacks, answers] = [heard, statuses];
  endpoint = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      heard.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) });
      response.writeHead(statuses.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => {
    endpoint.listen(0, "127.0.0.1", resolve);
  });
  const address = endpoint.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/rc`, secret: webhookSecret, retryMs: [20, 40, 80, 160] };
  sandbox = await createSandbox({
    provider: "red-cloud",
    redCloud: { clients: [{ clientId, clientSecret }], webhook, stepMs: 5 },
  });
});
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await sandbox.close();
  endpoint.closeAllConnections();
  await new Promise((resolve) => {
    endpoint.close(resolve);
  });
});

const options = (over: Partial<RedCloudOptions> = {}): RedCloudOptions => ({
  baseUrl: sandbox.url,
  clientId,
  clientSecret,
  sendFrom: "num_sandbox",
  webhookSecret,
  ...over,
});
/** @param attemptTimeout short only where an answer is not to come: a slow machine is no fault */
const client = (over: Partial<RedCloudOptions> = {}, attemptTimeout = 20_000): Client<RedCloudOperations> => {
  const made = createClient(redCloud(options(over)), {
    attemptsMax: 4,
    backoff: { base: 5, jitter: 0 },
    attemptTimeout,
    deadline: "60s",
  });
  open.push(made);
  return made;
};
const tokens = (): number =>
  sandbox.ledger().filter((entry) => entry.type === "request" && entry.operation === "token").length;
const sends = (): readonly { status: number | null | undefined; key: string | null; body: string }[] =>
  sandbox
    .ledger()
    .flatMap((entry) =>
      entry.type === "request" && entry.operation === "messages.send"
        ? [{ status: entry.answer?.status, key: entry.idempotency_key, body: entry.body_sha256 }]
        : [],
    );
const until = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, { timeout: 30_000, interval: 5 }).toBe(true);
};

const hashing: Hashing = {
  hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
};
const events = (secret = webhookSecret): readonly ReceiptEvent[] =>
  callbacks.flatMap(({ headers, body }) => {
    const { webhooks } = redCloud(options({ webhookSecret: secret }));
    const reading = webhooks?.read(
      { method: "POST", url: "https://x.example.com/", headers, body },
      hashing,
      Date.now(),
    );
    return reading?.ok === true ? reading.events : [];
  });

describe("the provider's own scenarios", () => {
  test("invalid client credentials stop at once: one token request, nothing sent, the account is blocked", async () => {
    const sender = createSender(redCloud(options({ clientSecret: "wrong-secret" })));
    open.push(sender);
    const request = { operationId: "op_1", operation: "messages.send", input: message, idempotencyKey: "op_1" };
    const { outcome } = await sender.attempt(request, { ...limits, deadline: Date.now() + 60_000 });
    expect(outcome).toMatchObject({
      type: "rejected",
      blocksAccount: true,
      failure: {
        kind: "authentication",
        category: "B",
        shape: "oauth",
        code: "invalid_client",
        execution: "not_executed",
      },
    });
    expect([tokens(), sends()]).toEqual([1, []]);
  });

  test("an expired bearer token is refreshed once and the call repeated once", async () => {
    const one = client();
    expect((await one.call("messages.send", message)).ok).toBe(true);
    sandbox.control("red-cloud", { action: "revoke-tokens" });
    expect(await one.call("messages.send", message)).toMatchObject({ ok: true });
    expect(tokens()).toBe(2);
    expect(sends().map(({ status }) => status)).toEqual([202, 401, 202]);
  });

  test("a token that is refused right after it was issued is not asked for in a loop", async () => {
    sandbox.setFaults([{ when: { operation: "messages.send" }, do: { status: 401 } }]);
    expect(await client().call("messages.send", message)).toMatchObject({
      ok: false,
      failure: {
        kind: "authentication",
        code: "UNAUTHORIZED",
        remedy: "fix_account",
        requestId: expect.any(String) as string,
      },
    });
    expect([tokens(), sends().length]).toEqual([2, 2]);
  });

  test("an invalid sendFrom is explained by whoami and numbers", async () => {
    const result = await client().call("messages.send", { ...message, sendFrom: "num_foreign" });
    expect(result).toMatchObject({ ok: false, failure: { category: "C", code: "FORBIDDEN", responsible: "operator" } });
    expect(!result.ok && result.failure.guidance).toContain(
      `this client is "Sandbox client ${clientId}" (${clientId})`,
    );
    expect(!result.ok && result.failure.guidance).toContain("num_sandbox (+15005550006)");
    const asked = sandbox.ledger().flatMap((entry) => (entry.type === "request" ? [entry.operation] : []));
    expect(asked).toEqual(expect.arrayContaining(["whoami", "numbers.list"]));
  });

  test("a number without a campaign is explained the same way", async () => {
    const result = await client().call("messages.send", { ...message, sendFrom: "num_no_campaign" });
    expect(result).toMatchObject({ ok: false, failure: { category: "C", code: "INVALID_REQUEST" } });
    expect(!result.ok && result.failure.guidance).toContain("is not registered with a campaign");
  });

  test("the idempotency key can never be missing", async () => {
    await client().call("messages.send", message);
    await client().call("messages.send", message, { idempotencyKey: "idem_order_789" });
    expect(sends().map(({ key }) => key)).toEqual([expect.stringMatching(/^op_/), "idem_order_789"]);
  });

  test("an event with a bad signature is not believed", async () => {
    await client().call("messages.send", message);
    await until(() => callbacks.length === 3);
    expect(events("another-secret")).toEqual([]);
    // They may overtake each other on the way; the sequence has the order.
    const inOrder = events().toSorted((left, right) => left.rank - right.rank);
    expect(inOrder.map(({ status }) => status)).toEqual(["message.queued", "message.sent", "message.delivery"]);
  });

  test("after an outage of the webhook endpoint the events come again, and are known again", async () => {
    answers.push(500, 503, 500);
    const result = await client().call("messages.send", message);
    await until(() => callbacks.length === 6);
    const keys = new Set(events().map(({ dedupeKey }) => dedupeKey));
    expect([events().length, keys.size]).toEqual([6, 3]);
    expect(result.ok && events().every(({ providerId }) => providerId === result.providerId)).toBe(true);
  });
});

describe("doubt", () => {
  test.each([
    ["a lost answer", { reset: "after-accept" as const }],
    ["a failure after it was accepted", { status: 500, accept: true }],
    ["an upstream failure", { status: 502, code: "UPSTREAM_ERROR", accept: true }],
    ["silence", { hang: true, accept: true }],
    ["a cut answer", { truncate: 40 }],
    ["a proxy's page", { html: true, status: 200 }],
  ])("after %s the same key and the same bytes are sent again, and it happens once", async (_what, fault) => {
    sandbox.setFaults([{ when: { operation: "messages.send", nth: 1 }, do: fault }]);
    const one = client({}, "hang" in fault ? 1_000 : undefined);
    expect(await one.call("messages.send", message)).toMatchObject({
      ok: true,
      attempts: [{ outcome: "ambiguous" }, {}],
    });
    expect(sandbox.effects()).toHaveLength(1);
    const [first, second] = sends();
    expect(second).toMatchObject({ key: first?.key, body: first?.body });
  });

  test("a key with another payload is never repeated", async () => {
    await client().call("messages.send", message, { idempotencyKey: "key-1" });
    const changed = await client().call("messages.send", { ...message, text: "else" }, { idempotencyKey: "key-1" });
    expect(changed).toMatchObject({ ok: false, failure: { kind: "conflict", code: "CONFLICT" }, attempts: [{}] });
    expect(sandbox.effects()).toHaveLength(1);
  });
});

describe("several recipients", () => {
  const other = "+15557654321";

  test("partial acceptance is a success that says whom it left out", async () => {
    sandbox.setFaults([{ do: { reject_recipients: [other] } }]);
    const result = await client().call("messages.send", { ...message, to: [to, other] });
    expect(result).toMatchObject({ ok: true, value: { results: [{ to }], errors: [{ to: other }] } });
    expect(sandbox.effects().map((effect) => effect.to)).toEqual([to]);
  });

  test("a 202 that took nobody is a rejection, and one who opted out is barred", async () => {
    sandbox.setFaults({ rules: [], recipients: { opted_out: [to], invalid: [other] } });
    expect(await client().call("messages.send", message)).toMatchObject({
      ok: false,
      failure: { kind: "recipient_blocked", status: 202, execution: "not_executed" },
    });
    expect(await client().call("messages.send", { ...message, to: other })).toMatchObject({
      ok: false,
      failure: { kind: "invalid_request", status: 202, field: "to" },
    });
    expect(sandbox.effects()).toEqual([]);
  });
});

test("two hundred calls at once make one token request", async () => {
  const one = client();
  const results = await Promise.all(Array.from({ length: 200 }, () => one.call("messages.send", message)));
  expect(results.every(({ ok }) => ok)).toBe(true);
  expect(tokens()).toBe(1);
  expect(sandbox.effects()).toHaveLength(200);
});

test("a token refused under two hundred calls at once is refreshed once", async () => {
  const one = client();
  await one.call("messages.send", message);
  sandbox.control("red-cloud", { action: "revoke-tokens" });
  const results = await Promise.all(Array.from({ length: 200 }, () => one.call("messages.send", message)));
  expect(results.every(({ ok }) => ok)).toBe(true);
  expect(tokens()).toBe(2);
});

test("a failed delivery comes as a receipt of the operation, and the probe sees the client", async () => {
  sandbox.setFaults({ rules: [], recipients: { undelivered: { [to]: "CARRIER_REFUSED" } } });
  const result = await client().call("messages.send", message);
  const own = (): readonly ReceiptEvent[] =>
    events()
      .filter(({ operationId }) => operationId === result.operationId)
      .toSorted((left, right) => left.rank - right.rank);
  await until(() => own().length === 2);
  expect(own()).toMatchObject([
    { status: "message.queued", meaning: "progress", code: null },
    { status: "message.failed", meaning: "undelivered", code: "CARRIER_REFUSED" },
  ]);
  const sender = createSender(redCloud(options()));
  open.push(sender);
  expect(await sender.probe(limits)).toMatchObject({ type: "accepted", providerId: clientId });
});
