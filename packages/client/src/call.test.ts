/**
 * What one call does with everything a provider and a network can answer, over real sockets: attempts made, waits kept,
 * what happened at the provider, and the failure as its caller reads it.
 */
import type { Failure, OperationTraits } from "@landline/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import type { Client } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { atOnce } from "./testing/at-once.ts";
import { flakyServer } from "./testing/flaky-server.ts";
import type { Behaviour, FlakyServer } from "./testing/flaky-server.ts";
import { letterbox } from "./testing/letterbox.ts";
import type { LetterboxTypes } from "./testing/letterbox.ts";

let server: FlakyServer;
const clients: Client<LetterboxTypes>[] = [];
const heard: string[] = [];
beforeEach(async () => {
  heard.length = 0;
  server = await flakyServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

const quick: ClientOptions = {
  attemptsMax: 3,
  backoff: { base: 20, factor: 2, max: 1_000, jitter: 0 },
  attemptTimeout: 500,
  deadline: "10s",
};
const letter = { to: "+15550001", text: "hello" };

function start(
  options: ClientOptions = {},
  traits: Partial<OperationTraits> = {},
  url = server.url,
): Client<LetterboxTypes> {
  const client = createClient(letterbox(url, { traits }), {
    on: ({ type }) => void heard.push(type),
    ...quick,
    ...options,
  });
  clients.push(client);
  return client;
}

const posts = () => server.received.filter(({ method }) => method === "POST");
const waits = () =>
  posts()
    .slice(1)
    .map(({ at }, index) => at - (posts()[index]?.at ?? 0));
const always = (behaviour: Behaviour): void => {
  server.script.push(...Array.from({ length: 12 }, () => behaviour));
};

interface Row {
  readonly answer: Behaviour;
  readonly attempts: number;
  /** Least milliseconds between the attempts. */
  readonly waits?: readonly number[];
  readonly outcome: string;
  readonly failure: Partial<Failure>;
}

const once = (status: number, failure: Partial<Failure>): Row => ({
  answer: { status },
  attempts: 1,
  outcome: "rejected",
  failure: { status, execution: "not_executed", ...failure },
});
const unavailable = {
  kind: "unavailable",
  category: "D",
  execution: "not_executed",
  remedy: "retry",
  responsible: "provider",
} as const;
const repeated = (status: number, answer: Behaviour = { status }): Row => ({
  answer,
  attempts: 3,
  // Asked twice, one settle time apart, before each repeat.
  waits: [20 + 20 + 20, 20 + 20 + 40],
  outcome: "ambiguous",
  failure: { status, ...unavailable },
});

const rows: readonly (readonly [string, Row])[] = [
  ["400", once(400, { kind: "invalid_request", category: "A", remedy: "fix_request", responsible: "caller" })],
  ["401", once(401, { kind: "authentication", category: "B", remedy: "fix_account", responsible: "operator" })],
  ["403", once(403, { kind: "authorization", category: "C", remedy: "fix_account", responsible: "operator" })],
  ["404", once(404, { kind: "not_found", category: null, remedy: "fix_request", responsible: "caller" })],
  ["405", once(405, { kind: "invalid_request", category: "A", remedy: "fix_request", responsible: "caller" })],
  ["409", once(409, { kind: "conflict", category: null, remedy: "fix_request", responsible: "caller" })],
  ["422", once(422, { kind: "invalid_request", category: "A", remedy: "fix_request", responsible: "caller" })],
  [
    "429",
    {
      answer: { status: 429 },
      attempts: 3,
      waits: [20, 40],
      outcome: "throttled",
      failure: { kind: "rate_limited", category: "D", status: 429, execution: "not_executed", remedy: "retry" },
    },
  ],
  ["500", repeated(500)],
  ["502", repeated(502)],
  ["503", repeated(503)],
  ["504", repeated(504)],
  [
    "HTML from a proxy",
    repeated(502, { status: 502, headers: { "content-type": "text/html" }, body: "<html><h1>Bad gateway</h1>" }),
  ],
];

describe("a create that the provider can be asked about", () => {
  test.each(rows)("%s", async (_name, row) => {
    always(row.answer);
    const result = await start().call("letters.post", letter);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.failure).toMatchObject(row.failure);
    expect(result.attempts.map(({ number, outcome }) => ({ number, outcome }))).toEqual(
      Array.from({ length: row.attempts }, (_, index) => ({ number: index + 1, outcome: row.outcome })),
    );
    expect(posts()).toHaveLength(row.attempts);
    for (const [index, wait] of waits().entries()) expect(wait).toBeGreaterThanOrEqual((row.waits?.[index] ?? 0) - 2);
    expect(new Set(posts().map(({ body }) => body)).size).toBe(1);
    expect(new Set(posts().map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(server.effects).toHaveLength(0);
  });

  test.each<readonly [string, Behaviour]>([
    ["a reset after it was accepted", "reset-after-accept"],
    ["no answer although it was accepted", "hang-after-accept"],
    ["a 500 although it was accepted", { status: 500, executes: true }],
    ["a 201 whose JSON is cut", { status: 201, truncate: 9 }],
    ["a 200 with HTML", { status: 200, body: "<html>ok</html>" }],
    ["a 201 without its identifier", { status: 201, body: "{}" }],
  ])("%s is found, not repeated", async (_name, behaviour) => {
    server.script.push(behaviour);
    const result = await start().call("letters.post", letter);
    expect(result).toMatchObject({ ok: true, value: { sid: "SM0001" }, providerId: "SM0001" });
    expect(result.attempts).toMatchObject([{ number: 1, outcome: "ambiguous" }]);
    expect(server.effects).toHaveLength(1);
    expect(posts()).toHaveLength(1);
  });

  test("a reset before it was accepted is repeated, but only when it can no longer be under way", async () => {
    server.script.push("reset-before-accept");
    const result = await start().call("letters.post", letter);
    expect(result).toMatchObject({
      ok: true,
      attempts: [
        { outcome: "ambiguous", phase: "wait", status: null },
        { outcome: "accepted", status: 201, phase: "done" },
      ],
    });
    expect(waits()[0]).toBeGreaterThanOrEqual(500 + 20 + 20);
    expect(server.effects).toHaveLength(1);
  });

  test("a refused connection is repeated without asking, and ends as not executed", async () => {
    const { url } = server;
    await server.close();
    const began = Date.now();
    const result = await start({}, {}, url).call("letters.post", letter);
    expect(Date.now() - began).toBeGreaterThanOrEqual(60);
    expect(result).toMatchObject({
      ok: false,
      failure: {
        kind: "transport",
        category: "D",
        shape: "transport",
        execution: "not_executed",
        remedy: "retry",
        responsible: "network",
        code: "ECONNREFUSED",
      },
      attempts: [{ outcome: "unavailable", phase: "connect" }, { outcome: "unavailable" }, { outcome: "unavailable" }],
    });
    server = await flakyServer();
  });

  test("succeeds at once when nothing is wrong", async () => {
    const result = await start().call("letters.post", letter);
    expect(result).toMatchObject({
      ok: true,
      value: { sid: "SM0001", status: "queued" },
      providerStatus: "queued",
      attempts: [{ number: 1, outcome: "accepted", status: 201, phase: "done" }],
    });
    expect(result.response?.body).toContain("SM0001");
    expect(result.operationId).toMatch(/^op_/);
    expect(result.idempotencyKey).toBe(result.operationId);
  });
});

describe("Retry-After", () => {
  test("is never undercut", async () => {
    server.script.push({ status: 429, headers: { "retry-after": "1" } });
    const result = await start().call("letters.post", letter);
    expect(result.ok).toBe(true);
    expect(waits()[0]).toBeGreaterThanOrEqual(998);
  });

  test("beyond the deadline is answered now, with the instant", async () => {
    server.script.push({ status: 429, headers: { "retry-after": "3600" } });
    const began = Date.now();
    const result = await start().call("letters.post", letter);
    expect(heard).not.toContain("retry.scheduled");
    expect(result).toMatchObject({ ok: false, failure: { kind: "rate_limited", status: 429 }, attempts: [{}] });
    expect(!result.ok && Date.parse(result.failure.retryAt ?? "")).toBeGreaterThan(began + 3_599_000);
  });
});

describe("guarantees", () => {
  test("at-least-once repeats without asking", async () => {
    server.script.push("reset-after-accept");
    const result = await start().call("letters.post", letter, { guarantee: "at-least-once" });
    expect(result.ok).toBe(true);
    expect(server.effects).toHaveLength(2);
    expect(server.received.every(({ method }) => method === "POST")).toBe(true);
  });

  test("at-most-once stops at the first doubt", async () => {
    server.script.push("reset-before-accept");
    const result = await start().call("letters.post", letter, { guarantee: "at-most-once" });
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "transport", execution: "unknown", remedy: "reconcile" },
      attempts: [{}],
    });
    expect(posts()).toHaveLength(1);
  });

  test("a provider that de-duplicates gets the same key and bytes again", async () => {
    server.script.push("reset-before-accept", { status: 503 });
    const result = await start({}, { doubt: "deduplicate" }).call("letters.post", letter, {
      idempotencyKey: "order-1",
    });
    expect(result).toMatchObject({ ok: true, idempotencyKey: "order-1" });
    expect(posts().map(({ headers }) => headers["idempotency-key"])).toEqual(["order-1", "order-1", "order-1"]);
    expect(new Set(posts().map(({ body }) => body)).size).toBe(1);
  });

  test("where nobody can be asked, doubt is told as doubt", async () => {
    server.script.push({ status: 503 });
    const result = await start({}, { doubt: "park" }).call("letters.post", letter);
    expect(result).toMatchObject({ ok: false, failure: { status: 503, execution: "unknown", remedy: "reconcile" } });
    expect(posts()).toHaveLength(1);
  });

  test("an idempotent operation is simply repeated", async () => {
    server.script.push("reset-after-accept", { status: 500 });
    expect(await start().call("letters.recall", letter)).toMatchObject({ ok: true, attempts: [{}, {}, {}] });
  });
});

