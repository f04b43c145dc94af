import type { Context, SpanOptions } from "@opentelemetry/api";
import { metrics, trace } from "@opentelemetry/api";
import { afterAll, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { openTelemetry } from "./opentelemetry.ts";
import { flakyServer } from "./testing/flaky-server.ts";
import { letterbox } from "./testing/letterbox.ts";

interface Written {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly events: string[];
  parent: string | null;
  status: number;
  ended: boolean;
}

const spans: Written[] = [];
const measured: [string, number][] = [];

function recordingTracer(): never {
  const names = new Map<object, string>();
  const startSpan = (name: string, options: SpanOptions, parentContext: Context): object => {
    const parent = trace.getSpan(parentContext);
    const written: Written = {
      name,
      attributes: { ...options.attributes },
      events: [],
      parent: parent === undefined ? null : (names.get(parent) ?? null),
      status: 0,
      ended: false,
    };
    spans.push(written);
    const span = {
      setStatus: ({ code }: { code: number }) => void (written.status = code),
      setAttributes: (more: object) => void Object.assign(written.attributes, more),
      addEvent: (event: string) => void written.events.push(event),
      end: () => void (written.ended = true),
    };
    names.set(span, name);
    return span;
  };
  return { getTracer: () => ({ startSpan }) } as never;
}

afterAll(() => {
  trace.disable();
  metrics.disable();
});

test("writes a span per call with its attempts, and metrics, without bodies or numbers", async () => {
  trace.setGlobalTracerProvider(recordingTracer());
  metrics.setGlobalMeterProvider({
    getMeter: () => ({
      createHistogram: (name: string) => ({ record: (value: number) => void measured.push([name, value]) }),
      createCounter: (name: string) => ({ add: (value: number) => void measured.push([name, value]) }),
    }),
  } as never);
  const server = await flakyServer();
  server.script.push({ status: 429, headers: { "x-request-id": "RQ1" } }, {}, { status: 400 });
  const client = createClient(letterbox(server.url), { backoff: { base: 5 }, on: openTelemetry() });
  await client.call("letters.post", { to: "+15550001111", text: "the body" });
  await client.call("letters.post", { to: "+15550001111", text: "the body" });
  client.close();
  await server.close();
  expect(spans).toMatchObject([
    { name: "letterbox letters.post", parent: null, status: 0, ended: true, events: ["retry"] },
    {
      name: "attempt 1",
      parent: "letterbox letters.post",
      status: 2,
      ended: true,
      attributes: { "http.response.status_code": 429, "landline.request_id": "RQ1" },
    },
    { name: "attempt 2", parent: "letterbox letters.post", status: 0, ended: true },
    {
      name: "letterbox letters.post",
      status: 2,
      ended: true,
      attributes: { "error.type": "invalid_request", "landline.execution": "not_executed" },
    },
    { name: "attempt 1", status: 2 },
  ]);
  expect(measured.map(([name]) => name)).toEqual([
    "landline.attempts",
    "landline.attempts",
    "landline.call.duration",
    "landline.attempts",
    "landline.call.duration",
  ]);
  expect(JSON.stringify(spans)).not.toMatch(/15550001111|the body/);
});
