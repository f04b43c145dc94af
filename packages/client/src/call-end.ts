/**
 * How a call ends: its result as a value, and the word to whoever listens. A call that ends in doubt can be asked about
 * again later, with the same rules and without sending anything.
 */
import type { Failure, Outcome } from "@landline/core";
import { ask } from "./ask.ts";
import type { Call } from "./call-state.ts";
import { named } from "./call-state.ts";
import type { Settled } from "./doubt.ts";
import { readDeadline } from "./options.ts";
import type { CallFailure, CallResult, CallSuccess, ReconcileOptions } from "./result.ts";
import { cancelled, expired, invalid } from "./result.ts";

const reconcileMsMax = 300_000;

/** The provider took it. */
export function accepted(call: Call, outcome: Extract<Outcome, { readonly type: "accepted" }>): CallSuccess<unknown> {
  if (call.request.operation.lookup !== null) call.line.known.own(outcome.providerId);
  return succeeded(call, outcome);
}

/** The provider has it: it took it, or was asked and found it. */
export function succeeded(
  call: Call,
  { value, providerId, providerStatus }: Pick<CallSuccess<unknown>, "value" | "providerId" | "providerStatus">,
): CallSuccess<unknown> {
  const { operationId, idempotencyKey } = call.request.context;
  ended(call, null);
  const { attempts, response } = call;
  return { ok: true, value, providerId, providerStatus, operationId, idempotencyKey, attempts, response };
}

/** The provider does not have it, or nobody knows. */
export function failed(call: Call, failure: Failure): CallFailure<unknown> {
  const { operationId, idempotencyKey } = call.request.context;
  ended(call, failure);
  const { attempts, response } = call;
  const result: CallFailure<unknown> = {
    ok: false,
    failure,
    operationId,
    idempotencyKey,
    attempts,
    response,
    reconcile: (options = {}) => reconcileLater(call, result, options),
  };
  return result;
}

/** Its caller or its client gave it up. */
export function givenUp(call: Call): CallFailure<unknown> {
  return failed(call, cancelled(call.execution, call.failure));
}

/** The result of a call that was asked about and not found absent. */
export function settled(call: Call, finding: Exclude<Settled, { readonly type: "absent" }>): CallResult<unknown> {
  switch (finding.type) {
    case "found":
      return succeeded(call, finding.candidate);
    case "aborted":
      return failed(call, cancelled("unknown", call.failure));
    case "doubt":
      return failed(call, {
        ...(call.failure ?? expired(null, finding.because)),
        execution: "unknown",
        remedy: "reconcile",
        guidance: `${sentence(finding.because)} Look in the provider's console, or call reconcile() later.`,
      });
    default:
      return finding satisfies never;
  }
}

/** `reconcile()` of a result: the same result where there is no doubt or nobody to ask. */
async function reconcileLater(
  call: Call,
  result: CallFailure<unknown>,
  options: ReconcileOptions,
): Promise<CallResult<unknown>> {
  const { line, request } = call;
  if (result.failure.execution !== "unknown" || call.lastDoubt === null || request.operation.lookup === null)
    return result;
  const ms =
    options.deadline === undefined ? Math.min(reconcileMsMax, line.policy.deadlineMs) : readDeadline(options.deadline);
  if (ms === null)
    return failed(call, { ...invalid("deadline", "deadline must be a duration such as 30s"), execution: "unknown" });
  if (call.isTracked) line.known.begin(call);
  const closing = line.closing.signal;
  const signal = options.signal === undefined ? closing : AbortSignal.any([options.signal, closing]);
  const now = line.link.clock.now();
  const finding = await ask(call, { at: now, deadline: now + ms, signal, patient: true });
  if (finding.type !== "absent") return settled(call, finding);
  call.clearDoubt();
  return failed(call, {
    ...result.failure,
    execution: "not_executed",
    remedy: "retry",
    guidance: `${sentence(finding.because)} It can be sent again.`,
  });
}

function ended(call: Call, failure: Failure | null): void {
  const { line, attempts } = call;
  if (call.isTracked) line.known.end(call);
  if (line.on === null) return;
  const endedAt = line.link.clock.now();
  line.on({
    ...named(call),
    type: "call.ended",
    ok: failure === null,
    failure,
    attempts: attempts.length,
    startedAt: attempts[0]?.startedAt ?? endedAt,
    endedAt,
  });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
