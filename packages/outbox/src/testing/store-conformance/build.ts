/** Operations, settlements and receipts as the suite needs them: complete, ordinary, and different each time. */
import type { AttemptHistory, Failure, FailureKind, ParkedReason, ReceiptEvent } from "@landline/core";
import { failure } from "@landline/core";
import type { AttemptResult, NewOperation, Settlement } from "../../ports/index.ts";

let counter = 0;
const start = Date.now().toString(36).toUpperCase().padStart(10, "0");

/** A number nobody had before. */
export function fresh(): number {
  counter += 1;
  return counter;
}

/** An id greater than every one before. */
export function newId(): string {
  return `op_${start}${fresh().toString(36).toUpperCase().padStart(16, "0")}`;
}

/** An ordinary message, due at once, with a deadline in an hour. */
export function newOperation(now: number, overrides: Partial<NewOperation> = {}): NewOperation {
  const id = overrides.id ?? newId();
  return {
    id,
    account: "tw",
    operation: "messages.create",
    lane: "tw/messages",
    input: { To: "+15551230000", From: "+15005550006", Body: `Ünïcode ✓ "quoted" ${id}` },
    reference: null,
    idempotencyScope: "app",
    idempotencyKey: `key-${id}`,
    fingerprint: `fingerprint-${id}`,
    class: "standard",
    guarantee: "once",
    subject: null,
    ordered: false,
    metadata: null,
    fallback: [],
    policy: null,
    deadline: now + 3_600_000,
    notBefore: null,
    recipient: "+15551230000",
    parentId: null,
    actor: "app",
    traceparent: null,
    ...overrides,
  };
}

/** A failure of a kind and code. */
export function failed(kind: FailureKind, code: string, execution: Failure["execution"] = "not_executed"): Failure {
  return failure({ kind, code, execution, remedy: "none", responsible: "provider", message: `failed with ${code}` });
}

/** A history after `spent` attempts. */
export function spent(count: number, firstAttemptAt: number, doubtOpen = false): AttemptHistory {
  return { spent: count, waitedMs: count * 1_000, firstAttemptAt, doubtOpen };
}

/** An attempt that ended so. */
export function attempt(
  number: number,
  endedAt: number,
  outcome: AttemptResult["outcome"],
  what: Failure | null = null,
): AttemptResult {
  const status = outcome === "accepted" ? 201 : 503;
  return { number, endedAt, outcome, status, code: what?.code ?? null, requestId: "RQ1", phase: "done", failure: what };
}

/** The provider took it. */
export function accepted(number: number, at: number, providerId: string): Settlement {
  const because = `the provider took it as ${providerId}`;
  return {
    type: "accept",
    because,
    providerId,
    providerStatus: "queued",
    attempt: attempt(number, at, "accepted"),
  };
}

/** Try again at `next`. */
export function retried(number: number, at: number, next: number): Settlement {
  const what = failed("unavailable", "20503");
  return {
    type: "retry",
    because: "again in a moment",
    at: next,
    failure: what,
    history: spent(number, at),
    attempt: attempt(number, at, "unavailable", what),
  };
}

/** The lane waits until `next`. */
export function heldBack(number: number, at: number, next: number): Settlement {
  const what = failed("rate_limited", "20429");
  return {
    type: "hold",
    because: "the lane waits",
    at: next,
    failure: what,
    history: spent(0, at),
    attempt: attempt(number, at, "throttled", what),
  };
}

/** Ask the provider at `next`. */
export function doubted(number: number, at: number, next: number): Settlement {
  const what = failed("transport", "ECONNRESET", "unknown");
  return {
    type: "reconcile",
    because: "may have been executed",
    at: next,
    failure: what,
    history: spent(number, at, true),
    absences: 0,
    lookFailures: 0,
    attempt: attempt(number, at, "ambiguous", what),
  };
}

/** A person must look. */
export function parked(
  number: number,
  at: number,
  reason: ParkedReason = "rejected",
  what: Failure = failed("invalid_request", "21211"),
): Settlement {
  const doubt = reason === "doubt";
  return {
    type: "park",
    because: "would be refused again",
    reason,
    failure: what,
    history: spent(number, at, doubt),
    attempt: attempt(number, at, doubt ? "ambiguous" : "rejected", what),
  };
}

/** Too late. */
export function expired(number: number, at: number): Settlement {
  const what = failed("expired", "late");
  return {
    type: "expire",
    because: "the next try would come after the deadline",
    failure: what,
    history: spent(number, at),
    attempt: attempt(number, at, "unavailable", what),
  };
}

/** A receipt about a provider's id, or about one of our operations. */
export function receiptEvent(
  meaning: ReceiptEvent["meaning"],
  rank: number,
  about: { readonly providerId?: string; readonly operationId?: string },
): ReceiptEvent {
  return {
    providerId: about.providerId ?? null,
    operationId: about.operationId ?? null,
    status: meaning === "progress" ? `step-${rank}` : meaning,
    rank,
    meaning,
    code: meaning === "undelivered" ? "30005" : null,
    message: meaning === "undelivered" ? "unknown handset" : null,
    at: null,
    dedupeKey: `event-${fresh()}`,
    optedOut: null,
  };
}
