/**
 * Errors as Twilio's newer APIs write them: a problem (RFC 9457) with Twilio's own `code`, and a pointer to the
 * parameter where the error is about one.
 */
import { STATUS_CODES } from "node:http";
import { isRecord } from "@landline/core";
import type { Answer } from "../fake.ts";

/**
 * The same error as a problem. What is no error of the 2010 envelope stays as it is.
 * @param path the request's; names the occurrence (`instance`)
 */
export function asProblem(answer: Answer, path: string): Answer {
  if (answer.status < 400) return answer;
  const said = envelopeOf(answer);
  if (said === null) return answer;
  const { code, detail } = said;
  const parameter = /['`]([A-Z]\w*)['`]/.exec(detail)?.[1];
  const problem = {
    type: `https://www.twilio.com/docs/api/errors/${code ?? ""}`,
    title: STATUS_CODES[answer.status] ?? "Error",
    status: answer.status,
    detail,
    instance: path,
    code,
    ...(parameter === undefined ? {} : { errors: [{ detail, pointer: `#/${parameter}` }] }),
  };
  return { ...answer, headers: { "content-type": "application/problem+json" }, body: JSON.stringify(problem) };
}

function envelopeOf({
  headers,
  body,
}: Answer): { readonly code: string | number | null; readonly detail: string } | null {
  if (headers["content-type"]?.startsWith("application/json") !== true) return null;
  const parsed: unknown = JSON.parse(body);
  if (!isRecord(parsed) || typeof parsed["message"] !== "string") return null;
  const code = parsed["code"];
  return { code: typeof code === "string" || typeof code === "number" ? code : null, detail: parsed["message"] };
}
