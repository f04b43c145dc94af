/**
 * From facts to an outcome.
 *
 * The order matters and is the same for every provider: how far the transport got, then whether the answer carries
 * the identifier a success promises, then the provider's own code, then the HTTP status, then the status's class. A
 * code beats a status because providers say 429 for things that no waiting cures and 404 for wrong credentials.
 *
 * Classifying never throws and never guesses in the direction that sends twice: where nothing proves that a creating
 * request was not executed, it is ambiguous.
 */
import type { Failure, FailureKind, Remedy, Responsible } from "./failure.ts";
import { failure } from "./failure.ts";
import type { Observation, ResponseObservation, TransportObservation } from "./observation.ts";
import type { Ambiguous, Outcome } from "./outcome.ts";
import type { ErrorEntry, OperationTraits, Reading } from "./provider.ts";
import { waitUntil } from "./wait.ts";

/**
 * Judges one attempt.
 * @param observation the facts
 * @param reading what the provider says the answer means; ignored for transport observations
 * @param traits how the operation behaves
 * @param now epoch milliseconds
 */
export function classify(observation: Observation, reading: Reading | null, traits: OperationTraits, now: number): Outcome {
  if (observation.type === "transport") return classifyTransport(observation);
  if (reading === null) return unreadable(observation, emptyReading);
  if (reading.accepted !== null && isSuccess(observation.status)) {
    return { type: "accepted", ...reading.accepted, requestId: reading.requestId, status: observation.status };
  }
  if (reading.entry !== null) return classifyEntry(reading.entry, observation, reading, traits, now);
  return classifyStatus(observation, reading, traits, now);
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
  tls: "The secure connection could not be established. Check the certificate chain, a custom CA and the clock of this machine.",
  timeout: "No connection in time. It is tried again; check the network if it stays.",
  reset: "The connection broke before anything was sent. It is tried again.",
  aborted: "The call was given up before anything was sent.",
  protocol: "The connection spoke something other than HTTP. Check the base URL and the proxy.",
  crash: "The process ended before anything was sent.",
  other: "The connection failed before anything was sent. It is tried again.",
};

function classifyTransport(observation: TransportObservation): Outcome {
  const facts = {
    kind: "transport" as const,
    shape: "transport" as const,
    responsible: "network" as const,
    code: observation.systemCode,
    message: observation.message,
  };
  if (observation.mayHaveLeft) {
    const guidance = "The connection was lost after the request left, so it may have been executed. The provider is asked before anything is sent again.";
    return { type: "ambiguous", failure: failure({ ...facts, execution: "unknown", remedy: "reconcile", guidance }), retryAt: null, answered: false };
  }
  return {
    type: "unavailable",
    failure: failure({ ...facts, execution: "not_executed", remedy: "retry", guidance: neverLeftGuidance[observation.cause] }),
    retryAt: null,
  };
}

function classifyEntry(entry: ErrorEntry, seen: ResponseObservation, reading: Reading, traits: OperationTraits, now: number): Outcome {
  const retryAt = laterOf(reading.retryAfterMs === null ? null : seen.at + reading.retryAfterMs, entry.wait === undefined ? null : waitUntil(entry.wait, now));
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
    retryAt: retryAt === null ? null : instant(retryAt),
    guidance: entry.guidance,
    docs: entry.docs,
  });
  switch (entry.retry) {
    case "never":
    case "after_refresh":
      return entry.execution === "unknown" && traits.effect === "create"
        ? doubtful(facts, retryAt)
        : { type: "rejected", failure: facts, blocksAccount: entry.blocksAccount === true, optedOut: entry.optedOut === true };
    case "later":
      // Hours away: not this attempt's business. A person or a route decides; the instant is in the failure.
      return { type: "rejected", failure: facts, blocksAccount: entry.blocksAccount === true, optedOut: false };
    case "soon":
      if (entry.execution !== "not_executed" && traits.effect === "create") return doubtful(facts, retryAt);
      return entry.kind === "rate_limited" ? { type: "throttled", failure: facts, retryAt } : { type: "unavailable", failure: facts, retryAt };
    case "reconcile":
      return traits.effect === "create" ? doubtful(facts, retryAt) : { type: "unavailable", failure: facts, retryAt };
    default:
      return entry.retry satisfies never;
  }
}

