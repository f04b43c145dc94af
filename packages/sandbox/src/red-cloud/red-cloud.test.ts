/** Red Cloud over HTTP, with the provider's own suggested scenarios (production-readiness) first. */
import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";
import { openReceiver, until } from "../testing/receiver.ts";
import type { Receiver } from "../testing/receiver.ts";
import { eventCallback } from "./events.ts";

const clientId = "rc_test_client_123";
const clientSecret = "rc_secret_abc123";
const secret = "whsec_sandbox";
const to = "+15551234567";

let sandbox: Sandbox;
let receiver: Receiver;
let now: number | null = null;
beforeAll(async () => {
  receiver = await openReceiver();
  const webhook = { url: `${receiver.url}/rc`, secret, retryMs: [20, 40] };
  const clients = [{ clientId, clientSecret }];
  sandbox = await createSandbox({
    provider: "red-cloud",
    redCloud: { clients, webhook, stepMs: 5 },
    now: () => now ?? Date.now(),
  });
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
  receiver.received.length = 0;
  receiver.answers = () => 204;
});
afterEach(() => {
  now = null;
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});

type Json = Record<string, unknown>;
interface Answered {
  readonly status: number;
  readonly json: Json;
}
const read = async (response: Response): Promise<Answered> => ({
  status: response.status,
  json: (await response.json()) as Json,
});
const askToken = async (form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answered> =>
  read(await fetch(`${sandbox.url}/api/auth/token`, { method: "POST", headers, body: new URLSearchParams(form) }));
const credentials = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
const token = async (): Promise<string> => String((await askToken(credentials)).json["access_token"]);
const get = async (path: string): Promise<Answered> =>
  read(await fetch(`${sandbox.url}/api/core/${path}`, { headers: { authorization: `Bearer ${await token()}` } }));
const message = { sendFrom: "num_sandbox", to: [to], messageType: "SMS", text: "Hello", externalReference: "op_1" };

async function send(over: Json = {}, headers: Record<string, string | null> = {}): Promise<Answered> {
  const defaults = { authorization: `Bearer ${await token()}`, "idempotency-key": "idem_order_789" };
  const all = { ...defaults, "content-type": "application/json", ...headers };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
  const body = JSON.stringify({ ...message, ...over });
  return read(
    await fetch(`${sandbox.url}/api/core/messages/send`, { method: "POST", headers: Object.fromEntries(kept), body }),
  );
}

const coreError = (code: string): Json => ({
  error: { code, message: expect.any(String) as string, details: expect.anything() as unknown },
  requestId: expect.stringMatching(/^req_/) as string,
});

describe("the scenarios the provider suggests", () => {
  test("invalid client credentials: the OAuth contract", async () => {
    expect(await askToken({ ...credentials, client_secret: "wrong" })).toEqual({
      status: 401,
      json: { error: "invalid_client", error_description: "Client authentication failed" },
    });
  });

  test("expired bearer token: 401, and a fresh one works", async () => {
    const old = await token();
    now = Date.now() + 3_600_000;
    expect(await send({}, { authorization: `Bearer ${old}` })).toMatchObject({
      status: 401,
      json: coreError("UNAUTHORIZED"),
    });
    expect((await send()).status).toBe(202);
  });

  test.each(["num_foreign", "num_nowhere", "+15005550006"])("invalid sendFrom %s: 403", async (sendFrom) => {
    expect(await send({ sendFrom })).toMatchObject({ status: 403, json: coreError("FORBIDDEN") });
    expect(sandbox.effects()).toEqual([]);
  });

  test("missing Idempotency-Key: 400", async () => {
    const answer = await send({}, { "idempotency-key": null });
    expect(answer).toMatchObject({ status: 400, json: coreError("INVALID_REQUEST") });
    expect((answer.json["error"] as Json)["message"]).toBe("Idempotency-Key header is required");
  });

  test("webhook signature failure: a forged event does not verify, a genuine one does", async () => {
    const genuine = (index: number): boolean => {
      const { headers, body } = receiver.received[index]!;
      const timestamp = String(headers["x-redcloud-timestamp"]);
      const expected = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
      return headers["x-redcloud-signature"] === expected;
    };
    await send();
    await until(() => receiver.received.length === 3);
    sandbox.setFaults([{ do: { callbacks: { forge: true } } }]);
    await send({}, { "idempotency-key": "other" });
    await until(() => receiver.received.length === 6);
    expect([0, 1, 2, 3, 4, 5].map(genuine)).toEqual([true, true, true, false, false, false]);
  });

  test("temporary outage of the webhook endpoint: events come again, then never", async () => {
    receiver.answers = (index) => (index < 3 ? 503 : 204);
    await send();
    await until(() => receiver.received.length === 6);
    receiver.received.length = 0;
    receiver.answers = () => 500;
    await send({}, { "idempotency-key": "other" });
    await until(() => receiver.received.length === 9);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(receiver.received).toHaveLength(9);
  });
});

describe("the token endpoint", () => {
  test("Basic or body credentials", async () => {
    const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` };
    expect(await askToken({ grant_type: "client_credentials" }, basic)).toMatchObject({
      status: 200,
      json: { token_type: "bearer", expires_in: 3_600 },
    });
    expect(await token()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test.each([
    [{ ...credentials, grant_type: "password" }, "unsupported_grant_type"],
    [{ grant_type: "client_credentials" }, "invalid_request"],
    [{}, "invalid_request"],
  ])("%j is %s", async (form, error) => {
    expect(await askToken(form)).toMatchObject({ status: 400, json: { error } });
  });

  test("revoked tokens and inactive clients are refused, a new token does not help the latter", async () => {
    const authorization = `Bearer ${await token()}`;
    sandbox.control("red-cloud", { action: "revoke-tokens" });
    expect((await send({}, { authorization })).status).toBe(401);
    const live = `Bearer ${await token()}`;
    expect(sandbox.control("red-cloud", { action: "set-client", client_id: clientId, status: "INACTIVE" })).toBe(true);
    expect((await send({}, { authorization: live })).status).toBe(401);
    expect(await askToken(credentials)).toMatchObject({ status: 401, json: { error: "invalid_client" } });
    sandbox.control("red-cloud", { action: "set-client", client_id: clientId, status: "ACTIVE" });
    expect((await send({}, { authorization: live })).status).toBe(202);
  });

  test("a fault there has the OAuth shape, one elsewhere the core shape", async () => {
    sandbox.setFaults([{ when: { operation: "token" }, do: { status: 500 } }]);
    expect(await askToken(credentials)).toMatchObject({ status: 500, json: { error: "server_error" } });
    sandbox.setFaults([{ when: { operation: "messages.send" }, do: { status: 502 } }]);
    expect(await send()).toMatchObject({ status: 502, json: coreError("UPSTREAM_ERROR") });
  });
});

describe("sending", () => {
  test("202, and an effect a checker can use", async () => {
    const { status, json } = await send();
    const messageId = sandbox.effects()[0]?.id;
    expect({ status, json }).toEqual({
      status: 202,
      json: { results: [{ to, messageId, status: "QUEUED" }], errors: [] },
    });
    expect(messageId).toMatch(/^msg_/);
    expect(sandbox.effects()).toMatchObject([
      {
        provider: "red-cloud",
        operation: "messages.send",
        to,
        operation_id: "op_1",
        idempotency_key: "idem_order_789",
      },
    ]);
  });

  test("the same key and bytes replay the answer; other bytes conflict; neither has an effect", async () => {
    const first = await send();
    expect(await send()).toEqual(first);
    expect(await send({ text: "Changed" })).toMatchObject({ status: 409, json: coreError("CONFLICT") });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("a lost response is found again by replaying", async () => {
    sandbox.setFaults([{ when: { operation: "messages.send", nth: 1 }, do: { reset: "after-accept" } }]);
    await expect(send()).rejects.toThrow(/terminated|fetch failed/);
    const { json } = await send();
    expect((json["results"] as Json[])[0]).toMatchObject({ messageId: sandbox.effects()[0]?.id });
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("a refused send does not use up its key", async () => {
    expect((await send({ sendFrom: "num_foreign" })).status).toBe(403);
    expect((await send()).status).toBe(202);
  });

  test("partial acceptance: by rule, and by who the recipient is", async () => {
    const recipients = { opted_out: ["+15550000001"] };
    const rules = [{ do: { reject_recipients: ["+15550000002"] } }];
    sandbox.setFaults({ rules, recipients });
    const { status, json } = await send({ to: [to, "+15550000001", "+15550000002"] });
    expect(status).toBe(202);
    expect(json).toMatchObject({
      results: [{ to }],
      errors: [
        { to: "+15550000001", code: "RECIPIENT_OPTED_OUT" },
        { to: "+15550000002", code: "RECIPIENT_REJECTED" },
      ],
    });
    expect(await send({ to: [to, "+15550000001", "+15550000002"] })).toEqual({ status, json });
    expect(sandbox.effects().map((effect) => effect.to)).toEqual([to]);
  });

  test.each<[Json, string]>([
    [{ sendFrom: "num_no_campaign" }, "sendFrom must have campaignregId configured"],
    [
      { sendFrom: "num_sms_only", messageType: "MMS", media: ["https://example.com/a.png"] },
      "sendFrom is not enabled for MMS",
    ],
    [{ media: ["https://example.com/a.png"] }, "SMS must not have media"],
    [{ messageType: "MMS" }, "media is required for MMS"],
    [{ to: ["5551234567"] }, "to must be in E.164 format"],
    [{ to: [] }, "to must be a non-empty array"],
    [{ messageType: "FAX" }, "messageType must be SMS or MMS"],
  ])("%j is refused: %s", async (over, text) => {
    expect(await send(over)).toMatchObject({
      status: 400,
      json: { error: { code: "INVALID_REQUEST", message: text } },
    });
  });

  test("a status without a documented code looks like a gateway", async () => {
    sandbox.setFaults([{ when: { operation: "messages.send" }, do: { status: 429 } }]);
    await expect(send()).rejects.toThrow(SyntaxError);
  });
});

describe("whoami, numbers, nothing", () => {
  test("whoami", async () => {
    expect((await get("whoami")).json).toMatchObject({
      apiClientId: clientId,
      apiClientStatus: "ACTIVE",
      assignedNumbers: { total: 3, smsEnabledCount: 3, mmsEnabledCount: 2 },
      deliveryWebhookConfigured: true,
    });
  });

  test("numbers are the client's own", async () => {
    const ids = ((await get("numbers")).json["numbers"] as Json[]).map((number) => number["numberId"]);
    expect(ids).toEqual(["num_sandbox", "num_sms_only", "num_no_campaign"]);
  });

  test("the rest is not found", async () => {
    expect(await get("messages")).toMatchObject({ status: 404, json: coreError("NOT_FOUND") });
  });
});

describe("events", () => {
  const events = (): Json[] => receiver.received.map(({ body }) => JSON.parse(body) as Json);

  test("queued, sent, delivery, with a sequence and our reference", async () => {
    await send();
    await until(() => receiver.received.length === 3);
    const told = events().map((event) => [event["sequence"], event["type"], event["externalReference"]]);
    expect(told.toSorted(([left], [right]) => Number(left) - Number(right))).toEqual([
      [1, "message.queued", "op_1"],
      [2, "message.sent", "op_1"],
      [3, "message.delivery", "op_1"],
    ]);
  });

  test("a chosen recipient fails; duplicates come in any order", async () => {
    const rules = [{ do: { callbacks: { duplicate: 1, shuffle: true } } }];
    sandbox.setFaults({ rules, recipients: { undelivered: { [to]: "CARRIER_REJECTED" } } });
    await send();
    await until(() => receiver.received.length === 4);
    const failed = events().filter(({ type }) => type === "message.failed");
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({ failure: { code: "CARRIER_REJECTED" } });
  });

  test("an event comes again after 1, 5, 15 and 60 minutes, and then never", () => {
    const event = { type: "message.sent", messageId: "msg_1" };
    const { retryMs } = eventCallback(event, { url: receiver.url }, 0, () => 0);
    expect(retryMs.map((ms) => ms / 60_000)).toEqual([1, 5, 15, 60]);
  });

  test("inbound on request", async () => {
    expect(sandbox.control("red-cloud", { action: "inbound", from: to, to: "+15005550006", text: "STOP" })).toBe(true);
    await until(() => receiver.received.length === 1);
    expect(events()[0]).toMatchObject({ type: "message.inbound", text: "STOP" });
  });
});
