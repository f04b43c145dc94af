/**
 * From facts to an outcome.
 *
 * The order matters and is the same for every provider: how far the transport got, then whether the answer carries
 * the identifier a success promises, then the provider's own code, then the HTTP status, then the status's class. A
 * code beats a status because providers say 429 for things that no waiting cures and 404 for wrong credentials.
 *
 * Classifying never throws and never guesses in the direction that sends twice: where nothing proves that a request
 * was not executed, it is ambiguous. Whether doubt is harmless (an idempotent operation, a provider that de-duplicates)
 * shows in the remedy, and is acted on in `decide`.
 */
import type { Failure } from "./failure.ts";
import { failure } from "./failure.ts";
import { instantText } from "./instant.ts";
import type { Observation, ResponseObservation, TransportObservation } from "./observation.ts";
import type { Ambiguous, Outcome } from "./outcome.ts";
import type { ErrorEntry, OperationTraits, Reading } from "./provider.ts";
import type { StatusRule } from "./status-rules.ts";
import { statusDocs, statusRule } from "./status-rules.ts";
import { waitUntil } from "./wait.ts";

/**
 * Judges one attempt.
 * @param observation the facts
 * @param reading what the provider says the answer means; ignored for transport observations
 * @param traits how the operation behaves
 * @param now epoch milliseconds
 */
export function classify(
  observation: Observation,
  reading: Reading | null,
  traits: OperationTraits,
  now: number,
): Outcome {
  if (observation.type === "transport") return classifyTransport(observation, traits);
  const read = reading ?? emptyReading;
  if (read.accepted !== null && isSuccess(observation.status)) {
    const { providerId, providerStatus, value } = read.accepted;
    return {
      type: "accepted",
      providerId,
      providerStatus,
      value,
      requestId: read.requestId,
      status: observation.status,
    };
  }
  return read.entry === null
    ? classifyStatus(observation, read, traits, now)
    : classifyEntry(read.entry, observation, read, traits, now);
}

const emptyReading: Reading = {
  shape: "http",
  accepted: null,
  code: null,
  message: null,
  field: null,
  requestId: null,
  entry: null,
  retryAfterMs: null,
};

const neverLeftGuidance: Record<TransportObservation["cause"], string> = {
  dns: "The provider's host name could not be resolved. Check the base URL and the resolver of this machine.",
  refused: "Nothing listens at the provider's address. Check the base URL, the proxy and the provider's status page.",
  unreachable: "The network has no way to the provider. Check routes, firewall and proxy.",
  tls: "The secure connection could not be established. Check the certificate chain, a custom CA and this machine's clock.",
  timeout: "No connection in time. It is tried again; check the network if it stays.",
  reset: "The connection broke before anything was sent. It is tried again.",
  aborted: "The call was given up before anything was sent.",
  protocol: "The connection spoke something other than HTTP. Check the base URL and the proxy.",
  crash: "The process ended before anything was sent.",
  other: "The connection failed before anything was sent. It is tried again.",
};

function classifyTransport(seen: TransportObservation, traits: OperationTraits): Outcome {
  const facts = {
    kind: "transport" as const,
    shape: "transport" as const,
    responsible: "network" as const,
    code: seen.systemCode,
    message: seen.message,
  };
  if (seen.mayHaveLeft) {
    const guidance = `The connection was lost after the request left, so it may have been executed. ${doubtGuidance(traits)}`;
    const lost = failure({ ...facts, execution: "unknown", remedy: doubtRemedy(traits), guidance });
    return { type: "ambiguous", failure: lost, retryAt: null, answered: false };
  }
  const guidance = neverLeftGuidance[seen.cause];
  const unsent = failure({ ...facts, execution: "not_executed", remedy: "retry", guidance });
  return { type: "unavailable", failure: unsent, retryAt: null };
}

