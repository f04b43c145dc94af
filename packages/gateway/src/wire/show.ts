/**
 * The last step before an operation leaves: what providers said passes the redactor once more (a secret may have become
 * known as one after it was stored), and what is not for this caller is masked.
 */
import type { Redactor, WireFailure } from "@landline/core";
import type { OperationView, StoryView } from "@landline/outbox";
import type { GatewayOptions } from "../options.ts";
import type { Caller } from "../permissions.ts";
import { maskOperation, maskSummary } from "./mask.ts";
import type { WireOperation, WireOperationSummary } from "./operation.ts";
import { toWireOperation, toWireSummary } from "./operation.ts";

/** True when numbers and bodies are hidden: always from a viewer, and from anybody who asks for it. */
export function isMasked(caller: Caller, asked?: string): boolean {
  return caller.role === "viewer" || asked === "true";
}

/** An operation of a list, as it may be shown. */
export function showSummary(source: OperationView, redactor: Redactor, masked: boolean): WireOperationSummary {
  const made = toWireSummary(source);
  const shown = made.failure === null ? made : { ...made, failure: redacted(made.failure, redactor) };
  return masked ? maskSummary(shown) : shown;
}

/** An operation and its story, as they may be shown. */
export function showStory(
  source: StoryView,
  { redactor, traceUrl }: Pick<GatewayOptions, "redactor" | "traceUrl">,
  masked: boolean,
): WireOperation {
  const made = toWireOperation(source);
  const shown: WireOperation = {
    ...made,
    trace_url: traceUrl?.(source.operation) ?? null,
    failure: redacted(made.failure, redactor),
    attempts: made.attempts.map((attempt) => ({
      ...attempt,
      failure: redacted(attempt.failure, redactor),
      body: attempt.body === null ? null : redactor.text(attempt.body),
    })),
    receipts: made.receipts.map((receipt) => ({
      ...receipt,
      message: receipt.message === null ? null : redactor.text(receipt.message),
    })),
  };
  return masked ? maskOperation(shown) : shown;
}

function redacted(failure: WireFailure | null, redactor: Redactor): WireFailure | null {
  return failure === null
    ? null
    : { ...failure, message: redactor.text(failure.message), guidance: redactor.text(failure.guidance) };
}
