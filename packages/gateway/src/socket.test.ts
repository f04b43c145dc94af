/** The gateway behind a real socket: what a `Request` made in a test cannot show. */
import { request as httpRequest } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { afterEach, expect, test } from "vitest";
import { createHarness, message } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => close()));
});

async function listen(
  ...options: Parameters<typeof createHarness>
): Promise<Harness & { readonly port: number; readonly url: string }> {
  const harness = createHarness(...options);
  const server = createAdaptorServer({
    fetch: async (request: Request) => harness.gateway.fetch(request),
    hostname: "127.0.0.1",
  }) as Server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    await harness.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { ...harness, port, url: `http://127.0.0.1:${port}` };
}

const headers = (key: string): Record<string, string> => ({
  authorization: "Bearer key-app",
  "content-type": "application/json",
  "idempotency-key": key,
});

/** Writes bytes and returns everything that came back until the peer closed or `idleMs` passed. */
async function raw(port: number, text: string | Uint8Array, idleMs = 400): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.write(text);
  });
}

const body = JSON.stringify(message);
const post = (key: string, text = body, length = Buffer.byteLength(text)): string =>
  `POST /v1/operations HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key-app\r\nContent-Type: application/json\r\nIdempotency-Key: ${key}\r\nContent-Length: ${length}\r\n\r\n${text}`;

test("handed in, replayed and read back over HTTP", async () => {
  const { url } = await listen();
  const send = async (): Promise<Response> =>
    fetch(`${url}/v1/operations`, { method: "POST", headers: headers("s1"), body });
  const first = await send();
  expect(first.status).toBe(202);
  const { id } = (await first.json()) as { id: string };
  const again = await send();
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  const read = await fetch(`${url}/v1/operations/${id}`, { headers: headers("") });
  expect(await read.json()).toMatchObject({ id, input: message.input });
});

test("pipelined requests are answered each, in order", async () => {
  const { port, store } = await listen();
  const answer = await raw(port, ["p1", "p2", "p3", "p1"].map((key) => post(key)).join(""));
  const keys = [...answer.matchAll(/"idempotency_key":"(\w+)"/g)].map((found) => found[1]);
  expect(keys).toEqual(["p1", "p2", "p3", "p1"]);
  expect(store.rows.size).toBe(3);
});

test("an aborted body leaves nothing, and its key is free", async () => {
  const { port, store, url } = await listen();
  await raw(port, post("cut", body.slice(0, 20), body.length), 50);
  expect(store.rows.size).toBe(0);
  expect((await fetch(`${url}/v1/operations`, { method: "POST", headers: headers("cut"), body })).status).toBe(202);
});

test("a body that is too large is refused, said or unsaid", async () => {
  const { url } = await listen();
  const large = `{"input":"${"x".repeat(10_000_000)}"}`;
  const said = await fetch(`${url}/v1/operations`, { method: "POST", headers: headers("l1"), body: large });
  expect([said.status, ((await said.json()) as { code: string }).code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  const chunks = new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < large.length; at += 65_536)
        controller.enqueue(new TextEncoder().encode(large.slice(at, at + 65_536)));
      controller.close();
    },
  });
  const unsaid = await new Promise<number>((resolve, reject) => {
    const out = httpRequest(`${url}/v1/operations`, { method: "POST", headers: headers("l2") }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
      out.destroy();
    });
    // The server may close while we still write: that is its answer to a body without end.
    out.on("error", (error: NodeJS.ErrnoException) =>
      ["EPIPE", "ECONNRESET"].includes(error.code ?? "") ? undefined : reject(error),
    );
    void (async () => {
      for await (const chunk of chunks) out.write(chunk);
      out.end();
    })();
  });
  expect(unsaid).toBe(413);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("bytes that are not HTTP do no harm", async () => {
  const { port, url } = await listen();
  await raw(port, new Uint8Array(4_096).fill(7), 100);
  await raw(port, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 100);
  await raw(port, "GET //\\\\ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 100);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("events arrive over the wire, and a listener that leaves is forgotten", async () => {
  const { url, create, gateway } = await listen({ limits: { streamsMax: 1 } });
  const open = async (signal: AbortSignal): Promise<Response> =>
    fetch(`${url}/v1/events`, { headers: { authorization: "Bearer key-viewer" }, signal });
  const first = new AbortController();
  const response = await open(first.signal);
  const reader = response.body?.getReader();
  const { id } = await create("live");
  let seen = "";
  while (!seen.includes(id)) seen += new TextDecoder().decode((await reader?.read())?.value);
  expect((await open(new AbortController().signal)).status).toBe(503);
  first.abort();
  for (let tries = 0; ; tries += 1) {
    const second = new AbortController();
    const { status } = await open(second.signal);
    second.abort();
    if (status === 200) break;
    if (tries > 100) throw new Error("the stream was never given up");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  gateway.drain();
});