function classifyEntry(
  entry: ErrorEntry,
  seen: ResponseObservation,
  reading: Reading,
  traits: OperationTraits,
  now: number,
): Outcome {
  const hinted = entry.wait === undefined ? null : waitUntil(entry.wait, now);
  const retryAt = laterOf(askedUntil(seen, reading), hinted);
  const facts: Failure = failure({
    kind: entry.kind,
    ...(entry.category === undefined ? {} : { category: entry.category }),
    shape: reading.shape,
    execution: entry.execution,
    remedy: entry.remedy,
    responsible: entry.responsible,
    status: seen.status,
    code: reading.code,
    message: reading.message ?? entry.meaning,
    field: reading.field,
    requestId: reading.requestId,
    retryAt: retryAt === null ? null : instantText(retryAt),
    guidance: entry.guidance,
    docs: entry.docs,
  });
  switch (entry.retry) {
    case "never":
    case "after_refresh":
    case "later":
      // "Later" means hours: not this attempt's business. A person or a route decides; the instant is in the failure.
      if (entry.execution === "unknown" && traits.effect === "create") return doubtful(facts, retryAt, traits);
      return {
        type: "rejected",
        failure: facts,
        blocksAccount: entry.blocksAccount === true,
        optedOut: entry.optedOut === true,
      };
    case "soon":
      if (entry.execution !== "not_executed") return doubtful(facts, retryAt, traits);
      return { type: entry.kind === "rate_limited" ? "throttled" : "unavailable", failure: facts, retryAt };
    case "reconcile":
      return doubtful(facts, retryAt, traits);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return entry.retry satisfies never;
  }
}

function classifyStatus(seen: ResponseObservation, reading: Reading, traits: OperationTraits, now: number): Outcome {
  const rule = statusRule(seen.status);
  const asked = askedUntil(seen, reading);
  const retryAt = asked === null ? null : Math.max(now, asked);
  const facts = statusFailure(seen, reading, rule, retryAt);
  switch (rule.as) {
    case "rejected":
      return {
        type: "rejected",
        failure: facts,
        blocksAccount: rule.kind === "authentication" || rule.kind === "quota",
        optedOut: false,
      };
    case "throttled":
      return { type: "throttled", failure: facts, retryAt };
    case "transient":
    case "transport":
      return doubtful(facts, retryAt, traits);
    case "unreadable":
      return doubtful({ ...facts, guidance: `${facts.guidance} ${doubtGuidance(traits)}` }, retryAt, traits);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return rule.as satisfies never;
  }
}

function statusFailure(seen: ResponseObservation, reading: Reading, rule: StatusRule, retryAt: number | null): Failure {
  const cut = seen.complete ? "" : " and was cut off";
  const silent = isSuccess(seen.status)
    ? `The answer (HTTP ${seen.status}) does not carry the identifier it promises${cut}`
    : `HTTP ${seen.status} without an error the provider documents`;
  return failure({
    kind: rule.kind,
    shape: reading.shape,
    execution: "not_executed",
    remedy: rule.remedy,
    responsible: rule.responsible,
    status: seen.status,
    code: reading.code,
    message: reading.message ?? silent,
    field: reading.field,
    requestId: reading.requestId,
    retryAt: retryAt === null ? null : instantText(retryAt),
    guidance: rule.guidance,
    docs: statusDocs(seen.status),
  });
}

function doubtful(facts: Failure, retryAt: number | null, traits: OperationTraits): Ambiguous {
  // A table may know better than "repeat" or "ask" what helps; that stays.
  const remedy = facts.remedy === "retry" || facts.remedy === "reconcile" ? doubtRemedy(traits) : facts.remedy;
  return { type: "ambiguous", failure: { ...facts, execution: "unknown", remedy }, retryAt, answered: true };
}

/** A repeat is harmless where the operation is idempotent or the provider de-duplicates; elsewhere it must be found out. */
function doubtRemedy(traits: OperationTraits): "retry" | "reconcile" {
  return traits.effect === "idempotent" || traits.doubt === "deduplicate" ? "retry" : "reconcile";
}

function doubtGuidance(traits: OperationTraits): string {
  if (doubtRemedy(traits) === "retry") return "A repeat does it once only, so it is tried again.";
  if (traits.doubt === "park") return "Find out at the provider before it is sent again.";
  return "The provider is asked before anything is sent again.";
}

function askedUntil(seen: ResponseObservation, reading: Reading): number | null {
  return reading.retryAfterMs === null ? null : seen.at + reading.retryAfterMs;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function laterOf(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.max(left, right);
}
