import { describe, expect, test } from "vitest";
import { redCloud } from "./provider.ts";
import { redCloudRegistration } from "./registration.ts";

const account = { baseUrl: "https://rc.example.com/", clientId: "id", clientSecret: "secret-1" };
const provider = redCloud({ ...account, sendFrom: "num_1" });
const send = provider.operations["messages.send"];
const context = { operationId: "op_1", idempotencyKey: "key-1", callbackUrl: "https://example.com/webhooks/rc" };
const defects = (input: unknown): readonly string[] => {
  const prepared = send.prepare(input);
  return prepared.ok ? [] : prepared.all.map(({ message }) => message);
};
const bodyOf = (input: Parameters<typeof send.describe>[0], where = context): unknown =>
  JSON.parse(send.describe(input, where).body ?? "null");

describe("before sending", () => {
  test("a telephone number in sendFrom is caught, and the message says where its numberId is", () => {
    const prepared = send.prepare({ sendFrom: "+15005550006", to: "+15551234567", text: "x" });
    expect(prepared).toMatchObject({
      ok: false,
      failure: { kind: "invalid_request", category: "A", field: "sendFrom", execution: "not_executed" },
    });
    expect(defects({ sendFrom: "1 (500) 555-0006", to: "+15551234567", text: "x" })[0]).toContain(
      "must be the numberId (num_…) of that number; look it up with GET /api/core/numbers",
    );
    expect(
      redCloudRegistration.faults({ ...account, provider: "red-cloud", sendFrom: "+15005550006" }, "accounts.rc"),
    ).toMatchObject([{ path: "accounts.rc.sendFrom" }]);
  });

  test.each([
    ["a recipient that is no number", { to: "15551234567", text: "x" }, "lacks the leading +"],
    ["no recipient", { text: "x" }, "to is required"],
    ["no text", { to: "+15551234567" }, "text is required for an SMS"],
    [
      "media in an SMS",
      { to: "+15551234567", text: "x", messageType: "SMS", media: ["https://a.b/c"] },
      "must not be given for an SMS",
    ],
    ["an MMS without media", { to: "+15551234567", messageType: "MMS" }, "is required for an MMS"],
    ["the same recipient twice", { to: ["+15551234567", "+15551234567"], text: "x" }, "names the same recipient twice"],
    ["another provider's field", { To: "+15551234567", to: "+15551234567", text: "x" }, "meant is to"],
  ])("%s is refused", (_what, input, words) => {
    expect(defects(input).join()).toContain(words);
  });

  test("what is missing is completed from the account and from what is there", () => {
    expect(send.prepare({ to: "+15551234567", text: "x" })).toMatchObject({
      input: { sendFrom: "num_1", messageType: "SMS" },
    });
    expect(send.prepare({ to: "+15551234567", media: ["https://a.b/c"] })).toMatchObject({
      input: { messageType: "MMS" },
    });
    expect(redCloud(account).operations["messages.send"].prepare({ to: "+15551234567", text: "x" })).toMatchObject({
      failure: { field: "sendFrom" },
    });
  });
});

describe("the request", () => {
  const input = { sendFrom: "num_1", to: "+15551234567", messageType: "SMS", text: "x" } as const;

  test("has the required key, and our operation id as reference", () => {
    expect(send.describe(input, context)).toMatchObject({
      method: "POST",
      url: "https://rc.example.com/api/core/messages/send",
      headers: { "idempotency-key": "key-1", "content-type": "application/json" },
    });
    expect(bodyOf(input)).toEqual({ ...input, to: ["+15551234567"], externalReference: "op_1" });
  });

  test("keeps the caller's reference", () => {
    expect(bodyOf({ ...input, externalReference: "order_789" })).toMatchObject({ externalReference: "order_789" });
  });

  test("a neutral message becomes one recipient's", () => {
    expect(provider.message({ to: "+15551234567", body: "x", from: "num_2" })).toEqual({
      ok: true,
      operation: "messages.send",
      input: { sendFrom: "num_2", to: ["+15551234567"], messageType: "SMS", text: "x" },
    });
  });

  test.each(["whatsapp", "rcs", "voice"] as const)("a neutral message by %s is refused", (channel) => {
    expect(provider.message({ to: "+15551234567", body: "x", channel })).toMatchObject({
      ok: false,
      failure: { field: "channel" },
    });
  });

  test.each([
    [{ template: { id: "t" } }, "template"],
    [{ channel: "sms" as const, media: ["https://a.b/c"] }, "media"],
    [{ channel: "mms" as const }, "media"],
  ])("a neutral message that it cannot send is refused by field: %j", (part, field) => {
    expect(provider.message({ to: "+15551234567", body: "x", ...part })).toMatchObject({
      ok: false,
      failure: { field },
    });
  });

  test("who it is for and by whom", () => {
    expect([send.recipient(input), send.sender(input), send.subject(input)]).toEqual(["+15551234567", "num_1", null]);
    expect(send.recipient({ ...input, to: ["+15551234567", "+15557654321"] })).toBeNull();
  });
});

test("a configuration names every fault", () => {
  const faults = redCloudRegistration.faults(
    { provider: "red-cloud", baseUrl: "https://a.b/?x=1", clientId: "a:b", webhookTolerance: "soon", region: "us" },
    "accounts.rc",
  );
  expect(faults.map(({ path }) => path).toSorted()).toEqual(
    ["baseUrl", "clientId", "clientSecret", "region", "webhookTolerance"].map((key) => `accounts.rc.${key}`),
  );
  expect(() => redCloud({ ...account, webhookTolerance: "soon" })).toThrow(RangeError);
});
