/**
 * Describing form requests: fields in the order of their rules, so that equal inputs give identical bytes however
 * their keys were ordered, and a status callback that finds its way back to our operation.
 */
import type { RequestContext, RequestDescription } from "@landline/core";
import { encodeFormValue } from "../http/form.ts";

/**
 * Retry a callback five times on every kind of failure; by default Twilio retries once and only on a connection
 * timeout. A fragment is neither sent to us nor signed.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export const callbackRetries = "#rc=5&rp=all";

/** The name of the query parameter that carries our operation id. */
export const operationParameter = "op";

/** The callback address of one operation. */
export function callbackOf(callbackUrl: string, operationId: string | null): string {
  const bare = callbackUrl.split("#", 1)[0] ?? "";
  if (operationId === null) return `${bare}${callbackRetries}`;
  return `${bare}${bare.includes("?") ? "&" : "?"}${operationParameter}=${encodeFormValue(operationId)}${callbackRetries}`;
}

/** Writes the given fields of an input; lists are repeated, absent fields left out. */
export function formOf(input: object, fields: readonly string[]): string {
  let body = "";
  for (const field of fields) {
    const value = (input as Readonly<Record<string, unknown>>)[field];
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) for (const each of value) body = appended(body, field, each);
    else body = appended(body, field, value);
  }
  return body;
}

/** One more pair at the end of a form. The name needs no encoding. */
export function appended(body: string, name: string, value: unknown): string {
  const text = encodeFormValue(typeof value === "string" ? value : String(value));
  return body === "" ? `${name}=${text}` : `${body}&${name}=${text}`;
}

/** A form POST that creates something, with the idempotency key that only some of Twilio's products honour. */
export function createRequest(url: string, body: string, context: RequestContext): RequestDescription {
  return {
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      "idempotency-key": context.idempotencyKey,
    },
    body,
  };
}

/** A form POST that changes something that exists. */
export function changeRequest(url: string, body: string): RequestDescription {
  return {
    method: "POST",
    url,
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body,
  };
}

/** A GET. */
export function getRequest(url: string): RequestDescription {
  return { method: "GET", url, headers: { accept: "application/json" }, body: null };
}
