/**
 * The proof that this Twilio is enough of a Twilio: the official SDK talks to it and notices nothing.
 */
import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";

const accountSid = `AC${"a1".repeat(16)}`;
const authToken = "0123456789abcdef0123456789abcdef";
const from = "+15005550006";
const to = "+15551234567";

/** A client of the SDK's own that sends to the sandbox what was meant for a Twilio host. */
function rerouted(base: string): twilio.RequestClient {
  const client = new twilio.RequestClient({ timeout: 5_000 });
  const request = client.request.bind(client);
  client.request = async (options) => {
    options.uri = options.uri.replace(/^https:\/\/[a-z.-]+\.twilio\.com/, base);
    return request(options);
  };
  return client;
}

let sandbox: Sandbox;
const clientFor = (sid = accountSid, token = authToken): ReturnType<typeof twilio> =>
  twilio(sid, token, { accountSid, httpClient: rerouted(sandbox.url) });

beforeAll(async () => {
  sandbox = await createSandbox({
    provider: "twilio",
    twilio: { accounts: [{ accountSid, authToken }], stepMs: 60_000 },
  });
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
});
afterAll(async () => sandbox.close());

describe("messages through the official SDK", () => {
  test("create answers a whole resource", async () => {
    const message = await clientFor().messages.create({ to, from, body: "Hello" });
    expect(message).toMatchObject({
      to,
      from,
      body: "Hello",
      status: "queued",
      numSegments: "1",
      direction: "outbound-api",
    });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(message.dateCreated).toBeInstanceOf(Date);
    expect(message.dateSent).toBeNull();
    expect(sandbox.effects()).toMatchObject([{ operation: "messages.create", id: message.sid, to, from }]);
  });

  test("several media arrive as several", async () => {
    const mediaUrl = ["https://example.com/a.png", "https://example.com/b.png"];
    const message = await clientFor().messages.create({ to, from, mediaUrl });
    expect(message).toMatchObject({ numMedia: "2" });
    expect(message.sid).toMatch(/^MM/);
    expect(sandbox.effects()[0]?.input["MediaUrl"]).toEqual(mediaUrl);
  });

  test("list walks all pages, newest first, and filters by recipient", async () => {
    const client = clientFor();
    const sids: string[] = [];
    for (let index = 0; index < 7; index += 1)
      sids.push((await client.messages.create({ to, from, body: `no. ${index}` })).sid);
    await client.messages.create({ to: "+15557654321", from, body: "another" });
    const listed = await client.messages.list({ to, pageSize: 3 });
    expect(listed.map(({ sid }) => sid)).toEqual(sids.toReversed());
  });

  test("fetch, cancel, redact and remove", async () => {
    const client = clientFor();
    const { sid } = await client.messages.create({ to, from, body: "secret" });
    expect((await client.messages(sid).fetch()).body).toBe("secret");
    expect((await client.messages(sid).update({ status: "canceled" })).status).toBe("canceled");
    expect((await client.messages(sid).update({ body: "" })).body).toBe("");
    expect(await client.messages(sid).remove()).toBe(true);
    await expect(client.messages(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(sandbox.effects().map(({ operation }) => operation)).toEqual([
      "messages.create",
      "messages.cancel",
      "messages.redact",
      "messages.delete",
    ]);
  });

  test.each([
    ["+15005550001", 400, 21211],
    ["+15005550002", 400, 21612],
    ["+15005550003", 400, 21408],
    ["+15005550004", 400, 21610],
    ["+15005550009", 400, 21614],
    ["12", 400, 21211],
  ])("to %s throws RestException %i/%i", async (bad, status, code) => {
    const error: unknown = await clientFor()
      .messages.create({ to: bad, from, body: "x" })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(twilio.RestException);
    expect(error).toMatchObject({ status, code, moreInfo: `https://www.twilio.com/docs/errors/${code}` });
    expect(sandbox.effects()).toEqual([]);
  });

  test.each([
    ["+15005550001", 400, 21212],
    ["+15005550007", 400, 21606],
    ["+15005550008", 429, 21611],
  ])("from %s throws RestException %i/%i", async (bad, status, code) => {
    await expect(clientFor().messages.create({ to, from: bad, body: "x" })).rejects.toMatchObject({ status, code });
  });

  test("wrong token: 20003; wrong account in the path: 20404", async () => {
    await expect(clientFor(accountSid, "wrong").messages.create({ to, from, body: "x" })).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
    const other = twilio(accountSid, authToken, {
      accountSid: `AC${"ff".repeat(16)}`,
      httpClient: rerouted(sandbox.url),
    });
    await expect(other.messages.create({ to, from, body: "x" })).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  test("an injected error has the envelope the SDK reads", async () => {
    sandbox.setFaults([{ when: { operation: "messages.create", nth: 1 }, do: { status: 503 } }]);
    const client = clientFor();
    await expect(client.messages.create({ to, from, body: "x" })).rejects.toMatchObject({ status: 503, code: 20503 });
    expect(sandbox.effects()).toEqual([]);
    expect((await client.messages.create({ to, from, body: "x" })).status).toBe("queued");
  });

  test("a page of HTML instead of JSON is what it is in reality: accepted, and unreadable", async () => {
    sandbox.setFaults([{ do: { html: true } }]);
    await expect(clientFor().messages.create({ to, from, body: "x" })).rejects.toBeInstanceOf(SyntaxError);
    expect(sandbox.effects()).toHaveLength(1);
  });
});

describe("calls, verifications and the account through the official SDK", () => {
  test("calls: create, list, fetch, end", async () => {
    const client = clientFor();
    const call = await client.calls.create({ to, from, twiml: "<Response/>" });
    expect(call).toMatchObject({ to, from, status: "queued" });
    expect((await client.calls.list({ to })).map(({ sid }) => sid)).toEqual([call.sid]);
    expect((await client.calls(call.sid).fetch()).sid).toBe(call.sid);
    expect((await client.calls(call.sid).update({ status: "canceled" })).status).toBe("canceled");
    await expect(client.calls(call.sid).update({ status: "completed" })).rejects.toMatchObject({ code: 20409 });
    await expect(client.calls.create({ to, from: "bad", twiml: "<Response/>" })).rejects.toMatchObject({ code: 21212 });
  });

  test("verifications: start, wrong code, right code", async () => {
    const service = clientFor().verify.v2.services(`VA${"0a".repeat(16)}`);
    const started = await service.verifications.create({ to, channel: "sms" });
    expect(started).toMatchObject({ to, channel: "sms", status: "pending" });
    expect((await service.verifications.create({ to, channel: "sms" })).sid).toBe(started.sid);
    expect(await service.verificationChecks.create({ to, code: "000000" })).toMatchObject({ valid: false });
    expect(await service.verificationChecks.create({ to, code: "123456" })).toMatchObject({ status: "approved" });
    await expect(service.verificationChecks.create({ to, code: "123456" })).rejects.toMatchObject({ status: 404 });
  });

  test("five sends are the limit: 429 that is no rate limit", async () => {
    const service = clientFor().verify.v2.services(`VA${"0a".repeat(16)}`);
    for (let send = 0; send < 5; send += 1) await service.verifications.create({ to, channel: "sms" });
    await expect(service.verifications.create({ to, channel: "sms" })).rejects.toMatchObject({
      status: 429,
      code: 60203,
    });
  });

  test("the account can be probed", async () => {
    expect((await clientFor().api.v2010.accounts(accountSid).fetch()).status).toBe("active");
  });
});

test("an error is the SDK's own: of the envelope in one form, of the problem in the other", async () => {
  for (const [problem, name] of [
    [false, "RestException"],
    [true, "TwilioServiceException"],
  ] as const) {
    sandbox.setFaults([{ do: { status: 400, code: 21211, message: "Invalid 'To' phone number", problem } }]);
    const thrown: unknown = await clientFor()
      .messages.create({ to, from, body: "x" })
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ status: 400, code: 21211 });
    expect((thrown as Error).constructor.name).toBe(name);
  }
});
