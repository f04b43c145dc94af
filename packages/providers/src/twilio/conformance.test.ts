import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Hashing, NeutralMessage } from "@landline/core";
import { describe, test } from "vitest";
import { providerConformance } from "../conformance/index.ts";
import {
  callsCreate,
  callsUpdate,
  messagesCancel,
  messagesCreate,
  messagesRedact,
  twilioCalls,
  verificationsCreate,
} from "./client.ts";
import type { OperationMakers } from "./client.ts";
import type { TwilioOptions } from "./options.ts";
import { twilio } from "./provider.ts";

const hashing: Hashing = {
  hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
};

const hex32 = "0123456789abcdef0123456789abcdef";
const accountSid = `AC${hex32}`;
const message = {
  sid: `SM${hex32}`,
  status: "queued",
  to: "+15005550006",
  error_code: null,
  date_created: "Thu, 24 Aug 2023 05:01:45 +0000",
};
const call = { sid: `CA${hex32}`, status: "queued", to: "+15005550006" };

const operations = {
  "messages.create": {
    input: {
      To: "+15551234567",
      From: "+15005550006",
      Body: "Your order is on its way",
      MediaUrl: ["https://example.com/a.png"],
    },
    accepted: { status: 201, body: JSON.stringify(message), providerId: message.sid },
  },
  "calls.create": {
    input: { To: "+15551234567", From: "+15005550006", Twiml: "<Response><Say>Hello</Say></Response>", Timeout: 30 },
    accepted: { status: 201, body: JSON.stringify(call), providerId: call.sid },
  },
  "verifications.create": {
    input: { ServiceSid: `VA${hex32}`, To: "+15551234567", Channel: "sms" },
    accepted: { status: 201, body: JSON.stringify({ sid: `VE${hex32}`, status: "pending" }), providerId: `VE${hex32}` },
  },
  "messages.cancel": {
    input: { Sid: message.sid },
    accepted: { status: 200, body: JSON.stringify({ ...message, status: "canceled" }), providerId: message.sid },
  },
  "messages.redact": {
    input: { Sid: message.sid },
    accepted: { status: 200, body: JSON.stringify({ ...message, body: "" }), providerId: message.sid },
  },
  "calls.update": {
    input: { Sid: call.sid, Status: "completed" },
    accepted: { status: 200, body: JSON.stringify(call), providerId: call.sid },
  },
};

const accounts: Readonly<Record<string, { options: TwilioOptions; secrets: readonly string[] }>> = {
  "auth token": {
    options: { accountSid, authToken: "token-1234567890", from: "+15005550006", webhookSecret: ["older-token-123"] },
    secrets: ["token-1234567890", "older-token-123"],
  },
  "API key": {
    options: { accountSid, apiKey: `SK${hex32}`, apiSecret: "api-secret-123456", from: "+15005550006" },
    secrets: ["api-secret-123456"],
  },
  OAuth: {
    options: {
      accountSid,
      clientId: "OQ1",
      clientSecret: "client-secret-123",
      baseUrl: "http://127.0.0.1:1/prefix/",
      from: `MG${hex32}`,
    },
    secrets: ["client-secret-123"],
  },
};

const messages: readonly NeutralMessage[] = [
  { to: "+15551234567", body: "Hello" },
  { to: "+15551234567", body: "Hello", channel: "whatsapp", from: "+15005550006" },
  { to: "+15551234567", media: ["https://example.com/a.png"], channel: "mms" },
  {
    to: "+15551234567",
    template: { id: `HX${hex32}`, variables: { "1": "x" } },
    channel: "whatsapp",
    from: "whatsapp:+15005550006",
  },
  { to: "+15551234567", body: "Your code is <1234> & more", channel: "voice", from: "+15005550006" },
];

const makers: OperationMakers = {
  "messages.create": messagesCreate,
  "calls.create": callsCreate,
  "verifications.create": verificationsCreate,
  "messages.cancel": messagesCancel,
  "messages.redact": messagesRedact,
  "calls.update": callsUpdate,
};

/** Everything under each kind of credentials; what only calls is the same translation, so few inputs do. */
const subjects = [
  ...Object.entries(accounts).map(([name, account]) => ({
    name: `twilio by ${name}`,
    ...account,
    create: () => twilio(account.options),
    neutral: true,
    fuzz: 6_000,
  })),
  ...Object.entries(accounts).map(([name, account]) => ({
    name: `twilio for calls only by ${name}`,
    ...account,
    create: () => twilioCalls(account.options, makers),
    neutral: false,
    fuzz: 300,
  })),
];

describe.each(subjects)("$name", ({ create, secrets, neutral, fuzz }) => {
  const cases = providerConformance({
    create,
    secrets,
    operations,
    errorBody: (code, text) =>
      JSON.stringify({
        code: Number(code),
        message: text,
        more_info: `https://www.twilio.com/docs/errors/${code}`,
        status: 400,
      }),
    unknownCode: "99999",
    documentedNotExecuted: [],
    messages: neutral ? messages : [],
    hashing,
    fuzz,
  });
  // eslint-disable-next-line vitest/expect-expect -- a case throws when a rule is broken
  test.each(cases.map((each) => [each.name, each] as const))("%s", (_case, { run }) => {
    run();
  });
});
