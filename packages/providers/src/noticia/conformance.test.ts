import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Hashing } from "@landline/core";
import { describe, test } from "vitest";
import { providerConformance } from "../conformance/index.ts";
import { noticia } from "./provider.ts";

const hashing: Hashing = {
  hmac: (algorithm, key, bytes) => createHmac(algorithm, key).update(bytes).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
};

const success = (
  status: number,
  value: object,
  providerId: string,
): { status: number; body: string; providerId: string } => ({
  status,
  body: JSON.stringify(value),
  providerId,
});
const phone = "+15551234567";
const profile = "prof_abc123";

const operations = {
  "profiles.upsert": {
    input: { external_id: "crm-1", phone_number: phone, first_name: "Ada", attributes: { tier: "gold", city: "Bern" } },
    accepted: success(201, { id: profile, external_id: "crm-1", phone_number: phone }, profile),
  },
  "profiles.set-attributes": {
    input: { profile_id: profile, attributes: { tier: "gold" } },
    accepted: success(200, { profile_id: profile, attributes: { tier: "gold" } }, profile),
  },
  "subscriptions.opt-in": {
    input: {
      phoneNumber: phone,
      profileId: profile,
      consentSource: "WEB_FORM",
      consentedAt: "2026-01-31T09:00:00Z",
      consentProof: { termsUrl: "https://example.com/terms", termsVersion: "3", sourceText: "I agree" },
    },
    accepted: success(
      200,
      {
        phoneNumber: phone,
        status: "SUBSCRIBED",
        consentSource: "WEB_FORM",
        profile: { id: profile, externalId: "crm-1" },
      },
      profile,
    ),
  },
  "subscriptions.opt-out": {
    input: { phoneNumber: phone },
    accepted: success(200, { phoneNumber: phone, status: "UNSUBSCRIBED", profile: null }, phone),
  },
  "sales-events.create": {
    input: {
      external_id: "sale-1",
      type: "PURCHASE",
      occurred_at: "2026-01-31T09:00:00Z",
      store_id: "store_1",
      currency: "USD",
      profile_id: profile,
      total_amount_cents: 1999,
      line_items: [
        { external_id: "l1", product: { external_id: "p1", name: "Tea", properties: { size: "L" } }, quantity: 1 },
      ],
    },
    accepted: success(201, { id: "evt_1abc", external_id: "sale-1" }, "evt_1abc"),
  },
  "stores.upsert": {
    input: {
      external_id: "bern",
      name: "Bern",
      address: { address_line1: "Main Street 1", postal_code: "3000", locality: "Bern", country_code: "CH" },
    },
    accepted: success(200, { id: "store_9xyz", external_id: "bern" }, "store_9xyz"),
  },
};

describe.each([
  ["the usual address", { apiKey: "ntca_key-1234567890" }],
  ["an address below a path", { apiKey: "ntca_key-1234567890", baseUrl: "http://127.0.0.1:1/prefix/" }],
])("noticia at %s", (_name, options) => {
  const cases = providerConformance({
    create: () => noticia(options),
    secrets: [options.apiKey],
    operations,
    errorBody: (code, message) => JSON.stringify({ code, message, request_id: "b3f1c8d2", details: { field: "x" } }),
    unknownCode: "NOT_IN_THE_TABLE",
    documentedNotExecuted: [],
    // It sends none.
    messages: [],
    hashing,
    fuzz: 2_500,
  });
  // eslint-disable-next-line vitest/expect-expect -- a case throws when a rule is broken
  test.each(cases.map((each) => [each.name, each] as const))("%s", (_case, { run }) => {
    run();
  });
});
