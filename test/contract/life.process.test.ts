/**
 * The life of operations against a provider that breaks: every status, lost answers, callbacks, pauses, kills, deadlines.
 */
import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accountSid,
  apiOf,
  authToken,
  configuration,
  createPlace,
  keys,
  newKey,
  pause,
  send,
  settled,
} from "./running.ts";
import type { Answered, Api, Place, Running } from "./running.ts";

let place: Place;
let sandbox = "";
let file = "";
let server: Running;
let api: Api;

/** The account through which status `status` is answered; each has its own, so that a blocked one blocks no other. */
const accountOf = (status: number): string => `s${status}`;
const numberOf = (status: number): string => `+1555000${String(status).padStart(4, "0")}`;
const publicUrl = "https://landline.example.com/base";

/** What a status means where no code decides: end, kind, category, execution, remedy, responsible. */
const table: readonly (readonly [number, string, string, string | null, string, string, string])[] = [
  [301, "rejected", "invalid_request", "A", "not_executed", "fix_account", "operator"],
  [400, "rejected", "invalid_request", "A", "not_executed", "fix_request", "caller"],
  [401, "blocked_account", "authentication", "B", "not_executed", "fix_account", "operator"],
  [403, "rejected", "authorization", "C", "not_executed", "fix_account", "operator"],
  [404, "rejected", "not_found", null, "not_executed", "fix_account", "operator"],
  [405, "rejected", "invalid_request", "A", "not_executed", "fix_request", "caller"],
  [410, "rejected", "not_found", null, "not_executed", "fix_request", "caller"],
  [413, "rejected", "invalid_request", "A", "not_executed", "fix_request", "caller"],
  [415, "rejected", "invalid_request", "A", "not_executed", "fix_request", "caller"],
  [422, "rejected", "invalid_request", "A", "not_executed", "fix_request", "caller"],
  [501, "rejected", "invalid_request", "A", "not_executed", "fix_account", "operator"],
  [505, "rejected", "invalid_request", "A", "not_executed", "fix_account", "operator"],
  [408, "exhausted", "transport", "D", "not_executed", "retry", "network"],
  [500, "exhausted", "unavailable", "D", "not_executed", "retry", "provider"],
  [502, "exhausted", "unavailable", "D", "not_executed", "retry", "provider"],
  [503, "exhausted", "unavailable", "D", "not_executed", "retry", "provider"],
  [504, "exhausted", "unavailable", "D", "not_executed", "retry", "provider"],
  [524, "exhausted", "transport", "D", "not_executed", "retry", "network"],
];

const to = {
  resetAfter: "+15552220001",
  truncated: "+15552220002",
  html: "+15552220003",
  accepted500: "+15552220004",
  hangs: "+15552220005",
  throttled: "+15552220006",
  throttledLong: "+15552220007",
  echo: "+15552220008",
  slow: "+15552220009",
  down: "+15552220010",
};

beforeAll(async () => {
  place = await createPlace();
  const create = (recipient: string, more: object = {}): object => ({
    operation: "messages.create",
    to: recipient,
    ...more,
  });
  const faults = await place.write("faults.json", {
    rules: [
      ...table.map(([status]) => ({ when: create(numberOf(status)), do: { status } })),
      { when: create(to.resetAfter), do: { reset: "after-accept" } },
      { when: create(to.truncated), do: { truncate: 40 } },
      { when: create(to.html), do: { html: true, status: 502, accept: true } },
      { when: create(to.accepted500), do: { status: 500, accept: true } },
      { when: create(to.hangs, { nth: 1 }), do: { hang: true } },
      { when: create(to.throttled, { nth: 1 }), do: { status: 429, headers: { "retry-after": "1" } } },
      { when: create(to.throttledLong), do: { status: 429, headers: { "retry-after": "60" } } },
      { when: create(to.echo), do: { status: 400, code: 21211, message: `the token ${authToken} is fine` } },
      { when: create(to.slow), do: { delay: "800ms" } },
      { when: create(to.down), do: { status: 503 } },
    ],
  });
  sandbox = (await place.sandbox("twilio", "--faults", faults)).url;
  const account = (number: number): object => ({
    provider: "twilio",
    accountSid: number === 0 ? accountSid : `AC${String(number).padStart(32, "0")}`,
    authToken,
    from: "+15005550006",
    baseUrl: sandbox,
    lookupSettle: "50ms",
  });
  file = await place.write(
    "landline.config.json",
    configuration(sandbox, {
      accounts: {
        tw: account(0),
        other: account(1),
        third: account(2),
        ...Object.fromEntries(table.map(([status]) => [accountOf(status), account(status)])),
      },
      http: { publicUrl },
      policy: { backoff: { base: "20ms", max: "50ms" }, attemptTimeout: "1s" },
    }),
  );
  server = await place.serve(file);
  api = apiOf(server.url);
});
afterAll(async () => place.leave());

