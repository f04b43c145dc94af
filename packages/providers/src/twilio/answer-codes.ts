/**
 * The error codes that come as an answer to a request: all that somebody meets who only calls. What comes later, on a
 * message that was taken, is in `error-codes.ts` besides.
 */
import type { ErrorTable } from "@landline/core";
import { platformCodes } from "./codes/platform.ts";
import { requestCodes } from "./codes/request.ts";
import { tableOf } from "./codes/row.ts";
import { verifyCodes } from "./codes/verify.ts";

/** The codes that come as an answer, by code, in ascending order. */
export const answerErrors: ErrorTable = tableOf([...platformCodes, ...requestCodes, ...verifyCodes]);

/** The input fields that a code is about, where it is always the same one. */
const codesByField: Readonly<Record<string, string>> = {
  To: "21201 21211 21214 21215 21216 21219 21408 21604 21608 21610 21614 21635 60205",
  From: "21212 21603 21606 21611 21659 21660 21661 63007",
  MessagingServiceSid: "21701 21703 21704 21705",
  Body: "21602 21617 21619",
  MediaUrl: "21620 21623",
  ContentSid: "21655",
  ContentVariables: "21656",
  StatusCallback: "21609",
  Url: "21205",
  Twiml: "32018",
};

const fieldsByCode: ReadonlyMap<string, string> = new Map(
  Object.entries(codesByField).flatMap(([field, codes]) => codes.split(" ").map((code) => [code, field] as const)),
);

/** The input field that a code is about, or null. */
export function fieldOfCode(code: string): string | null {
  return fieldsByCode.get(code) ?? null;
}
