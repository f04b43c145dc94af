/**
 * A failure as people and programs read it: one flat record, the same for every provider, every shape of error.
 *
 * Three questions are kept apart on purpose. *Was it executed?* (`execution`), *what would help?* (`remedy`) and
 * *who must act?* (`responsible`) have different answers more often than not: a provider's "safe to retry" means
 * "never processed", not "worth repeating".
 */

/** What went wrong, in the caller's terms. */
export const failureKinds = [
  "invalid_request",
  "authentication",
  "authorization",
  "not_found",
  "conflict",
  "rate_limited",
  "quota",
  "recipient_blocked",
  "unavailable",
  "transport",
  "undelivered",
  "expired",
  "cancelled",
  "internal",
] as const;

/** See {@link failureKinds}. */
export type FailureKind = (typeof failureKinds)[number];

/** A: request construction, B: authentication, C: authorization or ownership, D: transient; null otherwise. */
export type FailureCategory = "A" | "B" | "C" | "D" | null;

/** Which error contract was received. `http` has no envelope at all: HTML, empty, a proxy's page. */
export type FailureShape = "oauth" | "api" | "http" | "transport" | "receipt";

/** Whether the side effect happened. */
export type Execution = "not_executed" | "executed" | "unknown";

/** What would help. */
export const remedies = [
  "retry",
  "refresh_credentials",
  "reconcile",
  "fix_request",
  "fix_account",
  "other_channel",
  "wait",
  "none",
] as const;

/** See {@link remedies}. */
export type Remedy = (typeof remedies)[number];

/** Who must act. */
export type Responsible = "caller" | "operator" | "recipient" | "provider" | "network" | "nobody";

/** One failure. All fields are always present; what is not known is null. */
export interface Failure {
  readonly kind: FailureKind;
  readonly category: FailureCategory;
  readonly shape: FailureShape;
  readonly execution: Execution;
  readonly remedy: Remedy;
  readonly responsible: Responsible;
  readonly status: number | null;
  readonly code: string | null;
  /** The provider's own words, redacted. For people; never parsed. */
  readonly message: string;
  /** The input field at fault (`To`, `phone_number`), when it can be isolated. */
  readonly field: string | null;
  readonly requestId: string | null;
  /** RFC 3339 UTC instant before which a repeat is pointless, or null. */
  readonly retryAt: string | null;
  /** What to do, in at most two sentences. */
  readonly guidance: string;
  /** An https link to the rule this reading rests on. */
  readonly docs: string | null;
}

/** The contract's JSON form (snake_case) of a {@link Failure}. */
export interface WireFailure {
  readonly kind: FailureKind;
  readonly category: FailureCategory;
  readonly shape: FailureShape;
  readonly execution: Execution;
  readonly remedy: Remedy;
  readonly responsible: Responsible;
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string;
  readonly field: string | null;
  readonly request_id: string | null;
  readonly retry_at: string | null;
  readonly guidance: string;
  readonly docs: string | null;
}

const categoryOfKind: Record<FailureKind, FailureCategory> = {
  invalid_request: "A",
  authentication: "B",
  authorization: "C",
  not_found: null,
  conflict: null,
  rate_limited: "D",
  quota: null,
  recipient_blocked: null,
  unavailable: "D",
  transport: "D",
  undelivered: null,
  expired: null,
  cancelled: null,
  internal: null,
};

/** The playbook's category of a kind; a table entry may say otherwise (an ownership failure reported as 400 is C). */
export function categoryOf(kind: FailureKind): FailureCategory {
  return categoryOfKind[kind];
}

/** Builds a {@link Failure}, filling what is not given: category by kind, everything else null or neutral. */
export function failure(
  facts: Pick<Failure, "kind" | "execution" | "remedy" | "responsible" | "message"> & Partial<Failure>,
): Failure {
  return {
    kind: facts.kind,
    category: facts.category === undefined ? categoryOf(facts.kind) : facts.category,
    shape: facts.shape ?? "api",
    execution: facts.execution,
    remedy: facts.remedy,
    responsible: facts.responsible,
    status: facts.status ?? null,
    code: facts.code ?? null,
    message: facts.message,
    field: facts.field ?? null,
    requestId: facts.requestId ?? null,
    retryAt: facts.retryAt ?? null,
    guidance: facts.guidance ?? "",
    docs: facts.docs ?? null,
  };
}

/** Writes a failure as the HTTP API and the command line do (snake_case). */
export function toWireFailure(source: Failure): WireFailure {
  const { requestId, retryAt, ...same } = source;
  return { ...same, request_id: requestId, retry_at: retryAt };
}

/** Reads {@link toWireFailure}'s form back. */
export function fromWireFailure(source: WireFailure): Failure {
  const { request_id, retry_at, ...same } = source;
  return { ...same, requestId: request_id, retryAt: retry_at };
}