const effectsFor = async (recipient: string): Promise<readonly { readonly id: string }[]> => {
  const answer = await fetch(`${sandbox}/_sandbox/ledger?effects&to=${encodeURIComponent(recipient)}`);
  return ((await answer.json()) as { effects: { id: string }[] }).effects;
};
const outcomes = (operation: Answered["body"]): string[] =>
  operation.attempts.map((each: { outcome: string; status: number | null }) => `${each.outcome} ${each.status}`);

describe("a status that stays", () => {
  const made = new Map<number, Promise<Answered["body"]>>();
  beforeAll(() => {
    for (const [status] of table)
      made.set(
        status,
        send(api, numberOf(status), { account: accountOf(status) }).then(async ({ body }) =>
          settled(api, body.id, ["parked"], 30_000),
        ),
      );
  });

  test.each(table)("%i parks as %s: %s %s %s %s %s", async (status, reason, kind, category, execution, remedy, who) => {
    const operation = await made.get(status);
    expect(operation).toMatchObject({
      parked_reason: reason,
      failure: { status, kind, category, execution, remedy, responsible: who },
    });
    expect(operation.failure.guidance).not.toBe("");
    expect(operation.failure.docs).toMatch(/^https:/);
    expect(operation.attempts).toHaveLength(reason === "exhausted" ? 6 : 1);
    expect(await effectsFor(numberOf(status))).toEqual([]);
  });

  test("a refused credential holds everybody else of that account until a check is accepted", async () => {
    await made.get(401);
    const { body } = await send(api, "+15552229999", { account: accountOf(401) });
    await settled(api, body.id, ["held"]);
    expect((await api("GET", `/v1/accounts/${accountOf(401)}`)).body).toMatchObject({ state: "blocked" });
    expect((await api("POST", `/v1/accounts/${accountOf(401)}/check`, {})).body).toMatchObject({ state: "ok" });
    await settled(api, body.id, ["accepted"]);
  });
});

describe("an answer that is lost", () => {
  test.each<[keyof typeof to, string[]]>([
    ["resetAfter", ["ambiguous null"]],
    ["truncated", ["ambiguous 201"]],
    ["html", ["ambiguous 502"]],
    ["accepted500", ["ambiguous 500"]],
    ["hangs", ["ambiguous null", "accepted 201"]],
  ])("%s: it happens once", async (what, expected) => {
    const { body } = await send(api, to[what]);
    const operation = await settled(api, body.id, ["accepted"], 15_000);
    expect(outcomes(operation)).toEqual(expected);
    const effects = await effectsFor(to[what]);
    expect(effects.map(({ id }) => id)).toEqual([operation.provider_id]);
  });
});

test("a 429 waits exactly as told and spends no attempt; beyond the deadline the answer is given now", async () => {
  const first = await settled(api, (await send(api, to.throttled, { account: "other" })).body.id, ["accepted"]);
  const [refused, accepted] = first.attempts;
  expect(Date.parse(accepted.started_at) - Date.parse(refused.ended_at)).toBeGreaterThanOrEqual(1_000);
  const began = Date.now();
  const deadline = new Date(began + 45_000).toISOString();
  const { body } = await send(api, to.throttledLong, { account: "third", deadline });
  const expired = await settled(api, body.id, ["expired"]);
  expect(Date.now()).toBeLessThan(Date.parse(deadline));
  expect(expired.failure).toMatchObject({
    kind: "rate_limited",
    code: "20429",
    execution: "not_executed",
    remedy: "retry",
    responsible: "provider",
  });
  expect(Date.parse(expired.failure.retry_at)).toBeGreaterThan(Date.parse(deadline));
});

