/**
 * The ways an operation stops or goes back without having been sent, each with a reason people can act on.
 */
import { failure } from "@landline/core";
import type { Decision, ErrorTable, Failure } from "@landline/core";
import { expiredFailure } from "./context.ts";
import type { AttemptResult, OperationRecord, Settlement } from "./ports/index.ts";

/** What to do with an operation of which nothing was sent. */
export type Unsent = Extract<Decision, { readonly type: "park" | "expire" }>;

/** The configuration does not know it any more: an operator brings it back, or a person discards it. */
export function notConfigured(operation: Pick<OperationRecord, "account" | "operation">): Unsent {
  const message = `account ${operation.account} has no operation ${operation.operation} any more`;
  const guidance = "Correct the configuration and retry, or discard it. Nothing was sent.";
  const facts = {
    kind: "invalid_request",
    execution: "not_executed",
    remedy: "fix_account",
    responsible: "operator",
  } as const;
  return { type: "park", reason: "rejected", because: message, failure: failure({ ...facts, message, guidance }) };
}

/** Past its deadline nothing is sent; what may already have been sent is not called expired. */
export function pastDeadline(operation: Pick<OperationRecord, "failure" | "history">): Unsent {
  const expired = expiredFailure(operation.failure);
  if (!operation.history.doubtOpen) {
    return { type: "expire", failure: expired, because: "the deadline passed before it could be sent" };
  }
  const open: Failure = { ...(operation.failure ?? expired), execution: "unknown", remedy: "reconcile" };
  const because = "the deadline passed while an earlier attempt may have been executed";
  return { type: "park", reason: "doubt", failure: open, because };
}

/**
 * The recipient opted out: a person decides, and nothing goes down a route. It bears the code that the provider would
 * have refused it with, so that both stand in one group. What may have been sent before they did stays in doubt.
 */
export function optedOut(operation: Pick<OperationRecord, "failure" | "history">, errors: ErrorTable): Unsent {
  const because = "the recipient has opted out of this account's messages";
  const entry = [...errors.values()].find((each) => each.optedOut === true && each.arrives !== "async");
  const barred = failure({
    kind: "recipient_blocked",
    execution: "not_executed",
    remedy: "none",
    responsible: "recipient",
    code: entry?.code ?? null,
    message: "The recipient has opted out of this account's messages",
    guidance:
      "Nothing was sent, and nothing may be, on any channel, until they opt in themselves (START). Discard it, or retry it after that.",
    docs: entry?.docs ?? null,
  });
  if (!operation.history.doubtOpen) return { type: "park", reason: "rejected", failure: barred, because };
  const open: Failure = { ...(operation.failure ?? barred), execution: "unknown", remedy: "reconcile" };
  return { type: "park", reason: "doubt", failure: open, because };
}

/** The journal's line about an attempt that was begun and never sent. */
export function nothingSent(number: number, endedAt: number): AttemptResult {
  const facts = { status: null, code: null, requestId: null, failure: null } as const;
  return { number, endedAt, outcome: "unavailable", phase: "prepare", ...facts };
}

/** Back to where it was, no attempt spent: this process was held up for too long to send safely. */
export function leaseTooShort(operation: Pick<OperationRecord, "history">, attempt: AttemptResult): Settlement {
  const because = "the lease would not have outlasted the attempt: nothing was sent";
  const guidance = "It is tried again at once. If this repeats, the worker is starved: give it more processor time.";
  return heldUp(operation, attempt, because, guidance);
}

/** A receipt or somebody else ended it while the store took its time: only the journal hears of this. */
export function overtaken(operation: Pick<OperationRecord, "history">, attempt: AttemptResult): Settlement {
  const because = "it ended while the store was slow to answer: nothing was sent";
  const guidance = "Nothing is to be done for it. If this repeats, look at the store: it answers late.";
  return heldUp(operation, attempt, because, guidance);
}

function heldUp(
  { history }: Pick<OperationRecord, "history">,
  attempt: AttemptResult,
  because: string,
  guidance: string,
): Settlement {
  const facts = { kind: "internal", execution: "not_executed", remedy: "retry", responsible: "operator" } as const;
  const failed = failure({ ...facts, message: because, guidance });
  return { type: "hold", because, attempt, at: attempt.endedAt, history, failure: failed };
}
