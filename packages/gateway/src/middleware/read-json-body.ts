/** A JSON body from its headers to its value: content type, encoding, size, syntax, then the route's own reader. */
import type { BodyRule } from "../call.ts";
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";
import type { Read } from "../schemas/reading.ts";
import { fault } from "../schemas/reading.ts";
import { readBody } from "./read-body.ts";
import { readJson } from "./read-json.ts";

const jsonType = /^application\/(?:json|[\w.+-]+\+json)\s*(?:;\s*charset=("?)utf-?8\1\s*)?;?$/i;

/** Reads a body by its rule. */
export async function readJsonBody<T>(
  rule: Extract<BodyRule<T>, { type: "json" }>,
  request: Request,
): Promise<Read<T>> {
  const contentType = request.headers.get("content-type");
  const refusal = refusedType(contentType, request.headers.get("content-encoding"));
  if (refusal !== null && !(rule.optional && contentType === null)) return { ok: false, problem: refusal };
  const bytes = await readBody(request, rule.bytesMax);
  if (!(bytes instanceof Uint8Array)) return { ok: false, problem: bytes };
  if (bytes.byteLength === 0) return rule.optional ? rule.read({}) : fault("", "is required: a JSON document");
  if (refusal !== null) return { ok: false, problem: refusal };
  const reading = readJson(bytes);
  return reading.ok ? rule.read(reading.value) : reading;
}

function refusedType(contentType: string | null, encoding: string | null): Problem | null {
  if (encoding !== null && encoding !== "identity") return unsupported("Send the body without Content-Encoding");
  if (contentType === "application/json") return null;
  return contentType !== null && jsonType.test(contentType.trim())
    ? null
    : unsupported("Send the body as application/json in UTF-8");
}

function unsupported(message: string): Problem {
  return problem("UNSUPPORTED_MEDIA_TYPE", message, undefined, { accept: "application/json" });
}
