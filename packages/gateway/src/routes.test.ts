/** Every route that is not about review, and every error code, through real requests. */
import { createHmac } from "node:crypto";
import { createHost, hashing } from "@landline/host";
import { afterEach, expect, test } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { authToken, createHarness, message } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";
import { refused } from "./testing/scripted-sender.ts";

let open: Harness[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (harness) => harness.close()));
  open = [];
});
const harness = (...options: Parameters<typeof createHarness>): Harness => {
  const made = createHarness(...options);
  open.push(made);
  return made;
};
const key = (name: string): Record<string, string> => ({ "idempotency-key": name });

test("a batch answers each operation in order, with its own status", async () => {
  const { ask, create } = harness();
  await create("taken");
  const operations = [
    { ...message, idempotency_key: "b1" },
    { ...message },
    { ...message, input: {}, idempotency_key: "b2" },
    { ...message, reference: "other", idempotency_key: "taken" },
    { ...message, idempotency_key: "taken" },
    { ...message, account: "none", idempotency_key: "b3" },
    { ...message, idempotency_key: "with space" },
    "not an object",
    { ...message, odd: 1, idempotency_key: "b4" },
    { ...message, idempotency_key: "b1" },
  ];
  const { status, body } = await ask("POST", "/v1/operations/batch", { body: { operations } });
  expect(status).toBe(200);
  expect(
    body.results.map((result: { status: number; error?: { code: string; details?: { field?: string } } }) => [
      result.status,
      result.error?.code ?? null,
      result.error?.details?.field ?? null,
    ]),
  ).toEqual([
    [202, null, null],
    [400, "IDEMPOTENCY_KEY_REQUIRED", "idempotency_key"],
    [400, "VALIDATION_ERROR", "input.To"],
    [422, "IDEMPOTENCY_CONFLICT", null],
    [202, null, null],
    [400, "VALIDATION_ERROR", "account"],
    [400, "IDEMPOTENCY_KEY_INVALID", "idempotency_key"],
    [400, "VALIDATION_ERROR", "body"],
    [400, "VALIDATION_ERROR", "odd"],
    [202, null, null],
  ]);
  expect(body.results[4].replayed).toBe(true);
  expect(body.results[9].operation.id).toBe(body.results[0].operation.id);
  const many = Array.from({ length: 1_001 }, (_, index) => ({ ...message, idempotency_key: `m${index}` }));
  const tooMany = await ask("POST", "/v1/operations/batch", { body: { operations: many } });
  expect([tooMany.status, tooMany.body.details.field]).toEqual([400, "operations"]);
  const full = await ask("POST", "/v1/operations/batch", { body: { operations: many.slice(1) } });
  expect(full.body.results.every((result: { status: number }) => result.status === 202)).toBe(true);
});

