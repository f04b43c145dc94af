/**
 * What Red Cloud's answers say: the CORE wrapper `{error: {code, message, details}, requestId}`, the OAuth error
 * `{error, error_description}` on the same host, and pages of a gateway that are neither. The type of `error` tells the
 * two apart, whatever the status.
 *
 * States what was said and never what to do.
 */
import type { ErrorEntry, Observation, Reading, ResponseObservation } from "@landline/core";
import { isRecord, rateLimitDelay } from "@landline/core";
import { codeOf, objectOf, stringOf } from "../http/json.ts";
import { redCloudErrors, withoutCampaign } from "./error-codes.ts";
import { readResults } from "./results.ts";

/** Reads an answer that is not bound to an operation. */
export function explainAnswer(observation: Observation): Reading {
  return readSend(observation, []);
}

/**
 * Reads an answer to a send.
 * @param recipients whom it was for; every one must be in `results` or in `errors`
 */
export function readSend(observation: Observation, recipients: readonly string[]): Reading {
  if (observation.type === "transport") return nothingSaid;
  const answer = objectOf(observation.body);
  const said = readError(observation, answer);
  if (observation.status < 200 || observation.status > 299 || answer === null || answer["error"] !== undefined)
    return said;
  return { ...said, shape: "api", ...readResults(answer, recipients) };
}

/** Reads an answer to anything else. */
export function readError(observation: ResponseObservation, answer = objectOf(observation.body)): Reading {
  const said = answer === null ? null : (coreError(answer) ?? oauthError(answer));
  const code = said?.code ?? null;
  return {
    shape: said?.shape ?? "http",
    accepted: null,
    code,
    message: said?.message ?? null,
    field: said?.field ?? null,
    requestId: stringOf(answer?.["requestId"]) ?? observation.headers["x-request-id"] ?? null,
    entry: said === null ? null : entryOf(said),
    retryAfterMs: rateLimitDelay(observation.headers, observation.at),
  };
}

/**
 * An answer of the API that speaks OAuth. Words of the token endpoint say nothing about an operation that left: its own
 * `server_error` would be proof that nothing was done, here it is doubt.
 */
export function notFromToken(reading: Reading): Reading {
  return reading.shape === "oauth" && reading.entry?.retry === "soon" ? { ...reading, entry: null } : reading;
}

interface Said {
  readonly shape: "api" | "oauth";
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
}

function coreError(answer: Record<string, unknown>): Said | null {
  const { error } = answer;
  if (!isRecord(error)) return null;
  const message = stringOf(error["message"]);
  const details = isRecord(error["details"]) ? error["details"] : null;
  return {
    shape: "api",
    code: codeOf(error["code"]),
    message,
    field: stringOf(details?.["field"]) ?? fieldIn(message),
  };
}

function oauthError(answer: Record<string, unknown>): Said | null {
  const code = stringOf(answer["error"]);
  return code === null ? null : { shape: "oauth", code, message: stringOf(answer["error_description"]), field: null };
}

/** A code of one contract inside the other is unknown: `invalid_request` and `INVALID_REQUEST` are different words. */
function entryOf({ shape, code, message }: Said): ErrorEntry | null {
  const entry = redCloudErrors.get(code ?? "") ?? null;
  if (entry === null || (shape === "oauth") !== /^[a-z]/.test(entry.code)) return null;
  return entry.code === "INVALID_REQUEST" && /campaign/i.test(message ?? "") ? { ...entry, ...withoutCampaign } : entry;
}

/** Messages begin with the field they are about, as far as the pages show them. */
function fieldIn(message: string | null): string | null {
  return /^(sendFrom|to|messageType|text|media|externalReference)\b/.exec(message ?? "")?.[1] ?? null;
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
