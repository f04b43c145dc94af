/**
 * Traces for whoever runs Landline under OpenTelemetry (`node --import ./telemetry.js`, or an agent): one trace per
 * operation, one span per attempt, however many processes and days lie between the attempts.
 *
 * The parent is the trace context that came with the request and is stored with the operation. An operation that came
 * without one gets a trace whose id follows from its own, so that every process that ever attempts it finds the same.
 * Without a registered provider nothing is listened to. No attribute carries a message, a number or a credential.
 */
import { createHash } from "node:crypto";
import { maskNumbers } from "@landline/core";
import type { OutboxEvent } from "@landline/outbox";
import { isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import type { Attributes, Context, SpanContext } from "@opentelemetry/api";

const scope = "landline";

/** Listens to events and writes spans, or null when nobody has registered a tracer provider. */
export function createTraces(): ((event: OutboxEvent) => void) | null {
  if (!isRegistered()) return null;
  const tracer = trace.getTracer(scope);
  return (event) => {
    if (event.type !== "operation.attempted") return;
    const span = tracer.startSpan(
      `${event.provider} ${event.operation}`,
      { kind: SpanKind.CLIENT, startTime: event.requestTimestamp, attributes: attributesOf(event) },
      parentOf(event.traceparent ?? null, event.id),
    );
    if (event.outcome !== "accepted") {
      span.setStatus({ code: SpanStatusCode.ERROR, message: maskNumbers(event.because) });
    }
    span.end(event.requestTimestamp + event.durationMs);
  };
}

/** The API hands out a stand-in until somebody registers; only the stand-in says that it has nobody behind it. */
function isRegistered(): boolean {
  const provider: object = trace.getTracerProvider();
  if (!("getDelegateTracer" in provider) || typeof provider.getDelegateTracer !== "function") return true;
  return provider.getDelegateTracer(scope) !== undefined;
}

/** Names of https://opentelemetry.io/docs/specs/semconv/http/ where there are some. */
function attributesOf(event: Extract<OutboxEvent, { type: "operation.attempted" }>): Attributes {
  const attributes: Attributes = {
    "landline.operation_id": event.id,
    "landline.account": event.account,
    "landline.provider": event.provider,
    "landline.operation": event.operation,
    "landline.attempt": event.attempt,
    "landline.outcome": event.outcome,
    "landline.decision": event.decision,
    "http.request.method": event.method,
    "http.request.resend_count": event.attempt - 1,
  };
  const host = URL.parse(event.endpoint)?.hostname;
  if (host !== undefined) attributes["server.address"] = host;
  if (event.status !== null) attributes["http.response.status_code"] = event.status;
  if (event.code !== null) attributes["landline.code"] = event.code;
  if (event.requestId !== null) attributes["landline.request_id"] = event.requestId;
  if (event.messageId !== null) attributes["landline.message_id"] = event.messageId;
  if (event.failure !== null) attributes["error.type"] = event.failure.kind;
  return attributes;
}

/** The trace that all attempts of an operation are in, 32 hexadecimal digits. */
export function traceIdOf({ id, traceparent }: { readonly id: string; readonly traceparent: string | null }): string {
  return contextOf(traceparent, id).traceId;
}

function parentOf(traceparent: string | null, operationId: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, contextOf(traceparent, operationId));
}

function contextOf(traceparent: string | null, operationId: string): SpanContext {
  return readTraceparent(traceparent) ?? derived(operationId);
}

/**
 * Reads a W3C trace context.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
function readTraceparent(traceparent: string | null): SpanContext | null {
  const parts = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? "");
  const [, traceId, spanId, flags] = parts ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}

function derived(operationId: string): SpanContext {
  const digest = createHash("sha256").update(operationId).digest("hex");
  return {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
}
