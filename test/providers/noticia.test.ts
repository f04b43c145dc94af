/** Noticia as an application meets it: the in-process client against the sandbox over real HTTP. */
import { createClient, createSender } from "@landline/client";
import type { Client } from "@landline/client";
import { noticia } from "@landline/providers/noticia";
import type { NoticiaOperations } from "@landline/providers/noticia";
import { createSandbox } from "@landline/sandbox";
import type { Sandbox } from "@landline/sandbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const apiKey = "ntca_test-key-1234567890";
const phone = "+15551234567";
const profile = { external_id: "crm-1", phone_number: phone, first_name: "Ada", attributes: { tier: "gold" } };
const consent = { phoneNumber: phone, consentSource: "WEB_FORM", consentedAt: "2026-01-31T09:00:00Z" };
const store = {
  external_id: "bern",
  name: "Bern",
  address: { address_line1: "Main Street 1", postal_code: "3000", locality: "Bern", country_code: "CH" },
};
const sale = {
  external_id: "sale-1",
  type: "PURCHASE" as const,
  occurred_at: "2026-01-31T09:00:00Z",
  store_id: "bern",
  currency: "CHF",
  total_amount_cents: 1_999,
};

let sandbox: Sandbox;
const open: { close(): void }[] = [];
beforeAll(async () => {
  sandbox = await createSandbox({ provider: "noticia" });
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});
afterAll(async () => {
  await sandbox.close();
});

/** @param attemptTimeout short only where an answer is not to come: a slow machine is no fault */
const client = (key = apiKey, attemptTimeout = 10_000): Client<NoticiaOperations> => {
  const made = createClient(noticia({ apiKey: key, baseUrl: sandbox.url }), {
    attemptsMax: 5,
    backoff: { base: 5, jitter: 0 },
    attemptTimeout,
    deadline: "60s",
  });
  open.push(made);
  return made;
};
const statuses = (): readonly (number | null | undefined)[] =>
  sandbox.ledger().flatMap((entry) => (entry.type === "request" ? [entry.answer?.status] : []));
const keys = (): ReadonlySet<string | null> =>
  new Set(sandbox.ledger().flatMap((entry) => (entry.type === "request" ? [entry.idempotency_key] : [])));

describe("every operation", () => {
  test("does what it says, and is known by Noticia's identifier", async () => {
    const one = client();
    const created = await one.call("profiles.upsert", profile);
    expect(created).toMatchObject({
      ok: true,
      providerId: expect.stringMatching(/^prof_/) as string,
      attempts: [{ status: 201 }],
    });
    expect(await one.call("profiles.upsert", { ...profile, first_name: "A." })).toMatchObject({
      ok: true,
      attempts: [{ status: 200 }],
    });
    const profileId = created.ok ? created.providerId : "";
    expect(
      await one.call("profiles.set-attributes", { profile_id: profileId, attributes: { city: "Bern" } }),
    ).toMatchObject({
      ok: true,
      value: { attributes: { tier: "gold", city: "Bern" } },
    });
    expect(await one.call("subscriptions.opt-in", consent)).toMatchObject({
      ok: true,
      providerStatus: "SUBSCRIBED",
      providerId: profileId,
    });
    expect(await one.call("subscriptions.opt-out", { phoneNumber: phone })).toMatchObject({
      ok: true,
      providerStatus: "UNSUBSCRIBED",
    });
    expect((await one.call("stores.upsert", store)).ok).toBe(true);
    const first = await one.call("sales-events.create", sale);
    expect(first).toMatchObject({
      ok: true,
      providerId: expect.stringMatching(/^evt_/) as string,
      attempts: [{ status: 201 }],
    });
    expect(await one.call("sales-events.create", sale)).toMatchObject({
      providerId: first.ok ? first.providerId : "",
      attempts: [{ status: 200 }],
    });
    expect(sandbox.effects().filter(({ operation }) => operation === "sales-events.create")).toHaveLength(1);
  });

  test("takes both spellings, and reads both", async () => {
    const one = client();
    expect(
      await one.call("profiles.upsert", { externalId: "crm-2", phoneNumber: phone, firstName: "Ada" }),
    ).toMatchObject({
      ok: true,
      value: { externalId: "crm-2" },
    });
    expect(
      await one.call("subscriptions.opt-in", { phone_number: phone, consent_source: "IN_STORE_TABLET" }),
    ).toMatchObject({
      ok: true,
      value: { phone_number: phone, consent_source: "IN_STORE_TABLET" },
    });
  });
});