test("a secret that a provider echoes is nowhere; nor are bodies and numbers in the log", async () => {
  const { body } = await send(api, to.echo);
  await settled(api, body.id, ["parked"]);
  const pages = await Promise.all(
    ["", "/escalation"].map(async (page) => (await api("GET", `/v1/operations/${body.id}${page}`)).text),
  );
  for (const text of [...pages, (await api("GET", "/metrics")).text, server.said.err, server.said.out])
    expect(text).not.toContain(authToken);
  expect(pages[0]).toContain("[redacted]");
  expect(server.said.err).toContain(body.id);
  for (const canary of ["canary body", to.echo, keys.admin]) expect(server.said.err).not.toContain(canary);
});

describe("callbacks", () => {
  const sign = (url: string, form: Readonly<Record<string, string>>): string =>
    createHmac("sha1", authToken)
      .update(
        url +
          Object.entries(form)
            .toSorted(([left], [right]) => (left < right ? -1 : 1))
            .map(([name, value]) => name + value)
            .join(""),
      )
      .digest("base64");
  const call = async (
    form: Readonly<Record<string, string>>,
    query = "",
    signature?: string | null,
  ): Promise<number> => {
    const made = signature === undefined ? sign(`${publicUrl}/webhooks/tw${query}`, form) : signature;
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      ...(made === null ? {} : { "x-twilio-signature": made }),
    };
    return (await api("POST", `/webhooks/tw${query}`, new URLSearchParams(form).toString(), { key: null, headers }))
      .status;
  };
  const event = (sid: string, status: string, more = {}): Record<string, string> => ({
    AccountSid: accountSid,
    MessageSid: sid,
    MessageStatus: status,
    ...more,
  });
  const receipts = async (id: string): Promise<unknown[]> =>
    (await api("GET", `/v1/operations/${id}`)).body.receipts.map((each: { status: string }) => each.status);

  test("only signed ones count, each once, in any order", async () => {
    const operation = await settled(api, (await send(api, "+15553330001")).body.id, ["accepted"]);
    const sid: string = operation.provider_id;
    expect(await call(event(sid, "delivered"), "", null)).toBe(403);
    expect(await call(event(sid, "delivered"), "", "AAAA")).toBe(403);
    const answers = await Promise.all(Array.from({ length: 10 }, async () => call(event(sid, "delivered"))));
    expect(answers.every((status) => status >= 200 && status < 300)).toBe(true);
    expect(await call(event(sid, "sent"), "?op=x%20y")).toBe(204);
    expect((await settled(api, operation.id, ["delivered"])).receipts).toHaveLength(2);
    expect(await receipts(operation.id)).toEqual(["delivered", "sent"]);
  });

  test("one that overtakes its answer is kept and applied with it", async () => {
    const { body } = await send(api, to.slow);
    await expect.poll(async () => (await effectsFor(to.slow)).length).toBe(1);
    const [effect] = await effectsFor(to.slow);
    expect(await call(event(effect?.id ?? "", "delivered"))).toBe(204);
    await settled(api, body.id, ["delivered"], 5_000);
  });

  test("a failed delivery is classified by its code, and a critical one asks for a person", async () => {
    for (const [importance, end] of [
      ["standard", "undelivered"],
      ["critical", "parked"],
    ]) {
      const made = await send(api, "+15553330002", { class: importance });
      const operation = await settled(api, made.body.id, ["accepted"]);
      expect(await call(event(operation.provider_id, "undelivered", { ErrorCode: "30003" }))).toBe(204);
      expect(await settled(api, operation.id, [end ?? ""])).toMatchObject({
        failure: { kind: "undelivered", shape: "receipt", code: "30003", execution: "executed" },
      });
    }
  });

  test("JSON with bodySHA256 is taken, nonsense is never 5xx", async () => {
    const operation = await settled(api, (await send(api, "+15553330003")).body.id, ["accepted"]);
    const json = async (text: string, digestOf = text): Promise<number> => {
      const query = `?bodySHA256=${createHash("sha256").update(digestOf).digest("hex")}`;
      const headers = {
        "content-type": "application/json",
        "x-twilio-signature": sign(`${publicUrl}/webhooks/tw${query}`, {}),
      };
      return (await api("POST", `/webhooks/tw${query}`, text, { key: null, headers })).status;
    };
    const text = JSON.stringify(event(operation.provider_id, "delivered"));
    expect(await json(text)).toBe(204);
    await settled(api, operation.id, ["delivered"]);
    expect(await json(`${text} `, text)).toBe(403);
    for (const odd of ["[1,2", "null", '"x"', "{}", "\u0000"]) expect(await json(odd)).toBeLessThan(500);
    expect(await call({})).toBeLessThan(500);
    expect((await api("POST", "/webhooks/nobody", "{}", { key: null })).status).toBe(404);
  });
});

