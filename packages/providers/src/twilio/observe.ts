/**
 * What Twilio's answers say, in all the shapes they come in: the envelope of the 2010 API, RFC 9457 problems of the
 * newer ones, Monitor v2, the bulk API's list, XML where `.json` got lost, and pages of a proxy that are none of these.
 *
 * States what was said and never what to do. A success counts only with an identifier of the right form.
 */
import type { ErrorEntry, ErrorTable, Observation, Reading, ResponseObservation } from "@landline/core";
import { rateLimitDelay } from "@landline/core";
import { codeOf, objectOf, recordsOf, stringOf } from "../http/json.ts";
import { fieldOfCode } from "./answer-codes.ts";

/**
 * Reads an answer to a request that promises an identifier.
 * @param errors what its code is looked up in
 */
export function readAnswer(observation: Observation, identifier: RegExp, errors: ErrorTable): Reading {
  if (observation.type === "transport") return nothingSaid;
  if (observation.status < 200 || observation.status > 299) return readError(observation, errors);
  const value = objectOf(observation.body);
  const providerId = stringOf(value?.["sid"]);
  if (value === null || providerId === null || !identifier.test(providerId))
    return readError(observation, errors, value);
  return {
    shape: "api",
    accepted: { providerId, providerStatus: stringOf(value["status"]), value },
    code: null,
    message: null,
    field: null,
    requestId: requestIdOf(observation),
    entry: null,
    retryAfterMs: null,
    concurrency: concurrencyOf(observation),
  };
}

/**
 * Reads an answer to a change of something that exists. Only here does 404 speak of the thing that was named; on a
 * create it says that the account or the base URL is wrong.
 */
export function readChange(observation: Observation, identifier: RegExp, errors: ErrorTable): Reading {
  const reading = readAnswer(observation, identifier, errors);
  if (reading.entry?.code !== "20404") return reading;
  const guidance =
    "Twilio does not know the resource that the request names. Check its identifier and the account it belongs to.";
  return { ...reading, entry: { ...reading.entry, remedy: "fix_request", responsible: "caller", guidance } };
}

/** Reads an answer that is not bound to an operation. */
export function explainAnswer(observation: Observation, errors: ErrorTable): Reading {
  return readAnswer(observation, anySid, errors);
}

const anySid = /^[A-Z]{2}[0-9a-fA-F]{32}$/;

/** Reads an answer that is not a success, or cannot be shown to be one. */
export function readError(
  observation: ResponseObservation,
  errors: ErrorTable,
  parsed = objectOf(observation.body),
): Reading {
  const said = parsed === null ? xmlEnvelope(observation.body) : jsonEnvelope(parsed);
  const code = said?.code ?? null;
  return {
    shape: said === null ? "http" : "api",
    accepted: null,
    code,
    message: said?.message ?? null,
    field: said?.field ?? (code === null ? null : fieldOfCode(code)),
    requestId: requestIdOf(observation),
    entry: entryInAnswer(errors, code, observation.status),
    retryAfterMs: rateLimitDelay(observation.headers, observation.at),
    concurrency: concurrencyOf(observation),
  };
}

/**
 * The row of a code that came as an answer. A code that usually comes later, on a message that was taken, speaks of a
 * message that was not taken when it comes as a refusal; inside anything else it proves nothing.
 */
function entryInAnswer(errors: ErrorTable, code: string | null, status: number): ErrorEntry | null {
  const entry = errors.get(code ?? (status === 404 ? unknownAccount : "")) ?? null;
  if (entry === null || entry.arrives === "sync" || entry.arrives === "both") return entry;
  if (status < 400 || status > 499) return null;
  return entry.execution === "executed" ? { ...entry, execution: "not_executed" } : entry;
}

/** A wrong account SID or base URL answers 404; a proxy may leave out the code. */
const unknownAccount = "20404";

const nothingSaid: Reading = {
  shape: "transport",
  accepted: null,
  code: null,
  message: null,
  field: null,
  requestId: null,
  entry: null,
  retryAfterMs: null,
};

interface Envelope {
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
}

/** Null when the object has none of the words an error envelope has. */
function jsonEnvelope(answer: Record<string, unknown>): Envelope | null {
  const [first] = recordsOf(answer["errors"]);
  const code = codeOf(answer["code"]) ?? codeOf(first?.["code"]);
  const message =
    stringOf(answer["message"]) ??
    stringOf(first?.["message"]) ??
    joined(stringOf(answer["title"]), stringOf(answer["detail"])) ??
    stringOf(first?.["detail"]);
  if (code === null && message === null) return null;
  return { code, message, field: pointedField(stringOf(first?.["pointer"])) };
}

function joined(title: string | null, detail: string | null): string | null {
  return title === null || detail === null ? (title ?? detail) : `${title}: ${detail}`;
}

/** The last step of a JSON pointer (RFC 6901), such as `#/to`. */
function pointedField(pointer: string | null): string | null {
  const step = pointer?.split("/").at(-1);
  return step === undefined || step === "" || step === "#" ? null : step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** `<TwilioResponse><RestException><Code>…`, which comes when a path lacks `.json`. */
function xmlEnvelope(body: string): Envelope | null {
  if (!body.includes("<RestException")) return null;
  const code = /<Code>\s*(\d{1,9})\s*<\/Code>/.exec(body)?.[1] ?? null;
  const message = /<Message>([^<]{1,2000})<\/Message>/.exec(body)?.[1] ?? null;
  return code === null && message === null
    ? null
    : { code, message: message === null ? null : unescaped(message), field: null };
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

function requestIdOf(observation: ResponseObservation): string | null {
  return observation.headers["twilio-request-id"] ?? null;
}

/** Requests of the account that were running at Twilio together with this one. */
function concurrencyOf(observation: ResponseObservation): number | null {
  const text = observation.headers["twilio-concurrent-requests"];
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null;
}
