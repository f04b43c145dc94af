import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reliableFetch } from "./reliable-fetch.ts";
import type { RetryRules } from "./reliable-fetch.ts";
import { flakyServer } from "./testing/flaky-server.ts";
import type { FlakyServer } from "./testing/flaky-server.ts";

let server: FlakyServer;
beforeEach(async () => {
  server = await flakyServer();
});
afterEach(() => server.close());

const quick: RetryRules = { initialDelay: 10, jitter: 0 };
const send = reliableFetch(fetch, quick);
const down = (times: number, status = 503): void => {
  let left = times;
  server.answerGet = () => (left-- > 0 ? { status, body: `try ${left}` } : { status: 200, body: "up" });
};

test.each(["GET", "HEAD", "PUT", "DELETE"])("%s is repeated", async (method) => {
  down(2);
  server.script.push({ status: 503 }, { status: 503 });
  const response = await send(server.url, { method });
  expect(response.ok).toBe(true);
  expect(server.received).toHaveLength(3);
});

test.each(["POST", "PATCH"])("%s is sent once: it may have been executed", async (method) => {
  server.script.push({ status: 503, body: "busy" });
  const response = await send(server.url, { method, body: "a" });
  expect(response.status).toBe(503);
  expect(await response.text()).toBe("busy");
  expect(server.received).toHaveLength(1);
});

test("POST is repeated with a key, with the same key and bytes", async () => {
  server.script.push("reset-before-accept", { status: 500 });
  const response = await send(server.url, { method: "POST", body: "a=ö", headers: { "Idempotency-Key": "k1" } });
  expect(response.ok).toBe(true);
  expect(server.received.map(({ body, headers }) => [body, headers["idempotency-key"]])).toEqual(
    Array.from({ length: 3 }, () => ["a=ö", "k1"]),
  );
});

test("POST is repeated when it certainly was not executed", async () => {
  server.script.push({ status: 429, headers: { "retry-after": "0" } });
  expect((await send(server.url, { method: "POST", body: "a" })).ok).toBe(true);
  expect(server.received).toHaveLength(2);
  const { url } = server;
  await server.close();
  const began = performance.now();
  await expect(reliableFetch(fetch, { ...quick, maxAttempts: 2 })(url, { method: "POST", body: "a" })).rejects.toThrow(
    TypeError,
  );
  expect(performance.now() - began).toBeGreaterThanOrEqual(30);
  server = await flakyServer();
});

test("a reset of a POST is the error it was, once", async () => {
  server.script.push("reset-after-accept");
  await expect(send(server.url, { method: "POST", body: "a" })).rejects.toThrow("fetch failed");
  expect(server.effects).toHaveLength(1);
});

test("the last response stays readable, with its headers", async () => {
  server.answerGet = () => ({ status: 503, body: "still down", headers: { "x-a": "b" } });
  const response = await reliableFetch(fetch, { ...quick, maxAttempts: 2 })(server.url);
  expect([response.status, response.headers.get("x-a"), await response.text()]).toEqual([503, "b", "still down"]);
  expect(server.received).toHaveLength(3);
});

test.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505, 511])("%i is not repeated", async (status) => {
  server.answerGet = () => ({ status, body: "no" });
  expect((await send(server.url)).status).toBe(status);
  expect(server.received).toHaveLength(1);
});

test("Retry-After is never undercut, and beyond the time left it is answered now", async () => {
  let first = true;
  server.answerGet = () => {
    const answer = first ? { status: 503, headers: { "retry-after": "1" }, body: "" } : { status: 200, body: "up" };
    first = false;
    return answer;
  };
  expect((await send(server.url)).ok).toBe(true);
  const [one, two] = server.received;
  expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThanOrEqual(998);
  server.answerGet = () => ({ status: 429, headers: { "retry-after": "2200000" }, body: "" });
  const before = server.received.length;
  expect((await send(server.url)).headers.get("retry-after")).toBe("2200000");
  expect(server.received).toHaveLength(before + 1);
});

