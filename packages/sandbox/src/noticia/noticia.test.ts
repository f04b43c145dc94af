/** Noticia over HTTP: upserts, consent, keys and the two layers of idempotency. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";

type Json = Record<string, unknown>;
interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Json;
}

let sandbox: Sandbox;
let now = Date.UTC(2026, 2, 1);
beforeAll(async () => {
  sandbox = await createSandbox({ provider: "noticia", now: () => now });
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
});
afterAll(async () => sandbox.close());

const phone = "+15551234567";
const api = async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answered> => {
  const response = await fetch(`${sandbox.url}/v1/${path}`, {
    method,
    headers: { "x-api-key": "ntca_1", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
};
const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
  api("POST", path, body, { "content-type": "application/json", ...headers });
const get = async (path: string, headers: Record<string, string> = {}): Promise<Answered> =>
  api("GET", path, undefined, headers);
const operations = (): string[] => sandbox.effects().map(({ operation }) => operation);

const profile = { external_id: "crm-1", phone_number: phone, first_name: "Ada", attributes: { tier: "gold" } };
const address = { address_line1: "Main St 1", postal_code: "10115", locality: "Berlin", country_code: "DE" };
const store = { external_id: "store-1", name: "Mitte", address };
const sale = {
  external_id: "sale-1",
  type: "PURCHASE",
  occurred_at: "2026-03-01T10:00:00Z",
  store_id: "store-1",
  currency: "EUR",
  total_amount_cents: 1_999,
  line_items: [],
};
const consent = { phone_number: phone, consent_source: "WEB_FORM", consented_at: "2026-03-01T09:00:00Z" };

describe("profiles", () => {
  test("201 created, 200 updated, merged, found by either id", async () => {
    const created = await post("profiles", profile);
    expect(created).toMatchObject({
      status: 201,
      json: { external_id: "crm-1", phone_number: phone, first_name: "Ada" },
    });
    const updated = await post("profiles", { external_id: "crm-1", last_name: "L", attributes: { city: "Berlin" } });
    expect(updated).toMatchObject({
      status: 200,
      json: { id: created.json["id"], first_name: "Ada", last_name: "L", attributes: { tier: "gold", city: "Berlin" } },
    });
    expect((await get("profiles/crm-1")).json).toEqual((await get(`profiles/${String(created.json["id"])}`)).json);
    expect(sandbox.effects()).toMatchObject([{ to: phone, id: created.json["id"] }, { to: phone }]);
  });

  test("camelCase in, camelCase out; the caller's own attribute names stay", async () => {
    const { json } = await post("profiles", { externalId: "crm-2", phoneNumber: phone, attributes: { my_key: "x" } });
    expect(json).toMatchObject({ externalId: "crm-2", phoneNumber: phone, attributes: { my_key: "x" } });
  });

  test("a phone number belongs to one profile", async () => {
    await post("profiles", profile);
    expect(await post("profiles", { external_id: "crm-2", phone_number: phone })).toMatchObject({
      status: 409,
      json: { code: "RESOURCE_CONFLICT" },
    });
    await post("profiles", { external_id: "crm-1", phone_number: "+15550000000" });
    expect((await post("profiles", { external_id: "crm-2", phone_number: phone })).status).toBe(201);
  });

  test("attributes: absent before the profile, merged after it", async () => {
    const attributes = { attributes: { city: "Berlin" } };
    expect(await post("profiles/crm-1/attributes", attributes)).toMatchObject({
      status: 404,
      json: { code: "RESOURCE_NOT_FOUND" },
    });
    await post("profiles", profile);
    expect((await post("profiles/crm-1/attributes", attributes)).status).toBe(200);
    expect((await get("profiles/crm-1/attributes")).json).toMatchObject({
      attributes: { tier: "gold", city: "Berlin" },
    });
    expect((await post("profiles/crm-1/attributes", { attributes: { age: 7 } })).json).toMatchObject({
      details: { field: "attributes" },
    });
  });
});

describe("stores and sales", () => {
  test("a sale needs its store, is ingested once, and says 200 afterwards", async () => {
    expect((await post("sales-events", sale)).json).toMatchObject({ code: "RESOURCE_NOT_FOUND" });
    expect((await post("stores", store)).status).toBe(201);
    expect((await post("stores", { ...store, name: "New" })).status).toBe(200);
    const first = await post("sales-events", sale);
    expect(first).toMatchObject({ status: 201, json: { id: expect.stringMatching(/^evt_/) as string } });
    expect(await post("sales-events", sale)).toMatchObject({ status: 200, json: { id: first.json["id"] } });
    expect((await post("sales-events", { ...sale, external_id: "sale-2", profile_id: "nobody" })).status).toBe(404);
    expect(operations()).toEqual(["stores.upsert", "stores.upsert", "sales-events.create"]);
    expect((await get("stores")).json).toMatchObject({ data: [{ name: "New" }] });
    expect((await get("stores/store-1")).json).toMatchObject({ name: "New" });
  });
});

describe("consent", () => {
  test("in and out, as documented, and a history in the ledger", async () => {
    await post("profiles", profile);
    const given = await post("subscriptions/opt-in", {
      phoneNumber: phone,
      consentSource: "WEB_FORM",
      consentedAt: consent.consented_at,
    });
    expect(given.json).toMatchObject({
      phoneNumber: phone,
      status: "SUBSCRIBED",
      consentSource: "WEB_FORM",
      unsubscribedAt: null,
      profile: { externalId: "crm-1" },
    });
    const taken = await post("subscriptions/opt-out", { phone_number: phone });
    expect(taken.json).toMatchObject({ status: "UNSUBSCRIBED", consented_at: consent.consented_at });
    await post("subscriptions/opt-in", consent);
    expect(operations().slice(1)).toEqual(["subscriptions.opt-in", "subscriptions.opt-out", "subscriptions.opt-in"]);
    expect(
      sandbox
        .effects()
        .slice(1)
        .every(({ to }) => to === phone),
    ).toBe(true);
  });

  test("an unknown profile is not found; a source is required", async () => {
    expect((await post("subscriptions/opt-in", { ...consent, profile_id: "nobody" })).status).toBe(404);
    expect((await post("subscriptions/opt-in", { phone_number: phone })).json).toMatchObject({
      details: { field: "consent_source" },
    });
  });
});

describe("idempotency keys", () => {
  const headers = { "idempotency-key": "6f1c2b1e-8f0a-4a51-9c55-000000000001" };

  test("replayed with the original status for 24 hours, then performed again", async () => {
    const first = await post("profiles", profile, headers);
    const second = await post("profiles", profile, headers);
    expect(second).toMatchObject({ status: 201, json: first.json });
    expect([first, second].map((each) => each.headers.get("idempotent-replayed"))).toEqual([null, "true"]);
    expect(operations()).toHaveLength(1);
    now += 86_400_000;
    expect((await post("profiles", profile, headers)).status).toBe(200);
    expect(operations()).toHaveLength(2);
  });

  test("another body or another path is a conflict", async () => {
    await post("profiles", profile, headers);
    const conflict = { status: 409, json: { code: "IDEMPOTENCY_CONFLICT" } };
    expect(await post("profiles", { ...profile, first_name: "B" }, headers)).toMatchObject(conflict);
    expect(await post("stores", store, headers)).toMatchObject(conflict);
  });

  test("a duplicate while the first is running", async () => {
    sandbox.setFaults([{ when: { nth: 1 }, do: { delay: "100ms" } }]);
    const first = post("profiles", profile, headers);
    while (operations().length === 0) await new Promise(setImmediate);
    expect(await post("profiles", profile, headers)).toMatchObject({
      status: 409,
      json: { code: "IDEMPOTENCY_IN_PROGRESS" },
    });
    expect((await first).status).toBe(201);
    now += 100;
    expect((await post("profiles", profile, headers)).headers.get("idempotent-replayed")).toBe("true");
  });

  test("accepted, and then 500: the same key brings the truth", async () => {
    sandbox.setFaults([{ when: { nth: 1 }, do: { status: 500, accept: true } }]);
    expect((await post("profiles", profile, headers)).json).toMatchObject({ code: "INTERNAL_ERROR" });
    expect((await post("profiles", profile, headers)).status).toBe(201);
    expect(operations()).toHaveLength(1);
  });

  test("a refusal is not stored; a key has a form", async () => {
    expect((await post("profiles/crm-1/attributes", { attributes: {} }, headers)).status).toBe(404);
    await post("profiles", profile);
    expect((await post("profiles/crm-1/attributes", { attributes: {} }, headers)).status).toBe(200);
    expect((await post("profiles", profile, { "idempotency-key": "x".repeat(256) })).json).toMatchObject({
      code: "IDEMPOTENCY_KEY_INVALID",
    });
  });
});

describe("refusals", () => {
  test.each([
    ["", 401, "AUTH_MISSING_API_KEY"],
    ["sk_1", 401, "AUTH_INVALID_API_KEY"],
    ["ntca_revoked_1", 401, "AUTH_REVOKED_API_KEY"],
    ["ntca_expired_1", 401, "AUTH_EXPIRED_API_KEY"],
    ["ntca_forbidden_1", 403, "AUTHORIZATION_FORBIDDEN"],
  ])("key %j: %i %s, with the request id in header and body", async (key, status, code) => {
    const answer = await post("profiles", profile, { "x-api-key": key });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(answer.json["request_id"]).toBe(answer.headers.get("x-request-id"));
  });

  test("a key can be revoked while it is in use", async () => {
    expect(sandbox.control("noticia", { action: "set-key", key: "ntca_1", state: "revoked" })).toBe(true);
    expect((await get("stores")).json).toMatchObject({ code: "AUTH_REVOKED_API_KEY" });
  });

  test.each<[string, unknown, string]>([
    ["profiles", {}, "external_id"],
    ["profiles", { externalId: "x", phoneNumber: "123" }, "phoneNumber"],
    ["profiles", { external_id: "ntca_x" }, "external_id"],
    ["profiles", { external_id: "x", first_name: 7 }, "first_name"],
    ["profiles", { external_id: "x", attributes: { a: 1 } }, "attributes"],
    ["stores", { ...store, address: { ...address, locality: "" } }, "address.locality"],
    ["stores", { external_id: "s", name: "n" }, "address"],
    ["sales-events", { ...sale, type: "GIFT" }, "type"],
    ["sales-events", { ...sale, occurred_at: "yesterday" }, "occurred_at"],
    ["sales-events", { ...sale, currency: "euro" }, "currency"],
    ["sales-events", { ...sale, total_amount_cents: 1.5 }, "total_amount_cents"],
    ["sales-events", { ...sale, line_items: [1] }, "line_items"],
  ])("%s %j: VALIDATION_ERROR at %s", async (path, body, field) => {
    expect(await post(path, body)).toMatchObject({
      status: 400,
      json: { code: "VALIDATION_ERROR", details: { field } },
    });
    expect(operations()).toEqual([]);
  });

  test("media type, size, JSON, path", async () => {
    expect((await post("profiles", "x", { "content-type": "text/plain" })).json).toMatchObject({
      code: "UNSUPPORTED_MEDIA_TYPE",
    });
    expect((await post("profiles", `"${"x".repeat(1_048_576)}"`)).json).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect((await post("profiles", "{")).json).toMatchObject({ code: "VALIDATION_ERROR" });
    expect((await get("messages")).json).toMatchObject({ code: "RESOURCE_NOT_FOUND" });
  });

  test("a limiter says RATE_LIMIT_EXCEEDED", async () => {
    sandbox.setFaults([{ do: { rate_limit: { per_second: 1 } } }]);
    await post("profiles", profile);
    expect(await post("profiles", profile)).toMatchObject({ status: 429, json: { code: "RATE_LIMIT_EXCEEDED" } });
  });
});
