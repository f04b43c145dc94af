import { describe, expect, test } from "vitest";
import { noticia } from "./provider.ts";
import { noticiaRegistration } from "./registration.ts";

const { operations, ...provider } = noticia({ apiKey: "ntca_key-1234567890" });
type Name = keyof typeof operations;
const context = { operationId: "op_1", idempotencyKey: "key-1", callbackUrl: null };
const defects = (name: Name, input: unknown): readonly string[] => {
  const prepared = operations[name].prepare(input);
  return prepared.ok ? [] : prepared.all.map(({ message }) => message);
};
const phone = "+15551234567";
const sale = {
  external_id: "s1",
  type: "PURCHASE",
  occurred_at: "2026-01-31T09:00:00Z",
  store_id: "st",
  currency: "USD",
  total_amount_cents: 100,
};

describe("before sending", () => {
  test.each([
    ["profiles.upsert", {}, "external_id is required"],
    ["profiles.upsert", { external_id: "ntca_1" }, "must not start with ntca_"],
    ["profiles.upsert", { external_id: "1", phone_number: "5551234567" }, "phone_number lacks the leading +"],
    ["profiles.upsert", { external_id: "1", attributes: { age: 7 } }, "must be an object whose values are texts"],
    ["profiles.upsert", { externalId: "1", phone_number: phone }, "meant is phoneNumber"],
    ["profiles.upsert", { external_id: "1", email: "a@b.c" }, "email is not a field of this operation"],
    ["profiles.set-attributes", { profileId: "prof_1" }, "attributes is required"],
    ["subscriptions.opt-in", { phoneNumber: phone }, "consentSource is required"],
    ["subscriptions.opt-in", { consent_source: "WEB_FORM" }, "phone_number is required"],
    [
      "subscriptions.opt-in",
      { phoneNumber: phone, consentSource: "W", consentedAt: "yesterday" },
      "consentedAt must be an ISO 8601",
    ],
    [
      "subscriptions.opt-in",
      { phoneNumber: phone, consentSource: "W", consentProof: { termsUrl: "x" } },
      "consentProof.termsUrl must be",
    ],
    ["subscriptions.opt-out", { profileId: "prof_1" }, "phoneNumber is required"],
    ["sales-events.create", { ...sale, total_amount_cents: "100" }, "total_amount_cents must be a whole number"],
    ["sales-events.create", { ...sale, currency: "usd" }, "currency must be"],
    ["sales-events.create", { ...sale, type: "GIFT" }, "type must be one of PURCHASE, RETURN"],
    [
      "sales-events.create",
      { ...sale, line_items: [{}, { tax_cents: 1.5 }] },
      "line_items[1].tax_cents must be a whole number",
    ],
    ["sales-events.create", { ...sale, line_items: {} }, "line_items must be a list"],
    ["stores.upsert", { external_id: "1", name: "n", address: { locality: "x" } }, "address.postal_code is required"],
    ["stores.upsert", { external_id: "1", name: "n", address: "Main Street" }, "address must be an object of fields"],
  ] as const)("%s refuses %j: %s", (name, input, words) => {
    expect(defects(name, input).join("; ")).toContain(words);
  });

  test("a spelling that shows only inside is found there", () => {
    const address = { addressLine1: "a", postalCode: "p", locality: "l", countryCode: "CH" };
    expect(defects("stores.upsert", { name: "n", address })).toEqual(["externalId is required"]);
    expect(defects("sales-events.create", { type: "RETURN", line_items: [{ taxCents: 1 }] }).join()).toContain(
      "line_items[0].taxCents is not a field of this operation; meant is tax_cents",
    );
  });
});

describe("the request", () => {
  const described = (name: Name, input: object): { url: string; body: unknown } => {
    const request = operations[name].describe(input as never, context);
    expect(request.headers["idempotency-key"]).toBe("key-1");
    return { url: request.url, body: JSON.parse(request.body ?? "null") };
  };

  test("is written as the input was, without what was not given", () => {
    const input = {
      phoneNumber: phone,
      consentSource: "WEB_FORM",
      profileId: null,
      consentProof: { termsVersion: "3", termsUrl: undefined },
    };
    expect(described("subscriptions.opt-in", input)).toEqual({
      url: "https://api.sms.noticia.ai/v1/subscriptions/opt-in",
      body: { phoneNumber: phone, consentSource: "WEB_FORM", consentProof: { termsVersion: "3" } },
    });
  });

  test("has the same bytes whatever the order of members, nested ones too", () => {
    const one = operations["profiles.upsert"].describe({ external_id: "1", attributes: { a: "1", b: "2" } }, context);
    expect(
      operations["profiles.upsert"].describe({ attributes: { b: "2", a: "1" }, external_id: "1" }, context),
    ).toEqual(one);
  });

  test("names the profile in the path only", () => {
    expect(described("profiles.set-attributes", { profileId: "prof/1 \uD800", attributes: { a: "b" } })).toEqual({
      url: "https://api.sms.noticia.ai/v1/profiles/prof%2F1%20%EF%BF%BD/attributes",
      body: { attributes: { a: "b" } },
    });
  });
});

describe("doubt and order", () => {
  test("business keys hold for ever, the header's key for a day", () => {
    const lifetimes = Object.fromEntries(
      Object.entries(operations).map(([name, { traits }]) => [name, traits.keyLifetimeMs]),
    );
    expect(lifetimes).toEqual({
      "profiles.upsert": null,
      "profiles.set-attributes": 86_400_000,
      "subscriptions.opt-in": 86_400_000,
      "subscriptions.opt-out": 86_400_000,
      "sales-events.create": null,
      "stores.upsert": null,
    });
  });

  test("consent of one number has one subject, whatever the direction and the spelling", () => {
    const optIn = operations["subscriptions.opt-in"];
    const optOut = operations["subscriptions.opt-out"];
    expect(optIn.traits.ordered && optOut.traits.ordered).toBe(true);
    expect(optIn.subject({ phoneNumber: phone, consentSource: "W" })).toBe(phone);
    expect(optOut.subject({ phone_number: phone })).toBe(phone);
  });
});

test("a neutral message is refused, with the reason", () => {
  expect(provider.message({ to: phone, body: "x" })).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining("sends no messages") as string, execution: "not_executed" },
  });
});

test("what is announced and not live is not pretended", () => {
  expect([provider.webhooks, provider.diagnosis, provider.statusPage]).toEqual([null, null, null]);
});

test("a configuration names every fault", () => {
  expect(
    noticiaRegistration
      .faults({ provider: "noticia", apiKey: "two words", region: "eu" }, "accounts.nt")
      .map(({ path }) => path),
  ).toEqual(["accounts.nt.apiKey", "accounts.nt.region"]);
});
