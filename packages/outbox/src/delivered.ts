/**
 * The canonical line of an attempt: everything somebody needs to find it at the provider, nothing that must be hidden.
 */
import type { Decision } from "@landline/core";
import type { Context } from "./context.ts";
import { operationOf } from "./context.ts";
import { operationChanged } from "./events.ts";
import type { AttemptReport, SendRequest } from "./ports/index.ts";
import type { Held } from "./settle.ts";

/** An attempt's intent is durable. */
export function began(context: Context, held: Held, number: number): void {
  if (!context.events.heard()) return;
  const { operation } = held;
  const because = `attempt ${number}`;
  const changed = { at: context.clock.now(), state: "sending", because } as const;
  context.events.emit(operationChanged({ ...operation, version: operation.version + 1 }, changed));
}

/** What is known of an attempt once it is settled. */
export interface Attempted {
  readonly number: number;
  readonly request: SendRequest;
  readonly report: AttemptReport;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly decision: Decision;
  readonly end: "settled" | "lost" | "left";
}

/** An attempt ended. */
export function attempted(context: Context, held: Held, facts: Attempted): void {
  if (!context.events.heard()) return;
  const { operation, account } = held;
  const { report, decision, end } = facts;
  const { outcome } = report;
  const failure = outcome.type === "accepted" ? null : outcome.failure;
  const { method, endpoint } = target(held, facts);
  const unwritten = {
    lost: "another worker had taken over; kept as evidence",
    left: "the store could not be reached; it is rescued",
  };
  context.events.emit({
    type: "operation.attempted",
    at: context.clock.now(),
    id: operation.id,
    account: account.name,
    provider: account.provider.name,
    operation: operation.operation,
    reference: operation.reference ?? referenceIn(held),
    idempotencyKey: facts.request.idempotencyKey,
    attempt: facts.number,
    endpoint,
    method,
    requestTimestamp: facts.startedAt,
    durationMs: Math.round(facts.durationMs * 1000) / 1000,
    status: report.status,
    code: failure?.code ?? null,
    requestId: report.requestId,
    messageId: outcome.type === "accepted" ? outcome.providerId : null,
    outcome: outcome.type,
    decision: end === "settled" ? decision.type : end,
    because: end === "settled" ? decision.because : unwritten[end],
    failure: context.showing.get(account.name)?.(failure) ?? null,
    body: report.body ?? null,
    traceparent: operation.traceparent,
  });
}

/** What the provider knows it by, when the caller named that only within the input. */
function referenceIn({ operation, account }: Held): string | null {
  return operationOf(account, operation.operation)?.reference?.(operation.input) ?? null;
}

/** Method and URL without its query, as the sender reported them or as the provider describes them. */
function target(held: Held, facts: Attempted): { readonly method: string; readonly endpoint: string } {
  const { method, endpoint } = facts.report;
  if (method !== undefined && endpoint !== undefined) return { method, endpoint };
  const { operationId, idempotencyKey, input } = facts.request;
  const context = { operationId, idempotencyKey, callbackUrl: null };
  const described = operationOf(held.account, held.operation.operation)?.describe(input, context);
  return { method: described?.method ?? "", endpoint: described?.url.split("?", 1)[0] ?? "" };
}
