/**
 * The commands against a gateway and a sandbox that really run: what they print, what they exit with, and what the
 * provider's ledger says of it afterwards. The tests are one story and build on each other.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { landline, makePlace, stay, until } from "./kit.ts";
import type { Ended, Place, Staying } from "./kit.ts";

type Json = Readonly<Record<string, unknown>>;

const stack = /^\s+at .+[:(]/m;
const keys = { admin: "operate-test-admin-key-01", eyes: "operate-test-viewer-key-1" };
const reached = "+14155550100";
const refused = "+14155550111";
const doubtful = "+14155550122";

let place: Place;
let config: string;
let ledger: string;
let sandbox: Staying;
let gateway: Staying;

beforeAll(async () => {
  place = await makePlace();
  ledger = path.join(place.directory, "ledger.jsonl");
  const faults = path.join(place.directory, "faults.json");
  await writeFile(
    faults,
    JSON.stringify({
      rules: [
        { when: { operation: "messages.create", to: refused }, do: { status: 400, code: 21211 } },
        { when: { operation: "messages.create", to: doubtful }, do: { reset: "after-accept" } },
      ],
    }),
  );
  sandbox = await stay(["sandbox", "twilio", "--faults", faults, "--ledger", ledger]);
  const account = {
    provider: "twilio",
    accountSid: `AC${"2".repeat(32)}`,
    authToken: "operate-test-token",
    from: "+15005550006",
    baseUrl: sandbox.url,
    lookupSettle: "50ms",
  };
  config = await place.configure({
    store: "sqlite:./operate.db",
    apiKeys: [
      { name: "admin", role: "admin", key: keys.admin },
      { name: "eyes", role: "viewer", key: keys.eyes },
    ],
    accounts: { tw: account, spare: account, idle: account },
    policy: { attemptTimeout: "2s", backoff: { base: "50ms" } },
  });
  gateway = await stay(["serve", "--config", config, "--port", "0"]);
});

afterAll(async () => place.leave());

/** A command that talks to the gateway. */
async function ask(...args: readonly string[]): Promise<Ended> {
  const ended = await landline(args, { env: { LANDLINE_URL: gateway.url, LANDLINE_KEY: keys.admin } });
  expect(ended.stderr).not.toMatch(stack);
  return ended;
}

/** Its answer as a document. */
async function asked(...args: readonly string[]): Promise<Json> {
  const { code, stdout, stderr } = await ask(...args, "--json");
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
  return JSON.parse(stdout) as Json;
}

async function send(to: string, ...more: readonly string[]): Promise<string> {
  const body = await asked("send", "--to", to, "--body", "hello there", "--via", "tw:sms", ...more);
  return String(body["id"]);
}

async function inState(id: string, state: string): Promise<Json> {
  return until(async () => {
    const answer = await fetch(`${gateway.url}/v1/operations/${id}`, {
      headers: { authorization: `Bearer ${keys.admin}` },
    });
    const body = (await answer.json()) as Json;
    return body["state"] === state ? body : null;
  });
}

async function parked(): Promise<string> {
  const id = await send(refused);
  await inState(id, "parked");
  return id;
}

test("send: one message, its key, the same key again, and waiting for the end", async () => {
  const first = await ask("send", "--to", reached, "--body", "one", "--via", "tw:sms", "--reference", "order_1");
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(/^idempotency key [0-9a-f-]{36}$/m);
  expect(first.stdout).toMatch(/^op_\w+ {2}\w+\n$/);
  const again = ["send", "--to", reached, "--body", "two", "--via", "tw:sms", "--key", "k-1"];
  const [one, two] = [await asked(...again), await asked(...again)];
  expect(two["id"]).toBe(one["id"]);
  const other = await ask("send", "--to", reached, "--body", "three", "--via", "tw:sms", "--key", "k-1");
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("IDEMPOTENCY_CONFLICT")]);
  const waited = await asked("send", "--to", reached, "--body", "four", "--via", "tw:sms", "--wait");
  expect(waited).toMatchObject({ state: "accepted", attempts: [{ outcome: "accepted" }] });
  const failed = await ask("send", "--to", refused, "--body", "five", "--via", "tw:sms", "--wait");
  expect([failed.code, failed.stdout]).toEqual([1, expect.stringContaining("parked (rejected)")]);
  const raw = await landline(["send", "--account", "tw", "--operation", "messages.create", "--input", "-", "--json"], {
    env: { LANDLINE_URL: gateway.url, LANDLINE_KEY: keys.admin },
    input: JSON.stringify({ To: reached, Body: "six" }),
  });
  expect(JSON.parse(raw.stdout)).toMatchObject({ account: "tw", operation: "messages.create", input: { Body: "six" } });
  const wrong = await ask("send", "--to", "12", "--body", "x", "--via", "tw:sms");
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/VALIDATION_ERROR.*request /)]);
});

