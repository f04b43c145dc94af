/** Status callbacks as a receiver gets them, checked with the official SDK's own validator. */
import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";
import { openReceiver, until } from "../testing/receiver.ts";
import type { Receiver } from "../testing/receiver.ts";
import { authToken, call, create } from "../testing/twilio-request.ts";
import { readOverrides, signForm } from "./callbacks.ts";

let sandbox: Sandbox;
let receiver: Receiver;
beforeAll(async () => {
  sandbox = await createSandbox({ twilio: { stepMs: 15 } });
  receiver = await openReceiver();
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
  receiver.received.length = 0;
  receiver.answers = () => 204;
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});

const wanted = (suffix = ""): Record<string, string> => ({ StatusCallback: `${receiver.url}/hook?op=op_1${suffix}` });
const forms = (): Record<string, string>[] =>
  receiver.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
const statuses = (): (string | undefined)[] => forms().map((form) => form["MessageStatus"]);
const formOf = (status: string): Record<string, string> | undefined =>
  forms().find((form) => form["MessageStatus"] === status);
const valid = (index: number): boolean => {
  const { url, headers } = receiver.received[index]!;
  const signature = headers["x-twilio-signature"] as string;
  return twilio.validateRequest(authToken, signature, `${receiver.url}${url}`, forms()[index]!);
};

describe("the signature", () => {
  const form = {
    CallSid: "CA1234567890ABCDE",
    Caller: "+14158675309",
    Digits: "1234",
    From: "+14158675309",
    To: "+18005551212",
  };
  test.each([
    ["https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="],
    ["https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="],
    ["http://mycompany.com:80/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="],
  ])("of %s is the published one", (url, signature) => {
    expect(signForm("12345", url, form)).toBe(signature);
  });
});

describe("connection overrides", () => {
  test.each([
    ["http://x/", 1, ["ct"], 15_000],
    ["http://x/#rc=5&rp=all", 5, ["all"], 15_000],
    ["http://x/?a=1#rc=9&rp=4xx,5xx&rt=200", 1, ["4xx", "5xx"], 200],
    ["http://x/#tt=300&rt=400&rc=0", 0, ["ct"], 300],
  ])("%s", (url, retries, policies, readTimeoutMs) => {
    expect(readOverrides(url)).toEqual({ retries, policies, readTimeoutMs });
  });
});

describe("a message tells its story", () => {
  test("sending, sent, delivered; each signed for the URL without its fragment", async () => {
    const { json } = await create(sandbox.url, wanted("#rc=5&rp=all"));
    await until(() => receiver.received.length === 3);
    // Each has a connection of its own: which comes first is the network's business.
    expect(new Set(statuses())).toEqual(new Set(["sending", "sent", "delivered"]));
    expect(receiver.received.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => "/hook?op=op_1"));
    for (const form of forms())
      expect(form).toMatchObject({ MessageSid: json["sid"], SmsSid: json["sid"], To: "+15551234567" });
    expect([valid(0), valid(1), valid(2)]).toEqual([true, true, true]);
    expect(sandbox.effects()[0]).toMatchObject({ operation_id: "op_1" });
  });

  test("a chosen recipient fails, with the code", async () => {
    sandbox.setFaults({ rules: [], recipients: { undelivered: { "+15551234567": 30003, "+15551110000": 30410 } } });
    const { json } = await create(sandbox.url, wanted());
    await until(() => receiver.received.length === 3);
    expect(formOf("undelivered")).toMatchObject({ ErrorCode: "30003" });
    const fetched = await call(sandbox.url, "GET", `/Messages/${String(json["sid"])}.json`);
    expect(fetched.json).toMatchObject({ status: "undelivered", error_code: 30003 });
    await create(sandbox.url, { ...wanted(), To: "+15551110000" });
    await until(() => receiver.received.length === 5);
    expect(formOf("failed")).toMatchObject({ ErrorCode: "30410" });
  });

  test("a cancelled one stops talking", async () => {
    const slow = await createSandbox({ twilio: { stepMs: 1_000 } });
    const { json } = await create(slow.url, { ...wanted(), MessagingServiceSid: `MG${"0b".repeat(16)}` });
    await call(slow.url, "POST", `/Messages/${String(json["sid"])}.json`, { Status: "canceled" });
    await until(() => statuses().includes("canceled"));
    await new Promise((resolve) => {
      setTimeout(resolve, 1_200);
    });
    expect(statuses()).toEqual(["canceled"]);
    await slow.close();
  });
});

describe("a call tells what was asked for", () => {
  const place = async (form: Record<string, string>): Promise<void> => {
    const fixed = { To: "+15551234567", From: "+15005550006", Twiml: "<Response/>" };
    await call(sandbox.url, "POST", "/Calls.json", { ...fixed, StatusCallback: `${receiver.url}/c`, ...form });
  };

  test("only its end by default", async () => {
    await place({});
    await until(() => receiver.received.length === 1);
    expect(forms()[0]).toMatchObject({ CallStatus: "completed", SequenceNumber: "0" });
    expect(valid(0)).toBe(true);
  });

  test("every event, numbered; and a line that is busy", async () => {
    sandbox.setFaults({ rules: [], recipients: { undelivered: { "+15551234567": "busy" } } });
    await place({ StatusCallbackEvent: "initiated ringing answered completed" });
    await until(() => receiver.received.length === 3);
    const told = forms().map((form) => `${form["SequenceNumber"]} ${form["CallStatus"]}`);
    expect(new Set(told)).toEqual(new Set(["0 initiated", "1 ringing", "2 busy"]));
  });
});

