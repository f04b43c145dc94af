/**
 * The command line as the contract words it: what it prints where, and how it ends.
 */
import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountSid, apiOf, configuration, createPlace, firstLine, keys, landline } from "./running.ts";
import type { Ended, Place, Running } from "./running.ts";

let place: Place;
let sandbox: Running;
let server: Running;
let file = "";

beforeAll(async () => {
  place = await createPlace();
  const faults = await place.write("faults.json", {
    rules: [{ when: { operation: "messages.create", to: "+15551110001" }, do: { status: 400, code: 21211 } }],
  });
  sandbox = await place.sandbox("twilio", "--faults", faults);
  file = await place.write("landline.config.json", configuration(sandbox.url));
  server = await place.serve(file);
});
afterAll(async () => place.leave());

const run = async (...args: string[]): Promise<Ended> =>
  landline(place.directory, args, { env: { LANDLINE_URL: server.url, LANDLINE_KEY: keys.admin } });

describe("a configuration", () => {
  test("that is broken ends with 2 and names every fault with its path, and no secret", async () => {
    const broken = await place.write("broken.json", {
      store: "mysql:x",
      http: { port: 99_999, colour: "red" },
      apiKeys: [{ name: "a", role: "king", key: "canary-secret-1" }],
      accounts: {
        tw: { provider: "twilio", accountSid: "AC", authToken: "canary-secret-2", lookupSettel: "1s" },
        nt: { provider: "noticia", apiKey: { env: "LANDLINE_TEST_NOT_SET" } },
        xx: { provider: "nobody" },
      },
      routes: { otp: ["missing:sms"] },
      policy: { attemptsMax: 0, backoff: { base: "soon" } },
      alerts: [{ to: "fax" }],
      bogus: true,
    });
    const { code, out, err } = await run("serve", "--config", broken);
    expect([code, out]).toEqual([2, ""]);
    for (const path of [
      "store",
      "http.port",
      "http.colour",
      "apiKeys[0].role",
      "accounts.tw.accountSid",
      "accounts.tw.lookupSettel",
      "accounts.nt.apiKey",
      "accounts.xx.provider",
      "routes.otp[0]",
      "policy.attemptsMax",
      "policy.backoff.base",
      "alerts[0].to",
      "bogus",
    ])
      expect(err).toContain(`${path}:`);
    expect(err).not.toContain("canary-secret");
    expect(err).not.toMatch(/\n\s+at /);
  });

  test("in TypeScript counts paths from its own file, wherever that lies, and finds `landline`", async () => {
    await mkdir(`${place.directory}/elsewhere`);
    const typed = await place.write(
      "elsewhere/landline.config.ts",
      `import { defineConfig } from "landline";
       export default defineConfig({
         store: "sqlite:./typed.db",
         http: { port: { env: "PORT_OF_TEST" } },
         accounts: { tw: { provider: "twilio", accountSid: "${accountSid}", authToken: { env: "TOKEN_OF_TEST" } } },
       });`,
    );
    const env = { PORT_OF_TEST: "0", TOKEN_OF_TEST: "canary-secret-3" };
    expect(await landline("/", ["migrate", "--config", typed], { env })).toMatchObject({ code: 0 });
    const unset = await landline(place.directory, ["migrate", "--config", typed]);
    expect(unset).toMatchObject({ code: 2 });
    expect(unset.err).toContain("accounts.tw.authToken: needs the environment variable TOKEN_OF_TEST");
  });

  test("may put a path into a base URL; without keys one is made and shown once; others may not reach it then", async () => {
    const account = {
      provider: "twilio",
      accountSid,
      authToken: "canary-secret-4",
      baseUrl: `${sandbox.url}/under/this`,
    };
    const open = { store: "sqlite:./open.db", accounts: { tw: account } };
    const own = await place.write("own.json", open);
    const first = await place.serve(own);
    const key = /ll_[\w-]{40,}/.exec(first.said.err)?.[0] ?? "";
    const asked = await apiOf(first.url)("GET", "/v1/accounts", undefined, { key });
    expect(asked.body.data[0].base_url).toBe(`${sandbox.url}/under/this`);
    expect((await apiOf(first.url)("GET", "/v1/accounts", undefined, { key: null })).status).toBe(401);
    expect(await first.end()).toBe(0);
    const second = await place.serve(own);
    expect(second.said.err).not.toContain("ll_");
    expect((await apiOf(second.url)("GET", "/v1/accounts", undefined, { key })).status).toBe(200);
    await second.end();
    const wide = await place.write("wide.json", { ...open, http: { host: "0.0.0.0", port: 0 } });
    expect(await run("serve", "--config", wide)).toMatchObject({ code: 2, out: "" });
  });
});

