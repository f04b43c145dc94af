/**
 * What a call comes to. A value: nothing here is thrown for an expected failure.
 */
import type { Duration, Failure, ResponseObservation } from "@landline/core";
import { failure } from "@landline/core";
import type { CallAttempt } from "./events.ts";

interface Told {
  readonly operationId: string;
  /** What every attempt carried. */
  readonly idempotencyKey: string;
  /** Every attempt, in order; empty when nothing was sent. */
  readonly attempts: readonly CallAttempt[];
  /** The last answer as it came, or null when there was none. */
  readonly response: ResponseObservation | null;
}

/** The provider has it. */
export interface CallSuccess<Value> extends Told {
  readonly ok: true;
  /** The parsed answer; partial acceptance shows as `value.errors`. */
  readonly value: Value;
  readonly providerId: string;
  readonly providerStatus: string | null;
}

/** The provider does not have it, or nobody knows: see `failure.execution`. */
export interface CallFailure<Value> extends Told {
  readonly ok: false;
  readonly failure: Failure;
  /**
   * Asks the provider what became of a call in doubt, and sends nothing. Where there is no doubt, or nobody to ask, it
   * resolves to the same result.
   */
  reconcile(options?: ReconcileOptions): Promise<CallResult<Value>>;
}

/** How long to ask. */
export interface ReconcileOptions {
  readonly signal?: AbortSignal;
  /** From now on. Default: the client's deadline, at most 5 minutes. */
  readonly deadline?: Duration;
}

/** See the module comment. */
export type CallResult<Value> = CallSuccess<Value> | CallFailure<Value>;

/** The failure of a call that was given up by its caller. */
export function cancelled(execution: Failure["execution"], last: Failure | null): Failure {
  const doubtful = execution === "unknown";
  return failure({
    ...last,
    kind: "cancelled",
    category: null,
    shape: last?.shape ?? "transport",
    execution,
    remedy: doubtful ? "reconcile" : "none",
    responsible: "caller",
    message: "the call was given up: its signal fired or its client was closed",
    guidance: doubtful
      ? "The request had left before it was given up, so it may have been executed. Ask the provider before sending it again."
      : "Nothing was executed. Call again if it is still wanted.",
  });
}

/** The failure of a call whose deadline passed before anything (more) could be sent. */
export function expired(retryAt: number | null, because: string): Failure {
  return failure({
    kind: "expired",
    shape: "transport",
    execution: "not_executed",
    remedy: "none",
    responsible: "nobody",
    message: because,
    retryAt: retryAt === null ? null : new Date(Math.min(retryAt, 8.64e15)).toISOString(),
    guidance: "The deadline passed before it could be sent. Send it again with a later deadline if it is still wanted.",
  });
}

/** A defect of the call itself. */
export function invalid(field: string | null, message: string): Failure {
  return failure({
    kind: "invalid_request",
    execution: "not_executed",
    remedy: "fix_request",
    responsible: "caller",
    message,
    field,
    guidance: "Correct the call; nothing was sent.",
  });
}