test("operations: list with filters and pages, show, and a viewer's view of it", async () => {
  const page = await asked("operations", "list", "--to", reached, "--limit", "2");
  expect(page).toEqual({ data: [expect.any(Object), expect.any(Object)], next_cursor: expect.any(String) });
  const rest = await asked("operations", "list", "--to", reached, "--cursor", String(page["next_cursor"]));
  expect((rest["data"] as Json[]).length).toBeGreaterThan(0);
  const [found] = (await asked("operations", "list", "--reference", "order_1"))["data"] as Json[];
  const id = String(found?.["id"]);
  const text = await ask("operations", "show", id);
  expect(text.stdout).toMatch(
    new RegExp(`operation +${id}[^]*to +\\+1\\d+\n[^]*reference +order_1[^]*attempt 1: accepted 201`),
  );
  expect(await asked("operations", "show", id)).toMatchObject({
    id,
    attempts: [{ number: 1, body: null }],
    history: [{}, {}, {}],
  });
  const masked = await landline(["operations", "show", id, "--json", "--config", config, "--url", gateway.url], {
    env: { LANDLINE_KEY: keys.eyes },
  });
  expect(masked.code).toBe(0);
  expect(masked.stdout).not.toContain(reached.slice(3));
  const table = await ask("operations", "list", "--state", "parked");
  expect(table.stdout).toMatch(/^id +state +account +operation +to +reference[^]*parked \(rejected\)/);
  const none = await ask("operations", "show", "op_nothing");
  expect([none.code, none.stdout, none.stderr]).toEqual([1, "", expect.stringContaining("NOT_FOUND")]);
  const odd = await ask("operations", "list", "--state", "lost");
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining("state")]);
});

test("operations cancel: what has not left; and watch tells of it", async () => {
  const headers = { authorization: `Bearer ${keys.admin}`, "content-type": "application/json" };
  const paused = await fetch(`${gateway.url}/v1/accounts/idle/pause`, { method: "POST", headers, body: "{}" });
  expect(paused.status).toBe(200);
  const { id } = await asked("send", "--to", reached, "--body", "never", "--via", "idle:sms");
  const watcher = await stay(["operations", "watch", String(id), "--url", gateway.url], {
    env: { LANDLINE_KEY: keys.admin },
  });
  expect(watcher.said).toMatchObject({ type: "operation.changed", id, state: "held" });
  const cancelled = await ask("operations", "cancel", String(id), "--reason", "changed my mind");
  expect([cancelled.code, cancelled.stdout]).toEqual([0, `${String(id)}  cancelled\n`]);
  await expect.poll(() => watcher.lines.at(-1)).toMatchObject({ type: "operation.changed", id, state: "cancelled" });
  await watcher.stop();
  const late = await ask("operations", "cancel", String(id));
  expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("STATE_CONFLICT")]);
});

test("review: list and groups, retry, fix, fallback, discard, each once and on the version that was seen", async () => {
  const ids = await Promise.all([parked(), parked(), parked(), parked()]);
  const [retried, fixed, other, discarded] = ids;
  const listed = (await asked("review", "list"))["data"] as Json[];
  expect(listed.map((operation) => operation["id"])).toEqual(expect.arrayContaining(ids));
  const [group] = (await asked("review", "list", "--groups"))["data"] as Json[];
  expect(group).toMatchObject({ account: "tw", code: "21211", parked_reason: "rejected", count: expect.any(Number) });
  expect((await ask("review", "list", "--groups")).stdout).toMatch(/count +account +kind +code[^]*21211/);

  expect(await asked("review", "retry", retried, "--reason", "again")).toMatchObject({ id: retried });
  expect((await inState(retried, "parked"))["attempts"]).toHaveLength(2);

  const input = JSON.stringify({ To: reached, From: "+15005550006", Body: "corrected" });
  const child = await asked("review", "fix", fixed, "--input", input, "--reason", "typo");
  expect(child).toMatchObject({ parent_id: fixed, input: { To: reached } });
  await inState(String(child["id"]), "accepted");
  const twice = await ask("review", "fix", fixed, "--input", input, "--reason", "typo");
  expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining("STATE_CONFLICT")]);

  const way = await asked("review", "fallback", other, "--account", "spare", "--input", input, "--reason", "other way");
  expect(way).toMatchObject({ parent_id: other, account: "spare" });

  const stale = await ask("review", "discard", discarded, "--reason", "old news", "--version", "1");
  expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining("STATE_CONFLICT")]);
  expect(await ask("review", "discard", discarded, "--reason", "old news")).toMatchObject({
    code: 0,
    stdout: `${discarded}  discarded\n`,
  });
  const forbidden = await landline(["review", "discard", retried, "--reason", "x", "--url", gateway.url], {
    env: { LANDLINE_KEY: keys.eyes },
  });
  expect([forbidden.code, forbidden.stderr]).toEqual([1, expect.stringContaining("FORBIDDEN")]);
});