interface StatusRule {
  readonly kind: FailureKind;
  readonly remedy: Remedy;
  readonly responsible: Responsible;
  readonly as: "rejected" | "throttled" | "transient" | "transport";
  readonly guidance: string;
}

const rejected = (kind: FailureKind, remedy: Remedy, responsible: Responsible, guidance: string): StatusRule => ({ kind, remedy, responsible, as: "rejected", guidance });
const transient = (guidance: string): StatusRule => ({ kind: "unavailable", remedy: "retry", responsible: "provider", as: "transient", guidance });
const transportLike = (guidance: string): StatusRule => ({ kind: "transport", remedy: "retry", responsible: "network", as: "transport", guidance });

/** What a status means where no code decides (RFC 9110 §15, RFC 6585; retryable set of the providers' own pages). */
const statusRules = new Map<number, StatusRule>([
  [400, rejected("invalid_request", "fix_request", "caller", "The provider refused the request as malformed. Correct it and send it as a new operation.")],
  [401, rejected("authentication", "fix_account", "operator", "The provider refused the credentials. Check or rotate them; nothing is sent with them until then.")],
  [402, rejected("quota", "fix_account", "operator", "The provider asks for payment. Check the account's balance.")],
  [403, rejected("authorization", "fix_account", "operator", "The credentials are valid but may not do this. Check ownership of the sender and the account's permissions.")],
  [404, rejected("not_found", "fix_request", "caller", "The provider does not know what the request names. Check ids, the account and the base URL.")],
  [405, rejected("invalid_request", "fix_request", "caller", "The method is not allowed here. Check the base URL and the operation.")],
  [407, rejected("authentication", "fix_account", "operator", "A proxy asks for credentials. Check the proxy settings.")],
  [408, transportLike("The request took too long on its way.")],
  [409, rejected("conflict", "fix_request", "caller", "The request conflicts with the state at the provider. Look at both before repeating it.")],
  [410, rejected("not_found", "fix_request", "caller", "The resource is gone for good.")],
  [413, rejected("invalid_request", "fix_request", "caller", "The request is too large. Make it smaller.")],
  [415, rejected("invalid_request", "fix_request", "caller", "The content type is not accepted. This is a defect of the client.")],
  [422, rejected("invalid_request", "fix_request", "caller", "The provider refused a value. Correct it and send it as a new operation.")],
  [425, transportLike("The provider did not want to risk a replayed early request.")],
  [429, { kind: "rate_limited", remedy: "wait", responsible: "nobody", as: "throttled", guidance: "Too much at once. The lane slows down and goes on by itself." }],
  [451, rejected("authorization", "fix_account", "operator", "The provider may not do this for legal reasons.")],
  [500, transient("The provider failed internally. Check its status page if this stays.")],
  [501, rejected("invalid_request", "fix_request", "operator", "The provider does not implement this. Check the base URL and the operation.")],
  [502, transient("A gateway at the provider failed. Check its status page if this stays.")],
  [503, transient("The provider is temporarily unavailable. Check its status page if this stays.")],
  [504, transient("The provider did not answer its own gateway in time. Check its status page if this stays.")],
  [505, rejected("invalid_request", "fix_request", "operator", "The provider does not speak this version of HTTP. Check the proxy.")],
  [511, rejected("authentication", "fix_account", "operator", "The network asks for a login. Check the proxy or the network of this machine.")],
  [599, transportLike("A proxy lost the connection to the provider.")],
]);