test("server-sent events tell what changes, without bodies and numbers", async () => {
  const ending = new AbortController();
  const stream = await fetch(`${server.url}/v1/events`, {
    headers: { authorization: `Bearer ${keys.viewer}` },
    signal: ending.signal,
  });
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  let heard = "";
  const listening = (async () => {
    for await (const chunk of stream.body ?? []) heard += Buffer.from(chunk).toString();
  })().catch(() => {});
  const { body } = await send(api, "+15554440001");
  await expect.poll(() => heard).toContain(`"id":"${body.id}"`);
  await expect.poll(() => heard).toContain('"state":"accepted"');
  ending.abort();
  await listening;
  expect(heard).not.toContain("canary body");
  expect(heard).not.toContain("+15554440001");
});

// From here on the server is ended and started again.
test("a pause survives a restart; what is held can be cancelled; a deadline passes while it waits", async () => {
  expect((await api("POST", "/v1/accounts/other/pause", { reason: "maintenance" })).body).toMatchObject({
    paused: true,
  });
  const later = new Date(Date.now() + 2_500).toISOString();
  const [kept, dropped, late] = await Promise.all(
    [{}, {}, { deadline: later, class: "critical" }].map(async (more) =>
      send(api, "+15555550001", { account: "other", ...more }),
    ),
  );
  expect(await server.end()).toBe(0);
  server = await place.serve(file);
  api = apiOf(server.url);
  await settled(api, kept?.body.id, ["held"]);
  expect((await api("POST", `/v1/operations/${dropped?.body.id}/cancel`, {})).body.state).toBe("cancelled");
  await pause(Math.max(0, Date.parse(later) - Date.now()));
  expect((await api("POST", "/v1/accounts/other/resume", {})).body).toMatchObject({ paused: false });
  await settled(api, kept?.body.id, ["accepted"]);
  expect(await settled(api, late?.body.id, ["expired"])).toMatchObject({ attempts: [], failure: { kind: "expired" } });
  expect(await effectsFor("+15555550001")).toHaveLength(1);
});

test("a kill in the middle of an attempt is doubt, which is settled at once by the next process", async () => {
  const { body } = await send(api, to.slow);
  await settled(api, body.id, ["sending"]);
  await expect.poll(async () => (await effectsFor(to.slow)).length).toBe(2);
  await server.end("SIGKILL");
  const began = Date.now();
  server = await place.serve(file);
  api = apiOf(server.url);
  const operation = await settled(api, body.id, ["accepted"]);
  expect(Date.now() - began, "the lease alone would have taken 35 s").toBeLessThan(20_000);
  expect(outcomes(operation)).toEqual(["ambiguous null"]);
  expect(await effectsFor(to.slow)).toHaveLength(2);
});

test("draining: readiness says 503, new work is sent away with a Retry-After, what is under way ends", async () => {
  const { body } = await send(api, to.slow);
  await settled(api, body.id, ["sending"]);
  const ended = server.end("SIGINT");
  await pause(200);
  expect((await api("GET", "/readyz", undefined, { key: null })).status).toBe(503);
  const sentAway = await api(
    "POST",
    "/v1/operations",
    { account: "tw", operation: "messages.create", input: { To: "+15551234567", Body: "x" } },
    { headers: newKey() },
  );
  expect([sentAway.status, sentAway.body.code, Number(sentAway.headers.get("retry-after")) > 0]).toEqual([
    503,
    "UNAVAILABLE",
    true,
  ]);
  expect(await ended).toBe(0);
  server = await place.serve(file);
  api = apiOf(server.url);
  expect((await api("GET", `/v1/operations/${body.id}`)).body).toMatchObject({ state: "accepted" });
});

test("Ctrl-C twice ends at once", async () => {
  await send(api, to.slow);
  await pause(200);
  server.child.kill("SIGINT");
  await pause(150);
  expect(await server.end("SIGINT")).toBe(130);
});

test("a stop in the moment it listens drains too, of the service and of the sandbox", async () => {
  await server.end("SIGKILL");
  // The line is all that was waited for: whoever reads it may have changed their mind.
  server = await place.serve(file);
  expect(await server.end("SIGINT")).toBe(0);
  const idle = await place.sandbox("twilio");
  expect(await idle.end("SIGTERM")).toBe(0);
});
