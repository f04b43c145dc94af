/**
 * Spans and metrics of calls, for whoever has `@opentelemetry/api`: `createClient(…, { on: openTelemetry() })`. It only
 * listens, so it can neither slow nor change a call, and those who do not import this file pay nothing. No attribute
 * carries a number, a body or a credential.
 */
import type { Attributes, Context, Span, Tracer } from "@opentelemetry/api";
import { context, metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ClientEvent, ClientListener } from "./events.ts";

const name = "@landline/client";

interface Watched {
  readonly span: Span;
  readonly context: Context;
}

/**
 * A listener that writes one client span per call with one child per attempt, the histogram `landline.call.duration`
 * (seconds) and the counter `landline.attempts`.
 */
export function openTelemetry(): ClientListener {
  const tracer = trace.getTracer(name);
  const meter = metrics.getMeter(name);
  const duration = meter.createHistogram("landline.call.duration", {
    unit: "s",
    description: "Time from the call to its result",
  });
  const attempts = meter.createCounter("landline.attempts", { description: "Requests made, by what they came to" });
  const watched = new Map<string, Watched>();

  return (event) => {
    const common = { "landline.provider": event.provider, "landline.operation": event.operation };
    if (event.type === "call.started") {
      // Told in the caller's own turn, so the active context is the caller's.
      const active = context.active();
      const attributes = { ...common, "landline.operation_id": event.operationId };
      const span = tracer.startSpan(
        `${event.provider} ${event.operation}`,
        { kind: SpanKind.CLIENT, startTime: event.at, attributes },
        active,
      );
      watched.set(event.operationId, { span, context: trace.setSpan(active, span) });
      return;
    }
    if (event.type === "attempt.ended") attempts.add(1, { ...common, "landline.outcome": event.attempt.outcome });
    if (event.type === "call.ended") {
      const outcome = event.ok ? "ok" : (event.failure?.kind ?? "internal");
      duration.record((event.endedAt - event.startedAt) / 1000, { ...common, "landline.result": outcome });
    }
    const call = watched.get(event.operationId);
    if (call !== undefined) follow(tracer, call, event);
    if (event.type === "call.ended") watched.delete(event.operationId);
  };
}

function follow(tracer: Tracer, call: Watched, event: ClientEvent): void {
  switch (event.type) {
    case "attempt.ended": {
      const { number, outcome, status, code, requestId, phase, startedAt, endedAt } = event.attempt;
      const attributes: Attributes = {
        "landline.attempt": number,
        "landline.outcome": outcome,
        "landline.phase": phase,
      };
      if (status !== null) attributes["http.response.status_code"] = status;
      if (code !== null) attributes["landline.code"] = code;
      if (requestId !== null) attributes["landline.request_id"] = requestId;
      const span = tracer.startSpan(
        `attempt ${number}`,
        { kind: SpanKind.CLIENT, startTime: startedAt, attributes },
        call.context,
      );
      if (outcome !== "accepted") span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endedAt);
      return;
    }
    case "retry.scheduled":
      call.span.addEvent("retry", { "landline.delay_ms": event.delayMs, "landline.because": event.because });
      return;
    case "doubt.looked":
      call.span.addEvent("looked", { "landline.finding": event.finding, "landline.because": event.because });
      return;
    case "lane.waited":
      call.span.addEvent("lane", { "landline.waited_ms": event.ms });
      return;
    case "call.ended":
      if (event.failure !== null) {
        call.span.setAttributes({ "error.type": event.failure.kind, "landline.execution": event.failure.execution });
        call.span.setStatus({ code: SpanStatusCode.ERROR, message: event.failure.kind });
      }
      call.span.end(event.endedAt);
      return;
    case "call.started":
      return;
    default:
      event satisfies never;
  }
}