/** The rule for a status, falling back to its class. */
function statusRule(status: number): StatusRule {
  const exact = statusRules.get(status);
  if (exact !== undefined) return exact;
  if (status >= 520 && status <= 529) return transportLike("A proxy in front of the provider lost its connection to it.");
  if (status >= 500) return transient("The provider failed. Check its status page if this stays.");
  if (status >= 400) return rejected("invalid_request", "fix_request", "caller", "The provider refused the request. Correct it before sending it again.");
  return rejected("invalid_request", "fix_account", "operator", "The provider redirects elsewhere. Redirects with a body are not followed: correct the base URL.");
}

function classifyStatus(seen: ResponseObservation, reading: Reading, traits: OperationTraits, now: number): Outcome {
  if (isSuccess(seen.status)) return unreadable(seen, reading);
  if (seen.status < 200) return unreadable(seen, reading);
  const rule = statusRule(seen.status);
  const retryAt = reading.retryAfterMs === null ? null : Math.max(now, seen.at + reading.retryAfterMs);
  const mayBeDone = (rule.as === "transient" || rule.as === "transport") && traits.effect === "create";
  const facts = failure({
    kind: rule.kind,
    shape: reading.shape,
    execution: mayBeDone ? "unknown" : "not_executed",
    remedy: mayBeDone ? (traits.doubt === "deduplicate" ? "retry" : "reconcile") : rule.remedy,
    responsible: rule.responsible,
    status: seen.status,
    code: reading.code,
    message: reading.message ?? `HTTP ${seen.status} without an error the provider documents`,
    field: reading.field,
    requestId: reading.requestId,
    retryAt: retryAt === null ? null : instant(retryAt),
    guidance: rule.guidance,
    docs: statusDocs(seen.status),
  });
  switch (rule.as) {
    case "rejected":
      return { type: "rejected", failure: facts, blocksAccount: rule.kind === "authentication" || seen.status === 402, optedOut: false };
    case "throttled":
      return { type: "throttled", failure: facts, retryAt };
    case "transient":
    case "transport":
      return mayBeDone ? doubtful(facts, retryAt) : { type: "unavailable", failure: facts, retryAt };
    default:
      return rule.as satisfies never;
  }
}

/** A 2xx that does not carry what a success promises: nobody knows. */
function unreadable(seen: ResponseObservation, reading: Reading): Ambiguous {
  const cut = seen.complete ? "" : " and was cut off";
  return doubtful(
    failure({
      kind: "unavailable",
      shape: reading.shape,
      execution: "unknown",
      remedy: "reconcile",
      responsible: "provider",
      status: seen.status,
      code: reading.code,
      message: reading.message ?? `The answer (HTTP ${seen.status}) does not carry the identifier it promises${cut}`,
      requestId: reading.requestId,
      guidance: "The provider may have executed this but its answer cannot be read. It is asked before anything is sent again.",
      docs: statusDocs(seen.status),
    }),
    null,
  );
}

function doubtful(facts: Failure, retryAt: number | null): Ambiguous {
  return { type: "ambiguous", failure: { ...facts, execution: "unknown" }, retryAt, answered: true };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function statusDocs(status: number): string {
  const anchors: Record<number, string> = { 428: "https://www.rfc-editor.org/rfc/rfc6585#section-3", 429: "https://www.rfc-editor.org/rfc/rfc6585#section-4", 431: "https://www.rfc-editor.org/rfc/rfc6585#section-5", 511: "https://www.rfc-editor.org/rfc/rfc6585#section-6" };
  return anchors[status] ?? `https://www.rfc-editor.org/rfc/rfc9110#section-15.${Math.min(6, Math.max(2, Math.floor(status / 100) + 1))}`;
}

function laterOf(left: number | null, right: number | null): number | null {
  if (left === null) return right;
  return right === null ? left : Math.max(left, right);
}

function instant(ms: number): string {
  return new Date(Math.max(-8.64e15, Math.min(8.64e15, ms))).toISOString();
}
