/**
 * Walks the OpenAPI document and sends each operation what nobody should send: always the envelope with the right 4xx,
 * never a 5xx, never a hang.
 */
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { operationRequestSchema } from "./schemas/operation-request.schema.ts";
import { readOperationRequest } from "./schemas/operation-request.ts";
import { createHarness, message } from "./testing/harness.ts";
import type { Answered } from "./testing/harness.ts";

const harness = createHarness();
afterAll(async () => harness.close());
const { ask, gateway } = harness;

const bytes = (text: string, ...tail: number[]): Uint8Array =>
  new Uint8Array([...new TextEncoder().encode(text), ...tail]);
const utf16 = new Uint8Array(Array.from('{"a":1}', (letter) => [letter.charCodeAt(0), 0]).flat());

interface Malformed {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const malformed: readonly Malformed[] = [
  { name: "cut JSON", body: '{"reason":', status: 400 },
  { name: "a list", body: "[]", status: 400 },
  { name: "null", body: "null", status: 400 },
  { name: "a number", body: "42", status: 400 },
  { name: "a text", body: '"text"', status: 400 },
  { name: "an unknown field", body: '{"nobody_knows_this":1}', status: 400 },
  { name: "duplicate names", body: '{"reason":"a","reason":"b"}', status: 400 },
  { name: "duplicate names by escape", body: String.raw`{"reason":"a","\u0072eason":"b"}`, status: 400 },
  { name: "__proto__", body: '{"__proto__":{"role":"admin"}}', status: 400 },
  { name: "constructor.prototype", body: '{"constructor":{"prototype":{"role":"admin"}}}', status: 400 },
  { name: "an escaped null byte", body: String.raw`{"reason":"a\u0000b"}`, status: 400 },
  { name: "a raw null byte", body: bytes('{"reason":"a', 0, 34, 125), status: 400 },
  { name: "half a surrogate pair", body: String.raw`{"reason":"\ud800"}`, status: 400 },
  { name: "invalid UTF-8", body: bytes('{"reason":"', 0xff, 0xfe, 34, 125), status: 400 },
  { name: "UTF-16", body: utf16, status: 400 },
  { name: "deep lists", body: "[".repeat(50_000), status: 400 },
  { name: "deep objects", body: `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`, status: 400 },
  { name: "a number without end", body: '{"version":1e999}', status: 400 },
  { name: "an inexact number", body: '{"version":12345678901234567890}', status: 400 },
  { name: "ten megabytes", body: `{"reason":"${"x".repeat(10_000_000)}"}`, status: 413 },
  { name: "plain text", body: "{}", status: 415, headers: { "content-type": "text/plain" } },
  { name: "another charset", body: "{}", status: 415, headers: { "content-type": "application/json; charset=utf-16" } },
  { name: "a form", body: "a=1", status: 415, headers: { "content-type": "application/x-www-form-urlencoded" } },
  { name: "compressed", body: "{}", status: 415, headers: { "content-encoding": "gzip" } },
];

interface Documented {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly json: boolean;
  readonly schema: string | null;
}

const operations: readonly Documented[] = Object.entries(gateway.openApi().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => ({
    method: method.toUpperCase(),
    path: path.replaceAll(/\{\w+\}/g, "x"),
    id: raw.operationId ?? "",
    json: raw.requestBody?.content?.["application/json"] !== undefined && path !== "/webhooks/{account}",
    schema: raw.requestBody?.content?.["application/json"]?.schema?.$ref?.split("/").at(-1) ?? null,
  })),
);

function expectEnvelope(answer: Answered, status: number, what: string): void {
  expect([what, answer.status]).toEqual([what, status]);
  expect(answer.body).toMatchObject({
    code: expect.any(String),
    message: expect.any(String),
    request_id: expect.any(String),
  });
  expect(answer.headers.get("x-request-id")).toBe(answer.body.request_id);
  expect(answer.text.length).toBeLessThan(4_000);
}

test("the walk sees the whole API", () => {
  expect(operations.length).toBeGreaterThan(30);
  expect(operations.filter(({ json }) => json).length).toBeGreaterThan(16);
});

for (const each of operations.filter(({ json }) => json)) {
  test(`${each.id}: malformed bodies`, async () => {
    for (const { name, body, status, headers = {} } of malformed) {
      const answer = await ask(each.method, each.path, {
        as: "admin",
        body,
        headers: { "idempotency-key": "fuzz", ...headers },
      });
      expectEnvelope(answer, status, `${each.id}: ${name}`);
    }
  });

  test(`${each.id}: each field with a wrong type or too long`, async () => {
    const schema = gateway.openApi().components?.schemas?.[each.schema ?? ""] as {
      properties?: Record<string, { type?: unknown }>;
    };
    const fields = Object.keys(schema.properties ?? {});
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) {
      if (field === "body" && each.id === "explainFailure") continue;
      // A batch is a list whose entries are judged one by one.
      const list = field === "operations" ? [] : [[[]]];
      for (const wrong of [false, ...list, { unknown: { deep: [] } }, "x".repeat(100_000)]) {
        const isAllowed =
          ["input", "metadata", "query"].includes(field) && typeof wrong === "object" && !Array.isArray(wrong);
        if (isAllowed || (field === "dry_run" && wrong === false)) continue;
        const answer = await ask(each.method, each.path, {
          as: "admin",
          body: { [field]: wrong },
          headers: { "idempotency-key": "fuzz" },
        });
        expectEnvelope(answer, each.id === "signIn" && typeof wrong === "string" ? 413 : 400, `${each.id}.${field}`);
      }
    }
  });
}

