/**
 * Red Cloud's two error contracts, told apart only by the type of `error`: a text from the token endpoint, an object from
 * everything below `/api/core`. Statuses without a documented code look like the gateway in front.
 */
import { STATUS_CODES } from "node:http";
import type { Answer } from "../fake.ts";
import type { FaultDo } from "../faults/rules.ts";
import { randomHex } from "../random.ts";

/** A JSON answer. */
export function answer(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** `{error: {code, message, details}, requestId}`. */
export function refuse(status: number, code: string, message: string, details: unknown = {}): Answer {
  return answer(status, { error: { code, message, details }, requestId: `req_${randomHex(8)}` });
}

/** `{error, error_description}` (RFC 6749 §5.2). */
export function refuseOauth(status: number, error: string, description: string): Answer {
  return answer(status, { error, error_description: description });
}

const coreCodes: Readonly<Record<number, string>> = {
  400: "INVALID_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  500: "SERVER_ERROR",
  502: "UPSTREAM_ERROR",
};

/** The error a fault asks for. */
export function refusal(status: number, fault: FaultDo, tokenEndpoint: boolean): Answer {
  const words = STATUS_CODES[status] ?? "Error";
  if (tokenEndpoint) {
    const error = status >= 500 ? "server_error" : status === 401 ? "invalid_client" : "invalid_request";
    return refuseOauth(status, String(fault.code ?? error), fault.message ?? words);
  }
  const code = fault.code ?? coreCodes[status];
  if (code !== undefined) return refuse(status, String(code), fault.message ?? words);
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${fault.message ?? words}\n` };
}
