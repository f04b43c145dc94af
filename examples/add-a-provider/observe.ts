/** What Telnyx's answers say. */
import type { Observation, Reading } from "@landline/core";
import { isRecord, rateLimitDelay } from "@landline/core";
import { codeOf, objectOf, recordsOf, stringOf } from "@landline/providers/kit";
import { telnyxErrors } from "./errors.ts";

/** Reads any answer; a success counts only with the identifier of a message. */
export function readAnswer(observation: Observation): Reading {
  const seen = observation.type === "response" ? observation : null;
  const answer = seen === null ? null : objectOf(seen.body);
  const [error] = recordsOf(answer?.["errors"]);
  const message = isRecord(answer?.["data"]) ? answer["data"] : null;
  const providerId = stringOf(message?.["id"]);
  const success = seen !== null && seen.status >= 200 && seen.status <= 299 && error === undefined;
  const code = codeOf(error?.["code"]);
  const source = error?.["source"];
  return {
    shape: answer === null ? "http" : "api",
    accepted: success && providerId !== null ? { providerId, providerStatus: statusOf(message), value: message } : null,
    code,
    message: stringOf(error?.["detail"]) ?? stringOf(error?.["title"]),
    field: isRecord(source) ? (stringOf(source["pointer"])?.split("/").at(-1) ?? null) : null,
    requestId: seen?.headers["x-request-id"] ?? null,
    entry: telnyxErrors.get(code ?? "") ?? null,
    retryAfterMs: seen === null ? null : rateLimitDelay(seen.headers, seen.at),
  };
}

/** Telnyx keeps a status for each recipient; there is one. */
export function statusOf(message: Record<string, unknown> | null): string | null {
  const [recipient] = recordsOf(message?.["to"]);
  return stringOf(recipient?.["status"]);
}