describe("doubt", () => {
  test.each([
    ["a lost answer", { reset: "after-accept" as const }],
    ["a failure after it was accepted", { status: 500, accept: true }],
    ["silence", { hang: true, accept: true }],
    ["a cut answer", { truncate: 20 }],
  ])("after %s the same key is sent again, and the sale is ingested once", async (_what, fault) => {
    const one = client(apiKey, "hang" in fault ? 1_000 : undefined);
    await one.call("stores.upsert", store);
    sandbox.setFaults([{ when: { operation: "sales-events.create", nth: 1 }, do: fault }]);
    expect(await one.call("sales-events.create", sale)).toMatchObject({
      ok: true,
      attempts: [{ outcome: "ambiguous" }, { outcome: "accepted" }],
    });
    expect(sandbox.effects().filter(({ operation }) => operation === "sales-events.create")).toHaveLength(1);
    expect(keys().size).toBe(2);
  });

  test("a repeat while the first is running is repeated shortly with the same key, and gets the first one's answer", async () => {
    sandbox.setFaults([{ when: { nth: 1 }, do: { accept: true, delay: "2500ms" } }]);
    const result = await client(apiKey, 500).call("subscriptions.opt-in", consent);
    expect(result).toMatchObject({ ok: true });
    const codes = result.attempts.map(({ outcome, code }) => `${outcome} ${code}`);
    expect(codes[0]).toBe("ambiguous null");
    expect(codes).toContain("unavailable IDEMPOTENCY_IN_PROGRESS");
    expect(keys().size).toBe(1);
    expect(sandbox.effects()).toHaveLength(1);
  });

  test("a key with another payload is never repeated", async () => {
    const one = client();
    await one.call("subscriptions.opt-in", consent, { idempotencyKey: "key-1" });
    const changed = { ...consent, consentSource: "LOYALTY_PROGRAM" };
    expect(await one.call("subscriptions.opt-in", changed, { idempotencyKey: "key-1" })).toMatchObject({
      ok: false,
      failure: { kind: "conflict", code: "IDEMPOTENCY_CONFLICT", status: 409 },
      attempts: [{}],
    });
  });
});

describe("a refusal", () => {
  test.each([
    ["ntca_expired_1", "AUTH_EXPIRED_API_KEY"],
    ["ntca_revoked_1", "AUTH_REVOKED_API_KEY"],
    ["unknown-key", "AUTH_INVALID_API_KEY"],
  ])("of the key %s blocks the account and asks to rotate the key", async (key, code) => {
    const sender = createSender(noticia({ apiKey: key, baseUrl: sandbox.url }));
    open.push(sender);
    const request = { operationId: "op_1", operation: "profiles.upsert", input: profile, idempotencyKey: "op_1" };
    const limits = { timeoutMs: 20_000, signal: new AbortController().signal };
    const { outcome } = await sender.attempt(request, { ...limits, deadline: Date.now() + 60_000 });
    expect(outcome).toMatchObject({
      type: "rejected",
      blocksAccount: true,
      failure: { code, category: "B", responsible: "operator" },
    });
    expect(outcome.type === "rejected" && outcome.failure.guidance).toContain("Rotate the key");
    expect(await sender.probe(limits)).toMatchObject({ type: "rejected", blocksAccount: true });
    expect(statuses()).toEqual([401, 401]);
  });

  test("attributes before their profile, and a sale before its store, are explained as a question of order", async () => {
    const one = client();
    for (const result of [
      await one.call("profiles.set-attributes", { profile_id: "prof_none", attributes: { a: "b" } }),
      await one.call("sales-events.create", sale),
      await one.call("subscriptions.opt-in", { ...consent, profileId: "prof_none" }),
    ]) {
      expect(result).toMatchObject({
        ok: false,
        failure: { code: "RESOURCE_NOT_FOUND", execution: "not_executed" },
        attempts: [{}],
      });
      expect(!result.ok && result.failure.guidance).toContain("A question of order");
    }
  });

  test("names the field and the request, by the header first", async () => {
    sandbox.setFaults([
      {
        do: {
          status: 400,
          body: { code: "VALIDATION_ERROR", message: "no", requestId: "body-id", details: { field: "first_name" } },
          headers: { "X-Request-Id": "header-id" },
        },
      },
    ]);
    expect(await client().call("profiles.upsert", profile)).toMatchObject({
      failure: { kind: "invalid_request", category: "A", field: "first_name", requestId: "header-id" },
    });
  });

  test("a phone number of another profile is a conflict for a person", async () => {
    const one = client();
    await one.call("profiles.upsert", profile);
    expect(await one.call("profiles.upsert", { ...profile, external_id: "crm-9" })).toMatchObject({
      failure: { kind: "conflict", code: "RESOURCE_CONFLICT" },
    });
  });
});

test("too many requests are waited out", async () => {
  sandbox.setFaults([{ when: { nth: [1, 2] }, do: { status: 429 } }]);
  expect(await client().call("profiles.upsert", profile)).toMatchObject({
    ok: true,
    attempts: [{ outcome: "throttled" }, { outcome: "throttled" }, { outcome: "accepted" }],
  });
});

test("the probe sees a good key", async () => {
  const sender = createSender(noticia({ apiKey, baseUrl: sandbox.url }));
  open.push(sender);
  expect(await sender.probe({ timeoutMs: 20_000, signal: new AbortController().signal })).toMatchObject({
    type: "accepted",
  });
});
