import { expect, test } from "vitest";
import { createHarness, message } from "./testing/harness.ts";

const key = (name: string): Record<string, string> => ({ "idempotency-key": name });

test("an operation is accepted, replayed, refused with another body, and read back", async () => {
  const { ask } = createHarness();
  const first = await ask("POST", "/v1/operations", { body: message, headers: key("k1") });
  expect(first.status).toBe(202);
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  expect(first.headers.get("x-request-id")).toMatch(/^req_/);
  expect(first.body).toMatchObject({
    state: "queued",
    version: 1,
    idempotency_key: "k1",
    attempts: [],
    receipts: [],
    parent_id: null,
    child_ids: [],
  });
  const again = await ask("POST", "/v1/operations", { body: message, headers: key("k1") });
  expect(again.status).toBe(202);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body.id).toBe(first.body.id);
  const other = await ask("POST", "/v1/operations", { body: { ...message, reference: "x" }, headers: key("k1") });
  expect(other.status).toBe(422);
  expect(other.body.code).toBe("IDEMPOTENCY_CONFLICT");
  const read = await ask("GET", `/v1/operations/${first.body.id}`);
  expect(read.status).toBe(200);
  expect(read.body.history).toBeInstanceOf(Array);
  expect(read.headers.get("etag")).toBe('"1"');
});

test("a refused request does not consume its key", async () => {
  const { ask } = createHarness();
  const bad = await ask("POST", "/v1/operations", { body: { ...message, input: {} }, headers: key("k") });
  expect(bad.status).toBe(400);
  expect(bad.body.details.field).toBe("input.To");
  expect((await ask("POST", "/v1/operations", { body: message, headers: key("k") })).status).toBe(202);
});

test("a message follows its route; the rest of the chain is its fallback", async () => {
  const { ask } = createHarness();
  const made = await ask("POST", "/v1/messages", {
    body: { to: "+14155552671", body: "hi", route: "otp" },
    headers: key("m"),
  });
  expect(made.status).toBe(202);
  expect(made.body).toMatchObject({ account: "tw", operation: "messages.create", input: { To: "+14155552671" } });
  expect(made.body.fallback).toHaveLength(1);
  expect(made.body.fallback[0]).toMatchObject({ account: "tw2", input: { To: "+14155552671" } });
});

test("lists page by cursor, newest first, and refuse what they do not know", async () => {
  const { ask, create } = createHarness();
  for (let index = 0; index < 5; index += 1) await create(`k${index}`);
  const page = await ask("GET", "/v1/operations?limit=2&state=queued");
  expect(page.status).toBe(200);
  expect(page.body.data.map((each: { idempotency_key: string }) => each.idempotency_key)).toEqual(["k4", "k3"]);
  const second = await ask("GET", `/v1/operations?limit=3&cursor=${encodeURIComponent(page.body.next_cursor)}`);
  expect(second.body.data.map((each: { idempotency_key: string }) => each.idempotency_key)).toEqual(["k2", "k1", "k0"]);
  for (const [query, field] of [
    ["colour=red", "colour"],
    ["state=gone", "state"],
    ["limit=0", "limit"],
    ["limit=201", "limit"],
    ["limit=x", "limit"],
    ["cursor=nope", "cursor"],
    ["cursor=abc", "cursor"],
    ["cursor=3", "cursor"],
    ["kind=odd", "kind"],
    ["created_after=yesterday", "created_after"],
    ["state=queued&state=parked", "state"],
  ] as const) {
    const refused = await ask("GET", `/v1/operations?${query}`);
    expect([query, refused.status, refused.body.code, refused.body.details.field]).toEqual([
      query,
      400,
      "VALIDATION_ERROR",
      field,
    ]);
  }
});

test("who may do what", async () => {
  const { ask, create } = createHarness();
  const mine = await create("mine");
  expect((await ask("GET", `/v1/operations/${mine.id}`, { as: "other" })).status).toBe(404);
  expect((await ask("GET", `/v1/operations/${mine.id}`, { as: "scoped" })).status).toBe(404);
  expect((await ask("GET", "/v1/operations", { as: "other" })).body.data).toEqual([]);
  const masked = await ask("GET", `/v1/operations/${mine.id}`, { as: "viewer" });
  expect(masked.status).toBe(200);
  expect(masked.text).not.toContain("4155552671");
  expect(masked.text).not.toContain("canary-body");
  const refused = await ask("POST", "/v1/operations", { as: "viewer", body: "{not json", headers: key("v") });
  expect([refused.status, refused.body.code]).toEqual([403, "FORBIDDEN"]);
  expect((await ask("GET", "/v1/operations", { as: null })).status).toBe(401);
  expect((await ask("GET", "/v1/operations", { as: null, headers: { authorization: "Bearer nope" } })).status).toBe(
    401,
  );
});

test("health needs no key, metrics does", async () => {
  const { ask } = createHarness({ metrics: () => "up 1\n", readiness: () => null });
  expect((await ask("GET", "/healthz", { as: null })).status).toBe(200);
  expect((await ask("GET", "/readyz", { as: null })).status).toBe(200);
  expect((await ask("GET", "/metrics", { as: null })).status).toBe(401);
  expect((await ask("GET", "/metrics")).text).toBe("up 1\n");
});

test("paths and methods nobody knows", async () => {
  const { ask } = createHarness();
  expect((await ask("GET", "/v1/nothing")).status).toBe(404);
  const wrong = await ask("DELETE", "/v1/operations");
  expect([wrong.status, wrong.body.code, wrong.headers.get("allow")]).toEqual([
    405,
    "METHOD_NOT_ALLOWED",
    "POST, GET, HEAD",
  ]);
});
