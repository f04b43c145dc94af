import { createHost, hashing } from "@landline/host";
import { afterEach, expect, test } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { createHarness } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";

const open: Harness[] = [];
const harness = (...options: Parameters<typeof createHarness>): Harness => {
  const made = createHarness(...options);
  open.push(made);
  return made;
};
afterEach(async () => Promise.all(open.splice(0).map(async ({ close }) => close())));

const { digest } = createHost();
const emptyRing = () => createKeyRing([], { digest, equal: hashing.equal });
const bearer = (key: string) => ({ as: null, headers: { authorization: `Bearer ${key}` } });

test("an admin makes a key, sees it without its secret, rotates it, and revokes the old one at once", async () => {
  const lines: unknown[] = [];
  const { ask } = harness({ audit: async (line) => void lines.push(line) });
  const body = { name: "web", role: "viewer", accounts: ["tw"], rate_limit: { per_second: 5 }, reason: "new console" };
  const made = await ask("POST", "/v1/keys", { as: "admin", body });
  expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
  expect(made.body).toMatchObject({
    name: "web",
    role: "viewer",
    accounts: ["tw"],
    rate_limit: { per_second: 5, burst: 5 },
    source: "store",
    created_by: "admin",
    key: expect.stringMatching(/^ll_[\w-]{43}$/),
  });
  const old = made.body.key as string;
  expect((await ask("GET", "/v1/session", bearer(old))).body).toMatchObject({ name: "web", role: "viewer" });
  expect((await ask("GET", "/v1/session", bearer(old))).headers.get("ratelimit")).toMatch(/^"key";r=3/);

  const listed = await ask("GET", "/v1/keys", { as: "admin" });
  expect(listed.text).not.toContain(old);
  expect(listed.text).not.toContain("digest");
  expect(listed.body.data.at(-1)).toMatchObject({ id: made.body.id, name: "web" });
  expect(listed.body.data[0]).toMatchObject({ id: "configured:app:1", source: "configuration", created_at: null });

  const second = await ask("POST", `/v1/keys/${made.body.id}/rotate`, { as: "admin" });
  expect(second.body).toMatchObject({ name: "web", role: "viewer", accounts: ["tw"], rate_limit: { per_second: 5 } });
  for (const key of [old, second.body.key as string])
    expect((await ask("GET", "/v1/session", bearer(key))).status).toBe(200);
  const gone = await ask("DELETE", `/v1/keys/${made.body.id}`, { as: "admin" });
  expect([gone.status, gone.text]).toEqual([204, ""]);
  expect((await ask("GET", "/v1/session", bearer(old))).status).toBe(401);
  expect((await ask("GET", "/v1/session", bearer(second.body.key))).status).toBe(200);
  expect((await ask("DELETE", `/v1/keys/${made.body.id}`, { as: "admin" })).status).toBe(404);
  expect(lines).toEqual([
    { actor: "admin", event: "key.created", subject: `${made.body.id} (web, viewer)`, because: "new console" },
    {
      actor: "admin",
      event: "key.rotated",
      subject: `${second.body.id} (web, viewer)`,
      because: `in place of ${made.body.id}`,
    },
    { actor: "admin", event: "key.revoked", subject: `${made.body.id} (web, viewer)`, because: null },
  ]);
  expect(JSON.stringify(lines)).not.toContain(old);
});

test("a session that was begun with a key ends with it", async () => {
  const { ask } = harness();
  const { body: made } = await ask("POST", "/v1/keys", { as: "admin", body: { name: "web", role: "operator" } });
  const begun = await ask("POST", "/v1/session", { as: null, body: { key: made.key } });
  const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect((await ask("GET", "/v1/session", { as: null, headers: { cookie } })).status).toBe(200);
  await ask("DELETE", `/v1/keys/${made.id}`, { as: "admin" });
  expect((await ask("GET", "/v1/session", { as: null, headers: { cookie } })).status).toBe(401);
});

