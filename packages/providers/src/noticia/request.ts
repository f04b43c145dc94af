/** Describing JSON requests of Noticia: equal inputs give identical bytes, however their members were ordered. */
import type { RequestContext, RequestDescription } from "@landline/core";
import { canonicalJson, isRecord } from "@landline/core";

/** A JSON POST with the key that Noticia keeps for a day. */
export function writeRequest(url: string, body: unknown, { idempotencyKey }: RequestContext): RequestDescription {
  return {
    method: "POST",
    url,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: canonicalJson(given(body)),
  };
}

/** A GET. */
export function getRequest(url: string): RequestDescription {
  return { method: "GET", url, headers: { accept: "application/json" }, body: null };
}

/** Null means "not given" in an input; sent as it is, it could empty a field. */
function given(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(given);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (each === undefined || each === null ? [] : [[name, given(each)]])),
  );
}
