/**
 * One attempt, from the described request to its outcome: exchange, observe, classify, and after a refusal the
 * provider's own explanation of it. It never retries and never rejects; a defect in a provider's reading becomes doubt,
 * because the request may have left.
 */
import type { Failure, Operation, Outcome, Phase, RequestDescription, ResponseObservation } from "@landline/core";
import { classify, failure } from "@landline/core";
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
  const until = diagnoses === null ? 0 : link.clock.monotonic() + limits.timeoutMs;
  const exchanged = await link.exchange(request, limits);
  const report = read(link, operation, input, exchanged);
  const { outcome } = report;
  if (outcome.type === "accepted") return report;
  const explained =
    diagnoses === null || outcome.type !== "rejected"
      ? outcome.failure
      : await diagnoses.explain(outcome.failure, input, {
          timeoutMs: until - link.clock.monotonic(),
          signal: limits.signal,
        });
  return { ...report, outcome: { ...outcome, failure: shown(link, explained) } };
}

function read(link: Link, operation: Operation, input: unknown, exchanged: Exchanged): AttemptReport {
  const { observation } = exchanged;
  if (observation === null)
    return {
      outcome: exchanged.outcome,
      status: null,
      requestId: null,
      phase: "prepare",
      concurrency: null,
      response: null,
    };
  const now = link.clock.now();
  if (observation.type === "transport") {
    const outcome = classify(observation, null, operation.traits, now);
    return { outcome, status: null, requestId: null, phase: observation.phase, concurrency: null, response: null };
  }
  const { status } = observation;
  const phase: Phase = observation.complete ? "done" : "body";
  try {
    const reading = operation.observe(observation, input, now);
    const outcome = secondRefusal(classify(observation, reading, operation.traits, now), status, exchanged.refreshed);
    return {
      outcome,
      status,
      requestId: reading.requestId,
      phase,
      concurrency: reading.concurrency ?? null,
      response: observation,
    };
  } catch (defect) {
    return {
      outcome: unreadable(defect, status),
      status,
      requestId: null,
      phase,
      concurrency: null,
      response: observation,
    };
  }
}

/** A token that is refused right after it was issued will not be cured by another one. */
function secondRefusal(outcome: Outcome, status: number, refreshed: boolean): Outcome {
  if (!refreshed || status !== 401 || outcome.type !== "rejected") return outcome;
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
function shown(link: Link, source: Failure): Failure {
  const message = link.redactor.text(source.message);
  return message === source.message ? source : { ...source, message };
}