test("a key of the configuration is rotated here and removed there", async () => {
  const { ask } = harness();
  const second = await ask("POST", "/v1/keys/configured:app:1/rotate", { as: "admin", body: { reason: "leaked" } });
  expect(second.body).toMatchObject({ name: "app", role: "sender", source: "store" });
  expect((await ask("GET", "/v1/session", bearer(second.body.key))).body.name).toBe("app");
  const refused = await ask("DELETE", "/v1/keys/configured:app:1", { as: "admin" });
  expect([refused.status, refused.body.code]).toEqual([409, "STATE_CONFLICT"]);
  expect((await ask("GET", "/v1/session")).status).toBe(200);
});

test("nobody but an admin of all accounts sees or makes keys, and nothing escalates", async () => {
  const { ask } = harness();
  const { body: some } = await ask("POST", "/v1/keys", {
    as: "admin",
    body: { name: "half", role: "admin", accounts: ["tw"] },
  });
  for (const asked of [
    { as: "app" },
    { as: "viewer" },
    { as: "operator" },
    { as: "scoped" },
    bearer(some.key),
  ] as const) {
    for (const [method, path] of [
      ["GET", "/v1/keys"],
      ["POST", "/v1/keys"],
      ["POST", `/v1/keys/${some.id}/rotate`],
      ["DELETE", `/v1/keys/${some.id}`],
    ] as const) {
      const answer = await ask(method, path, method === "POST" ? { ...asked, body: {} } : asked);
      expect([method, path, answer.status, answer.body?.code]).toEqual([method, path, 403, "FORBIDDEN"]);
    }
  }
});

test("wrong keys are refused: taken names, people's names, unknown accounts, no role", async () => {
  const { ask } = harness();
  const send = async (body: unknown) => {
    const { status, body: said } = await ask("POST", "/v1/keys", { as: "admin", body });
    return [status, said.code, said.details?.field];
  };
  expect(await send({ name: "app", role: "sender" })).toEqual([409, "STATE_CONFLICT", undefined]);
  expect(await send({ name: "oidc:ada@example.com", role: "admin" })).toEqual([400, "VALIDATION_ERROR", "name"]);
  expect(await send({ name: "web", role: "viewer", accounts: ["tw", "nobody"] })).toEqual([
    400,
    "VALIDATION_ERROR",
    "accounts.1",
  ]);
  expect(await send({ name: "web", role: "viewer", accounts: [] })).toEqual([400, "VALIDATION_ERROR", "accounts"]);
  expect(await send({ name: "web" })).toEqual([400, "VALIDATION_ERROR", "role"]);
  expect(await send({ name: " web", role: "viewer" })).toEqual([400, "VALIDATION_ERROR", "name"]);
  expect(await send({ name: "web", role: "root" })).toEqual([400, "VALIDATION_ERROR", "role"]);
  expect((await ask("POST", "/v1/keys/key_none/rotate", { as: "admin" })).status).toBe(404);
  expect((await ask("GET", "/v1/keys?x=1", { as: "admin" })).status).toBe(400);
});

test("the last admin key stays", async () => {
  const { ask, gateway, store } = harness();
  const { body: made } = await ask("POST", "/v1/keys", { as: "admin", body: { name: "boss", role: "admin" } });
  expect((await ask("DELETE", `/v1/keys/${made.id}`, { as: "admin" })).status).toBe(204);
  const alone = harness({ store, keys: emptyRing() });
  await store.putDocument("api_keys", "key_first", {
    name: "admin",
    role: "admin",
    accounts: null,
    rate: null,
    digest: digest("ll_first"),
    createdAt: 1,
    createdBy: "landline:start",
  });
  await alone.gateway.start();
  const refused = await alone.ask("DELETE", "/v1/keys/key_first", bearer("ll_first"));
  expect([refused.status, refused.body.code]).toEqual([409, "STATE_CONFLICT"]);
  await gateway.close();
});
