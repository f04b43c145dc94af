/** Describing JSON requests of Red Cloud: equal inputs give identical bytes, however their members were ordered. */
import type { RequestDescription } from "@landline/core";
import { canonicalJson } from "@landline/core";

/** A JSON POST that does something once for each key. */
export function keyedRequest(url: string, body: unknown, idempotencyKey: string): RequestDescription {
  return {
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: canonicalJson(body),
  };
}

/** A GET. */
export function getRequest(url: string): RequestDescription {
  return { method: "GET", url, headers: { accept: "application/json" }, body: null };
}
