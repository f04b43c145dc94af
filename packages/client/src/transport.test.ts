import { createServer as createTcpServer } from "node:net";
import type { AddressInfo } from "node:net";
import { ambient } from "@landline/host/ambient";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Transport, TransportOptions } from "./exchange.ts";
import { flakyServer } from "./testing/flaky-server.ts";
import type { FlakyServer } from "./testing/flaky-server.ts";
import { createTransport as overFetch } from "./transport-fetch.ts";
import { createTransport as overUndici } from "./transport.ts";

let server: FlakyServer;
let open: Transport[] = [];
beforeEach(async () => {
  server = await flakyServer();
});
afterEach(async () => {
  for (const transport of open) transport.close();
  open = [];
  await server.close();
});

const limits = { timeoutMs: 2_000, signal: null };
const post = (url: string) => ({
  request: { method: "POST", url, headers: { "content-type": "application/json" }, body: '{"a":"ö"}' } as const,
  authorization: { authorization: "Basic Zm9vOmJhcg==" },
});

describe.each([
  ["undici", overUndici],
  ["fetch", overFetch],
] as const)("over %s", (_name, create) => {
  const start = (options: TransportOptions = {}): Transport => {
    const transport = create(options, ambient);
    open.push(transport);
    return transport;
  };

  test("sends bytes, credentials and headers as described and brings the answer back", async () => {
    server.script.push({ status: 201, headers: { "X-Request-Id": "RQ1", "set-cookie": "a=1" }, body: '{"sid":"SM1"}' });
    const seen = await start().send(post(`${server.url}/v1/letters?x=1`), limits);
    expect(seen).toMatchObject({ type: "response", status: 201, body: '{"sid":"SM1"}', complete: true });
    expect(seen.type === "response" && seen.headers["x-request-id"]).toBe("RQ1");
    expect(server.received).toMatchObject([
      { method: "POST", url: "/v1/letters?x=1", body: '{"a":"ö"}', headers: { authorization: "Basic Zm9vOmJhcg==" } },
    ]);
  });

  test("reads a long answer in which characters are split between chunks", async () => {
    const body = "ö€😀".repeat(60_000);
    server.script.push({ body });
    const seen = await start().send(post(server.url), limits);
    expect(seen.type === "response" && seen.body === body).toBe(true);
  });

  test("does not follow a redirect", async () => {
    server.script.push({ status: 307, headers: { location: `${server.url}/elsewhere` }, body: "" });
    expect(await start().send(post(server.url), limits)).toMatchObject({ type: "response", status: 307 });
    expect(server.received).toHaveLength(1);
  });

  test("a refused connection never left", async () => {
    const { url } = server;
    await server.close();
    expect(await start().send(post(url), limits)).toMatchObject({
      type: "transport",
      phase: "connect",
      cause: "refused",
      mayHaveLeft: false,
      systemCode: "ECONNREFUSED",
    });
  });

  test("an unknown name never left", async () => {
    expect(await start().send(post("http://no-such-name.invalid/"), limits)).toMatchObject({
      type: "transport",
      phase: "resolve",
      cause: "dns",
      mayHaveLeft: false,
    });
  });

  test("TLS to something that speaks no TLS never left", async () => {
    const seen = await start().send(post(server.url.replace("http:", "https:")), limits);
    expect(seen).toMatchObject({ type: "transport", phase: "tls", cause: "tls", mayHaveLeft: false });
  });

  test("a reset after the request was read may have left", async () => {
    server.script.push("reset-before-accept");
    expect(await start().send(post(server.url), limits)).toMatchObject({
      type: "transport",
      phase: "wait",
      cause: "reset",
      mayHaveLeft: true,
    });
  });

  test("a reset on a reused connection may have left too", async () => {
    const transport = start();
    await transport.send(post(server.url), limits);
    server.script.push("reset-after-accept");
    expect(await transport.send(post(server.url), limits)).toMatchObject({
      type: "transport",
      cause: "reset",
      mayHaveLeft: true,
    });
    expect(server.effects).toHaveLength(2);
  });

  test("an answer that is cut keeps its status and what was read", async () => {
    server.script.push({ status: 201, body: '{"sid":"SM1","text":"aaaaaaaaaaaaaaaa"}', truncate: 20 });
    expect(await start().send(post(server.url), limits)).toMatchObject({
      type: "response",
      status: 201,
      complete: false,
    });
  });

  test("an answer beyond the limit is cut", async () => {
    server.script.push({ body: "x".repeat(100_000) });
    const seen = await start({ bodyBytesMax: 1_000 }).send(post(server.url), limits);
    expect(seen).toMatchObject({ type: "response", status: 201, complete: false });
    expect(seen.type === "response" && seen.body.length).toBeLessThanOrEqual(100_000);
  });

  test("gives up after the timeout, not before", async () => {
    server.script.push("hang");
    const began = performance.now();
    const seen = await start().send(post(server.url), { timeoutMs: 60, signal: null });
    expect(seen).toMatchObject({ type: "transport", phase: "wait", cause: "timeout", mayHaveLeft: true });
    // Not later than it must is the deadline wheel's own test, in virtual time.
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
  });

  test("an abort ends it in the same tick", async () => {
    server.script.push("hang");
    const controller = new AbortController();
    const pending = start().send(post(server.url), { timeoutMs: 5_000, signal: controller.signal });
    await expect.poll(() => server.received.length).toBe(1);
    let ended = false;
    void pending.then(() => {
      ended = true;
    });
    controller.abort();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(ended).toBe(true);
    expect(await pending).toMatchObject({ cause: "aborted", mayHaveLeft: true });
  });

  test("is not even begun when the time is over or the signal has fired", async () => {
    const transport = start();
    expect(await transport.send(post(server.url), { timeoutMs: 0, signal: null })).toMatchObject({
      phase: "prepare",
      mayHaveLeft: false,
    });
    expect(await transport.send(post(server.url), { timeoutMs: 5, signal: AbortSignal.abort() })).toMatchObject({
      phase: "prepare",
      mayHaveLeft: false,
    });
    expect(server.received).toHaveLength(0);
  });

  test("close ends what is under way and refuses what comes later", async () => {
    server.script.push("hang");
    const transport = start();
    const pending = transport.send(post(server.url), limits);
    await expect.poll(() => server.received.length).toBe(1);
    transport.close();
    expect(await pending).toMatchObject({ type: "transport", cause: "aborted", mayHaveLeft: true });
    expect(await transport.send(post(server.url), limits)).toMatchObject({ phase: "prepare", cause: "aborted" });
  });
});

