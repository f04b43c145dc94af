import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Hashing } from "@landline/core";
import { describe, test } from "vitest";
import { providerConformance } from "../conformance/index.ts";
import type { RedCloudOptions } from "./options.ts";
import { redCloud } from "./provider.ts";

const hashing: Hashing = {
  hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
};

const account = { baseUrl: "https://red-cloud.example.com", clientId: "rc_client", clientSecret: "rc_secret_abc123" };
const accounts: Readonly<Record<string, { options: RedCloudOptions; secrets: readonly string[] }>> = {
  "a client": {
    options: { ...account, sendFrom: "num_1", webhookSecret: ["hook-secret-1", "hook-secret-2"] },
    secrets: ["rc_secret_abc123", "hook-secret-1", "hook-secret-2"],
  },
  "a client below a path": {
    options: { ...account, baseUrl: "http://127.0.0.1:1/prefix/", sendFrom: "num_1", webhookSecret: "hook-secret-1" },
    secrets: ["rc_secret_abc123", "hook-secret-1"],
  },
};

const id = "msg_abc123";
const body = JSON.stringify({ results: [{ to: "+15551234567", messageId: id, status: "QUEUED" }], errors: [] });

describe.each(Object.entries(accounts))("red-cloud as %s", (_name, { options, secrets }) => {
  const cases = providerConformance({
    create: () => redCloud(options),
    secrets,
    operations: {
      "messages.send": {
        input: { sendFrom: "num_1", to: ["+15551234567"], messageType: "SMS", text: "Your order is on its way" },
        accepted: { status: 202, body, providerId: id },
      },
    },
    // The two contracts of one host: what is lower-case comes from the token endpoint.
    errorBody: (code, message) =>
      JSON.stringify(
        /^[a-z]/.test(code)
          ? { error: code, error_description: message }
          : { error: { code, message, details: {} }, requestId: "req_1" },
      ),
    unknownCode: "NOT_IN_THE_TABLE",
    documentedNotExecuted: [],
    messages: [
      { to: "+15551234567", body: "Hello" },
      { to: "+15551234567", body: "Hello", channel: "sms", from: "num_2" },
      { to: "+15551234567", body: "Look", media: ["https://example.com/a.png"], channel: "mms" },
    ],
    hashing,
    fuzz: 8_000,
  });
  // eslint-disable-next-line vitest/expect-expect -- a case throws when a rule is broken
  test.each(cases.map((each) => [each.name, each] as const))("%s", (_case, { run }) => {
    run();
  });
});