test("odd paths and queries are refused or answered, never broken", async () => {
  const odd = ["%00", "%ff", "..%2f..%2fetc", "a".repeat(5_000), "%F0%9F%98%80", "'--", "%7B%7D", "%"];
  for (const { method, path, id } of operations) {
    if (id === "streamEvents") continue;
    for (const piece of odd) {
      const answer = await ask(method, path.replace("/x", `/${piece}`), {
        as: "admin",
        ...(method === "POST" ? { body: {} } : {}),
      });
      expect([id, piece, answer.status < 500]).toEqual([id, piece, true]);
      const asked = await ask(method, `${path}?${piece}=${piece}&limit=${piece}`, {
        as: "admin",
        ...(method === "POST" ? { body: {} } : {}),
      });
      expect([id, piece, asked.status < 500]).toEqual([id, piece, true]);
    }
  }
});

test("whatever JSON arrives: an operation or an envelope", async () => {
  const almost = fc.record(
    {
      account: fc.oneof(fc.constant("tw"), fc.string(), fc.jsonValue()),
      operation: fc.oneof(fc.constant("messages.create"), fc.string(), fc.jsonValue()),
      input: fc.oneof(fc.constant(message.input), fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
      fallback: fc.jsonValue(),
      deadline: fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      metadata: fc.jsonValue(),
      policy: fc.jsonValue(),
      class: fc.oneof(fc.constant("bulk"), fc.string()),
    },
    { requiredKeys: [] },
  );
  let key = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), almost),
      fc.constantFrom("/v1/operations", "/v1/messages", "/v1/explain"),
      async (body, path) => {
        key += 1;
        const answer = await ask("POST", path, {
          as: "admin",
          body: JSON.stringify(body),
          headers: { "idempotency-key": `any-${key}` },
        });
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400) expectEnvelope(answer, answer.status, path);
      },
    ),
    { numRuns: 400 },
  );
});

test("the reader by hand and the documented schema accept the same bodies", () => {
  const step = fc.record({
    account: fc.oneof(fc.string({ maxLength: 3 }), fc.integer()),
    operation: fc.string({ maxLength: 3 }),
    input: fc.oneof(fc.dictionary(fc.string({ maxLength: 3 }), fc.integer(), { maxKeys: 2 }), fc.constant([])),
  });
  const date = fc.oneof(
    fc.constantFrom(
      "2026-01-31T12:00:00Z",
      "2026-02-30T12:00:00Z",
      "2026-01-31 12:00",
      "2026-01-31T12:00:00+01:00",
      "x",
    ),
    fc.constant(null),
    fc.integer(),
  );
  const body = fc.record(
    {
      account: fc.oneof({ weight: 8, arbitrary: fc.constant("tw") }, fc.constantFrom("", "x".repeat(256), 1)),
      operation: fc.oneof({ weight: 8, arbitrary: fc.constant("messages.create") }, fc.constantFrom("", null)),
      input: fc.oneof({ weight: 8, arbitrary: fc.constant({ To: "x" }) }, fc.constantFrom([], null, "x")),
      reference: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(null, 1, "x".repeat(256))),
      deadline: date,
      not_before: date,
      class: fc.constantFrom("critical", "standard", "bulk", "other", null),
      guarantee: fc.constantFrom("once", "at-least-once", "twice", null),
      subject: fc.constantFrom("s", null, 1),
      metadata: fc.constantFrom({}, { a: [1] }, [], null, { long: "x".repeat(20_000) }),
      policy: fc.constantFrom(
        {},
        { attempts_max: 1 },
        { attempts_max: 0 },
        { backoff: { base: "1s", odd: 1 } },
        { base: 1 },
        null,
        [],
      ),
      fallback: fc.oneof(
        fc.array(step, { maxLength: 2 }),
        fc.constantFrom(
          null,
          {},
          Array.from({ length: 11 }, () => message),
        ),
      ),
      stranger: fc.constant(1),
    },
    { requiredKeys: ["account", "operation", "input"], noNullPrototype: true },
  );
  let accepted = 0;
  fc.assert(
    fc.property(body, fc.boolean(), ({ stranger, ...rest }, strange) => {
      const value = strange && stranger !== undefined ? { ...rest, stranger } : rest;
      const byHand = readOperationRequest(value).ok;
      if (byHand) accepted += 1;
      expect(byHand).toBe(operationRequestSchema.safeParse(value).success);
    }),
    { numRuns: 2_000 },
  );
  expect(accepted).toBeGreaterThan(5);
});