test("a hundred identical requests at once make one operation", async () => {
  const { ask, store } = harness();
  const answers = await Promise.all(
    Array.from({ length: 100 }, async () => ask("POST", "/v1/operations", { body: message, headers: key("same") })),
  );
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(answers[0]?.status).toBe(202);
  expect(answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(99);
  expect(store.rows.size).toBe(1);
});

test("the same key while the first is running is told so", async () => {
  const base = createHarness();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = harness({
    outbox: {
      ...base.outbox,
      enqueue: async (request) => {
        await gate;
        return base.outbox.enqueue(request);
      },
    },
  });
  const first = slow.ask("POST", "/v1/operations", { body: message, headers: key("slow") });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await slow.ask("POST", "/v1/operations", { body: message, headers: key("slow") });
  expect([second.status, second.body.code, second.headers.get("retry-after")]).toEqual([
    409,
    "IDEMPOTENCY_IN_PROGRESS",
    "1",
  ]);
  const other = slow.ask("POST", "/v1/operations", { as: "other", body: message, headers: key("slow") });
  release();
  expect((await first).status).toBe(202);
  expect((await other).status).toBe(202);
  const third = await slow.ask("POST", "/v1/operations", { body: message, headers: key("slow") });
  expect(third.headers.get("idempotent-replayed")).toBe("true");
});

test("an opt-out that ended where no callback could tell is lifted by an administrator, with the reason", async () => {
  const lines: unknown[] = [];
  const { ask, create, until, store } = harness({ audit: async (line) => void lines.push(line) });
  await store.optOut("tw", message.input.To, "21610");
  const barred = await until((await create("barred")).id, "parked");
  expect(barred).toMatchObject({ parked_reason: "rejected", attempts: [], failure: { kind: "recipient_blocked" } });
  expect(barred.failure).toMatchObject({ code: "21610", execution: "not_executed" });
  const path = "/v1/accounts/tw/opt-in";
  const body = { to: message.input.To, reason: "wrote to the help desk" };
  expect((await ask("POST", path, { as: "operator", body })).status).toBe(403);
  expect((await ask("POST", path, { as: "admin", body: { to: body.to } })).status).toBe(400);
  expect((await ask("POST", "/v1/accounts/none/opt-in", { as: "admin", body })).status).toBe(404);
  const retry = { reason: "again", version: barred.version };
  expect((await ask("POST", `/v1/operations/${barred.id}/retry`, { as: "operator", body: retry })).status).toBe(409);
  expect((await ask("POST", path, { as: "admin", body })).body).toEqual({ account: "tw", lifted: true });
  expect((await ask("POST", path, { as: "admin", body })).body).toEqual({ account: "tw", lifted: false });
  expect(lines).toEqual([{ actor: "admin", event: "account.opt-in", subject: "tw", because: body.reason }]);
  expect((await ask("POST", `/v1/operations/${barred.id}/retry`, { as: "operator", body: retry })).status).toBe(200);
  await until(barred.id, "accepted");
});

test("accounts are shown, paused, resumed and checked; pausing holds what waits", async () => {
  const { ask, create } = harness();
  const list = await ask("GET", "/v1/accounts", { as: "viewer" });
  expect(list.body.data.map((account: { name: string }) => account.name)).toEqual(["tw", "tw2"]);
  expect((await ask("GET", "/v1/accounts", { as: "scoped" })).body.data).toHaveLength(1);
  expect((await ask("GET", "/v1/accounts")).status).toBe(403);
  expect((await ask("POST", "/v1/accounts/tw/pause", { as: "operator", body: {} })).status).toBe(403);
  const paused = await ask("POST", "/v1/accounts/tw/pause", { as: "admin", body: { reason: "invoice" } });
  expect([paused.status, paused.body.state, paused.body.paused]).toEqual([200, "paused", true]);
  expect(paused.body.holds).toMatchObject([{ reason: "paused", actor: "admin", because: "invoice" }]);
  const { id, state } = await create("waits");
  expect(state).toBe("held");
  const held = await ask("GET", "/v1/operations?state=held");
  expect(held.body.data.map((operation: { id: string }) => operation.id)).toEqual([id]);
  expect((await ask("GET", "/v1/operations?state=held", { as: "scoped" })).body.data).toEqual([]);
  const resumed = await ask("POST", "/v1/accounts/tw/resume", { as: "admin" });
  expect([resumed.status, resumed.body.state]).toEqual([200, "ok"]);
  expect((await ask("POST", "/v1/accounts/tw/check", { as: "admin" })).body.last_check).toMatchObject({ ok: true });
  expect((await ask("GET", "/v1/accounts/tw", { as: "viewer" })).body.name).toBe("tw");
  expect((await ask("GET", "/v1/accounts/none", { as: "viewer" })).status).toBe(404);
  expect((await ask("POST", "/v1/accounts/none/pause", { as: "admin" })).status).toBe(404);
});

test("explain reads a failure without storing anything", async () => {
  const { ask } = harness();
  const body = { provider: "twilio", status: 400, body: { code: 21211, message: "Invalid To", status: 400 } };
  const { status, body: answer } = await ask("POST", "/v1/explain", { body });
  expect(status).toBe(200);
  expect(answer.failure).toMatchObject({ kind: "invalid_request", code: "21211", execution: "not_executed" });
  const byCode = await ask("POST", "/v1/explain", { body: { provider: "tw", code: 20429 } });
  expect(byCode.body.failure).toMatchObject({ kind: "rate_limited", category: "D" });
  const unknown = await ask("POST", "/v1/explain", { body: { provider: "nobody", code: 1 } });
  expect([unknown.status, unknown.body.details.field]).toEqual([400, "provider"]);
});

test("a signed callback leaves one receipt; anything else is refused", async () => {
  const { ask, create, until } = harness({ publicUrl: "https://landline.example.com" });
  const { id } = await create("w");
  const { provider_id: sid } = await until(id, "accepted");
  const form = new URLSearchParams({ MessageSid: sid, MessageStatus: "delivered", AccountSid: "AC0" });
  const path = `/webhooks/tw?ll=${id}`;
  const sorted = [...form].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const signed = createHmac("sha1", authToken)
    .update(`https://landline.example.com${path}${sorted.map(([name, value]) => name + value).join("")}`)
    .digest("base64");
  const call = async (signature: string | null, to = path): Promise<number> =>
    (
      await ask("POST", to, {
        as: null,
        body: form.toString(),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(signature === null ? {} : { "x-twilio-signature": signature }),
        },
      })
    ).status;
  expect(await call(null)).toBe(403);
  expect(await call("bm90IGl0")).toBe(403);
  expect(await call(signed, "/webhooks/none")).toBe(404);
  expect((await ask("GET", `/v1/operations/${id}`)).body.receipts).toEqual([]);
  expect(await call(signed)).toBe(204);
  expect(await call(signed)).toBe(204);
  const after = await until(id, "delivered");
  expect(after.receipts).toHaveLength(1);
  expect(after.receipts[0]).toMatchObject({ status: "delivered", code: null });
});

