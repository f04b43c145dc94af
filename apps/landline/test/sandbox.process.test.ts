/** `landline sandbox` with options for its providers, as a process: who may call, and signed events. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { landline, stay } from "./kit.ts";

test("clients, keys and webhooks are as typed", async () => {
  const events: { readonly body: string; readonly timestamp: unknown; readonly signature: unknown }[] = [];
  const server = createServer((request, response) => {
    const { "x-redcloud-timestamp": timestamp, "x-redcloud-signature": signature } = request.headers;
    void text(request).then((body) => {
      events.push({ body, timestamp, signature });
      response.writeHead(204).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/rc`;
  const secret = "made-up";
  const typed = ["--red-cloud-client", "client:key", "--red-cloud-webhook", webhook, "--red-cloud-secret", secret];
  const sandbox = await stay([
    "sandbox",
    "red-cloud",
    "noticia",
    ...typed,
    "--step",
    "5ms",
    "--noticia-key",
    "ntca_1:expired",
  ]);

  const askToken = async (clientSecret: string): Promise<Response> =>
    fetch(`${sandbox.url}/red-cloud/api/auth/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: "client", client_secret: clientSecret }),
    });
  expect((await askToken("other")).status).toBe(401);
  const { access_token: token } = (await (await askToken("key")).json()) as { readonly access_token: string };
  const sent = await fetch(`${sandbox.url}/red-cloud/api/core/messages/send`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "idempotency-key": "k1", "content-type": "application/json" },
    body: JSON.stringify({ sendFrom: "num_sandbox", to: ["+15551234567"], messageType: "SMS", text: "Hello" }),
  });
  expect(sent.status).toBe(202);
  await expect.poll(() => events.length).toBe(3);
  for (const { body, timestamp, signature } of events)
    expect(
      createHmac("sha256", secret)
        .update(`${String(timestamp)}.${body}`)
        .digest("hex"),
    ).toBe(signature);

  const refused = await fetch(`${sandbox.url}/noticia/v1/stores`, { headers: { "x-api-key": "ntca_1" } });
  expect(await refused.json()).toMatchObject({ code: "AUTH_EXPIRED_API_KEY" });
  expect(await sandbox.stop()).toBe(0);
  server.close();
});

test("doctor says when Red Cloud tells nobody what becomes of messages", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "landline-doctor-"));
  const sandbox = await stay(["sandbox", "red-cloud"]);
  const account = { provider: "red-cloud", baseUrl: sandbox.url, clientId: "client", clientSecret: "key" };
  const config = path.join(directory, "landline.config.json");
  await writeFile(config, JSON.stringify({ store: "sqlite:./landline.db", accounts: { rc: account } }));
  const { stdout } = await landline(["doctor", "--config", config, "--json"]);
  expect(stdout).toMatch(/"account rc"[^}]*"warn"[^}]*accepts the credentials[^}]*no delivery webhook/);
  await sandbox.stop();
  await rm(directory, { recursive: true });
});

test("options that are wrong are wrong usage, all named", async () => {
  const { code, stderr } = await landline(["sandbox", "--step", "soon", "--red-cloud-secret", "s"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--step must be a duration[^]*--red-cloud-secret needs --red-cloud-webhook/);
});
