/** What the SDK does not show: the wire, the odd corners, and the settings. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";
import { accountSid, authToken, call, create } from "../testing/twilio-request.ts";

let sandbox: Sandbox;
let now = Date.UTC(2026, 2, 1, 12);
beforeAll(async () => {
  sandbox = await createSandbox({ now: () => now, twilio: { stepMs: 1_000 } });
});
beforeEach(() => {
  now = Date.UTC(2026, 2, 1, 12);
  sandbox.setFaults([]);
  sandbox.reset();
});
afterAll(async () => sandbox.close());

const sidOf = ({ json }: { json: Record<string, unknown> }): string => String(json["sid"]);
const listed = async (form: Record<string, string> = {}): Promise<string[]> => {
  const { json } = await call(sandbox.url, "GET", "/Messages.json", form);
  return (json["messages"] as { sid: string }[]).map(({ sid }) => sid);
};

test("a message has all its fields, RFC 2822 dates, and moves on with time", async () => {
  const created = await create(sandbox.url);
  expect(Object.keys(created.json).toSorted()).toEqual(
    (
      "account_sid api_version body date_created date_sent date_updated direction error_code error_message from " +
      "messaging_service_sid num_media num_segments price price_unit sid status subresource_uris to uri"
    ).split(" "),
  );
  expect(created.json).toMatchObject({ date_created: "Sun, 01 Mar 2026 12:00:00 +0000", date_sent: null });
  expect(created.headers.get("twilio-concurrent-requests")).toBe("1");
  const at = async (ms: number): Promise<unknown> => {
    now = Date.UTC(2026, 2, 1, 12) + ms;
    return (await call(sandbox.url, "GET", `/Messages/${sidOf(created)}.json`)).json["status"];
  };
  expect([await at(999), await at(1_000), await at(2_000), await at(3_000)]).toEqual([
    "queued",
    "sending",
    "sent",
    "delivered",
  ]);
});

test("the same Idempotency-Key twice is two messages, and both are in the ledger", async () => {
  const headers = { "Idempotency-Key": "k1" };
  const sids = [sidOf(await create(sandbox.url, {}, headers)), sidOf(await create(sandbox.url, {}, headers))];
  expect(new Set(sids).size).toBe(2);
  expect(sandbox.effects()).toMatchObject([
    { id: sids[0], idempotency_key: "k1", request: 1, body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    { id: sids[1], idempotency_key: "k1", request: 3 },
  ]);
  expect(sandbox.effects()[0]?.body_sha256).toBe(sandbox.effects()[1]?.body_sha256);
});

test("without .json the answer is XML, and the message was sent", async () => {
  const message = { To: "+15551234567", From: "+15005550006", Body: "a < b & c" };
  const answer = await call(sandbox.url, "POST", "/Messages", message);
  expect(answer.status).toBe(201);
  expect(answer.text).toContain("<TwilioResponse><AccountSid>");
  expect(answer.text).toContain("<Body>a &lt; b &amp; c</Body>");
  expect(sandbox.effects()).toHaveLength(1);
});

test("with a Messaging Service the sender is not known at first", async () => {
  const service = { MessagingServiceSid: `MG${"0b".repeat(16)}`, To: "+15551234567", Body: "x" };
  const created = await call(sandbox.url, "POST", "/Messages.json", service);
  expect(created.json).toMatchObject({ status: "accepted", from: null });
  const scheduled = { ...service, ScheduleType: "fixed", SendAt: new Date(now + 900_000).toISOString() };
  expect((await call(sandbox.url, "POST", "/Messages.json", scheduled)).json).toMatchObject({ status: "scheduled" });
  now += 10_000;
  const fetched = await call(sandbox.url, "GET", `/Messages/${sidOf(created)}.json`);
  expect(fetched.json).toMatchObject({ from: "+15005550006", status: "delivered" });
});

test.each<[Record<string, string>, number, number]>([
  [{ To: "" }, 400, 21604],
  [{ Body: "" }, 400, 21602],
  [{ Body: "x".repeat(1_601) }, 400, 21617],
  [{ MessagingServiceSid: "MG1" }, 400, 21705],
  [{ ContentSid: "HX1" }, 400, 21655],
  [{ ContentVariables: "{" }, 400, 21656],
  [{ StatusCallback: "nowhere" }, 400, 21609],
  [{ ValidityPeriod: "40000" }, 422, 20422],
  [{ To: "+15550000001" }, 400, 21610],
  [{ To: "+15550000002" }, 400, 21614],
  [{ To: "+15550000003" }, 400, 21211],
  [{ To: "whatsapp:+15550000001" }, 400, 21610],
])("%j is refused with %i/%i", async (form, status, code) => {
  const recipients = { opted_out: ["+15550000001"], landline: ["+15550000002"], invalid: ["+15550000003"] };
  sandbox.setFaults({ rules: [], recipients });
  expect((await create(sandbox.url, form)).json).toMatchObject({ status, code });
  expect(sandbox.effects()).toEqual([]);
});

test("a landline can be called", async () => {
  sandbox.setFaults({ rules: [], recipients: { landline: ["+15550000002"] } });
  const form = { To: "+15550000002", From: "+15005550006", Url: "https://example.com/twiml" };
  expect((await call(sandbox.url, "POST", "/Calls.json", form)).status).toBe(201);
});

describe("lists", () => {
  test("pages follow next_page_uri and lose nothing when new messages arrive", async () => {
    const sids: string[] = [];
    for (let index = 0; index < 5; index += 1) sids.push(sidOf(await create(sandbox.url)));
    const walked: string[] = [];
    let uri: string | null = `/2010-04-01/Accounts/${accountSid}/Messages.json?To=%2B15551234567&PageSize=2`;
    while (uri !== null) {
      const path: string = uri.slice(`/2010-04-01/Accounts/${accountSid}`.length);
      const { json } = await call(sandbox.url, "GET", path);
      walked.push(...(json["messages"] as { sid: string }[]).map(({ sid }) => sid));
      uri = json["next_page_uri"] as string | null;
      await create(sandbox.url);
    }
    expect(walked).toEqual(sids.toReversed());
  });

  test("From and DateSent select; a message that is not sent yet escapes DateSent", async () => {
    const first = sidOf(await create(sandbox.url));
    now += 5_000;
    const second = sidOf(await create(sandbox.url, { From: "+15005550099" }));
    expect(await listed({ From: "+15005550099" })).toEqual([second]);
    expect(await listed({ To: "+15551234567", From: "+15005550006" })).toEqual([first]);
    expect(await listed({ DateSent: "2026-03-01" })).toEqual([first]);
    expect(await listed({ "DateSent>": "2026-03-02" })).toEqual([]);
    expect(await listed({ "DateSent<": "2026-03-02" })).toEqual([first]);
    expect((await call(sandbox.url, "GET", "/Messages.json", { DateSent: "soon" })).status).toBe(400);
  });

  test("list_delay hides what is new from lists, not from a fetch", async () => {
    sandbox.setFaults({ rules: [], list_delay: "10s" });
    const sid = sidOf(await create(sandbox.url));
    expect(await listed()).toEqual([]);
    expect((await call(sandbox.url, "GET", `/Messages/${sid}.json`)).status).toBe(200);
    now += 10_000;
    expect(await listed()).toEqual([sid]);
  });
});

describe("changes", () => {
  test("what has left cannot be cancelled; what is not finished cannot be redacted or deleted", async () => {
    const path = `/Messages/${sidOf(await create(sandbox.url))}.json`;
    expect((await call(sandbox.url, "POST", path, { Body: "" })).json).toMatchObject({ code: 20409 });
    expect((await call(sandbox.url, "DELETE", path)).json).toMatchObject({ code: 20009 });
    now += 1_500;
    expect((await call(sandbox.url, "POST", path, { Status: "canceled" })).json).toMatchObject({ code: 20409 });
    now += 5_000;
    expect((await call(sandbox.url, "POST", path, { Body: "" })).json).toMatchObject({ body: "" });
    expect((await call(sandbox.url, "DELETE", path)).status).toBe(204);
    expect((await call(sandbox.url, "GET", path)).json).toMatchObject({ code: 20404 });
  });
});

describe("credentials", () => {
  const withAuth = async (authorization: string): Promise<unknown> =>
    (await create(sandbox.url, {}, { authorization })).json["code"] ?? null;
  const basic = (user: string, secret: string): string =>
    `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;

  test("any well-formed account or API key is welcome, others are not", async () => {
    expect(await withAuth(basic(`SK${"0c".repeat(16)}`, "secret"))).toBeNull();
    expect(await withAuth(basic("nobody", "secret"))).toBe(20003);
    expect(await withAuth(basic(accountSid, ""))).toBe(20003);
    expect(await withAuth("Basic !")).toBe(20003);
    expect(await withAuth(basic(`AC${"0d".repeat(16)}`, "secret"))).toBe(20404);
  });

  test("OAuth: a token works until it is an hour old or revoked", async () => {
    const ask = async (form: Record<string, string>): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${sandbox.url}/v2/token`, { method: "POST", body: new URLSearchParams(form) });
      return (await answer.json()) as Record<string, unknown>;
    };
    const client = { grant_type: "client_credentials", client_id: `OQ${"0e".repeat(16)}`, client_secret: "s" };
    const token = await ask(client);
    expect(token).toMatchObject({ token_type: "Bearer", expires_in: 3_600, refresh_token: null });
    const bearer = `Bearer ${String(token["access_token"])}`;
    expect(await withAuth(bearer)).toBeNull();
    now += 3_600_000;
    expect(await withAuth(bearer)).toBe(20003);
    const fresh = `Bearer ${String((await ask(client))["access_token"])}`;
    expect(sandbox.control("twilio", { action: "revoke-tokens" })).toBe(true);
    expect(await withAuth(fresh)).toBe(20003);
    expect(await ask({ ...client, client_id: "x" })).toMatchObject({ code: 20003, status: 401 });
    expect(await ask({ ...client, grant_type: "password" })).toMatchObject({ status: 400 });
  });

  test("configured accounts: keys, senders and nobody else", async () => {
    const key = `SK${"0c".repeat(16)}`;
    const accounts = [{ accountSid, authToken, apiKeys: { [key]: "right" } }];
    const strict = await createSandbox({ twilio: { accounts, senders: ["+15005550006"] } });
    const code = async (authorization: string, form = {}): Promise<unknown> =>
      (await create(strict.url, form, { authorization })).json["code"] ?? null;
    expect(await code(basic(key, "right"))).toBeNull();
    expect(await code(basic(key, "wrong"))).toBe(20003);
    expect(await code(basic(`AC${"0d".repeat(16)}`, authToken))).toBe(20003);
    expect(await code(basic(key, "right"), { From: "+15005550099" })).toBe(21606);
    await strict.close();
  });
});

test.each([
  ["GET", "/nothing", 404],
  ["PUT", "", 405],
])("%s of what Twilio has not: %s is %i", async (method, path, status) => {
  const answer = await fetch(`${sandbox.url}/2010-04-01/Accounts/${accountSid}/Messages.json${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:t`).toString("base64")}` },
  });
  expect(answer.status).toBe(status);
  expect(sandbox.ledger()[0]).toMatchObject({ operation: "unknown" });
});