describe("explain", () => {
  test.each<[string[], object]>([
    [
      ["--status", "429", "--code", "20429"],
      { kind: "rate_limited", category: "D", remedy: "retry", responsible: "provider" },
    ],
    [["--code", "21610"], { kind: "recipient_blocked", remedy: "none", responsible: "recipient" }],
    [["--status", "401"], { kind: "authentication", category: "B", responsible: "operator" }],
    [["--status", "503"], { kind: "unavailable", category: "D", execution: "unknown", remedy: "reconcile" }],
    [["--status", "501"], { execution: "not_executed", remedy: "fix_account" }],
    [["--code", "987654"], { execution: "unknown", guidance: expect.stringContaining("987654 is unknown") as string }],
  ])("twilio %j", async (args, expected) => {
    const { code, out, err } = await run("explain", "twilio", ...args, "--json");
    expect([code, err]).toEqual([0, ""]);
    const failure = JSON.parse(out) as { guidance: string; docs: string };
    expect(failure).toMatchObject(expected);
    expect(failure.docs).toMatch(/^https:/);
    expect(failure.guidance).not.toBe("");
  });

  test("reads a pasted body from standard input", async () => {
    const { out } = await landline(place.directory, ["explain", "twilio", "--body", "-", "--json"], {
      input: '{"code":21211,"message":"bad","status":400}',
    });
    expect(JSON.parse(out)).toMatchObject({ kind: "invalid_request", code: "21211", field: "To" });
  });
});

describe("wrong usage ends with 2 and says why on stderr", () => {
  test.each([
    [["nonsense"]],
    [["serve", "--bogus"]],
    [["serve", "--port", "99999"]],
    [["serve", "--config", "/nowhere/landline.config.json"]],
    [["explain", "nobody", "--status", "400"]],
    [["explain", "twilio", "--status", "abc"]],
    [["sandbox", "nobody"]],
    [["review", "fix", "op_x"]],
    [["send"]],
  ])("%j", async (args) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).not.toBe("");
    expect(err).not.toMatch(/\n\s+at /);
  });
});

test("help is on stdout and ends with 0", async () => {
  const { code, out } = await run("review", "fix", "--help");
  expect(code).toBe(0);
  for (const option of ["--json", "--config", "--help", "--reason"]) expect(out).toContain(option);
});

test("send, look, review: the same as over HTTP", async () => {
  const sent = await run("send", "--to", "+15551234567", "--body", "hello", "--via", "tw:sms", "--wait", "--json");
  expect(sent.code).toBe(0);
  expect(JSON.parse(sent.out)).toMatchObject({ state: "accepted", input: { Body: "hello" } });
  const input = JSON.stringify({ To: "+15551110001", Body: "x" });
  const refused = ["send", "--account", "tw", "--operation", "messages.create", "--input", input];
  const parked = await run(...refused, "--wait", "--json");
  expect(parked.code).toBe(1);
  const { id } = JSON.parse(parked.out) as { id: string };
  const list = JSON.parse((await run("review", "list", "--json")).out) as { data: { id: string }[] };
  expect(list.data.map((each) => each.id)).toEqual([id]);
  expect((await run("review", "escalate", id)).out).toContain("# twilio messages.create");
  const corrected = JSON.stringify({ To: "+15551234567", Body: "y" });
  const fixed = await run("review", "fix", id, "--input", corrected, "--reason", "typo", "--json");
  expect(JSON.parse(fixed.out)).toMatchObject({ parent_id: id });
  expect(await run("review", "discard", id, "--reason", "late")).toMatchObject({ code: 1, out: "" });
  expect((await run("operations", "show", "op_nowhere")).code).toBe(1);
  expect(await run("operations", "watch", "op_nowhere")).toMatchObject({ code: 1, out: "" });
  const env = { LANDLINE_URL: server.url, LANDLINE_KEY: keys.admin };
  const stands = await firstLine(place.directory, ["operations", "watch", id, "--json"], env);
  expect(JSON.parse(stands)).toMatchObject({ id, state: "superseded" });
});

test("a store has one owner; afterwards it verifies, migrates and prunes, and doctor asks the provider", async () => {
  const at = ["--config", file, "--json"];
  expect(await run("verify", ...at)).toMatchObject({ code: 1, out: "" });
  expect(await server.end("SIGTERM")).toBe(0);
  expect(JSON.parse((await run("verify", ...at, "--ledger", sandbox.url)).out)).toEqual({ ok: true, breaks: [] });
  expect((await run("migrate", ...at)).code).toBe(0);
  expect(JSON.parse((await run("prune", ...at)).out)).toEqual({ deleted: 0 });
  const well = await run("doctor", ...at);
  expect([well.code, (JSON.parse(well.out) as { ok: boolean }).ok]).toEqual([0, true]);
  await sandbox.end();
  const ill = await run("doctor", ...at);
  expect([ill.code, (JSON.parse(ill.out) as { ok: boolean }).ok]).toEqual([1, false]);
});