test("review assign, snooze and comment: seen in lists and in the story, and back when it is asked back", async () => {
  const id = await parked();
  expect(await asked("review", "assign", id, "me", "--reason", "mine")).toMatchObject({ assignee: expect.any(String) });
  expect(await asked("review", "snooze", id, "4h")).toMatchObject({ snoozed_until: expect.any(String) });
  expect(await asked("review", "comment", id, "asked the provider")).toMatchObject({ id, state: "parked" });
  const ids = async (...words: readonly string[]): Promise<readonly unknown[]> =>
    ((await asked("review", "list", ...words))["data"] as Json[]).map((operation) => operation["id"]);
  expect(await ids("--assignee", "me", "--snoozed")).toEqual([id]);
  expect(await ids("--open")).not.toContain(id);
  expect((await ask("review", "show", id)).stdout).toMatch(
    /put off until[^]*operation.commented[^\n]*asked the provider/,
  );
  expect(await asked("review", "snooze", id, "now")).toMatchObject({ snoozed_until: null });
  expect(await asked("review", "assign", id, "none")).toMatchObject({ assignee: null });
  const vague = await ask("review", "snooze", id, "whenever");
  expect([vague.code, vague.stderr]).toEqual([2, expect.stringContaining("until")]);
});

test("review: doubt is shown, resolved with evidence, and only with it", async () => {
  const id = await send(doubtful, "--guarantee", "at-most-once");
  await inState(id, "parked");
  expect((await ask("review", "show", id)).stdout).toMatch(/state +parked \(doubt\)/);
  const vague = await ask("review", "resolve", id, "--verdict", "maybe", "--evidence", "e", "--reason", "r");
  expect([vague.code, vague.stderr]).toEqual([2, expect.stringContaining("sent or not_sent")]);
  const resolve = ["review", "resolve", id, "--verdict", "sent", "--evidence", "seen in the console", "--reason", "r"];
  expect(await asked(...resolve)).toMatchObject({ id, state: "accepted" });
});

test("review escalate: Markdown for people, a document for programs, with the provider's answer", async () => {
  const id = await parked();
  expect((await ask("review", "show", id)).stdout).toMatch(/attempt 1: rejected 400 21211[^\n]*\n {4}\{"code":21211/);
  const markdown = await ask("review", "escalate", id);
  expect(markdown.code).toBe(0);
  expect(markdown.stdout).toMatch(/^# twilio messages\\?\.create: 400\/21211/);
  expect(markdown.stdout).toContain("## Answer");
  const document = await asked("review", "escalate", id);
  expect(document).toMatchObject({ operation_id: id, code: "21211", status: 400, reproducible: "once" });
  expect(JSON.parse(String(document["error_body"]))).toMatchObject({ code: 21211, status: 400 });
});

test("doctor: every line says how it is; a gateway that runs is no fault, a provider that does not answer is", async () => {
  const well = await landline(["doctor", "--config", config, "--json"]);
  expect([well.code, well.stderr]).toEqual([0, ""]);
  const { ok, findings } = JSON.parse(well.stdout) as { ok: boolean; findings: { check: string; result: string }[] };
  expect(ok).toBe(true);
  expect(Object.fromEntries(findings.map(({ check, result }) => [check, result]))).toMatchObject({
    configuration: "ok",
    "api keys": "ok",
    webhooks: "warn",
    store: "warn",
    "account tw": "ok",
  });
  const broken = path.join(place.directory, "broken.json");
  await writeFile(broken, (await readFile(config, "utf8")).replaceAll(sandbox.url, "http://127.0.0.1:9"));
  const ill = await landline(["doctor", "--config", broken]);
  expect([ill.code, ill.stdout]).toEqual([1, expect.stringMatching(/^fail +account tw /m)]);
  const offline = await landline(["doctor", "--config", broken, "--offline"]);
  expect([offline.code, offline.stdout]).toEqual([0, expect.not.stringContaining("account tw")]);
});

test("keys: made and shown once, rotated, revoked at once, listed without secrets", async () => {
  const made = await ask("keys", "create", "web", "--role", "viewer", "--accounts", "tw,spare", "--per-second", "50");
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^ll_[\w-]{43}\n$/);
  const id = /^key_\w+/m.exec(made.stderr)?.[0] ?? "";
  const second = await asked("keys", "rotate", id, "--reason", "yearly");
  expect(second).toMatchObject({ name: "web", accounts: ["tw", "spare"], rate_limit: { per_second: 50, burst: 50 } });
  const whoami = async (key: string): Promise<number> =>
    (await fetch(`${gateway.url}/v1/session`, { headers: { authorization: `Bearer ${key}` } })).status;
  const first = made.stdout.trim();
  expect([await whoami(first), await whoami(String(second["key"]))]).toEqual([200, 200]);
  expect((await ask("keys", "revoke", id)).stdout).toBe(`${id}  revoked\n`);
  expect([await whoami(first), await whoami(String(second["key"]))]).toEqual([401, 200]);
  const listed = await ask("keys", "list");
  expect(listed.stdout).toMatch(/^configured:admin:1 +admin +admin +all +configuration/m);
  expect(listed.stdout).not.toContain("ll_");
  const again = await ask("keys", "revoke", id);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("NOT_FOUND")]);
  expect((await ask("keys", "create", "x", "--role", "viewer", "--burst", "3")).code).toBe(2);
  expect((await ask("keys", "create", "x", "--role", "root")).code).toBe(2);
});