describe("retries", () => {
  test("a 500 loses the event by default", async () => {
    receiver.answers = () => 500;
    await create(sandbox.url, wanted());
    await until(() => sandbox.callbacks().length === 3);
    expect(sandbox.callbacks().map(({ failure, attempt }) => [failure, attempt])).toEqual(
      Array.from({ length: 3 }, () => ["5xx", 1]),
    );
  });

  test("asked for, it comes again with the same token", async () => {
    receiver.answers = (index) => (index === 0 ? 503 : 204);
    await create(sandbox.url, wanted("#rc=2&rp=5xx"));
    await until(() => receiver.received.length === 4);
    const tokens = receiver.received.map(({ headers }) => headers["i-twilio-idempotency-token"]);
    expect(tokens.filter((token) => token === tokens[0])).toHaveLength(2);
    expect(statuses().filter((status) => status === "sending")).toHaveLength(2);
  });

  test("an answer that does not come is a read timeout, and retried where rt is asked for", async () => {
    receiver.answers = (index) => (index === 0 ? null : 204);
    await create(sandbox.url, wanted("#rc=1&rp=rt&rt=100"));
    await until(() => sandbox.callbacks().length === 4);
    expect(sandbox.callbacks().find(({ failure }) => failure !== null)).toMatchObject({ failure: "read", attempt: 1 });
  });
});

describe("faults of callbacks", () => {
  const on = (callbacks: object): void => sandbox.setFaults([{ do: { callbacks } }]);

  test("duplicates", async () => {
    on({ duplicate: 2 });
    await create(sandbox.url, wanted());
    await until(() => receiver.received.length === 9);
    expect(statuses().filter((status) => status === "sent")).toHaveLength(3);
  });

  test("another order", async () => {
    on({ shuffle: true, duplicate: 2 });
    await create(sandbox.url, wanted());
    await until(() => receiver.received.length === 9);
    expect(statuses()).not.toEqual(["sending", "sent", "delivered"].flatMap((status) => [status, status, status]));
  });

  test("later, lost, forged", async () => {
    on({ delay: "80ms" });
    const started = Date.now();
    await create(sandbox.url, wanted());
    await until(() => receiver.received.length === 3);
    expect(Date.now() - started).toBeGreaterThanOrEqual(90);
    receiver.received.length = 0;
    on({ drop: 1 });
    await create(sandbox.url, wanted());
    on({ forge: true });
    await create(sandbox.url, wanted());
    await until(() => receiver.received.length === 3);
    expect([valid(0), valid(1), valid(2)]).toEqual([false, false, false]);
  });
});

describe("messages from people", () => {
  test("are posted signed; STOP bars the writer until START, with OptOutType as with Advanced Opt-Out", async () => {
    const open = await createSandbox({ twilio: { inbound: { url: `${receiver.url}/in?a=1` } } });
    const says = (text: string): boolean =>
      open.control("twilio", { action: "inbound", from: "+15551234567", to: "+15005550006", text });
    expect((await create(open.url)).status).toBe(201);
    expect([says("stop"), open.control("twilio", { action: "inbound" })]).toEqual([true, false]);
    expect((await create(open.url)).json).toMatchObject({ status: 400, code: 21610 });
    expect((await create(open.url, { To: "whatsapp:+15551234567" })).json).toMatchObject({ code: 21610 });
    expect((await create(open.url, { To: "+15557654321" })).status).toBe(201);
    says("Hello?");
    says("START");
    expect((await create(open.url)).status).toBe(201);
    await until(() => receiver.received.length === 3);
    const told = forms().map((form) => `${form["Body"]} ${form["OptOutType"] ?? "-"} ${form["SmsStatus"]}`);
    expect(new Set(told)).toEqual(new Set(["stop STOP received", "Hello? - received", "START START received"]));
    expect([valid(0), valid(1), valid(2)]).toEqual([true, true, true]);
    await open.close();
  });
});

test("nobody outside this machine is called, unless deliverTo says where", async () => {
  await create(sandbox.url, { StatusCallback: "https://landline.example.com/webhooks/tw?op=op_2" });
  await until(() => sandbox.callbacks().length === 3);
  expect(sandbox.callbacks()[0]).toMatchObject({ failure: "refused-host", answered: null });
  const behind = await createSandbox({ twilio: { stepMs: 5 }, callbacks: { deliverTo: receiver.url } });
  await create(behind.url, { StatusCallback: "https://landline.example.com/webhooks/tw?op=op_2" });
  await until(() => receiver.received.length === 3);
  const { url, headers } = receiver.received[0]!;
  const signature = headers["x-twilio-signature"] as string;
  expect(twilio.validateRequest(authToken, signature, `https://landline.example.com${url}`, forms()[0]!)).toBe(true);
  await behind.close();
});
