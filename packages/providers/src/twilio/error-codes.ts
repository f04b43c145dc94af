/** Twilio's error codes. */
import type { ErrorEntry, ErrorTable } from "@landline/core";

const rows: readonly ErrorEntry[] = [];

/** Every code that is known, by code. */
export const twilioErrors: ErrorTable = new Map(rows.map((row) => [row.code, row]));

/** The input field a code is about, where it is always the same one. */
export const fieldsByCode: ReadonlyMap<string, string> = new Map([
  ["21201", "To"],
  ["21205", "Url"],
  ["21211", "To"],
  ["21212", "From"],
  ["21214", "To"],
  ["21215", "To"],
  ["21219", "To"],
  ["21408", "To"],
  ["21602", "Body"],
  ["21603", "From"],
  ["21604", "To"],
  ["21606", "From"],
  ["21608", "To"],
  ["21609", "StatusCallback"],
  ["21610", "To"],
  ["21611", "From"],
  ["21614", "To"],
  ["21617", "Body"],
  ["21619", "Body"],
  ["21620", "MediaUrl"],
  ["21623", "MediaUrl"],
  ["21635", "To"],
  ["21655", "ContentSid"],
  ["21656", "ContentVariables"],
  ["21659", "From"],
  ["21660", "From"],
  ["21661", "From"],
  ["21701", "MessagingServiceSid"],
  ["21703", "MessagingServiceSid"],
  ["21704", "MessagingServiceSid"],
  ["21705", "MessagingServiceSid"],
  ["32018", "Twiml"],
  ["60205", "To"],
  ["63007", "From"],
]);
