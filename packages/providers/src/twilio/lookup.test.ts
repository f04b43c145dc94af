import type { LookupReading } from "@landline/core";
import { weigh } from "@landline/core";
import { describe, expect, test } from "vitest";
import type { CallCreateInput, MessageCreateInput } from "./inputs.ts";
import { twilio } from "./provider.ts";

const id = (digit: number, prefix = "SM"): string => prefix + String(digit).repeat(32);
const accountSid = id(0, "AC");
const { operations } = twilio({ accountSid, authToken: "secret-token", baseUrl: "http://127.0.0.1:9/prefix" });
const context = { operationId: "op_1", idempotencyKey: "k", callbackUrl: null };
const input: MessageCreateInput = { To: "+15551234567", From: "+15005550006", Body: "Hello “you”" };
const now = Date.UTC(2026, 0, 15, 12, 0, 30);
const created = "Thu, 15 Jan 2026 12:00:00 +0000";

const listed = (over: object = {}): Record<string, unknown> => ({
  sid: id(1),
  to: input.To,
  from: input.From,
  body: input.Body,
  num_media: "0",
  status: "sent",
  direction: "outbound-api",
  date_created: created,
  date_sent: null,
  error_code: null,
  messaging_service_sid: null,
  ...over,
});
const page = (messages: readonly unknown[], more: object = {}) => ({
  type: "response" as const,
  status: 200,
  headers: { date: "Thu, 15 Jan 2026 12:00:31 GMT" },
  body: JSON.stringify({ messages, next_page_uri: null, ...more }),
  complete: true,
  at: now,
});
const read = (messages: readonly unknown[], of: MessageCreateInput = input, more: object = {}): LookupReading =>
  operations["messages.create"].lookup!.read(page(messages, more), of, now);
const found = (messages: readonly unknown[], of: MessageCreateInput = input): readonly string[] => {
  const reading = read(messages, of);
  expect(reading.ok).toBe(true);
  return reading.ok ? reading.candidates.map(({ providerId }) => providerId) : [];
};

describe("looking for a message", () => {
  test("asks for the newest by recipient and sender, and never by date", () => {
    const { url, method, body } = operations["messages.create"].lookup!.describe(input, context);
    expect(url).toBe(
      `http://127.0.0.1:9/prefix/2010-04-01/Accounts/${accountSid}/Messages.json?To=%2B15551234567&From=%2B15005550006&PageSize=200`,
    );
    expect([method, body]).toEqual(["GET", null]);
  });

  test("asks by recipient alone where a Messaging Service chooses the sender", () => {
    const { url } = operations["messages.create"].lookup!.describe(
      { To: input.To, MessagingServiceSid: id(2, "MG"), Body: "x" },
      context,
    );
    expect(url).not.toContain("From");
  });

  test("finds it, dated by Twilio's clock", () => {
    const reading = read([listed()]);
    expect(reading).toMatchObject({ ok: true, next: null, providerNow: Date.UTC(2026, 0, 15, 12, 0, 31) });
    expect(reading.ok && reading.candidates).toMatchObject([
      { providerId: id(1), createdAt: Date.UTC(2026, 0, 15, 12), providerStatus: "sent", code: null },
    ]);
    expect(reading.ok && weigh(reading.candidates, Date.UTC(2026, 0, 15, 12), 0, new Set())).toMatchObject({
      type: "found",
    });
  });

  test.each([
    ["another text", { body: "Hello me" }],
    ["another code in the text", { body: "Hello “you1”" }],
    ["another recipient", { to: "+15551234568" }],
    ["another sender", { from: "+15005550007" }],
    ["media", { num_media: "1" }],
    ["another direction", { direction: "inbound" }],
    ["no identifier", { sid: null }],
  ])("passes over a message with %s", (_name, over) => {
    expect(found([listed(over)])).toEqual([]);
  });

  test.each([
    ["the prefix of a trial account", { body: `Sent from your Twilio trial account - ${input.Body}` }],
    ["spaces at its ends", { body: ` ${input.Body}\n` }],
    ["a sender not yet chosen", { from: null }],
    ["a text that was redacted at once", { body: "" }],
    ["a count of media that cannot be read", { num_media: null }],
  ])("is not misled by %s", (_name, over) => {
    expect(found([listed(over)])).toEqual([id(1)]);
  });

  test("is not misled by what a service or an option rewrites", () => {
    const service = { To: input.To, MessagingServiceSid: id(2, "MG"), Body: "“Hello” — see https://example.com/a" };
    expect(
      found(
        [listed({ from: null, messaging_service_sid: id(2, "MG"), body: '"Hello" - see https://example.com/a' })],
        service,
      ),
    ).toEqual([id(1)]);
    expect(found([listed({ messaging_service_sid: id(3, "MG"), body: service.Body })], service)).toEqual([]);
    const shortened = { ...service, ShortenUrls: true };
    expect(found([listed({ body: "“Hello” — see https://twil.io/x" })], shortened)).toEqual([id(1)]);
    const media = { ...service, MediaUrl: ["https://example.com/a.png"] };
    expect(found([listed({ body: `${service.Body} https://media.example/x`, num_media: "0" })], media)).toEqual([
      id(1),
    ]);
    expect(
      found([listed({ body: "x", num_media: "1" })], { To: input.To, From: "+15005550006", ContentSid: id(4, "HX") }),
    ).toEqual([id(1)]);
    expect(found([listed({ body: "" })], { ...input, ContentRetention: "discard" })).toEqual([id(1)]);
  });

  test("is never an absence where the list cannot show the message", () => {
    expect(read([], { ...input, AddressRetention: "obfuscate" })).toMatchObject({
      ok: false,
      outcome: { type: "ambiguous" },
    });
  });

  test("goes on to the next page, below the same base, until everything is too old to matter", () => {
    const path = `/2010-04-01/Accounts/${accountSid}/Messages.json?To=x&Page=1&PageToken=PT`;
    const next = (uri: unknown, messages = [listed()]) => {
      const reading = read(messages, input, { next_page_uri: uri });
      return reading.ok ? (reading.next?.url ?? null) : "refused";
    };
    expect(next(path)).toBe(`http://127.0.0.1:9/prefix${path}`);
    expect(next(`/prefix${path}`)).toBe(`http://127.0.0.1:9/prefix${path}`);
    expect(next(null)).toBeNull();
    expect(next(path, [])).toBeNull();
    expect(next(path, [listed({ date_created: "Mon, 01 Dec 2025 00:00:00 +0000" })])).toBeNull();
    expect(next(`https://evil.example${path}`)).toBe("refused");
    expect(next("/2010-04-01/Accounts/ACother/Messages.json")).toBe("refused");
    expect(next(7)).toBe("refused");
  });

  test.each([
    [503, "", "ambiguous"],
    [429, '{"code":20429}', "throttled"],
    [401, '{"code":20003}', "rejected"],
    [200, "<html>", "ambiguous"],
    [200, '{"messages":', "ambiguous"],
    [200, '{"calls":[]}', "ambiguous"],
  ] as const)("that was answered with %i %s is a look that failed", (status, body, type) => {
    const reading = operations["messages.create"].lookup!.read(
      { type: "response", status, headers: {}, body, complete: true, at: now },
      input,
      now,
    );
    expect(reading).toMatchObject({ ok: false, outcome: { type } });
  });
});

