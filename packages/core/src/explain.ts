/**
 * What a failure means, read offline: for `landline explain`, the console and anybody with a log line in hand.
 *
 * The same reading and the same rules as for a live attempt of a creating operation, so that what is explained is what
 * would have been decided. What is not known is called unknown: there is no guess at the meaning of a code.
 */
import { classify } from "./classify.ts";
import type { Failure } from "./failure.ts";
import { failure } from "./failure.ts";
import type { HeaderMap, Observation, ResponseObservation } from "./observation.ts";
import type { Outcome } from "./outcome.ts";
import type { ErrorEntry, OperationTraits, Provider, Reading } from "./provider.ts";
import { receiptFailure } from "./receipts.ts";

/** As much of a failure as somebody has at hand. */
export interface Fragment {
  readonly status?: number | undefined;
  /** A number is accepted as people write it (`21211`). */
  readonly code?: string | number | undefined;
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Traits of the operation that is assumed: the careful ones. */
const createTraits: OperationTraits = {
  family: "explain",
  effect: "create",
  doubt: "lookup",
  keyLifetimeMs: null,
  lookupSettleMs: 0,
  ordered: false,
};

/** Where no page of the provider applies: what a client may conclude when no usable answer came. */
const transportDocs = "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2";
const statusCodesDocs = "https://www.rfc-editor.org/rfc/rfc9110#section-15";

/**
 * Explains a failure.
 * @param provider whose pages and tables are asked; only `explain` and `errors` are used
 * @param seen a recorded observation, or what is known of one
 * @param now epoch milliseconds; left out, waits are not counted from any instant, so that `retryAt` is null unless the
 *   observation says when it was made
 * @returns the failure, with guidance and an https link always. An accepted answer is explained too: as executed, with
 *   nothing to do
 */
export function explain(
  provider: Pick<Provider, "name" | "errors" | "explain">,
  seen: Observation | Fragment,
  now?: number,
): Failure {
  const at = now ?? ("type" in seen ? seen.at : undefined);
  const facts = explainAt(provider, seen, at ?? 0);
  return at === undefined ? { ...facts, retryAt: null } : facts;
}

function explainAt(
  provider: Pick<Provider, "name" | "errors" | "explain">,
  seen: Observation | Fragment,
  now: number,
): Failure {
  if ("type" in seen) return complete(judge(seen, seen.type === "response" ? provider.explain(seen, now) : null, now));
  const code = seen.code === undefined || String(seen.code).trim() === "" ? null : String(seen.code).trim();
  const { status } = seen;
  if (status === undefined && seen.body === undefined) return complete(bareCode(provider, code));
  const observation = observed(seen, provider.errors.get(code ?? "")?.status ?? null, now);
  const reading = provider.explain(observation, now);
  const named = code === null || code === reading.code ? reading : withCode(provider, reading, code);
  const outcome = judge(observation, named, now);
  return complete(
    named.code !== null && named.entry === null ? unknownCode(provider.name, named.code, outcome) : outcome,
  );
}

/** Explains a row of an error table by itself, as it would be met: in an answer, or later on a receipt. */
export function explainCode(entry: ErrorEntry): Failure {
  if (entry.arrives === "async")
    return receiptFailure({ status: "a failed delivery", code: entry.code, message: entry.meaning }, entry);
  return failure({
    kind: entry.kind,
    ...(entry.category === undefined ? {} : { category: entry.category }),
    shape: "api",
    execution: entry.execution,
    remedy: entry.remedy,
    responsible: entry.responsible,
    status: entry.status,
    code: entry.code,
    message: entry.meaning,
    guidance: entry.guidance,
    docs: entry.docs,
  });
}

function judge(observation: Observation, reading: Reading | null, now: number): Failure {
  return failureOf(classify(observation, reading, createTraits, now));
}

function failureOf(outcome: Outcome): Failure {
  if (outcome.type !== "accepted") return outcome.failure;
  return failure({
    kind: "internal",
    execution: "executed",
    remedy: "none",
    responsible: "nobody",
    status: outcome.status,
    requestId: outcome.requestId,
    message: `This is not a failure: the provider took it as ${outcome.providerId}`,
    guidance: "Nothing to do. Do not send it again.",
    docs: statusCodesDocs,
  });
}

function bareCode(provider: Pick<Provider, "name" | "errors">, code: string | null): Failure {
  const entry = code === null ? undefined : provider.errors.get(code);
  if (entry !== undefined) return explainCode(entry);
  const what =
    code === null
      ? "Neither a status, a code nor a body was given"
      : `Code ${code} is unknown: it is not in the table of ${provider.name}`;
  return failure({
    kind: "internal",
    execution: "unknown",
    remedy: "none",
    responsible: "operator",
    code,
    message: what,
    guidance: `${what}. Give the HTTP status and the body too, or look the code up in the provider's documentation.`,
    docs: statusCodesDocs,
  });
}

function unknownCode(provider: string, code: string, byStatus: Failure): Failure {
  const honest = `Code ${code} is unknown: it is not in the table of ${provider}, so this reading rests on the HTTP status alone.`;
  return { ...byStatus, guidance: `${honest} ${byStatus.guidance}` };
}

function withCode(provider: Pick<Provider, "errors">, reading: Reading, code: string): Reading {
  return {
    ...reading,
    accepted: null,
    shape: reading.shape === "http" ? "api" : reading.shape,
    code,
    entry: provider.errors.get(code) ?? null,
  };
}

function observed(seen: Fragment, statusOfCode: number | null, now: number): ResponseObservation {
  const headers: HeaderMap = Object.fromEntries(
    Object.entries(seen.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { body = "" } = seen;
  const status = seen.status ?? statusOfCode ?? statusInBody(body) ?? 400;
  return { type: "response", status, headers, body, complete: true, at: now };
}

/** Many envelopes repeat their status; without one a body of an error is read as a refusal. */
function statusInBody(body: string): number | null {
  const match = /"(?:status|http_status_code)"\s{0,8}:\s{0,8}"?([1-5]\d\d)\b/.exec(body);
  return match === null ? null : Number(match[1]);
}

function complete(facts: Failure): Failure {
  const docs = facts.docs !== null && facts.docs.startsWith("https://") ? facts.docs : fallbackDocs(facts);
  return { ...facts, docs, guidance: facts.guidance === "" ? facts.message : facts.guidance };
}

function fallbackDocs(facts: Failure): string {
  return facts.shape === "transport" ? transportDocs : statusCodesDocs;
}
