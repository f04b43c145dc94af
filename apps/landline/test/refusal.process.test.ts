/**
 * A provider that throws back at us everything it was given: credentials, number and message, in every form they
 * travelled in. What we keep, answer, escalate, log and send to others has none of it, and still says what was wrong.
 */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePlace, stay, until } from "./kit.ts";
import type { Place, Staying } from "./kit.ts";

const accountSid = `AC${"7".repeat(32)}`;
const said = 'Dear "Søren" & family, your code is 918273. Do not share it; visit https://ex.example/?a=1&b=2';
const canaries = {
  token: "canary-auth-token-5a5a5a5a5a5a5a",
  tokenPart: "canary-auth-token",
  basic: Buffer.from(`${accountSid}:canary-auth-token-5a5a5a5a5a5a5a`).toString("base64").slice(-30, -4),
  number: "14155550137",
  sender: "15005550006",
  code: "918273",
  name: "øren",
  words: "do not share it",
  sentry: "canarysentrykey0000000000",
};
const key = "refusal-test-admin-key-0001";

let place: Place;
let provider: Server;
let tracker: Server;
let gateway: Staying;
const told: string[] = [];

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

beforeAll(async () => {
  place = await makePlace();
  provider = createServer((request, response) => {
    void text(request).then((body) => {
      const form = new URLSearchParams(body);
      const echo = {
        code: 21211,
        message: `The 'To' number ${form.get("To")} is not valid for '${form.get("Body")?.slice(0, 60)}…'`,
        status: 400,
        more_info: "https://www.twilio.com/docs/errors/21211",
        received: { headers: request.headers, raw: body, form: Object.fromEntries(form) },
        note: `Authorization: ${request.headers.authorization}; token ${canaries.token}; to ${canaries.number}`,
        escaped: JSON.stringify(form.get("Body")).replaceAll(
          /[^ -~]/g,
          (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
        ),
      };
      response.writeHead(400, { "content-type": "application/json", "twilio-request-id": "RQ0123456789abcdef" });
      response.end(JSON.stringify(echo));
    });
  });
  tracker = createServer((request, response) => {
    void text(request).then((body) => {
      told.push(`${request.url} ${body}`);
      response.writeHead(200).end("{}");
    });
  });
  const [providerPort, trackerPort] = await Promise.all([listening(provider), listening(tracker)]);
  const config = await place.configure({
    store: "sqlite:./refusal.db",
    apiKeys: [
      { name: "admin", role: "admin", key },
      { name: "eyes", role: "viewer", key: "refusal-test-viewer-key-01" },
    ],
    accounts: {
      tw: {
        provider: "twilio",
        accountSid,
        authToken: canaries.token,
        from: `+${canaries.sender}`,
        baseUrl: `http://127.0.0.1:${providerPort}`,
      },
    },
    alerts: [
      { to: "sentry", dsn: `http://${canaries.sentry}@127.0.0.1:${trackerPort}/42` },
      { to: "slack", url: `http://127.0.0.1:${trackerPort}/slack` },
    ],
  });
  gateway = await stay(["serve", "--config", config, "--port", "0"], { cwd: place.directory });
});

afterAll(async () => {
  provider.close();
  tracker.close();
  await place.leave();
});

async function ask(url: string, as = key, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${gateway.url}${url}`, { headers: { authorization: `Bearer ${as}`, ...headers } });
  expect(answer.status).toBe(200);
  return answer.text();
}

function expectNoCanary(where: string, shown: string): void {
  for (const [name, canary] of Object.entries(canaries)) {
    expect(shown.toLowerCase().includes(canary.toLowerCase()), `${where} shows the ${name}`).toBe(false);
  }
}

test("nothing that a provider echoes gets through, and the rest of its answer does", async () => {
  const posted = await fetch(`${gateway.url}/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": "refusal-1" },
    body: JSON.stringify({ to: `+${canaries.number}`, body: said, via: ["tw:sms"], reference: "order_4711" }),
  });
  const { id } = (await posted.json()) as { id: string };
  const operation = await until(async () => {
    const read = JSON.parse(await ask(`/v1/operations/${id}`)) as Record<string, unknown>;
    return read["state"] === "parked" ? read : null;
  });
  const { input, fallback, recipient, ...rest } = operation;
  expect(input).toMatchObject({ Body: said });
  expect([fallback, recipient]).toEqual([[], `+${canaries.number}`]);
  expectNoCanary("the API", JSON.stringify(rest));
  const [attempt] = rest["attempts"] as { body: string; failure: { message: string } }[];
  expect(attempt?.body).toContain('"code":21211');
  expect(attempt?.body).toContain("https://www.twilio.com/docs/errors/21211");
  expect(attempt?.failure.message).toContain("The 'To' number +1********37 is not valid");

  const pack = await ask(`/v1/operations/${id}/escalation`);
  expect(JSON.parse(pack)).toMatchObject({ error_body: attempt?.body, code: "21211", status: 400 });
  expectNoCanary("the escalation package", pack);
  expectNoCanary("its text", await ask(`/v1/operations/${id}/escalation`, key, { accept: "text/markdown" }));
  expectNoCanary("a viewer's page", await ask(`/v1/operations/${id}`, "refusal-test-viewer-key-01"));

  const report = await until(async () => told.find((body) => body.includes("21211")) ?? null);
  // Its own public key stands in the envelope's header, as Sentry's protocol wants it.
  expectNoCanary("the error tracker", report.replaceAll(canaries.sentry, ""));
  const event = JSON.parse(report.split("\n").find((line) => line.includes('"fingerprint"')) ?? "{}") as object;
  expect(event).toMatchObject({
    fingerprint: ["landline", "refused", "tw", "messages.create", "21211"],
    tags: { account: "tw", operation: "messages.create", code: "21211", status: 400 },
    extra: { operationId: id, body: attempt?.body, reference: "order_4711", method: "POST", count: 1 },
  });
  expect(told.some((body) => body.startsWith("/slack"))).toBe(false);

  expect(await gateway.stop()).toBe(0);
  const log = gateway.log();
  const line = log.split("\n").find((each) => each.includes("operation.attempted")) ?? "{}";
  expect(JSON.parse(line)).toMatchObject({ code: "21211", status: 400, outcome: "rejected", method: "POST" });
  expectNoCanary("the log", log);

  const db = new DatabaseSync(path.join(place.directory, "refusal.db"));
  const rows = db.prepare("SELECT * FROM attempt").all();
  const failures = db.prepare("SELECT failure FROM operation").all();
  const history = db.prepare("SELECT * FROM history").all();
  db.close();
  expect(rows).toHaveLength(1);
  expect(rows[0]?.["body"]).toBe(attempt?.body);
  expectNoCanary("the store", JSON.stringify([rows, failures, history]));
});