test("media that are not counted yet do not make a message absent, other media do", () => {
  const media = { ...input, MediaUrl: ["https://example.com/a.png", "https://example.com/b.png"] };
  expect(found([listed({ num_media: "2" })], media)).toEqual([id(1)]);
  expect(found([listed({ num_media: "0" })], media)).toEqual([id(1)]);
  expect(found([listed({ num_media: "3" })], media)).toEqual([]);
  expect(found([listed({ num_media: "1" })], media)).toEqual([]);
});

describe("looking for a call", () => {
  const call: CallCreateInput = { To: "+15551234567", From: "+15005550006", Url: "https://t.example/x" };
  const calls = (list: readonly unknown[]) => ({ ...page([]), body: JSON.stringify({ calls: list }) });

  test("compares both ends", () => {
    const lookup = operations["calls.create"].lookup!;
    expect(lookup.describe(call, context).url).toContain(
      "/Calls.json?To=%2B15551234567&From=%2B15005550006&PageSize=200",
    );
    const same = {
      sid: id(1, "CA"),
      to: call.To,
      from: call.From,
      direction: "outbound-api",
      date_created: created,
      status: "ringing",
    };
    const reading = lookup.read(
      calls([same, { ...same, sid: id(2, "CA"), from: "+15005550007" }, { ...same, sid: id(3) }]),
      call,
      now,
    );
    expect(reading).toMatchObject({
      ok: true,
      candidates: [{ providerId: id(1, "CA"), createdAt: Date.UTC(2026, 0, 15, 12) }],
    });
  });
});

describe("looking at a call that was changed", () => {
  const lookup = operations["calls.update"].lookup!;
  const call = (status: string) => ({
    ...page([]),
    body: JSON.stringify({ sid: id(1, "CA"), status, date_created: created }),
  });

  test("an end is what was asked for, and anything else is not yet", () => {
    const input_ = { Sid: id(1, "CA"), Status: "completed" } as const;
    expect(lookup.describe(input_, context).url).toContain(`/Calls/${id(1, "CA")}.json`);
    const reading = lookup.read(call("completed"), input_, now);
    expect(reading.ok && weigh(reading.candidates, now - 1_000, 0, new Set())).toMatchObject({ type: "found" });
    expect(lookup.read(call("in-progress"), input_, now)).toMatchObject({ ok: true, candidates: [] });
  });

  test("new instructions leave no trace", () => {
    expect(lookup.read(call("in-progress"), { Sid: id(1, "CA"), Twiml: "<x/>" }, now)).toMatchObject({ ok: false });
  });
});

describe("polling", () => {
  test("reads a message as its callback would, under the same key", () => {
    const poll = operations["messages.create"].poll!;
    expect(poll.describe(id(1)).url).toBe(
      `http://127.0.0.1:9/prefix/2010-04-01/Accounts/${accountSid}/Messages/${id(1)}.json`,
    );
    const body = JSON.stringify({
      sid: id(1),
      status: "undelivered",
      error_code: 30003,
      error_message: "off",
      date_updated: created,
    });
    expect(poll.read({ ...page([]), body }, now)).toEqual({
      providerId: id(1),
      operationId: null,
      status: "undelivered",
      rank: 50,
      meaning: "undelivered",
      code: "30003",
      message: "off",
      at: Date.UTC(2026, 0, 15, 12),
      dedupeKey: `${id(1)}:undelivered:30003`,
      optedOut: null,
    });
    expect(poll.read({ ...page([]), status: 404 }, now)).toBeNull();
  });
});
