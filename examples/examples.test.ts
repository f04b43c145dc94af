/** Every example runs, against the sandbox, and what the guides show is what was run. */
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { landlineHttpClient } from "@landline/client/twilio-sdk";
import type { LandlineHttpClient } from "@landline/client/twilio-sdk";
import { createSandbox } from "@landline/sandbox";
import type { Sandbox } from "@landline/sandbox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { reliableAxios } from "./axios/client.ts";
import { createApp } from "./hono-route/app.ts";
import { notify } from "./twilio-sdk/send.ts";
import { worker } from "./worker/worker.ts";

const sid = `AC${"0".repeat(32)}`;
const token = "0123456789abcdef0123456789abcdef";
const to = "+14155550100";
const from = "+15005550006";
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ provider: "twilio" });
});
beforeEach(() => {
  sandbox.reset();
  sandbox.setFaults([]);
});
afterAll(() => sandbox.close());

const flaky = [{ when: { operation: "messages.create", nth: 1 }, do: { status: 429, code: 20429 } }];

test("plain Node script", async () => {
  sandbox.setFaults(flaky);
  const env = {
    ...process.env,
    TWILIO_ACCOUNT_SID: sid,
    TWILIO_AUTH_TOKEN: token,
    TWILIO_FROM: from,
    TWILIO_BASE_URL: sandbox.url,
  };
  const run = promisify(execFile)(
    process.execPath,
    [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      path.join(import.meta.dirname, "plain-node/send.ts"),
      to,
      "hello",
    ],
    { env },
  );
  expect((await run).stdout).toMatch(/^accepted as SM[0-9a-f]{32} after 2 attempt\(s\)\n$/);
  expect(sandbox.effects()).toHaveLength(1);
});

test("durable flow in a process: the same key is the same message, however often it runs", async () => {
  sandbox.setFaults(flaky);
  const directory = await mkdtemp(path.join(tmpdir(), "landline-example-"));
  const env = {
    ...process.env,
    TWILIO_ACCOUNT_SID: sid,
    TWILIO_AUTH_TOKEN: token,
    TWILIO_FROM: from,
    TWILIO_BASE_URL: sandbox.url,
  };
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
  const file = path.join(import.meta.dirname, "outbox/send.ts");
  const run = async (body: string) =>
    promisify(execFile)(process.execPath, [...flags, file, path.join(directory, "landline.db"), to, body], { env });
  expect((await run("Your order has shipped")).stdout).toMatch(/^(op_\w{26} \w+\n)*op_\w{26} accepted\n$/);
  await expect(run("Another text")).rejects.toThrow(/"type":"conflict"/);
  expect(sandbox.effects()).toHaveLength(1);
  await rm(directory, { recursive: true });
});

test("Hono route handler", async () => {
  const app = createApp({ accountSid: sid, authToken: token, baseUrl: sandbox.url }, from);
  const post = (body: unknown) => app.request("/codes", { method: "POST", body: JSON.stringify(body) });
  expect((await post({ to, code: "123456" })).status).toBe(202);
  const refused = await post({ to: "not a number", code: "1" });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ error: "invalid_request", field: "To" });
  expect(sandbox.effects()).toHaveLength(1);
});

test("worker", async () => {
  const env = { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token, TWILIO_FROM: from, TWILIO_BASE_URL: sandbox.url };
  const request = new Request("https://worker.example/", {
    method: "POST",
    body: JSON.stringify({ to, text: "hello" }),
  });
  const answer = await worker.fetch(request, env);
  expect([answer.status, await answer.json()]).toEqual([202, { id: expect.stringMatching(/^SM/) as unknown }]);
});

describe("Twilio SDK drop-in", () => {
  /** The SDK always calls api.twilio.com; this sends it to the sandbox. */
  const towards = (client: LandlineHttpClient): LandlineHttpClient =>
    ({
      request: (options: Parameters<LandlineHttpClient["request"]>[0]) =>
        client.request({ ...options, uri: sandbox.url + options.uri.slice(options.uri.indexOf("/", 8)) }),
      close: () => client.close(),
    }) as never;

  test("sends, and reads its exceptions", async () => {
    const client = towards(landlineHttpClient());
    expect(await notify({ sid, token }, { id: "order-1", to, from }, client)).toMatch(/^SM/);
    sandbox.setFaults([{ do: { status: 400, code: 21211 } }]);
    expect(await notify({ sid, token }, { id: "order-2", to, from }, client)).toMatch(/^invalid_request: /);
    client.close();
  });
});

test("axios", async () => {
  let count = 0;
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      bodies.push(body);
      response.writeHead((count += 1) === 1 ? 503 : 200, { "content-type": "application/json" }).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const http = reliableAxios(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { initialDelay: 10 });
  expect((await http.put("/profile", { name: "x" })).data).toEqual({ ok: true });
  expect(bodies).toEqual(['{"name":"x"}', '{"name":"x"}']);
  server.close();
});

describe("the guides show", () => {
  const root = path.resolve(import.meta.dirname, "..");
  const plain = (text: string): string =>
    text
      .replaceAll(/\s+/g, " ")
      .replaceAll(/,(?= [)\]}])/g, "")
      .trim();
  const examples = globSync("**/*.ts", { cwd: import.meta.dirname }).map((file) =>
    plain(readFileSync(path.join(import.meta.dirname, file), "utf8")),
  );
  const snippets = ["client", "twilio-sdk", "axios-and-got"].flatMap((name) =>
    [...readFileSync(path.join(root, `docs/guides/${name}.md`), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(
      (match) => [name, match[1] ?? ""] as const,
    ),
  );

  test("something", () => {
    expect(snippets.length).toBeGreaterThan(4);
  });

  test.each(snippets)("%s: %s", (_name, snippet) => {
    const missing = snippet
      .split(/\n{2,}/)
      .map(plain)
      .filter((part) => !examples.some((example) => example.includes(part)));
    expect(missing).toEqual([]);
  });
});
