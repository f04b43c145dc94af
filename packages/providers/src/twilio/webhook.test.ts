import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Hashing, WebhookReading, WebhookRequest } from "@landline/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeForm, encodeForm } from "../http/form.ts";
import { signedForms } from "./signed-url.ts";
import { twilioWebhooks } from "./webhook.ts";

const hashing: Hashing = {
  hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
};
const token = "12345";
const base = "https://mycompany.com/myapp.php?foo=1&bar=2";
const form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
const formType = "application/x-www-form-urlencoded; charset=utf-8";
const json = '{"property": "value", "boolean": true}';
const jsonUrl = `${base}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;
const emptyUrl = `${base}&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a`;

const requestOf = (url: string, body: string, signature: string, type = formType): WebhookRequest => ({
  method: "POST",
  url,
  headers: { "x-twilio-signature": signature, "content-type": type },
  body: new TextEncoder().encode(body),
});
const read = (request: WebhookRequest, tokens = [token]): WebhookReading =>
  twilioWebhooks(tokens).read(request, hashing, 0);

type Vector = readonly [name: string, url: string, body: string, signature: string, type?: string];
const vectorsOfThePage: readonly Vector[] = [
  ["a form", base, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="],
  ["a form, signed with the port 443", base, form, "kvajT1Ptam85bY51eRf/AJRuM3w="],
  [
    "a form, called with the port 443 and signed without",
    base.replace(".com/", ".com:443/"),
    form,
    "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
  ],
  ["a form over http, signed with the port 80", base.replace("https", "http"), form, "0ZXoZLH/DfblKGATFgpif+LLRf4="],
  ["JSON", jsonUrl, json, "a9nBmqA0ju/hNViExpshrM61xv4=", "application/json"],
  ["empty JSON, signed with the port", emptyUrl, "{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc=", "application/json"],
  ["empty JSON, signed without the port", emptyUrl, "{}", "rw/jVviOgicj2+kHZULvebnA4ag=", "application/json"],
  [
    "repeated values, de-duplicated and sorted",
    base,
    "Digits=5678&Digits=1234&Digits=1234&Sid=CA123&SidAccount=AC123",
    "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
  ],
  [
    "repeated values in another order",
    base,
    "SidAccount=AC123&Digits=1234&Sid=CA123&Digits=5678",
    "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
  ],
  [
    "array values",
    base,
    "MessagingBinding.Address=%2B1325xxxxxxx&MessagingBinding.Address=%2B1415xxxxxxx",
    "83O6e2vORAoJHUNzJjDWN1jz+BA=",
  ],
  [
    "array values, the other way round",
    base,
    "MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx",
    "83O6e2vORAoJHUNzJjDWN1jz+BA=",
  ],
  ["a query that Twilio re-encodes", `${base}&Body=It's+amazing`, form, "TfZzewPq8wqrGlMfyAud8+/IvJ0="],
  ["a query that a server escaped", `${base}&Body=It%27s+amazing`, form, "TfZzewPq8wqrGlMfyAud8+/IvJ0="],
  ["user and password", base.replace("https://", "https://user:pass@"), form, "CukzLTc1tT5dXEDIHm/tKBanW10="],
];

const vectors = vectorsOfThePage.map(
  ([name, url, body, signature, type = formType]) => ({ name, url, body, signature, type }) as const,
);