describe("doubt", () => {
  test("that cannot be settled before the deadline can be settled later", async () => {
    server.script.push("reset-after-accept");
    server.answerGet = () => ({ status: 503, body: "{}" });
    const result = await start().call("letters.post", letter, { deadline: "200ms" });
    expect(result).toMatchObject({ ok: false, failure: { execution: "unknown", remedy: "reconcile" } });
    if (result.ok) return;
    server.answerGet = null;
    expect(await result.reconcile()).toMatchObject({
      ok: true,
      value: { sid: "SM0001" },
      operationId: result.operationId,
    });
    expect(posts()).toHaveLength(1);
  });

  test("settled later as absent says that it was not executed, and sends nothing", async () => {
    server.script.push("reset-before-accept");
    const result = await start().call("letters.post", letter, { deadline: "60ms" });
    expect(!result.ok && result.failure).toMatchObject({ execution: "unknown" });
    if (result.ok) return;
    expect(await result.reconcile({ deadline: "5s" })).toMatchObject({
      ok: false,
      failure: { execution: "not_executed", remedy: "retry" },
    });
    expect(posts()).toHaveLength(1);
  });

  test("does not take another call's message for its own", async () => {
    server.script.push({}, "reset-before-accept");
    const client = start();
    const first = await client.call("letters.post", letter);
    const second = await client.call("letters.post", letter);
    expect(first.ok && second.ok).toBe(true);
    expect(first.ok && second.ok && first.providerId !== second.providerId).toBe(true);
    expect(server.effects).toHaveLength(2);
  });

  test("of two equal calls at once is settled one message each", async () => {
    server.script.push("reset-after-accept", "reset-before-accept");
    const client = start();
    const results = await Promise.all([client.call("letters.post", letter), client.call("letters.post", letter)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(new Set(results.map((result) => result.ok && result.providerId)).size).toBe(2);
    expect(server.effects).toHaveLength(2);
  });

  test("with more equal messages than calls is nobody's to decide", async () => {
    server.script.push("reset-after-accept");
    server.answerGet = () => {
      const message = { body: JSON.stringify(letter), created: Date.now() };
      return {
        status: 200,
        body: JSON.stringify({
          messages: [
            { ...message, sid: "SM0001" },
            { ...message, sid: "SM0002" },
          ],
        }),
      };
    };
    expect(await start().call("letters.post", letter)).toMatchObject({ ok: false, failure: { execution: "unknown" } });
  });

  test("reads every page before it calls something absent", async () => {
    server.script.push("reset-after-accept");
    server.answerGet = ({ url }) =>
      url.includes("page=2")
        ? {
            status: 200,
            body: JSON.stringify({
              messages: server.effects.map(({ id, body, at }) => ({ sid: id, body, created: at })),
            }),
          }
        : { status: 200, body: JSON.stringify({ messages: [], next: "?page=2" }) };
    expect(await start().call("letters.post", letter)).toMatchObject({ ok: true, value: { sid: "SM0001" } });
  });
});

describe("an abort", () => {
  test("before anything costs no request", async () => {
    const result = await start().call("letters.post", letter, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "cancelled", execution: "not_executed", responsible: "caller" },
      attempts: [],
    });
    expect(server.received).toHaveLength(0);
  });

  test("during the request ends it at once and says that it is not known", async () => {
    server.script.push("hang");
    const controller = new AbortController();
    const pending = start({ attemptTimeout: "10s" }).call("letters.post", letter, { signal: controller.signal });
    await expect.poll(() => server.received.length).toBe(1);
    controller.abort();
    expect(await atOnce(pending)).toMatchObject({
      ok: false,
      failure: { kind: "cancelled", execution: "unknown", remedy: "reconcile" },
      attempts: [{ outcome: "ambiguous" }],
    });
  });

  test("during back-off ends it at once, and nothing is sent any more", async () => {
    server.script.push({ status: 429 });
    const controller = new AbortController();
    const pending = start({ backoff: { base: "5s" } }).call("letters.post", letter, { signal: controller.signal });
    await expect.poll(() => server.received.length).toBe(1);
    await expect.poll(() => heard).toContain("retry.scheduled");
    controller.abort();
    expect(await atOnce(pending)).toMatchObject({
      ok: false,
      failure: { kind: "cancelled", execution: "not_executed" },
      attempts: [{ outcome: "throttled" }],
    });
    expect(posts()).toHaveLength(1);
  });

  test("while the provider is being asked leaves the doubt", async () => {
    server.script.push("reset-after-accept");
    const controller = new AbortController();
    const pending = start({}, { lookupSettleMs: 5_000 }).call("letters.post", letter, { signal: controller.signal });
    await expect.poll(() => server.received.length).toBe(1);
    await expect.poll(() => heard).toContain("attempt.ended");
    controller.abort();
    expect(await atOnce(pending)).toMatchObject({ ok: false, failure: { kind: "cancelled", execution: "unknown" } });
  });
});