describe("bodies", () => {
  const stream = () => new Blob(["streamed"]).stream();

  test("a lone stream is sent once", async () => {
    server.script.push({ status: 503 });
    const response = await send(server.url, { method: "PUT", body: stream(), duplex: "half" } as never);
    expect(response.status).toBe(503);
    expect(server.received.map(({ body }) => body)).toEqual(["streamed"]);
  });

  test("a factory is asked for a new one each time", async () => {
    server.script.push({ status: 503 }, { status: 503 });
    expect((await send(server.url, { method: "PUT", body: stream, duplex: "half" } as never)).ok).toBe(true);
    expect(server.received.map(({ body }) => body)).toEqual(["streamed", "streamed", "streamed"]);
  });

  test("a Request with a body is sent once and never empty", async () => {
    server.script.push({ status: 503 });
    const response = await send(new Request(server.url, { method: "PUT", body: "kept" }));
    expect(response.status).toBe(503);
    expect(server.received.map(({ body }) => body)).toEqual(["kept"]);
  });

  test("a Request without one is repeated", async () => {
    down(1);
    expect(await (await send(new Request(server.url))).text()).toBe("up");
  });

  test("forms are repeated in full", async () => {
    server.script.push({ status: 502 });
    expect((await send(server.url, { method: "PUT", body: new URLSearchParams({ a: "1" }) })).ok).toBe(true);
    expect(server.received.map(({ body }) => body)).toEqual(["a=1", "a=1"]);
  });
});

test("an abort ends the back-off in the same tick, with the caller's reason", async () => {
  down(9);
  const controller = new AbortController();
  const pending = reliableFetch(fetch, { initialDelay: 5_000 })(server.url, { signal: controller.signal });
  await expect.poll(() => server.received.length).toBe(1);
  await new Promise((resolve) => void setTimeout(resolve, 30));
  const reason = new Error("changed my mind");
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
  expect(server.received).toHaveLength(1);
});

test("a mistake of the caller is not repeated", async () => {
  let sent = 0;
  const counting = reliableFetch((input, init) => {
    sent += 1;
    return fetch(input, init);
  }, quick);
  await expect(counting("not a url")).rejects.toThrow(TypeError);
  expect(sent).toBe(1);
});

test("rules of one request go over those of the function, and are not passed on", async () => {
  const seen: unknown[] = [];
  const spying = reliableFetch((input, init) => {
    seen.push(init);
    return fetch(input, init);
  }, quick);
  down(9);
  await spying(server.url, { method: "GET", retryOptions: { maxAttempts: 1 } });
  expect(seen).toEqual([{ method: "GET" }, { method: "GET" }]);
});

test("the words of a policy are understood too", async () => {
  down(9);
  const policy: RetryRules = { attemptsMax: 3, backoff: { base: "5ms", factor: 1, jitter: "full" }, deadline: "1m" };
  expect((await reliableFetch(fetch, policy)(server.url)).status).toBe(503);
  expect(server.received).toHaveLength(3);
  expect((await reliableFetch(fetch, { attemptsMax: 1 })(server.url)).status).toBe(503);
  expect(server.received).toHaveLength(4);
  const late = await reliableFetch(fetch, { backoff: { base: "1h", max: "1h" }, totalWaitMax: "1s" })(server.url);
  expect(late.status).toBe(503);
  expect(server.received).toHaveLength(5);
  expect(() => reliableFetch(fetch, { attemptsMax: 0 })).toThrow("attemptsMax must be");
});

test("retryOnlyIfServerUnreached repeats nothing that reached it", async () => {
  down(1);
  expect((await reliableFetch(fetch, { ...quick, retryOnlyIfServerUnreached: true })(server.url)).status).toBe(503);
});

test.each([
  [{ maxAttempts: -1 }, "maxAttempts must be a number from 0 to 1000, not -1"],
  [{ jitter: 2 }, "jitter must be a number from 0 to 1, not 2"],
  [{ retries: 3 }, "retries is not known"],
])("%j is refused by name", (rules, message) => {
  expect(() => reliableFetch(fetch, rules as RetryRules)).toThrow(message);
});
