/**
 * Alerts reach a real receiver in time, signed and grouped, and carry no secret, no body and no whole number.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@landline/sandbox";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";

const launcher = fileURLToPath(new URL("../../../bin/landline.js", import.meta.url));
const secret = "whsec_bGFuZGxpbmUtYWxlcnQtc2VjcmV0LTEyMzQ=";
const canaries = {
  token: "canary-auth-token-0001",
  body: "canary body text",
  number: "+14155550199",
  key: "canary-api-key-000001",
};

let directory: string;
let receiver: Server;
let received: { path: string; headers: Record<string, unknown>; body: string }[];
let sandbox: Awaited<ReturnType<typeof createSandbox>>;
let gateway: ChildProcess;
let log: string;
/** A path that is answered with 403. */
let refuse: string | null;

beforeEach(async () => {
  received = [];
  log = "";
  refuse = null;
  directory = await mkdtemp(path.join(tmpdir(), "landline-alerts-"));
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(request.url === refuse ? 403 : 202).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  sandbox = await createSandbox({ provider: "twilio", seed: 1, faults: { rules: [] } });
});

afterEach(async () => {
  if (gateway.exitCode === null && gateway.signalCode === null) {
    gateway.kill("SIGTERM");
    await once(gateway, "exit");
  }
  await sandbox.close();
  receiver.close();
  await rm(directory, { recursive: true, force: true });
});

async function serve(policy: Record<string, unknown>): Promise<string> {
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const file = path.join(directory, "landline.config.json");
  await writeFile(
    file,
    JSON.stringify({
      store: "sqlite:./alerts.db",
      apiKeys: [{ name: "app", role: "admin", key: canaries.key }],
      accounts: {
        tw: {
          provider: "twilio",
          accountSid: `AC${"1".repeat(32)}`,
          authToken: canaries.token,
          from: "+15005550006",
          baseUrl: sandbox.url,
          lookupSettle: "50ms",
        },
      },
      policy,
      alerts: [
        { to: "webhook", url: `${hook}/webhook`, secret },
        { to: "pagerduty", url: `${hook}/pagerduty`, routingKey: "canary-routing-key" },
        { to: "slack", url: `${hook}/slack` },
        { to: "sentry", dsn: `http://publickey@127.0.0.1:${(receiver.address() as AddressInfo).port}/1` },
      ],
    }),
  );
  gateway = spawn(
    process.execPath,
    [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      launcher,
      "serve",
      "--config",
      file,
      "--port",
      "0",
      "--json",
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  gateway.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  if (gateway.stdout === null) throw new Error("no stdout");
  const ended = once(gateway, "exit").then(() => Promise.reject(new Error(`the gateway ended: ${log}`)));
  ended.catch(() => undefined);
  const [line] = (await Promise.race([once(createInterface({ input: gateway.stdout }), "line"), ended])) as [string];
  return (JSON.parse(line) as { url: string }).url;
}

async function send(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${canaries.key}`,
      "content-type": "application/json",
      "idempotency-key": "alert-1",
    },
    body: JSON.stringify({ to: canaries.number, body: canaries.body, via: ["tw:sms"] }),
  });
  expect(answer.status).toBe(202);
}

async function told(sink: string, ms: number): Promise<(typeof received)[number]> {
  const until = Date.now() + ms;
  for (;;) {
    const found = received.find((request) => request.path.startsWith(sink));
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`${sink} was not told within ${ms} ms; log: ${log.slice(-2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function expectNoCanary(): void {
  const everything = `${JSON.stringify(received)}\n${log}`;
  for (const canary of [canaries.token, canaries.body, canaries.number, canaries.key])
    expect(everything).not.toContain(canary);
}

test("exhausted retries page everybody within five seconds, signed", async () => {
  sandbox.setFaults({ rules: [{ when: { operation: "messages.create" }, do: { status: 503, code: 20503 } }] });
  const url = await serve({ attemptsMax: 2, backoff: { base: "20ms" } });
  await send(url);
  const webhook = await told("/webhook", 8_000);
  const verified = new Webhook(secret).verify(webhook.body, webhook.headers as Record<string, string>) as {
    type: string;
    data: { title: string };
  };
  expect(verified).toMatchObject({ type: "alert.opened", data: { severity: "error", account: "tw" } });
  expect(verified.data.title).toContain("Retries exhausted");
  const page = JSON.parse((await told("/pagerduty", 5_000)).body) as { event_action: string; routing_key: string };
  expect(page).toMatchObject({ event_action: "trigger", routing_key: "canary-routing-key" });
  expect(JSON.parse((await told("/slack", 5_000)).body)).toMatchObject({
    text: expect.stringContaining("Retries exhausted"),
  });
  expect((await told("/api/1/envelope", 5_000)).body).toContain("Retries exhausted");
  expectNoCanary();
});

test("a refused credential pages as critical", async () => {
  sandbox.setFaults({ rules: [{ do: { status: 401, code: 20003 } }] });
  const url = await serve({ attemptsMax: 2 });
  await send(url);
  expect(JSON.parse((await told("/webhook", 5_000)).body)).toMatchObject({
    data: { severity: "critical", account: "tw" },
  });
  expectNoCanary();
});

test("a test alert tells each channel and says of each whether it took it; a page does not stay open", async () => {
  const url = await serve({});
  const ask = async (address: string): Promise<{ ok: boolean; results: { ok: boolean; error: string | null }[] }> => {
    const answer = await fetch(`${url}${address}`, {
      method: "POST",
      headers: { authorization: `Bearer ${canaries.key}`, "content-type": "application/json" },
      body: JSON.stringify({ reason: "drill" }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Awaited<ReturnType<typeof ask>>;
  };
  const taken = { ok: true, error: null };
  expect(await ask("/v1/alerts/test")).toMatchObject({
    ok: true,
    results: ["webhook", "pagerduty", "slack", "sentry"].map((channel) => ({ channel, ...taken })),
  });
  const actions = received
    .filter((request) => request.path === "/pagerduty")
    .map((request) => (JSON.parse(request.body) as { event_action: string }).event_action);
  expect(actions).toEqual(["trigger", "resolve"]);
  const hook = await told("/webhook", 5_000);
  expect(new Webhook(secret).verify(hook.body, hook.headers as Record<string, string>)).toMatchObject({
    data: { title: "Test alert from Landline" },
  });

  refuse = "/slack";
  expect(await ask("/v1/alerts/test")).toMatchObject({
    ok: false,
    results: [taken, taken, { channel: "slack", ok: false, error: "answered 403" }, taken],
  });
  expect(await ask("/v1/webhooks/test")).toMatchObject({
    ok: false,
    results: [{ account: "tw", url: null, error: expect.stringContaining("publicUrl") }],
  });
  expectNoCanary();
});
