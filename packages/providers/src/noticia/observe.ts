/**
 * What Noticia's answers say: one flat envelope `{code, message, request_id, details}`, and successes whose names come in
 * either spelling. The request id is taken from its header first, because only that has one spelling.
 *
 * States what was said and never what to do. A success counts only with the identifier its operation promises.
 */
import type { ErrorEntry, Observation, Reading, ResponseObservation } from "@landline/core";
import { isRecord, rateLimitDelay } from "@landline/core";
import { codeOf, objectOf, stringOf } from "../http/json.ts";
import { noticiaErrors } from "./error-codes.ts";
import { camelName } from "./spelling.ts";

/** What a success of an operation carries. */
export interface Success {
  readonly providerId: string;
  readonly providerStatus: string | null;
}

/** Finds the promised identifier in the answer, or answers null. */
export type SuccessReader = (answer: Record<string, unknown>) => Success | null;

/** Reads an answer to an operation. */
export function readAnswer(observation: Observation, successOf: SuccessReader): Reading {
  if (observation.type === "transport") return nothingSaid;
  const answer = objectOf(observation.body);
  const said = readError(observation, answer);
  if (observation.status < 200 || observation.status > 299 || answer === null || said.code !== null) return said;
  const success = successOf(answer);
  return success === null ? said : { ...said, shape: "api", message: null, accepted: { ...success, value: answer } };
}

/** Reads an answer that is not bound to an operation. */
export function explainAnswer(observation: Observation): Reading {
  return readAnswer(observation, (answer) => identified(answer, ["id", "profile_id"], /^\w/) ?? subscriptionOf(answer));
}

/** Reads an answer that is not a success, or cannot be shown to be one. */
export function readError(observation: ResponseObservation, answer = objectOf(observation.body)): Reading {
  const code = codeOf(answer?.["code"]);
  const details = answer?.["details"];
  const message = stringOf(answer?.["message"]);
  return {
    shape: code === null && message === null ? "http" : "api",
    accepted: null,
    code,
    message,
    field: isRecord(details) ? stringOf(details["field"]) : null,
    requestId: observation.headers["x-request-id"] ?? (answer === null ? null : stringOf(either(answer, "request_id"))),
    entry: entryOf(code),
    retryAfterMs: rateLimitDelay(observation.headers, observation.at),
  };
}

/** The same reading, with what an unknown resource means for an operation that needs one. */
export function explainingAbsence(reading: Reading, meaning: string, guidance: string): Reading {
  return reading.entry?.code === "RESOURCE_NOT_FOUND"
    ? { ...reading, entry: { ...reading.entry, meaning, guidance } }
    : reading;
}

/** The first of the names, in either spelling, that holds an identifier of the form. */
export function identified(answer: Record<string, unknown>, names: readonly string[], form: RegExp): Success | null {
  const id = names.map((name) => stringOf(either(answer, name))).find((found) => found !== null);
  return id !== undefined && id !== null && plain.test(id) && form.test(id)
    ? { providerId: id, providerStatus: null }
    : null;
}

/**
 * A consent answer has no identifier of its own: it names the profile, or where there is none the number.
 * @param expected the status that the write was to bring about
 */
export function subscriptionOf(answer: Record<string, unknown>, expected?: string): Success | null {
  const providerStatus = stringOf(answer["status"]);
  if (providerStatus !== (expected ?? providerStatus) || providerStatus === null) return null;
  const { profile } = answer;
  const named = isRecord(profile) ? identified(profile, ["id"], /^\w/) : identified(answer, ["phone_number"], /^\+\d/);
  return named === null ? null : { ...named, providerStatus };
}

/** Visible ASCII that needs no escaping in JSON. */
const plain = /^[\w.:=+/-]{1,255}$/;

function entryOf(code: string | null): ErrorEntry | null {
  return noticiaErrors.get(code ?? "") ?? null;
}

/** A field in snake_case or camelCase. */
function either(answer: Record<string, unknown>, snake: string): unknown {
  return answer[snake] ?? answer[camelName(snake)];
}

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