test("a provider that answers nothing at all, not even what it has, ends the call as its policy says", async () => {
  server.answerGet = () => ({ status: 503 });
  server.script.push({ status: 503 }, { status: 503 });
  const result = await start({ attemptsMax: 3, backoff: { base: "5ms", jitter: 0 } }).call("letters.post", letter);
  expect(result).toMatchObject({
    ok: false,
    failure: { execution: "unknown", remedy: "reconcile", status: 503 },
    attempts: [{ number: 1, outcome: "ambiguous" }],
  });
  expect(server.received.map(({ method }) => method)).toEqual(["POST", "GET", "GET", "GET"]);
});

describe("a deadline", () => {
  test("that passes during the request is expired, with its doubt", async () => {
    server.script.push("hang");
    const result = await start({ attemptTimeout: "10s" }).call("letters.post", letter, { deadline: "60ms" });
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "expired", execution: "unknown", remedy: "reconcile" },
      attempts: [{}],
    });
  });

  test("before the next try gives the last failure with the instant of that try", async () => {
    always({ status: 429 });
    const result = await start({ backoff: { base: "3s" } }).call("letters.post", letter, { deadline: "1s" });
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "rate_limited", execution: "not_executed" },
      attempts: [{}],
    });
    expect(!result.ok && result.failure.retryAt).not.toBeNull();
  });
});