test("a session: signed in by key, changes only with its token, ends when told or when the key is revoked", async () => {
  const { ask, create } = harness();
  expect((await ask("POST", "/v1/session", { as: null, body: { key: "nope" } })).status).toBe(401);
  expect(
    (
      await ask("POST", "/v1/session", {
        as: null,
        body: { key: "key-operator" },
        headers: { origin: "https://evil.example" },
      })
    ).status,
  ).toBe(403);
  const begun = await ask("POST", "/v1/session", { as: null, body: { key: "key-operator" } });
  expect(begun.status).toBe(200);
  const setCookie = begun.headers.get("set-cookie") ?? "";
  expect(setCookie).toMatch(/^landline_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
  const cookie = setCookie.split(";")[0] ?? "";
  const me = await ask("GET", "/v1/session", { as: null, headers: { cookie } });
  expect(me.body).toMatchObject({ name: "operator", role: "operator", csrf_token: begun.body.csrf_token });
  const { id } = await create("s");
  const cancel = async (headers: Record<string, string>): Promise<number> =>
    (await ask("POST", `/v1/operations/${id}/cancel`, { as: null, headers: { cookie, ...headers } })).status;
  expect(await cancel({})).toBe(403);
  expect(await cancel({ "x-csrf-token": "guess" })).toBe(403);
  expect(await cancel({ "x-csrf-token": begun.body.csrf_token, origin: "http://evil.example" })).toBe(403);
  expect(await cancel({ "x-csrf-token": begun.body.csrf_token, origin: "http://localhost" })).toBe(200);
  const out = await ask("DELETE", "/v1/session", {
    as: null,
    headers: { cookie, "x-csrf-token": begun.body.csrf_token },
  });
  expect(out.status).toBe(204);
  expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
  expect((await ask("GET", "/v1/session", { as: null, headers: { cookie } })).status).toBe(401);
});

test("revoking a key ends its sessions from the next request on", async () => {
  const { digest } = createHost();
  const keys = createKeyRing([{ name: "ops", role: "operator", digest: digest("ops-key") }], {
    digest,
    equal: hashing.equal,
  });
  const { ask } = harness({ keys });
  const begun = await ask("POST", "/v1/session", { as: null, body: { key: "ops-key" } });
  const cookie = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const look = async (): Promise<number> =>
    (await ask("GET", "/v1/operations", { as: null, headers: { cookie } })).status;
  expect(await look()).toBe(200);
  keys.replace([{ name: "ops", role: "viewer", digest: digest("other") }]);
  expect(await look()).toBe(401);
});

test("pages of other names get nothing on a loopback address", async () => {
  const { gateway } = harness();
  const from = async (url: string): Promise<number> =>
    (await gateway.fetch(new Request(url, { headers: { authorization: "Bearer key-admin" } }))).status;
  expect(await from("http://rebound.example/v1/operations")).toBe(403);
  expect(await from("http://127.0.0.1:8080/v1/operations")).toBe(200);
  expect(await from("http://[::1]:8080/v1/operations")).toBe(200);
  expect(await from("http://localhost.evil.example/v1/operations")).toBe(403);
  expect(await from("http://rebound.example/healthz")).toBe(200);
});

test("the console: files, pages by history, and nothing of the API", async () => {
  const files = new Map([
    ["index.html", { body: "<!doctype html>", contentType: "text/html; charset=utf-8", immutable: false }],
    ["assets/app-1.js", { body: "1", contentType: "text/javascript", immutable: true }],
  ]);
  const { ask } = harness({ asset: (name) => files.get(name) ?? null });
  for (const path of ["/", "/review", "/operations/op_01"]) {
    const page = await ask("GET", path, { as: null });
    expect([path, page.status, page.text]).toEqual([path, 200, "<!doctype html>"]);
    expect(page.headers.get("content-security-policy")).not.toContain("script-src 'self' 'unsafe");
  }
  const script = await ask("GET", "/assets/app-1.js", { as: null });
  expect(script.headers.get("cache-control")).toContain("immutable");
  for (const path of ["/assets/app-2.js", "/v1/nothing", "/webhooks/tw/x", "/docs/nothing"])
    expect([path, (await ask("GET", path, { as: null })).status]).toEqual([path, 404]);
  expect((await ask("POST", "/review", { as: null })).status).toBe(404);
});

test("a rate limit per key", async () => {
  const { ask } = harness({ limits: { rate: { perSecond: 1, burst: 3 } } });
  for (let index = 0; index < 3; index += 1) expect((await ask("GET", "/v1/operations")).status).toBe(200);
  const unknown = await ask("GET", "/v1/operations", { as: null, headers: { authorization: "Bearer nobody" } });
  expect([unknown.status, unknown.headers.get("ratelimit")]).toEqual([401, null]);
  expect((await ask("GET", "/healthz")).headers.get("ratelimit")).toBeNull();
  const refusedNow = await ask("GET", "/v1/operations");
  expect([refusedNow.status, refusedNow.body.code]).toEqual([429, "RATE_LIMITED"]);
  expect(Number(refusedNow.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(refusedNow.headers.get("ratelimit")).toMatch(/^"key";r=0;t=\d+$/);
  expect(refusedNow.headers.get("ratelimit-policy")).toBe('"key";q=3;w=3');
  expect((await ask("GET", "/v1/operations", { as: "other" })).status).toBe(200);
});

test("a store out of reach is UNAVAILABLE, anything else INTERNAL, and neither says what broke", async () => {
  const base = createHarness();
  const lines: string[] = [];
  const broken = (error: Error): Harness =>
    harness({
      outbox: {
        ...base.outbox,
        enqueue: async () => {
          throw error;
        },
      },
      log: (_level, event, fields) => void lines.push(`${event} ${fields?.["message"]}`),
    });
  const away = await broken(Object.assign(new Error("secret detail"), { code: "disk_full" })).ask(
    "POST",
    "/v1/operations",
    { body: message, headers: key("k") },
  );
  expect([away.status, away.body.code]).toEqual([503, "UNAVAILABLE"]);
  expect(away.headers.get("retry-after")).toBe("1");
  const bug = await broken(new TypeError(`bug near ${authToken}`)).ask("POST", "/v1/operations", {
    body: message,
    headers: key("k"),
  });
  expect([bug.status, bug.body.code]).toEqual([500, "INTERNAL"]);
  expect(away.text + bug.text).not.toMatch(/secret detail|bug near/);
  expect(lines).toHaveLength(2);
  expect(lines.join("\n")).not.toContain(authToken);
});

test("draining: nothing new, reading goes on", async () => {
  const { ask, create, gateway } = harness();
  const { id } = await create("before");
  gateway.drain();
  const late = await ask("POST", "/v1/operations", { body: message, headers: key("late") });
  expect([late.status, late.body.code]).toEqual([503, "UNAVAILABLE"]);
  expect((await ask("GET", "/readyz", { as: null })).status).toBe(503);
  expect((await ask("GET", `/v1/operations/${id}`)).status).toBe(200);
});

test("every answer carries the caller's request id when it is harmless", async () => {
  const { ask } = harness();
  expect(
    (await ask("GET", "/v1/operations", { headers: { "x-request-id": "abc-1" } })).headers.get("x-request-id"),
  ).toBe("abc-1");
  expect(
    (await ask("GET", "/v1/operations", { headers: { "x-request-id": "a b" } })).headers.get("x-request-id"),
  ).toMatch(/^req_/);
  expect((await ask("GET", "/nowhere", { as: null })).headers.get("x-request-id")).toMatch(/^req_/);
});

test("the keys of idempotency", async () => {
  const { ask } = harness();
  for (const [given, code] of [
    [undefined, "IDEMPOTENCY_KEY_REQUIRED"],
    ["", "IDEMPOTENCY_KEY_REQUIRED"],
    ["with space", "IDEMPOTENCY_KEY_INVALID"],
    ["ü", "IDEMPOTENCY_KEY_INVALID"],
    ["x".repeat(256), "IDEMPOTENCY_KEY_INVALID"],
  ] as const) {
    const answer = await ask("POST", "/v1/operations", {
      body: message,
      headers: given === undefined ? {} : key(given),
    });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  }
  expect((await ask("POST", "/v1/operations", { body: message, headers: key("x".repeat(255)) })).status).toBe(202);
});

test("messages: the ways they are refused, in the caller's words", async () => {
  const { ask } = harness();
  const send = async (body: unknown): Promise<readonly unknown[]> => {
    const answer = await ask("POST", "/v1/messages", { body, headers: key("m") });
    return [answer.status, answer.body.details?.field ?? null];
  };
  const to = "+14155552671";
  expect(await send({ to, body: "x" })).toEqual([400, "route"]);
  expect(await send({ to, body: "x", route: "none" })).toEqual([400, "route"]);
  expect(await send({ to, body: "x", route: "otp", via: ["tw"] })).toEqual([400, "via"]);
  expect(await send({ to, body: "x", via: ["tw:sms", "none"] })).toEqual([400, "via.1"]);
  expect(await send({ to, body: "x", via: ["tw:pigeon"] })).toEqual([400, "via.0"]);
  expect(await send({ to: "12", body: "x", via: ["tw:sms"] })).toEqual([400, "to"]);
  expect(await send({ body: "x", via: ["tw:sms"] })).toEqual([400, "to"]);
  expect(await send({ to, via: ["tw:sms"] })).toEqual([400, "body"]);
  expect(await send({ to, body: "x", via: ["tw:sms"], deadline: "soon" })).toEqual([400, "deadline"]);
  expect(await send({ to, body: "x", via: ["tw:sms"], odd: 1 })).toEqual([400, "odd"]);
  const scoped = await ask("POST", "/v1/messages", {
    as: "scoped",
    body: { to, body: "x", via: ["tw2", "tw"] },
    headers: key("m"),
  });
  expect([scoped.status, scoped.body.code]).toEqual([403, "FORBIDDEN"]);
  expect((await send({ to, body: "x", via: ["tw:sms", "tw2"] }))[0]).toBe(202);
});

test("what a provider echoes is shown without secrets", async () => {
  const { create, until, sender } = harness();
  sender.outcome = () => refused("21211", `You sent token=${authToken}`);
  const { id } = await create("echo");
  const shown = await until(id, "parked");
  expect(JSON.stringify(shown)).not.toContain(authToken);
});

test("channels are tested by admins alone, audited, and what failed is in the result", async () => {
  const lines: unknown[] = [];
  const asked: unknown[] = [];
  const { ask } = harness({
    audit: async (line) => void lines.push(line),
    publicUrl: "https://landline.example",
    checks: {
      alerts: async (actor) => {
        asked.push(actor);
        return [
          { subject: "slack", error: null, durationMs: 12.4 },
          { subject: "webhook", error: "answered 500", durationMs: 3 },
        ];
      },
      webhooks: async (accounts) => accounts.map((subject) => ({ subject, error: null, durationMs: 1 })),
    },
  });
  for (const as of ["app", "viewer", "operator"] as const)
    expect((await ask("POST", "/v1/alerts/test", { as })).status).toBe(403);
  expect((await ask("POST", "/v1/alerts/test", { as: "admin", body: { reason: "drill" } })).body).toEqual({
    ok: false,
    results: [
      { channel: "slack", ok: true, error: null, duration_ms: 12 },
      { channel: "webhook", ok: false, error: "answered 500", duration_ms: 3 },
    ],
  });
  expect((await ask("POST", "/v1/webhooks/test", { as: "admin" })).body).toMatchObject({
    ok: true,
    results: [{ account: "tw", url: "https://landline.example/webhooks/tw" }, { account: "tw2" }],
  });
  expect(asked).toEqual(["admin"]);
  expect(lines).toMatchObject([{ event: "alerts.tested", because: "drill" }, { event: "webhooks.tested" }]);
  const without = await harness().ask("POST", "/v1/alerts/test", { as: "admin" });
  expect(without.body).toEqual({ ok: false, results: [] });
});

test("an operation says where its trace is looked at, when the root knows", async () => {
  const { ask, create } = harness({ traceUrl: ({ id }) => `https://traces.example/${id}` });
  const { id } = await create("traced");
  const read = await ask("GET", `/v1/operations/${id}`);
  expect(read.body.trace_url).toBe(`https://traces.example/${id}`);
  const without = harness();
  const { id: other } = await without.create("plain");
  expect((await without.ask("GET", `/v1/operations/${other}`)).body.trace_url).toBeNull();
});
