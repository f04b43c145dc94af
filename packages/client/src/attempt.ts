/**
 * One attempt, from the described request to its outcome: exchange, observe, classify, and after a refusal the
 * provider's own explanation of it. It never retries and never rejects; a defect in a provider's reading becomes doubt,
 * because the request may have left.
 */
import type { Operation, Outcome, Phase, RequestDescription, ResponseObservation } from "@landline/core";
import { classify, failure, rateLimitRest } from "@landline/core";
import type { Diagnoses } from "./diagnosis.ts";
import type { Limits } from "./exchange.ts";
import type { Exchanged, Link } from "./link.ts";

/** One attempt's report. Fits the outbox's port. */
export interface AttemptReport {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly phase: Phase;
  /** Concurrent requests the provider counted, or null. */
  readonly concurrency: number | null;
  /** Requests the provider said it would still take until `resetAt` (epoch milliseconds), or null. */
  readonly remaining: number | null;
  readonly resetAt: number | null;
  /** The answer as it came, or null when there was none. */
  readonly response: ResponseObservation | null;
}

/** Makes one attempt. */
export async function attemptOnce(
  link: Link,
  operation: Operation,
  input: unknown,
  request: RequestDescription,
  limits: Limits,
  diagnoses: Diagnoses | null,
): Promise<AttemptReport> {
  const until = link.clock.monotonic() + limits.timeoutMs;
  const report = judge(link, operation, input, await link.exchange(request, limits));
  if (diagnoses === null || report.outcome.type !== "rejected") return report;
  return explained(link, diagnoses, report, input, {
    timeoutMs: until - link.clock.monotonic(),
    signal: limits.signal,
  });
}

/** Reads what came back. Total: whatever the bytes, there is a report. */
export function judge(link: Link, operation: Operation, input: unknown, seen: Exchanged): AttemptReport {
  if (seen.type === "unauthorised") return { ...neverSent(seen.outcome), response: seen.response ?? null };
  if (seen.type === "transport") {
    const outcome = shown(link, classify(seen, null, operation.traits, seen.at));
    return { outcome, status: null, requestId: null, phase: seen.phase, ...saidNothing };
  }
  const { status, at } = seen;
  const phase: Phase = seen.complete ? "done" : "body";
  const rest = rateLimitRest(seen.headers, at);
  const remaining = rest === null ? null : rest.remaining;
  const resetAt = rest === null ? null : rest.resetAt;
  let outcome: Outcome;
  try {
    const reading = operation.observe(seen, input, at);
    outcome = classify(seen, reading, operation.traits, at);
    if (outcome.type !== "accepted") outcome = shown(link, secondRefusal(link, outcome, status));
    return {
      outcome,
      status,
      requestId: reading.requestId,
      phase,
      concurrency: reading.concurrency ?? null,
      remaining,
      resetAt,
      response: seen,
    };
  } catch (defect) {
    outcome = shown(link, unreadable(defect, status));
    return { outcome, status, requestId: null, phase, concurrency: null, remaining, resetAt, response: seen };
  }
}

/** The same report, with the provider's own explanation of its refusal where it has one. */
export async function explained(
  link: Link,
  diagnoses: Diagnoses,
  report: AttemptReport,
  input: unknown,
  limits: Limits,
): Promise<AttemptReport> {
  const { outcome } = report;
  if (outcome.type !== "rejected") return report;
  const told = await diagnoses.explain(outcome.failure, input, limits);
  return { ...report, outcome: shown(link, { ...outcome, failure: told }) };
}

/** The report of an attempt that ended before there was a request. */
export function neverSent(outcome: Outcome): AttemptReport {
  return { outcome, status: null, requestId: null, phase: "prepare", ...saidNothing };
}

const saidNothing = { concurrency: null, remaining: null, resetAt: null, response: null } as const;

/** A token that is refused right after it was issued will not be cured by another one. */
function secondRefusal(link: Link, outcome: Outcome, status: number): Outcome {
  if (link.authorise === null || status !== 401 || outcome.type !== "rejected") return outcome;
  return { ...outcome, blocksAccount: true, failure: { ...outcome.failure, remedy: "fix_account" } };
}

function unreadable(defect: unknown, status: number): Outcome {
  return {
    type: "ambiguous",
    answered: true,
    retryAt: null,
    failure: failure({
      kind: "internal",
      execution: "unknown",
      remedy: "reconcile",
      responsible: "operator",
      status,
      message: `the answer could not be read: ${defect instanceof Error ? defect.message : "unknown error"}`,
      guidance:
        "This is a defect of the provider's translation; please report it. The provider is asked before anything is sent again.",
    }),
  };
}

/** What leaves this package in words has no secret in it, even when the provider echoed one. */
function shown(link: Link, outcome: Outcome): Outcome {
  if (outcome.type === "accepted") return outcome;
  const message = link.redactor.text(outcome.failure.message);
  return message === outcome.failure.message ? outcome : { ...outcome, failure: { ...outcome.failure, message } };
}
