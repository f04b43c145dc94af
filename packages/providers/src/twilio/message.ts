/**
 * The neutral form of a message, in Twilio's terms: `messages.create` for everything written, `calls.create` with a
 * spoken text for voice.
 */
import type { NeutralMessage, Provider } from "@landline/core";
import { defectFailure } from "../input/rules.ts";
import { messagingServiceSid } from "./ids.ts";

type Translated = ReturnType<Provider["message"]>;

const docs = "https://www.twilio.com/docs/messaging/api/message-resource#create-a-message";

/** Translates; the account's default sender is added by `prepare`. */
export function translate(message: NeutralMessage): Translated {
  return message.channel === "voice" ? spoken(message) : written(message);
}

function written(message: NeutralMessage): Translated {
  const prefix = message.channel === "whatsapp" || message.channel === "rcs" ? `${message.channel}:` : "";
  if (message.channel === "sms" && message.media !== undefined && message.media.length > 0) {
    return refused("media", "cannot be sent by channel sms; use mms, whatsapp or rcs");
  }
  const input: Record<string, unknown> = { To: prefixed(prefix, message.to) };
  if (message.from !== undefined) Object.assign(input, senderOf(prefix, message.from));
  if (message.body !== undefined) input["Body"] = message.body;
  if (message.media !== undefined && message.media.length > 0) input["MediaUrl"] = message.media;
  if (message.template !== undefined) {
    input["ContentSid"] = message.template.id;
    if (message.template.variables !== undefined)
      input["ContentVariables"] = JSON.stringify(message.template.variables);
  }
  return { ok: true, operation: "messages.create", input };
}

function spoken(message: NeutralMessage): Translated {
  if (message.template !== undefined) return refused("template", "cannot be sent by channel voice");
  if (message.body === undefined || message.body === "")
    return refused("body", "is required for channel voice: it is what is spoken");
  if (message.media !== undefined && message.media.length > 0)
    return refused("media", "cannot be sent by channel voice");
  const input: Record<string, unknown> = {
    To: message.to,
    Twiml: `<Response><Say>${escapedXml(message.body)}</Say></Response>`,
  };
  if (message.from !== undefined) input["From"] = message.from;
  return { ok: true, operation: "calls.create", input };
}

/** A Messaging Service chooses the sender of the right channel by itself. */
function senderOf(prefix: string, from: string): Record<string, string> {
  return messagingServiceSid.test(from) ? { MessagingServiceSid: from } : { From: prefixed(prefix, from) };
}

function prefixed(prefix: string, address: string): string {
  return prefix === "" || address.startsWith(prefix) ? address : `${prefix}${address}`;
}

function refused(field: string, message: string): Translated {
  return { ok: false, failure: defectFailure({ field, message }, docs) };
}

/** Characters that XML 1.0 does not allow at all are dropped; nothing could be spoken for them. */
function escapedXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