describe("Node's transport", () => {
  const start = (options: TransportOptions = {}): Transport => {
    const transport = overUndici(options, ambient);
    open.push(transport);
    return transport;
  };

  test("a connection that is never established never left", async () => {
    // A server whose backlog accepts but that never speaks TLS.
    const silent = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const seen = await start().send(post(`https://127.0.0.1:${port}/`), { timeoutMs: 80, signal: null });
    expect(seen).toMatchObject({ type: "transport", phase: "tls", cause: "timeout", mayHaveLeft: false });
    silent.close();
  });

  test("waiting for a connection never left, and is not sent later", async () => {
    server.script.push({ delayMs: 120 });
    const transport = start({ connectionsMax: 1 });
    const first = transport.send(post(`${server.url}/first`), limits);
    const second = await transport.send(post(`${server.url}/second`), { timeoutMs: 40, signal: null });
    expect(second).toMatchObject({ type: "transport", cause: "timeout", mayHaveLeft: false });
    expect(await first).toMatchObject({ type: "response", status: 201 });
    expect(await transport.send(post(`${server.url}/third`), limits)).toMatchObject({ status: 201 });
    expect(server.received.map(({ url }) => url)).toEqual(["/first", "/third"]);
  });

  test("reuses its connections", async () => {
    const transport = start();
    for (let count = 0; count < 9; count += 1) await transport.send(post(server.url), limits);
    // Two, not one: a connection rests for one turn of the event loop after each answer.
    expect(new Set(server.received.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
  });

  test("close ends its sockets", async () => {
    const transport = start();
    await transport.send(post(server.url), limits);
    expect(server.sockets.size).toBe(1);
    transport.close();
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  test("joins repeated headers", async () => {
    const twice = createTcpServer((socket) => {
      socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nWarning: a\r\nWarning: b\r\nContent-Length: 0\r\n\r\n"));
    });
    await new Promise<void>((resolve) => void twice.listen(0, "127.0.0.1", resolve));
    const { port } = twice.address() as AddressInfo;
    const seen = await start().send(post(`http://127.0.0.1:${port}`), limits);
    expect(seen.type === "response" && seen.headers["warning"]).toBe("a, b");
    twice.close();
  });

  test("something that is not HTTP is a protocol fault, and may have been executed", async () => {
    const other = createTcpServer((socket) => {
      socket.on("data", () => socket.end("220 smtp ready\r\n"));
    });
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const seen = await start().send(post(`http://127.0.0.1:${port}`), limits);
    expect(seen).toMatchObject({
      cause: "protocol",
      mayHaveLeft: true,
    });
    other.close();
  });

  test("goes through the environment's proxy, but not to those it excepts", async () => {
    const before = { ...process.env };
    process.env["HTTP_PROXY"] = server.url;
    process.env["NO_PROXY"] = "127.0.0.1";
    const proxied = start();
    const direct = await proxied.send(post(`${server.url}/direct`), limits);
    const through = await proxied.send(post("http://api.example.com/through"), limits);
    const none = await start({ proxy: false }).send(post("http://no-such-name.invalid/"), limits);
    process.env = before;
    expect([direct, through]).toMatchObject([{ status: 201 }, { status: 201 }]);
    expect(server.received.map(({ url }) => url)).toEqual(["/direct", "http://api.example.com/through"]);
    expect(none).toMatchObject({ cause: "dns" });
  });

  test("goes through a proxy when told to", async () => {
    const proxied = start({ proxy: server.url });
    expect(await proxied.send(post("http://api.example.com/letters"), limits)).toMatchObject({
      type: "response",
      status: 201,
    });
    expect(server.received[0]?.url).toBe("http://api.example.com/letters");
  });
});
