/** The suite of every provider, run on this one. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { providerConformance } from "@landline/providers/conformance";
import { describe, expect, test } from "vitest";
import { telnyxRegistration } from "./registration.ts";
import { telnyx } from "./telnyx.ts";

const id = "40385f64-5717-4562-b3fc-2c963f66afa6";

const cases = providerConformance({
  create: () => telnyx({ apiKey: "KEY-0123456789" }),
  secrets: ["KEY-0123456789"],
  operations: {
    "messages.send": {
      input: { to: "+15551234567", from: "+15005550006", text: "Hello" },
      accepted: { status: 200, body: JSON.stringify({ data: { id, to: [{ status: "queued" }] } }), providerId: id },
    },
  },
  errorBody: (code, detail) => JSON.stringify({ errors: [{ code, title: "Refused", detail }] }),
  unknownCode: "99999",
  documentedNotExecuted: [],
  messages: [{ to: "+15551234567", body: "Hello", from: "+15005550006" }],
  hashing: {
    hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
    digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
    equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  },
});

describe("telnyx keeps the contract", () => {
  // eslint-disable-next-line vitest/expect-expect -- a case throws when a rule is broken
  test.each(cases.map(({ name, run }) => [name, run] as const))("%s", (_name, run) => {
    run();
  });
});

describe("an account in a configuration", () => {
  test("is built from what is written there", () => {
    const { credentials, baseUrl } = telnyxRegistration.create({ provider: "telnyx", apiKey: "KEY-1" });
    expect([credentials, baseUrl]).toEqual([
      { type: "static", headers: { authorization: "Bearer KEY-1" } },
      "https://api.telnyx.com",
    ]);
  });

  test("is refused with every fault, each with its path", () => {
    const faults = telnyxRegistration.faults({ provider: "telnyx", baseUrl: "x", apikey: "KEY-1" }, "accounts.tx");
    expect(faults.map(({ path }) => path)).toEqual(["accounts.tx.apiKey", "accounts.tx.baseUrl", "accounts.tx.apikey"]);
  });
});
