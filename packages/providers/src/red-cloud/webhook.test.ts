import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Hashing, ReceiptEvent, WebhookReading } from "@landline/core";
import { describe, expect, test } from "vitest";
import { redCloud } from "./provider.ts";

const hashing: Hashing = {
  hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
};
const account = { baseUrl: "https://rc.example.com", clientId: "id", clientSecret: "secret-1" };
const now = Date.UTC(2026, 0, 15, 12);
const seconds = String(now / 1_000);
const url = "https://landline.example.com/webhooks/rc";

interface Given {
  readonly body?: unknown;
  readonly timestamp?: string;
  readonly secret?: string;
  readonly accepts?: readonly string[];
  readonly tolerance?: "off" | "5m";
  readonly alter?: (signature: string) => string;
}
const read = ({
  body = event(),
  timestamp = seconds,
  secret = "hook-1",
  accepts = ["hook-1"],
  tolerance,
  alter = (text) => text,
}: Given = {}): WebhookReading => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const signature = createHmac("sha256", secret).update(`${timestamp}.${text}`).digest("hex");
  const headers = { "x-redcloud-timestamp": timestamp, "x-redcloud-signature": alter(signature) };
  const { webhooks } = redCloud({
    ...account,
    webhookSecret: accepts,
    ...(tolerance === undefined ? {} : { webhookTolerance: tolerance }),
  });
  if (webhooks === null) throw new Error("a secret was given");
  return webhooks.read({ method: "POST", url, headers, body: Buffer.from(text) }, hashing, now);
};
const event = (over: object = {}): object => ({
  type: "message.sent",
  messageId: "msg_1",
  externalReference: "op_01JABC",
  sequence: 2,
  occurredAt: "2026-01-15T12:00:00.000Z",
  ...over,
});
const only = (body: unknown): ReceiptEvent | undefined => {
  const reading = read({ body });
  expect(reading.ok && reading.events.length).toBe(1);
  return reading.ok ? reading.events[0] : undefined;
};

