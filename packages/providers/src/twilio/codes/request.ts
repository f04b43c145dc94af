/** Codes that refuse a message or call at the door: its recipient, its sender, its content. */
import type { ErrorEntry } from "@landline/core";
import { hours, inferred, limitReached, notAllowed, observed, row, wrongRequest } from "./row.ts";

const notMobile = "Reach this person by a voice call, or ask for a mobile number.";
const verifyNumbers = "Verify the number in the Twilio console, or upgrade the trial account.";
const askOwner = "Send from a number that belongs to this account and can send messages.";

/** See the file's comment. */
export const requestCodes: readonly ErrorEntry[] = [
  row("21201", wrongRequest, "No recipient was given for the call.", "Give To, a number in E.164."),
  row(
    "21604",
    wrongRequest,
    "No recipient was given for the message.",
    "Give To, a number in E.164 or a channel address.",
  ),
  row(
    "21205",
    wrongRequest,
    "The address is not a valid URL.",
    "Give an absolute http or https URL that Twilio can reach.",
  ),
  row("21609", wrongRequest, "The status callback is not a valid URL.", "Give an absolute public http or https URL.", {
    source: inferred,
  }),
  row(
    "21211",
    wrongRequest,
    "The recipient is not a valid number.",
    "Correct the number with the person it belongs to; e-mail may reach them meanwhile.",
    { status: 400, source: observed },
  ),
  row(
    "21212",
    notAllowed,
    "The sender is not a valid number.",
    "Correct From in the request or in the account's configuration.",
    { status: 400, kind: "invalid_request", source: observed },
  ),
  row(
    "21214",
    wrongRequest,
    "The recipient cannot be reached by a call.",
    "Check the number with the person it belongs to, or use another channel.",
    { kind: "undelivered", remedy: "other_channel", responsible: "recipient", otherChannel: "yes" },
  ),
  row(
    "21215",
    notAllowed,
    "Calls to this country are switched off for the account.",
    "Switch the country on in the voice geographic permissions, or send a text message.",
    { otherChannel: "yes" },
  ),
  row("21216", notAllowed, "Twilio blocks calls to this number.", "Ask Twilio why the number is blocked."),
  row(
    "21408",
    notAllowed,
    "Messages to this country are switched off for the account.",
    "Switch the country on in the messaging geographic permissions, or use WhatsApp.",
    { status: 400, otherChannel: "yes", source: observed },
  ),
  row("21602", wrongRequest, "The message has no text.", "Give Body, MediaUrl or ContentSid.", {
    status: 400,
    source: observed,
  }),
  row("21619", wrongRequest, "The message has nothing to send.", "Give Body, MediaUrl or ContentSid."),
  row(
    "21603",
    wrongRequest,
    "Neither a sender nor a Messaging Service was given.",
    "Give From or MessagingServiceSid, or a default sender in the account's configuration.",
  ),
  row(
    "21606",
    notAllowed,
    "The sender does not belong to the account or cannot send messages to this recipient.",
    askOwner,
    { status: 400, source: observed },
  ),
  row("21608", notAllowed, "A trial account may send only to verified numbers.", verifyNumbers, {
    status: 400,
    source: observed,
  }),
  row("21219", notAllowed, "A trial account may call only verified numbers.", verifyNumbers, {
    status: 400,
    source: inferred,
  }),
  row("21264", notAllowed, "A trial account may use only verified numbers.", verifyNumbers, {
    status: 400,
    source: inferred,
  }),
  row(
    "21610",
    wrongRequest,
    "The recipient opted out of messages from this sender.",
    "Never send to this recipient again, on any channel, until they opt in themselves. Take them off every list.",
    {
      status: 400,
      kind: "recipient_blocked",
      remedy: "none",
      responsible: "recipient",
      optedOut: true,
      source: observed,
    },
  ),
  row(
    "21611",
    limitReached,
    "The sender's queue is full: more than ten hours of messages are waiting.",
    "Send it hours later or from another sender; quick repeats cannot help. Use a Messaging Service with more senders.",
    { status: 429, arrives: "sync", execution: "not_executed", wait: hours(1), otherChannel: "yes", source: observed },
  ),
  row(
    "21612",
    notAllowed,
    "No route leads from this sender to this recipient.",
    "Choose a sender that can reach the recipient's country and network.",
    { status: 400, kind: "invalid_request", remedy: "other_channel", otherChannel: "yes", source: observed },
  ),
  row("21614", wrongRequest, "The recipient is not a mobile number.", notMobile, {
    status: 400,
    remedy: "other_channel",
    otherChannel: "yes",
    source: observed,
  }),
  row("21635", wrongRequest, "The recipient is a landline.", notMobile, {
    remedy: "other_channel",
    otherChannel: "yes",
  }),
  row("21617", wrongRequest, "The text has more than 1,600 characters.", "Shorten the text, or send several messages."),
  row(
    "21620",
    wrongRequest,
    "The address of the media is not valid.",
    "Give an absolute public http or https URL for each medium.",
  ),
  row("21623", wrongRequest, "The message has too many media.", "Send at most ten media with one message."),
  row(
    "21655",
    wrongRequest,
    "The content template is not known or not valid.",
    "Check ContentSid against the account's templates.",
  ),
  row(
    "21656",
    wrongRequest,
    "The variables of the content template are not valid.",
    "Give ContentVariables as the JSON text of an object with exactly the template's placeholders.",
  ),
  row(
    "21659",
    notAllowed,
    "The sender is not a number of Twilio's.",
    "Use a number, short code or name that is registered with Twilio, in E.164.",
    { kind: "invalid_request" },
  ),
  row("21660", notAllowed, "The sender belongs to another account.", askOwner),
  row("21661", notAllowed, "The sender cannot send text messages.", "Send from a number that can send text messages.", {
    kind: "invalid_request",
  }),
  row(
    "21701",
    notAllowed,
    "The Messaging Service does not exist.",
    "Check MessagingServiceSid against the account's services.",
    { kind: "not_found" },
  ),
  row(
    "21703",
    notAllowed,
    "The Messaging Service has no sender that can be used for this message.",
    "Add a sender of the right kind and country to the service.",
  ),
  row("21704", notAllowed, "The Messaging Service has no senders.", "Add a sender to the service."),
  row(
    "21705",
    notAllowed,
    "The Messaging Service is not valid.",
    "Check MessagingServiceSid against the account's services.",
    { kind: "invalid_request" },
  ),
  row(
    "63007",
    notAllowed,
    "The sender is not a sender of this channel.",
    "Use a sender that is registered for the channel, or send a text message.",
    { arrives: "both", otherChannel: "yes" },
  ),
];