describe("a call that is wrong in itself", () => {
  test.each([
    ["its input", () => start().call("letters.post", { to: "0555", text: "x" }), "to"],
    ["its key", () => start().call("letters.post", letter, { idempotencyKey: "with space" }), "idempotencyKey"],
    ["its deadline", () => start().call("letters.post", letter, { deadline: "soon" }), "deadline"],
    ["its guarantee", () => start().call("letters.post", letter, { guarantee: "twice" as never }), "guarantee"],
    ["its operation", () => start().call("letters.burn" as never, letter as never), "operation"],
  ])("in %s costs no request", async (_name, make, field) => {
    expect(await make()).toMatchObject({
      ok: false,
      failure: { kind: "invalid_request", execution: "not_executed", field },
      attempts: [],
    });
    expect(server.received).toHaveLength(0);
  });
});

describe("close", () => {
  test("ends a call in its back-off at once, and refuses later ones", async () => {
    always({ status: 429 });
    const client = start({ backoff: { base: "5s" } });
    const pending = client.call("letters.post", letter);
    await expect.poll(() => server.received.length).toBe(1);
    await expect.poll(() => heard).toContain("retry.scheduled");
    client.close();
    expect(await atOnce(pending)).toMatchObject({
      ok: false,
      failure: { kind: "cancelled", execution: "not_executed" },
    });
    expect(await client.call("letters.post", letter)).toMatchObject({
      ok: false,
      failure: { kind: "cancelled" },
      attempts: [],
    });
    expect(posts()).toHaveLength(1);
  });

  test("tells that a request under way may have been executed", async () => {
    server.script.push("hang-after-accept");
    const client = start({ attemptTimeout: "5s" });
    const pending = client.call("letters.post", letter);
    await expect.poll(() => server.received.length).toBe(1);
    client.close();
    expect(await pending).toMatchObject({
      ok: false,
      failure: { kind: "cancelled", execution: "unknown", remedy: "reconcile" },
    });
  });
});

