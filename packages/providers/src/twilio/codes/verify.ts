/** Codes of Verify. Its 429s are limits of one verification, not rates: waiting in a lane cannot cure them. */
import type { ErrorEntry } from "@landline/core";
import { minutes, notAllowed, row, wrongRequest } from "./row.ts";

/** See the file's comment. */
export const verifyCodes: readonly ErrorEntry[] = [
  row(
    "60200",
    wrongRequest,
    "A parameter is not valid; nothing was processed.",
    "Correct the value that the message names and send it as a new operation.",
    { status: 400 },
  ),
  row(
    "60300",
    wrongRequest,
    "A parameter is not valid; nothing was processed.",
    "Correct the value that the message names and send it as a new operation.",
  ),
  row(
    "20423",
    wrongRequest,
    "A parameter is not valid; nothing was processed.",
    "Correct the value that the message names and send it as a new operation.",
  ),
  row(
    "60202",
    wrongRequest,
    "Five wrong codes were entered for this verification.",
    "Wait ten minutes, then start a new verification.",
    { status: 429, kind: "quota", remedy: "wait", responsible: "recipient", retry: "later", wait: minutes(10) },
  ),
  row(
    "60203",
    wrongRequest,
    "The code was sent five times for this verification.",
    "Wait ten minutes, then start a new verification.",
    { status: 429, kind: "quota", remedy: "wait", responsible: "recipient", retry: "later", wait: minutes(10) },
  ),
  row(
    "60205",
    wrongRequest,
    "The recipient is a landline, which cannot receive text messages.",
    "Start the verification with the channel call.",
    { status: 403, remedy: "other_channel", otherChannel: "yes" },
  ),
  row(
    "60212",
    wrongRequest,
    "Too many requests for this number are running at once; this one was not processed.",
    "Nothing to do: it is repeated in some seconds.",
    { status: 429, kind: "rate_limited", remedy: "wait", responsible: "nobody", retry: "soon" },
  ),
  row(
    "60238",
    notAllowed,
    "New verifications of the account are blocked while Twilio reviews it.",
    "Wait for Twilio's review, which takes up to 72 hours, or ask their support.",
  ),
  row(
    "60410",
    notAllowed,
    "The attempt to deliver the code was blocked.",
    "Check the fraud guard's settings and who asks for these codes.",
    { arrives: "async", execution: "executed" },
  ),
];