describe("the signature", () => {
  test("is taken in either letter case, and from either secret of a rotation", () => {
    expect(read().ok).toBe(true);
    expect(read({ alter: (text) => text.toUpperCase() }).ok).toBe(true);
    expect(read({ secret: "hook-2", accepts: ["hook-1", "hook-2"] }).ok).toBe(true);
  });

  test("is refused after every change of one character", () => {
    for (let at = 0; at < 64; at += 1) {
      const alter = (text: string): string =>
        `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
      expect(read({ alter })).toMatchObject({ ok: false, reason: "bad_signature" });
    }
  });

  test.each([
    ["another secret", { secret: "hook-9" }],
    ["a prefix", { alter: (text: string) => `sha256=${text}` }],
    ["half of it", { alter: (text: string) => text.slice(0, 32) }],
    ["an odd length", { alter: (text: string) => text.slice(1) }],
  ])("is refused with %s", (_what, given: Given) => {
    expect(read(given)).toMatchObject({ ok: false, reason: "bad_signature" });
  });

  test("covers every byte of the body and the timestamp as it stands", () => {
    const { webhooks } = redCloud({ ...account, webhookSecret: "hook-1" });
    const body = JSON.stringify(event());
    const signature = createHmac("sha256", "hook-1").update(`${seconds}.${body}`).digest("hex");
    const judged = (changed: Buffer, timestamp: string): boolean | undefined =>
      webhooks?.read(
        {
          method: "POST",
          url,
          headers: { "x-redcloud-timestamp": timestamp, "x-redcloud-signature": signature },
          body: changed,
        },
        hashing,
        now,
      ).ok;
    expect(judged(Buffer.from(body), seconds)).toBe(true);
    expect(judged(Buffer.from(body), `${seconds}000`)).toBe(false);
    for (let at = 0; at < body.length; at += 1) {
      const bytes = Buffer.from(body);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(judged(bytes, seconds)).toBe(false);
    }
  });

  test("is asked for: without a header it is unsigned, without a secret nothing is read at all", () => {
    const { webhooks } = redCloud({ ...account, webhookSecret: "hook-1" });
    const headers = { "x-redcloud-timestamp": seconds };
    expect(webhooks?.read({ method: "POST", url, headers, body: Buffer.from("{}") }, hashing, now)).toMatchObject({
      reason: "unsigned",
    });
    expect(redCloud(account).webhooks).toBeNull();
  });
});

describe("the timestamp", () => {
  test.each([
    ["seconds", seconds],
    ["milliseconds", String(now)],
    ["ISO 8601", new Date(now).toISOString()],
  ])("is read in %s", (_unit, timestamp) => {
    expect(read({ timestamp }).ok).toBe(true);
  });

  test("of the last repeat is young enough, 81 minutes after the event", () => {
    expect(read({ timestamp: String(now / 1_000 - 81 * 60) }).ok).toBe(true);
    expect(read({ timestamp: String(now / 1_000 - 91 * 60) })).toMatchObject({ ok: false, reason: "stale" });
    expect(read({ timestamp: String(now / 1_000 + 91 * 60) })).toMatchObject({ ok: false, reason: "stale" });
    expect(read({ timestamp: "yesterday" })).toMatchObject({ ok: false, reason: "stale" });
  });

  test("has the tolerance that is configured", () => {
    expect(read({ timestamp: String(now / 1_000 - 6 * 60), tolerance: "5m" })).toMatchObject({ reason: "stale" });
    expect(read({ timestamp: "1", tolerance: "off" }).ok).toBe(true);
  });
});

describe("an event", () => {
  test.each([
    ["message.queued", 1, "progress"],
    ["message.sent", 2, "progress"],
    ["message.delivery", 3, "delivered"],
    ["message.failed", 3, "undelivered"],
    ["message.inbound", 1, "inbound"],
    ["message.read", 1, "progress"],
  ])("%s without a sequence has rank %s and means %s", (type, rank, meaning) => {
    expect(only(event({ type, sequence: undefined }))).toMatchObject({ status: type, rank, meaning });
  });

  test("is ordered by its sequence, as number or text", () => {
    expect(only(event({ sequence: 7 }))?.rank).toBe(7);
    expect(only(event({ sequence: "8" }))?.rank).toBe(8);
    expect(only(event({ sequence: -1 }))?.rank).toBe(2);
  });

  test("says of which message and which operation it is, when, and is known again", () => {
    expect(only(event())).toEqual({
      providerId: "msg_1",
      operationId: "op_01JABC",
      status: "message.sent",
      rank: 2,
      meaning: "progress",
      code: null,
      message: null,
      at: now,
      dedupeKey: "msg_1:message.sent:2",
      optedOut: null,
    });
    expect(only(event({ externalReference: "order_789" }))?.operationId).toBeNull();
  });

  test("that lost its message id is known again by its bytes, and matched by its reference", () => {
    const first = only(event({ messageId: undefined }));
    expect(first).toMatchObject({ providerId: null, operationId: "op_01JABC" });
    expect(only(event({ messageId: undefined }))?.dedupeKey).toBe(first?.dedupeKey);
    expect(only(event({ messageId: undefined, sequence: 3 }))?.dedupeKey).not.toBe(first?.dedupeKey);
  });

  test.each([
    [{ failure: { code: "30003", message: "unreachable" } }, "30003", "unreachable"],
    [{ error: { code: 7, reason: "why" } }, "7", "why"],
    [{ failureCode: "C1", failureReason: "because" }, "C1", "because"],
    [{ failure: "only words" }, null, "only words"],
  ])("finds failure details in %j", (details, code, message) => {
    expect(only(event({ type: "message.failed", ...details }))).toMatchObject({
      meaning: "undelivered",
      code,
      message,
    });
  });

  test("an inbound STOP opts its sender out; ordinary words do not", () => {
    const inbound = { type: "message.inbound", from: "+15551234567", to: "+15005550006" };
    expect(only(event({ ...inbound, text: " Stop " }))).toMatchObject({ operationId: null, optedOut: "+15551234567" });
    expect(only(event({ ...inbound, text: "Stop by at noon" }))?.optedOut).toBeNull();
  });

  test("an inbound START opts its sender in again; ordinary words do not", () => {
    const inbound = { type: "message.inbound", from: "+15551234567", to: "+15005550006" };
    expect(only(event({ ...inbound, text: "start" }))).toMatchObject({ optedOut: null, optedIn: "+15551234567" });
    expect(only(event({ ...inbound, text: "Let us start" }))?.optedIn).toBeUndefined();
  });

  test("comes alone, in a list, or in an envelope", () => {
    expect(read({ body: [event(), event({ sequence: 3 })] })).toMatchObject({ events: [{ rank: 2 }, { rank: 3 }] });
    expect(only({ type: "message.sent", data: { messageId: "msg_1", sequence: 2 } })).toMatchObject({
      providerId: "msg_1",
      rank: 2,
    });
  });

  test("that says nothing usable is no event; what is not JSON is unreadable", () => {
    for (const body of [{}, [], 1, null, { type: "message.sent" }, { messageId: "msg_1" }])
      expect(read({ body })).toEqual({ ok: true, events: [] });
    expect(read({ body: "{" })).toMatchObject({ ok: false, reason: "unreadable" });
  });
});