test("a refusal stands, also after a doubt that turned out to be nothing", async () => {
  server.script.push("reset-before-accept", { status: 400 });
  const result = await start({ attemptTimeout: 60 }).call("letters.post", letter, { guarantee: "at-least-once" });
  expect(result).toMatchObject({
    ok: false,
    failure: { status: 400, execution: "not_executed" },
    attempts: [{ outcome: "ambiguous" }, { outcome: "rejected" }],
  });
  expect(posts()).toHaveLength(2);
});

test("attemptsMax: 1 means one", async () => {
  always({ status: 429 });
  const result = await start({ attemptsMax: 1 }).call("letters.post", letter);
  expect(result.attempts).toHaveLength(1);
  expect(posts()).toHaveLength(1);
});

test("callOrThrow throws the failure, and no credential with it", async () => {
  server.script.push({ status: 400, body: JSON.stringify({ code: "bad", message: "your secret open-sesame is bad" }) });
  const error: unknown = await start()
    .callOrThrow("letters.post", letter)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "LandlineError", failure: { status: 400, code: "bad" } });
  const shown = `${JSON.stringify(error)} ${String(error)} ${(error as Error).stack}`;
  expect(shown).not.toContain("open-sesame");
  expect(shown).not.toContain("c2VjcmV0OnNlc2FtZQ");
});

test("tells what happens, and survives a listener that throws", async () => {
  server.script.push({ status: 429 });
  const told: string[] = [];
  const client = start({
    on: (event) => {
      told.push(event.type);
      throw new Error("listener");
    },
  });
  expect((await client.call("letters.post", letter)).ok).toBe(true);
  expect(told).toEqual(["call.started", "attempt.ended", "retry.scheduled", "attempt.ended", "call.ended"]);
});
