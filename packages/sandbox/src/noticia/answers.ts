/**
 * Noticia's answers: a flat error envelope, a request id in header and body, and both ways of writing names.
 */
import { STATUS_CODES } from "node:http";
import type { Answer } from "../fake.ts";
import type { FaultDo } from "../faults/rules.ts";
import { isRecord } from "../http/json-body.ts";
import { randomHex } from "../random.ts";

/** `snake_case` or `camelCase`: both generations of Noticia's pages are alive. */
export type Naming = "snake" | "camel";

/** A JSON answer; names are written the way the caller writes them. */
export function answer(status: number, value: Readonly<Record<string, unknown>>, naming: Naming): Answer {
  const body = JSON.stringify(naming === "camel" ? camelised(value) : value);
  return { status, headers: { "content-type": "application/json", "X-Request-Id": newRequestId() }, body };
}

/** `{code, message, request_id, details?}`. */
export function refuse(status: number, code: string, message: string, field: string | null = null): Answer {
  const requestId = newRequestId();
  const details = field === null ? {} : { details: { field } };
  return {
    status,
    headers: { "content-type": "application/json", "X-Request-Id": requestId },
    body: JSON.stringify({ code, message, request_id: requestId, ...details }),
  };
}

/** `VALIDATION_ERROR` for one field. */
export const invalid = (field: string, message: string): Answer => refuse(400, "VALIDATION_ERROR", message, field);

const newRequestId = (): string => `req_${randomHex(10)}`;

const codes: Readonly<Record<number, string>> = {
  400: "VALIDATION_ERROR",
  401: "AUTH_INVALID_API_KEY",
  403: "AUTHORIZATION_FORBIDDEN",
  404: "RESOURCE_NOT_FOUND",
  409: "RESOURCE_CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "RATE_LIMIT_EXCEEDED",
  500: "INTERNAL_ERROR",
};

/** The error a fault asks for; a status without a documented code looks like the gateway in front. */
export function refusal(status: number, fault: FaultDo): Answer {
  const message = fault.message ?? STATUS_CODES[status] ?? "Error";
  const code = fault.code ?? codes[status];
  if (code !== undefined) return refuse(status, String(code), message);
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${message}\n` };
}

function camelised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelised);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const name = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      // The keys inside these maps are the caller's own words.
      return [name, ["attributes", "properties"].includes(key) ? each : camelised(each)];
    }),
  );
}
