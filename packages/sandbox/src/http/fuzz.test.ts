import { request } from "node:http";
/** Any request at all is answered: a sandbox that falls over would be taken for a fault somebody asked for. */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSandbox } from "../sandbox.ts";
import type { Sandbox } from "../sandbox.ts";
import { accountSid, create } from "../testing/twilio-request.ts";

let sandbox: Sandbox;
let bearer = "";
beforeAll(async () => {
  sandbox = await createSandbox({ providers: ["twilio", "red-cloud", "noticia"] });
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "a", client_secret: "b" });
  const answer = await fetch(`${sandbox.url}/api/auth/token`, { method: "POST", body });
  bearer = `Bearer ${String(((await answer.json()) as Record<string, unknown>)["access_token"])}`;
});
afterAll(async () => sandbox.close());

const account = `/2010-04-01/Accounts/${accountSid}`;
const sid = `SM${"0".repeat(32)}`;
const paths = [
  `${account}.json`,
  `${account}/Messages.json`,
  `${account}/Messages`,
  `${account}/Messages/${sid}.json`,
  `${account}/Calls.json`,
  `/v2/Services/VA${"0".repeat(32)}/Verifications`,
  `/v2/Services/VA${"0".repeat(32)}/VerificationCheck`,
  "/v2/token",
  "/api/auth/token",
  "/api/core/messages/send",
  "/v1/profiles",
  "/v1/profiles/%E0%A4%A/attributes",
  "/v1/subscriptions/opt-in",
  "/v1/sales-events",
  "/v1/stores",
  "/_sandbox/faults",
  "/_sandbox/control",
  "/_sandbox/ledger",
  "//",
];
const fields = ["To", "From", "Body", "StatusCallback", "PageToken", "SendAt", "__proto__", "DateSent<", "Channel"];
const values = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("+15551234567", "", "%", "http://", "sms", "fixed"),
);
const form = fc
  .array(fc.tuple(fc.constantFrom(...fields), values), { maxLength: 8 })
  .map((pairs) =>
    new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value.toWellFormed()])).toString(),
  );
const keys = [
  "sendFrom",
  "to",
  "messageType",
  "media",
  "external_id",
  "phone_number",
  "address",
  "rules",
  "provider",
  "action",
];
const json = fc
  .dictionary(fc.constantFrom(...keys, "__proto__", "attributes", "line_items"), fc.jsonValue({ maxDepth: 2 }))
  .map((value) => JSON.stringify(value));
const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each).toString("latin1"));

async function statusOf(
  method: string,
  target: string,
  headers: Record<string, string>,
  body: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: sandbox.port, method, path: target, headers };
    const outgoing = request(options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.on("error", reject);
    outgoing.end(body, "latin1");
  });
}

test("is answered with a status", { timeout: 30_000 }, async () => {
  const basic = `Basic ${Buffer.from(`${accountSid}:t`).toString("base64")}`;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "POST", "DELETE", "PUT"),
      fc.constantFrom(...paths),
      fc.oneof(fc.constant(""), form),
      fc.oneof(form, json, bytes),
      fc.constantFrom("application/json", "application/x-www-form-urlencoded", "\u00ff"),
      async (method, path, query, body, type) => {
        const authorization = path.startsWith("/api") ? bearer : basic;
        const headers = {
          authorization,
          "x-api-key": "ntca_1",
          "content-type": type,
          "idempotency-key": `k${body.length}`,
        };
        const status = await statusOf(method, query === "" ? path : `${path}?${query}`, headers, body);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        sandbox.setFaults([]);
      },
    ),
    { numRuns: 500 },
  );
  expect((await create(sandbox.url)).status).toBe(201);
});
