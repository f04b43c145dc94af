import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { testWebhooks } from "./test-webhooks.ts";

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Calls a server that answers so, and says what was found. */
async function found(answer: RequestListener): Promise<string | null> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [checked] = await testWebhooks(url, ["tw"], ports);
  return checked?.error ?? null;
}
const ports = { newToken: () => "token", monotonic: () => 0, fetch };

test("our own refusal, with the request id that was sent along, is the proof", async () => {
  const paths: unknown[] = [];
  const error = await found((request, response) => {
    paths.push([request.method, request.url]);
    const said = { code: "FORBIDDEN", message: "no", request_id: request.headers["x-request-id"] };
    response.writeHead(403).end(JSON.stringify(said));
  });
  expect([error, paths]).toEqual([null, [["POST", "/webhooks/tw"]]]);
});

test("anybody else's answer is no proof", async () => {
  const foreign = JSON.stringify({ code: "FORBIDDEN", message: "no", request_id: "req_other" });
  expect(await found((_, response) => response.writeHead(403).end(foreign))).toContain("answers 403");
  expect(await found((_, response) => response.writeHead(200).end("<html>welcome</html>"))).toContain("answers 200");
  expect(await found((_, response) => response.writeHead(301, { location: "/" }).end())).toContain("redirects");
  const unknown = await found((request, response) => {
    const said = { code: "NOT_FOUND", message: "no", request_id: request.headers["x-request-id"] };
    response.writeHead(404).end(JSON.stringify(said));
  });
  expect(unknown).toContain("does not know this account");
});

test("nobody there, and no public address, are said as such", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const [gone] = await testWebhooks(`http://127.0.0.1:${port}`, ["tw"], ports);
  expect(gone?.error).toContain("does not answer");
  const [none] = await testWebhooks(null, ["tw"], ports);
  expect(none?.error).toContain("publicUrl");
});