test("alerts test and webhooks test say what is missing and fail", async () => {
  const alerts = await ask("alerts", "test");
  expect([alerts.code, alerts.stdout]).toEqual([1, "no channels are configured\n"]);
  const webhooks = await ask("webhooks", "test");
  expect([webhooks.code, webhooks.stdout]).toEqual([
    1,
    expect.stringMatching(/^fail +tw +\d+ +http.publicUrl is not/m),
  ]);
});

test("the store belongs to one process; afterwards it agrees with the ledger, and a doctored ledger is found out", async () => {
  const busy = await landline(["verify", "--config", config]);
  expect([busy.code, busy.stdout, busy.stderr]).toEqual([1, "", expect.stringContaining("in use")]);
  expect(await gateway.stop()).toBe(0);
  const by = async (...more: readonly string[]): Promise<Ended> => landline(["verify", "--config", config, ...more]);
  expect(await by()).toEqual({ code: 0, stdout: "every invariant holds\n", stderr: "" });
  for (const source of [sandbox.url, ledger]) {
    const { code, stdout } = await by("--ledger", source, "--json");
    expect([source, code, JSON.parse(stdout)]).toEqual([source, 0, { ok: true, breaks: [] }]);
  }
  const lines = (await readFile(ledger, "utf8")).trimEnd().split("\n");
  const effects = lines.filter((line) => line.includes('"type":"effect"') && line.includes('"messages.create"'));
  expect(effects.length).toBeGreaterThan(3);
  const twice = path.join(place.directory, "twice.jsonl");
  await writeFile(twice, [...lines, effects[0]?.replace(/"id":"SM./, '"id":"SMx')].join("\n"));
  const duplicate = await by("--ledger", twice);
  expect([duplicate.code, duplicate.stdout]).toEqual([1, expect.stringMatching(/^I4 +op_\w+ +happened 2 times/m)]);
  const none = path.join(place.directory, "none.jsonl");
  await writeFile(none, "");
  const lost = await by("--ledger", none, "--json");
  expect(lost.code).toBe(1);
  const { breaks } = JSON.parse(lost.stdout) as { readonly breaks: readonly Json[] };
  expect(new Set(breaks.map(({ invariant }) => invariant))).toEqual(new Set(["I13"]));
  const missing = await by("--ledger", path.join(place.directory, "not-there"));
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("cannot read the ledger")]);
  expect((await by("--ledger", "http://127.0.0.1:9")).code).toBe(1);
});

test("migrate and prune: nothing to do is done, what is old goes, a duration that is none is refused", async () => {
  const run = async (...args: readonly string[]): Promise<Ended> => landline([...args, "--config", config]);
  expect(await run("migrate")).toEqual({ code: 0, stdout: "the store is up to date\n", stderr: "" });
  expect((await run("migrate", "--dry-run", "--json")).stdout).toBe('{"dry_run":true,"migrations":[]}\n');
  expect((await run("prune", "--json")).stdout).toBe('{"deleted":0}\n');
  const soon = await run("prune", "--older-than", "soon");
  expect([soon.code, soon.stderr]).toEqual([2, expect.stringContaining("--older-than must be a duration")]);
  const all = await run("prune", "--older-than", "1ms", "--json");
  expect((JSON.parse(all.stdout) as { deleted: number }).deleted).toBeGreaterThan(3);
  expect((await run("verify")).code).toBe(0);
  expect(await sandbox.stop()).toBe(0);
});
