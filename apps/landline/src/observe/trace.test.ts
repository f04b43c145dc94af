import { defaultPolicy, failure } from "@landline/core";
import type { Outcome } from "@landline/core";
import { createHost, hashing } from "@landline/host";
import { createOutbox } from "@landline/outbox";
import type { Account } from "@landline/outbox";
import { createMemoryStore } from "@landline/outbox/testing";
import { twilio } from "@landline/providers/twilio";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, expect, test } from "vitest";
import { createTraces, traceIdOf } from "./trace.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const number = "+14155550123";
const said = "the words of the message";

afterEach(() => trace.disable());

function register(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  return exporter;
}

const unavailable: Outcome = {
  type: "unavailable",
  retryAt: null,
  failure: failure({
    kind: "unavailable",
    execution: "not_executed",
    remedy: "retry",
    responsible: "provider",
    status: 503,
    code: "20503",
    message: `busy with ${number}: ${said}`,
  }),
};

/** An outbox whose provider is unavailable once and then takes everything. */
function outboxOf(store: ReturnType<typeof createMemoryStore>, script: Outcome[]) {
  const provider = twilio({ accountSid: `AC${"1".repeat(32)}`, authToken: "canary-token-000", from: "+15005550006" });
  const accepted: Outcome = {
    type: "accepted",
    providerId: "SM1",
    providerStatus: "queued",
    value: {},
    requestId: "RQ1",
    status: 201,
  };
  const account: Account = {
    name: "tw",
    provider,
    policy: { ...defaultPolicy, backoff: { ...defaultPolicy.backoff, baseMs: 50, maxMs: 50 } },
    sender: {
      traits: () => provider.operations["messages.create"].traits,
      digest: ({ input }) => JSON.stringify(input),
      attempt: async () => {
        const outcome = script.shift() ?? accepted;
        const status = outcome.type === "accepted" ? 201 : outcome.failure.status;
        return { outcome, status, requestId: "RQ1", phase: "done", body: outcome.type === "accepted" ? null : said };
      },
      lookup: async () => ({ ok: false, outcome: unavailable }),
      poll: async () => null,
      probe: async () => null,
    },
  };
  return createOutbox({ store, accounts: [account], host: createHost(), hashing });
}

type Traced = ReturnType<typeof outboxOf>;

async function send(outbox: Traced, traceparent: string | null): Promise<string> {
  const input = { To: number, Body: said };
  const answer = await outbox.enqueue({ account: "tw", operation: "messages.create", input, traceparent });
  if (answer.type !== "accepted") throw new Error(answer.type);
  return answer.operation.id;
}

async function reached(outbox: Traced, id: string, state: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if ((await outbox.get(id))?.state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`it was never ${state}`);
}

/** What a process does: begins, traces, and ends. */
async function during(outbox: Traced, work: () => Promise<void>): Promise<void> {
  const traces = createTraces();
  if (traces === null) throw new Error("the provider was not noticed");
  outbox.subscribe(traces);
  await outbox.run();
  await work();
  await outbox.stop();
}

test("every attempt is a span of the caller's trace, and nothing private is in it", async () => {
  const exporter = register();
  const outbox = outboxOf(createMemoryStore({ now: Date.now }), [unavailable]);
  const id = await send(outbox, `00-${traceId}-b7ad6b7169203331-01`);
  await during(outbox, () => reached(outbox, id, "accepted"));
  const spans = exporter.getFinishedSpans();
  expect(spans.map((span) => [span.spanContext().traceId, span.parentSpanContext?.spanId])).toEqual([
    [traceId, "b7ad6b7169203331"],
    [traceId, "b7ad6b7169203331"],
  ]);
  expect(traceIdOf({ id, traceparent: `00-${traceId}-b7ad6b7169203331-01` })).toBe(traceId);
  const [first, second] = spans;
  expect(first).toMatchObject({
    name: "twilio messages.create",
    status: { code: 2 },
    attributes: {
      "landline.operation_id": id,
      "landline.attempt": 1,
      "landline.outcome": "unavailable",
      "http.response.status_code": 503,
      "http.request.method": "POST",
      "server.address": "api.twilio.com",
      "error.type": "unavailable",
    },
  });
  expect(second).toMatchObject({
    status: { code: 0 },
    attributes: { "landline.attempt": 2, "landline.message_id": "SM1" },
  });
  const text = JSON.stringify(
    spans.map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
  );
  for (const canary of [said, number, "4155550123", "canary-token"]) expect(text).not.toContain(canary);
});

test("without the caller's context two processes still write one trace, and another operation has another", async () => {
  const exporter = register();
  const store = createMemoryStore({ now: Date.now });
  const first = outboxOf(store, [unavailable]);
  const id = await send(first, "nonsense");
  await during(first, () => reached(first, id, "retrying"));
  const second = outboxOf(store, []);
  const other = await send(second, null);
  await during(second, async () => {
    await reached(second, id, "accepted");
    await reached(second, other, "accepted");
  });
  const spans = exporter.getFinishedSpans();
  const tracesOf = (operationId: string) =>
    spans
      .filter((span) => span.attributes["landline.operation_id"] === operationId)
      .map((span) => span.spanContext().traceId);
  expect(tracesOf(id)).toHaveLength(2);
  expect(new Set(tracesOf(id)).size).toBe(1);
  expect(tracesOf(other)).toHaveLength(1);
  expect(tracesOf(other)[0]).not.toBe(tracesOf(id)[0]);
  // The link in the console leads to the trace the spans are in.
  expect(traceIdOf({ id, traceparent: "nonsense" })).toBe(tracesOf(id)[0]);
  expect(traceIdOf({ id: other, traceparent: null })).toBe(tracesOf(other)[0]);
});

test("a caller that does not sample is not sampled here", async () => {
  const exporter = register();
  const outbox = outboxOf(createMemoryStore({ now: Date.now }), []);
  const id = await send(outbox, `00-${traceId}-b7ad6b7169203331-00`);
  await during(outbox, () => reached(outbox, id, "accepted"));
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test("without a provider nothing listens", () => {
  expect(createTraces()).toBeNull();
});
