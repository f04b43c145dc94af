/**
 * Defects that others had, one test each: named after the defect, not after our code. The table of who has which is in
 * `docs/guides/client.md`; runnable proofs of theirs are in `bench/defects`.
 */
import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClient } from "./client.ts";
import type { Client } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { reliableFetch } from "./reliable-fetch.ts";
import { atOnce } from "./testing/at-once.ts";
import { flakyServer } from "./testing/flaky-server.ts";
import type { Behaviour, FlakyServer } from "./testing/flaky-server.ts";
import { letterbox } from "./testing/letterbox.ts";
import type { LetterboxTypes } from "./testing/letterbox.ts";

let server: FlakyServer;
const clients: Client<LetterboxTypes>[] = [];
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(async () => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
  server = await flakyServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  process.off("unhandledRejection", note);
});

const letter = { to: "+15550001", text: "hello" };
const start = (
  options: ClientOptions = {},
  doubt: "lookup" | "park" | "deduplicate" = "park",
): Client<LetterboxTypes> => {
  const client = createClient(letterbox(server.url, { traits: { doubt } }), {
    attemptsMax: 4,
    backoff: { base: 10, jitter: 0 },
    attemptTimeout: 2_000,
    ...options,
  });
  clients.push(client);
  return client;
};
const always = (behaviour: Behaviour): void => void server.script.push(...Array.from({ length: 30 }, () => behaviour));

test("a Retry-After longer than a timer can run does not fire at once", async () => {
  always({ status: 429, headers: { "retry-after": "2200000" } });
  const result = await start().call("letters.post", letter);
  expect(server.received).toHaveLength(1);
  expect(!result.ok && Date.parse(result.failure.retryAt ?? "")).toBeGreaterThan(Date.now() + 2_100_000_000);
});

test("a Retry-After is not cut to a maximum of ours", async () => {
  server.script.push({ status: 429, headers: { "retry-after": "1" } });
  await start({ backoff: { base: 1, max: 2 } }).call("letters.post", letter);
  const [one, two] = server.received;
  expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(998);
});

test("a negative or past Retry-After does not mean at once", async () => {
  server.script.push(
    { status: 429, headers: { "retry-after": "-5" } },
    { status: 429, headers: { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" } },
  );
  expect((await start({ backoff: { base: 60, factor: 1, jitter: 0 } }).call("letters.post", letter)).ok).toBe(true);
  const [one, two, three] = server.received.map(({ at }) => at);
  expect((two ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(58);
  expect((three ?? 0) - (two ?? 0)).toBeGreaterThanOrEqual(58);
});

test("a POST is not delivered four times when its connection is reset", async () => {
  always("reset-after-accept");
  expect(await start().call("letters.post", letter)).toMatchObject({ ok: false, failure: { execution: "unknown" } });
  expect(server.effects).toHaveLength(1);
});

test("a POST is not repeated after a timeout", async () => {
  always("hang-after-accept");
  await start({ attemptTimeout: 60 }).call("letters.post", letter);
  expect(server.effects).toHaveLength(1);
});

test("an abort does not wait for the back-off, and calls nothing once more", async () => {
  always({ status: 429 });
  const controller = new AbortController();
  let retries = 0;
  const on: ClientOptions["on"] = ({ type }) => void (retries += Number(type === "retry.scheduled"));
  const pending = start({ backoff: { base: "20s" }, on }).call("letters.post", letter, { signal: controller.signal });
  await expect.poll(() => server.received.length).toBe(1);
  await expect.poll(() => retries).toBe(1);
  controller.abort();
  await atOnce(pending);
  expect(server.received).toHaveLength(1);
  expect(unhandled).toEqual([]);
});

test("one call's timeout aborts no other call", async () => {
  server.script.push("hang", { delayMs: 600 });
  const client = start({ attemptTimeout: "30s" });
  const hanging = client.call("letters.post", letter, { deadline: 500 });
  await expect.poll(() => server.received.length).toBe(1);
  const answered = client.call("letters.post", letter);
  expect([(await hanging).ok, (await answered).ok]).toEqual([false, true]);
});

test("a long-lived signal collects no listeners", async () => {
  const { signal } = new AbortController();
  server.script.push({ status: 429 }, "reset-before-accept", { status: 400 });
  const client = start();
  for (let count = 0; count < 20; count += 1) await client.call("letters.post", letter, { signal });
  await reliableFetch(fetch, { initialDelay: 1 })(server.url, { signal });
  expect(getEventListeners(signal, "abort").length).toBeLessThanOrEqual(1);
});

test("no body is sent empty on a retry", async () => {
  server.script.push({ status: 503 }, { status: 503 }, { status: 503 });
  await start({}, "deduplicate").call("letters.post", letter);
  expect(server.received.map(({ body }) => body.length > 10)).toEqual([true, true, true, true]);
  expect(new Set(server.received.map(({ body }) => body)).size).toBe(1);
});

test("a breaker does not open on the first failure", async () => {
  server.script.push({ status: 500 });
  const client = start();
  await client.call("letters.post", letter);
  expect((await client.call("letters.post", letter)).ok).toBe(true);
  expect(client.health()["letters"]).toMatchObject({ open: true, breaker: "closed" });
});

test("a 429 does not open the breaker", async () => {
  always({ status: 429, headers: { "retry-after": "0" } });
  // Ten failures in a row would.
  const client = start({ attemptsMax: 12, backoff: { base: 0, max: 0 } });
  await client.call("letters.post", letter);
  expect(client.health()["letters"]).toMatchObject({ breaker: "closed" });
});

test("maxRetries zero means none", async () => {
  always({ status: 429 });
  await start({ attemptsMax: 1 }).call("letters.post", letter);
  expect(server.received).toHaveLength(1);
});

test("no credential is printed with an error", async () => {
  always("reset-before-accept");
  const client = start({ attemptsMax: 1 });
  const error = await client.callOrThrow("letters.post", letter).catch((thrown: unknown) => thrown as Error);
  const { inspect } = await import("node:util");
  const shown = [
    inspect(error, { depth: 20, showHidden: true }),
    JSON.stringify(error),
    inspect(client, { depth: 20 }),
  ].join();
  expect(shown).toContain("transport");
  expect(shown).not.toMatch(/c2VjcmV0OnNlc2FtZQ|open-sesame/);
});

test("a provider that is down is not stormed: the retry budget ends it", async () => {
  always({ status: 503 });
  server.script.push(...Array.from({ length: 2_000 }, () => ({ status: 503 })));
  const client = start(
    {
      attemptsMax: 6,
      backoff: { base: 1, max: 1 },
      limits: { budget: { ratio: 0.1, reservePerSecond: 1, reserveMax: 3 }, breaker: { volumeMin: 10_000 } },
    },
    "deduplicate",
  );
  await Promise.all(Array.from({ length: 40 }, () => client.call("letters.post", letter)));
  expect(server.received.length).toBeLessThan(40 + 10);
});

test("the last response is not thrown away", async () => {
  always({ status: 503, body: '{"message":"down for repairs"}' });
  const result = await start({}, "deduplicate").call("letters.post", letter);
  expect(result.response).toMatchObject({ status: 503, body: '{"message":"down for repairs"}' });
});

test("a discarded response body ends in no unhandled rejection", async () => {
  server.answerGet = () => ({ status: 503, body: "x".repeat(500_000), truncate: 100_000 });
  await reliableFetch(fetch, { initialDelay: 1, jitter: 0, maxAttempts: 3 })(server.url);
  await new Promise((resolve) => void setTimeout(resolve, 50));
  expect(unhandled).toEqual([]);
});