describe("the signature", () => {
  test.each(vectors)("of $name is accepted", ({ url, body, signature, type }) => {
    expect(read(requestOf(url, body, signature, type))).toMatchObject({ ok: true });
  });

  test.each(vectors)("of $name is refused with another token", ({ url, body, signature, type }) => {
    expect(read(requestOf(url, body, signature, type), ["12346", "1234"])).toMatchObject({ reason: "bad_signature" });
  });

  test.each(vectors)("of $name is accepted from either token during a rotation", ({ url, body, signature, type }) => {
    expect(read(requestOf(url, body, signature, type), ["new-token", token])).toMatchObject({ ok: true });
  });

  test.each(vectors)(
    "of $name is refused after every change of one byte that changes what is said",
    ({ url, body, signature, type }) => {
      let changes = 0;
      const isJson = type === "application/json";
      for (let at = 0; at < body.length; at += 1) {
        for (const other of ["x", "0", "=", "&", "%"]) {
          const changed = body.slice(0, at) + other + body.slice(at + 1);
          if (changed === body || (!isJson && says(changed) === says(body))) continue;
          changes += 1;
          expect(read(requestOf(url, changed, signature, type))).toMatchObject({ reason: "bad_signature" });
        }
      }
      for (let at = "https://".length; at < url.length; at += 1) {
        const changed = `${url.slice(0, at)}${url[at] === "x" ? "y" : "x"}${url.slice(at + 1)}`;
        changes += 1;
        expect(read(requestOf(changed, body, signature, type))).toMatchObject({ ok: false });
      }
      for (let at = 0; at < signature.length; at += 1) {
        const changed = `${signature.slice(0, at)}${signature[at] === "A" ? "B" : "A"}${signature.slice(at + 1)}`;
        changes += 1;
        expect(read(requestOf(url, body, changed, type))).toMatchObject({ ok: false });
      }
      expect(changes).toBeGreaterThan(100);
    },
  );

  test("may cover the fragment we give out with the address, and no other", () => {
    const signed = (url: string): string =>
      createHmac("sha1", token).update(`${url}MessageStatussent`).digest("base64");
    const given = (fragment: string): WebhookReading =>
      read(requestOf(base, "MessageStatus=sent", signed(`${base}${fragment}`)));
    expect(given("#rc=5&rp=all")).toMatchObject({ ok: true });
    expect(given("#rc=4")).toMatchObject({ reason: "bad_signature" });
  });

  test("is asked for", () => {
    const request = { ...requestOf(base, form, ""), headers: {} };
    expect(read(request)).toMatchObject({ ok: false, reason: "unsigned" });
  });

  test("of a JSON body that the address does not cover is refused, although the address is signed", () => {
    const signature = createHmac("sha1", token).update(base).digest("base64");
    expect(read(requestOf(base, "", signature))).toMatchObject({ ok: true });
    expect(read(requestOf(base, json, signature, "application/json"))).toMatchObject({ reason: "bad_signature" });
  });

  test("holds for any form and address, by construction", () => {
    const pairs = fc.array(fc.tuple(fc.string({ minLength: 1, unit: "binary" }), fc.string({ unit: "binary" })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(pairs, fc.webUrl({ withQueryParameters: true }), (parameters, url) => {
        const body = encodeForm(parameters);
        const sorted = decodeForm(body)
          .map(([name, value]) => ({ name, value }))
          .toSorted((a, b) =>
            a.name < b.name ? -1 : a.name > b.name ? 1 : a.value < b.value ? -1 : Number(a.value > b.value),
          );
        const seen = new Set<string>();
        let text = url;
        for (const { name, value } of sorted) {
          const key = JSON.stringify([name, value]);
          if (!seen.has(key)) text += name + value;
          seen.add(key);
        }
        const signature = createHmac("sha1", token).update(text).digest("base64");
        expect(read(requestOf(url, body, signature)).ok).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

/** What a form says: the signed text. Two bodies with the same text are the same callback. */
function says(body: string): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of decodeForm(body)) values.set(name, (values.get(name) ?? new Set()).add(value));
  return [...values.keys()]
    .toSorted()
    .map((name) =>
      [...values.get(name)!]
        .toSorted()
        .map((value) => name + value)
        .join(""),
    )
    .join("");
}

describe("the forms of an address", () => {
  test("are those with and without the port, each with the query in three spellings", () => {
    expect(signedForms("https://u:p@h.example:443/a/b?x='1 2'&y=é#f")).toEqual([
      "https://u:p@h.example:443/a/b?x='1 2'&y=é#f",
      "https://u:p@h.example/a/b?x='1 2'&y=é",
      "https://u:p@h.example/a/b?x=%271%202%27&y=%C3%A9",
      "https://u:p@h.example/a/b?x='1%202'&y=%C3%A9",
      "https://u:p@h.example:443/a/b?x='1 2'&y=é",
      "https://u:p@h.example:443/a/b?x=%271%202%27&y=%C3%A9",
      "https://u:p@h.example:443/a/b?x='1%202'&y=%C3%A9",
    ]);
    expect(signedForms("http://h.example/a")).toEqual(["http://h.example/a", "http://h.example:80/a"]);
    expect(signedForms("http://[::1]:8080/a")).toEqual(["http://[::1]:8080/a", "http://[::1]/a"]);
    expect(signedForms("not an address")).toEqual(["not an address"]);
  });
});

describe("a signed callback says", () => {
  const url = "https://h.example/webhooks/tw?op=op_1";
  const sid = `SM${"0".repeat(32)}`;
  const signed = (parameters: Record<string, string>, at = url): WebhookReading => {
    const pairs = Object.entries(parameters);
    const text =
      at +
      pairs
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map((pair) => pair.join(""))
        .join("");
    return read(requestOf(at, encodeForm(pairs), createHmac("sha1", token).update(text).digest("base64")));
  };
  const eventOf = (reading: WebhookReading) => {
    expect(reading.ok).toBe(true);
    return reading.ok ? reading.events : [];
  };

  test("the status of a message, and which operation it belongs to", () => {
    const events = eventOf(
      signed({
        MessageSid: sid,
        SmsSid: sid,
        MessageStatus: "undelivered",
        SmsStatus: "undelivered",
        ErrorCode: "30003",
        ErrorMessage: "off",
        To: "+15551234567",
        Later: "x",
      }),
    );
    expect(events).toEqual([
      {
        providerId: sid,
        operationId: "op_1",
        status: "undelivered",
        rank: 50,
        meaning: "undelivered",
        code: "30003",
        message: "off",
        at: null,
        dedupeKey: `${sid}:undelivered:30003`,
        optedOut: null,
      },
    ]);
  });

  test("the status of a call, with its time", () => {
    const [event] = eventOf(
      signed({
        CallSid: "CA1",
        CallStatus: "completed",
        Timestamp: "Wed, 02 Aug 2023 12:00:00 +0000",
        SequenceNumber: "3",
      }),
    );
    expect(event).toMatchObject({
      providerId: "CA1",
      meaning: "delivered",
      status: "completed",
      at: Date.UTC(2023, 7, 2, 12),
      operationId: "op_1",
    });
  });

  test.each([
    ["accepted", "queued"],
    ["queued", "sending"],
    ["sending", "sent"],
    ["sent", "delivered"],
    ["delivered", "read"],
    ["sent", "failed"],
    ["sent", "undelivered"],
    ["undelivered", "delivered"],
  ])("that %s comes before %s, in whatever order they arrive", (earlier, later) => {
    const rank = (status: string): number => eventOf(signed({ MessageSid: sid, MessageStatus: status }))[0]!.rank;
    expect(rank(earlier)).toBeLessThan(rank(later));
  });

  test.each([
    ["queued", "initiated"],
    ["initiated", "ringing"],
    ["ringing", "in-progress"],
    ["in-progress", "completed"],
    ["ringing", "busy"],
    ["ringing", "no-answer"],
  ])("that a call is %s before it is %s", (earlier, later) => {
    const rank = (status: string): number => eventOf(signed({ CallSid: "CA1", CallStatus: status }))[0]!.rank;
    expect(rank(earlier)).toBeLessThan(rank(later));
  });

  test("a word that is not known, without ending anything", () => {
    expect(eventOf(signed({ MessageSid: sid, MessageStatus: "teleported" }))[0]).toMatchObject({
      meaning: "progress",
      rank: 1,
      status: "teleported",
    });
  });

  test("who opted out, and about no operation", () => {
    const [event] = eventOf(
      signed({
        MessageSid: sid,
        SmsStatus: "received",
        From: "+15551234567",
        To: "+15005550006",
        Body: "STOP",
        OptOutType: "STOP",
      }),
    );
    expect(event).toMatchObject({ meaning: "inbound", optedOut: "+15551234567", operationId: null });
    const [start] = eventOf(
      signed({ MessageSid: sid, SmsStatus: "received", From: "+15551234567", OptOutType: "START" }),
    );
    expect(start).toMatchObject({ meaning: "inbound", optedOut: null, optedIn: "+15551234567" });
  });

  test.each([
    [{ Body: " Start " }, "+15551234567"],
    [{ Body: "UNSTOP!" }, "+15551234567"],
    [{ Body: "Start at noon" }, undefined],
    [{ Body: "YES" }, undefined],
    [{ Body: "START", OptOutType: "HELP" }, undefined],
    [{ Body: "START", OptOutType: "START" }, "+15551234567"],
  ])("who opted in again, also without Advanced Opt-Out: %j", (fields, optedIn) => {
    const [event] = eventOf(signed({ MessageSid: sid, SmsStatus: "received", From: "+15551234567", ...fields }));
    expect(event?.optedIn).toBe(optedIn);
  });

  test("that the recipient opted out, when delivery failed for it", () => {
    const failed = { MessageSid: sid, MessageStatus: "failed", From: "+15005550006", To: "+15551234567" };
    expect(eventOf(signed({ ...failed, ErrorCode: "30630" }))[0]?.optedOut).toBe("+15551234567");
    expect(eventOf(signed({ ...failed, ErrorCode: "21610" }))[0]?.optedOut).toBe("+15551234567");
    expect(eventOf(signed({ ...failed, ErrorCode: "30003" }))[0]?.optedOut).toBeNull();
  });

  test("the same thing under the same key, however often", () => {
    const keys = ["sent", "sent", "delivered"].map(
      (status) => eventOf(signed({ MessageSid: sid, MessageStatus: status }))[0]!.dedupeKey,
    );
    expect(new Set(keys).size).toBe(2);
  });

  test("nothing, when it is about something else", () => {
    expect(eventOf(signed({ ServiceSid: "VA1", Whatever: "x" }))).toEqual([]);
    expect(eventOf(signed({ MessageSid: sid }))).toEqual([]);
  });

  test("the same in JSON, alone, in a list or as an event's content", () => {
    const bodies = [
      { MessageSid: sid, MessageStatus: "delivered" },
      [{ messageSid: sid, messageStatus: "DELIVERED", errorCode: 0 }],
      [
        {
          specversion: "1.0",
          type: "com.twilio.messaging.message.delivered",
          data: { messageSid: sid, messageStatus: "delivered" },
        },
        null,
        1,
      ],
    ].map((body) => JSON.stringify(body));
    for (const body of bodies) {
      const at = `${url}&bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
      const events = eventOf(
        read(requestOf(at, body, createHmac("sha1", token).update(at).digest("base64"), "application/json")),
      );
      expect(events).toMatchObject([{ providerId: sid, status: "delivered", code: null, operationId: "op_1" }]);
    }
  });

  test("that it is unreadable, when it is signed and broken", () => {
    const body = "{";
    const at = `${url}&bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
    expect(
      read(requestOf(at, body, createHmac("sha1", token).update(at).digest("base64"), "application/json")),
    ).toMatchObject({ ok: false, reason: "unreadable" });
  });
});
