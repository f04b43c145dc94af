/**
 * Twilio's error codes: what each means, whether anything was done, what would help, and who must act.
 *
 * Twilio adds codes without notice (hundreds in two years), so an unknown one is not a fault: it falls back to the
 * HTTP status, or is shown to a person as it is.
 * @see https://www.twilio.com/docs/api/errors
 */
import type { ErrorEntry, ErrorTable } from "@landline/core";
import { channelCodes } from "./codes/channels.ts";
import { deliveryCodes } from "./codes/delivery.ts";
import { platformCodes } from "./codes/platform.ts";
import { requestCodes } from "./codes/request.ts";
import { verifyCodes } from "./codes/verify.ts";

const rows: readonly ErrorEntry[] = [
  ...platformCodes,
  ...requestCodes,
  ...deliveryCodes,
  ...verifyCodes,
  ...channelCodes,
];

/** Every code that is known, by code, in ascending order. */
export const twilioErrors: ErrorTable = new Map(
  rows.toSorted((left, right) => Number(left.code) - Number(right.code)).map((entry) => [entry.code, entry]),
);

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
