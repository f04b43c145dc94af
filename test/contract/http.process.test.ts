/**
 * The HTTP API as the contract words it, asked from outside: errors, keys, roles, lists, review verbs.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiOf, configuration, createPlace, keys, newKey, send, settled } from "./running.ts";
import type { Answered, Api, Place } from "./running.ts";

const refused = "+15551110001";
const optedOut = "+15551110002";
const lost = "+15551110003";

let place: Place;
let sandbox = "";
let api: Api;

beforeAll(async () => {
  place = await createPlace();
  const faults = await place.write("faults.json", {
    rules: [
      { when: { operation: "messages.create", to: refused }, do: { status: 400, code: 21211 } },
      { when: { operation: "messages.create", to: optedOut }, do: { status: 400, code: 21610 } },
      { when: { operation: "messages.create", to: lost }, do: { reset: "after-accept" } },
    ],
  });
  sandbox = (await place.sandbox("twilio", "--faults", faults)).url;
  const file = await place.write("landline.config.json", configuration(sandbox));
  api = apiOf((await place.serve(file)).url);
});
afterAll(async () => place.leave());

const body = { account: "tw", operation: "messages.create", input: { To: "+15551234567", Body: "hello" } };
const told = ({ status, body: said }: Answered): unknown[] => [status, said?.code, said?.details?.field];

describe("errors", () => {
  test.each<[string, string, unknown, object, unknown[]]>([
    ["no key", "/v1/operations", body, { key: null, headers: newKey() }, [401, "UNAUTHENTICATED", undefined]],
    ["a wrong key", "/v1/operations", body, { key: "nobody", headers: newKey() }, [401, "UNAUTHENTICATED", undefined]],
    ["another role", "/v1/operations", body, { key: keys.viewer }, [403, "FORBIDDEN", undefined]],
    ["no path", "/v1/nothing", body, {}, [404, "NOT_FOUND", undefined]],
    ["no idempotency key", "/v1/operations", body, {}, [400, "IDEMPOTENCY_KEY_REQUIRED", "Idempotency-Key"]],
    [
      "a bad idempotency key",
      "/v1/operations",
      body,
      { headers: { "idempotency-key": "a b" } },
      [400, "IDEMPOTENCY_KEY_INVALID", "Idempotency-Key"],
    ],
    [
      "one too long",
      "/v1/operations",
      body,
      { headers: { "idempotency-key": "k".repeat(256) } },
      [400, "IDEMPOTENCY_KEY_INVALID", "Idempotency-Key"],
    ],
    ["no JSON", "/v1/operations", "{oops", { headers: newKey() }, [400, "VALIDATION_ERROR", undefined]],
    [
      "another type",
      "/v1/operations",
      "a=b",
      { headers: { ...newKey(), "content-type": "text/plain" } },
      [415, "UNSUPPORTED_MEDIA_TYPE", undefined],
    ],
    [
      "too much",
      "/v1/operations",
      { ...body, metadata: { text: "x".repeat(2_000_000) } },
      { headers: newKey() },
      [413, "PAYLOAD_TOO_LARGE", undefined],
    ],
    [
      "an unknown account",
      "/v1/operations",
      { ...body, account: "zz" },
      { headers: newKey() },
      [400, "VALIDATION_ERROR", "account"],
    ],
    [
      "an unknown operation",
      "/v1/operations",
      { ...body, operation: "messages.dance" },
      { headers: newKey() },
      [400, "VALIDATION_ERROR", "operation"],
    ],
    [
      "a bad number",
      "/v1/operations",
      { ...body, input: { To: "555", Body: "x" } },
      { headers: newKey() },
      [400, "VALIDATION_ERROR", "input.To"],
    ],
    [
      "a deadline that passed",
      "/v1/operations",
      { ...body, deadline: "2020-01-01T00:00:00Z" },
      { headers: newKey() },
      [400, "VALIDATION_ERROR", "deadline"],
    ],
    [
      "an unknown route",
      "/v1/messages",
      { to: "+15551234567", body: "x", route: "none" },
      { headers: newKey() },
      [400, "VALIDATION_ERROR", "route"],
    ],
    [
      "no recipient",
      "/v1/messages",
      { body: "x", via: ["tw:sms"] },
      { headers: newKey() },
      [400, "VALIDATION_ERROR", "to"],
    ],
    [
      "a batch too long",
      "/v1/operations/batch",
      { operations: Array.from({ length: 1_001 }, () => ({})) },
      {},
      [400, "VALIDATION_ERROR", "operations"],
    ],
  ])("%s", async (_what, path, sent, options, expected) => {
    const answer = await api("POST", path, sent, options);
    expect(told(answer)).toEqual(expected);
    expect(answer.body.request_id).toBe(answer.headers.get("x-request-id"));
    expect(answer.body.message).toEqual(expect.any(String));
  });

  test("a method a path does not have is 405, an operation that is not there 404", async () => {
    expect(told(await api("DELETE", "/v1/operations"))).toEqual([405, "METHOD_NOT_ALLOWED", undefined]);
    expect(told(await api("GET", "/v1/operations/op_nowhere"))).toEqual([404, "NOT_FOUND", undefined]);
  });

  test.each([
    "limit=0",
    "limit=201",
    "limit=x",
    "state=gone",
    "kind=odd",
    "colour=red",
    "cursor=abc",
    "cursor=1",
    "offset=5",
  ])("a list refuses %s", async (query) => {
    expect(told(await api("GET", `/v1/operations?${query}`))).toEqual([400, "VALIDATION_ERROR", query.split("=")[0]]);
  });
});

describe("idempotency", () => {
  test("a hundred at once are one operation; another body is 422; another key's name another operation", async () => {
    const headers = { "idempotency-key": "same-for-all" };
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => api("POST", "/v1/operations", body, { headers })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get("idempotent-replayed") === "true")).toHaveLength(99);
    const other = await api("POST", "/v1/operations", { ...body, reference: "r" }, { headers });
    expect(told(other).slice(0, 2)).toEqual([422, "IDEMPOTENCY_CONFLICT"]);
    const elsewhere = await api("POST", "/v1/operations", { ...body, reference: "r" }, { headers, key: keys.sender });
    expect(elsewhere.status).toBe(202);
    expect(elsewhere.body.id).not.toBe(answers[0]?.body.id);
  });

  test("what was refused has not consumed its key", async () => {
    const headers = newKey();
    expect((await api("POST", "/v1/operations", { ...body, input: { To: "1" } }, { headers })).status).toBe(400);
    expect((await api("POST", "/v1/operations", body, { headers })).status).toBe(202);
  });

  test("each of a batch has an answer of its own, in order", async () => {
    const item = { ...body, idempotency_key: "of-a-batch" };
    const { status, body: said } = await api("POST", "/v1/operations/batch", {
      operations: [item, { ...item, input: { To: "+15551234567", Body: "else" } }, body, { ...item, account: "zz" }],
    });
    expect(status).toBe(200);
    expect(said.results.map((each: Answered["body"]) => [each.status, each.error?.code])).toEqual([
      [202, undefined],
      [422, "IDEMPOTENCY_CONFLICT"],
      [400, "IDEMPOTENCY_KEY_REQUIRED"],
      [400, "VALIDATION_ERROR"],
    ]);
  });
});

describe("roles", () => {
  test("see and do what is theirs", async () => {
    const { body: mine } = await send(api, "+14155552671", { reference: "mine" }, keys.sender);
    const statuses = async (method: string, path: string, sent?: unknown): Promise<number[]> =>
      Promise.all(Object.values(keys).map(async (key) => (await api(method, path, sent, { key })).status));
    // sender, other sender, viewer, operator, admin
    expect(await statuses("GET", `/v1/operations/${mine.id}`)).toEqual([200, 404, 200, 200, 200]);
    expect(await statuses("POST", `/v1/operations/${mine.id}/retry`, "{")).toEqual([403, 403, 403, 400, 400]);
    expect(await statuses("POST", "/v1/bulk", "{")).toEqual([403, 403, 403, 403, 400]);
    expect(await statuses("POST", "/v1/accounts/tw/resume", {})).toEqual([403, 403, 403, 403, 200]);
    expect(await statuses("GET", "/metrics")).toEqual([200, 200, 200, 200, 200]);
    expect((await api("GET", "/metrics", undefined, { key: null })).status).toBe(401);
  });

  test("a viewer sees masked numbers and no bodies, in a list, in one and in the escalation", async () => {
    const { body: mine } = await send(api, "+14155552672");
    for (const path of [`/v1/operations/${mine.id}`, "/v1/operations", `/v1/operations/${mine.id}/escalation`]) {
      const { status, text } = await api("GET", path, undefined, { key: keys.viewer });
      expect(status).toBe(200);
      expect(text).not.toContain("+14155552672");
      expect(text).not.toContain("canary body");
    }
  });
});

test("a list is newest first, by cursor, each once", async () => {
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1)
    made.push((await send(api, "+14155552673", { reference: "page" })).body.id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body: page } = await api("GET", `/v1/operations?reference=page&limit=2${more}`);
    seen.push(...page.data.map(({ id }: { id: string }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(seen).toEqual(made.toReversed());
});

describe("review", () => {
  const verb = async (id: string, name: string, sent: object, headers = {}): Promise<Answered> =>
    api("POST", `/v1/operations/${id}/${name}`, sent, { key: keys.operator, headers });
  const parked = async (to = refused, more = {}): Promise<Answered["body"]> =>
    settled(api, (await send(api, to, more)).body.id, ["parked"]);
  const input = { To: "+15551234567", Body: "corrected" };

  test("needs a reason, a version that is fresh, and something to decide", async () => {
    const { id, version } = await parked();
    expect(told(await verb(id, "fix", { input, version }))).toEqual([400, "VALIDATION_ERROR", "reason"]);
    expect((await verb(id, "fix", { input, reason: "r" })).status).toBe(428);
    expect(told(await verb(id, "fix", { input, reason: "r", version: version - 1 }))[1]).toBe("STATE_CONFLICT");
    expect(told(await verb(id, "resolve", { verdict: "sent", evidence: "seen", reason: "r", version }))[0]).toBe(409);
    const clicks = await Promise.all([1, 2].map(async () => verb(id, "discard", { reason: "r", version })));
    expect(new Set(clicks.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  test("fix makes a child and leaves the parent superseded and as it was", async () => {
    const parent = await parked(refused, { reference: "order" });
    const fixed = await verb(parent.id, "fix", { input, reason: "typo" }, { "if-match": `"${parent.version}"` });
    expect(fixed.status).toBe(201);
    expect(fixed.body).toMatchObject({ state: "queued", parent_id: parent.id, reference: "order", attempts: [] });
    expect(fixed.body.idempotency_key).not.toBe(parent.idempotency_key);
    const { body: after } = await api("GET", `/v1/operations/${parent.id}`);
    expect(after).toMatchObject({ state: "superseded", input: parent.input, child_ids: [fixed.body.id] });
    await settled(api, fixed.body.id, ["accepted"]);
  });

  test("retry appends the next attempt number", async () => {
    const { id, version } = await parked();
    expect((await verb(id, "retry", { reason: "again", version })).status).toBe(200);
    await expect
      .poll(async () =>
        (await api("GET", `/v1/operations/${id}`)).body.attempts.map((each: { number: number }) => each.number),
      )
      .toEqual([1, 2]);
  });

  test("doubt is resolved with evidence, either way", async () => {
    const doubtful = { guarantee: "at-most-once" };
    const first = await parked(lost, doubtful);
    expect(first).toMatchObject({ parked_reason: "doubt", failure: { execution: "unknown", remedy: "reconcile" } });
    const common = { evidence: "seen in the console", reason: "looked" };
    expect(told(await verb(first.id, "resolve", { verdict: "sent", reason: "r", version: first.version }))[2]).toBe(
      "evidence",
    );
    const sent = await verb(first.id, "resolve", { ...common, verdict: "sent", version: first.version });
    expect(sent.body.state).toBe("accepted");
    expect(JSON.stringify(sent.body.history)).toContain("seen in the console");
    const second = await parked(lost, doubtful);
    const back = await verb(second.id, "resolve", { ...common, verdict: "not_sent", version: second.version });
    expect([back.status, back.body.state]).toEqual([200, "queued"]);
  });

  test("who opted out is never sent to again, not even through a fallback", async () => {
    const step = { account: "tw", operation: "messages.create", input: { To: optedOut, Body: "again" } };
    const { id, version, failure, child_ids } = await parked(optedOut, { fallback: [step] });
    expect([failure.kind, child_ids]).toEqual(["recipient_blocked", []]);
    for (const [name, more] of [
      ["retry", {}],
      ["fallback", step],
      ["fix", { input: step.input }],
    ] as const)
      expect((await verb(id, name, { ...more, reason: "r", version })).status).toBe(409);
    const { effects } = (await (
      await fetch(`${sandbox}/_sandbox/ledger?effects&to=${encodeURIComponent(optedOut)}`)
    ).json()) as {
      effects: unknown[];
    };
    expect(effects).toEqual([]);
  });

  test("groups say what parks and what to do; an escalation is JSON or Markdown", async () => {
    const { id } = await parked();
    const { body: groups } = await api("GET", "/v1/review/groups");
    expect(groups.data).toContainEqual(
      expect.objectContaining({
        account: "tw",
        kind: "invalid_request",
        code: "21211",
        suggestion: expect.any(String),
      }),
    );
    const json = await api("GET", `/v1/operations/${id}/escalation`);
    expect(json.body).toMatchObject({ status: 400, code: "21211", operation_id: id, timeline: expect.any(Array) });
    const markdown = await api("GET", `/v1/operations/${id}/escalation`, undefined, {
      headers: { accept: "text/markdown" },
    });
    expect(markdown.headers.get("content-type")).toContain("text/markdown");
    expect(markdown.text).toContain("21211");
  });
});
