/**
 * The forms a person's and a sender's address take at Twilio: E.164 numbers, channel addresses, short codes,
 * alphanumeric names, SIP and client addresses. What is wrong with a number is asked of the account.
 */
import type { Form } from "../input/rules.ts";

const channelNumber = /^(whatsapp|rcs):(.*)$/s;
const alphanumericSender = /^(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}$/;
const shortCode = /^\d{3,8}$/;

/** `To` of a message: E.164, or `whatsapp:+…`, `rcs:+…`, `messenger:…`. @see https://www.twilio.com/docs/messaging/channels */
export const messageRecipient =
  (numberFault: Form): Form =>
  (text) => {
    if (text.startsWith("messenger:")) return text.length > 10 ? null : "lacks the user id after messenger:";
    const channel = channelNumber.exec(text);
    if (channel !== null) return prefixed(channel[1] ?? "", numberFault(channel[2] ?? ""));
    if (text.includes(":")) return "has a channel that is not known; use whatsapp:, messenger: or rcs:";
    return numberFault(text);
  };

/** `From` of a message: a number, a short code, an alphanumeric name, a channel address or a Wireless SIM. */
export const messageSender =
  (numberFault: Form): Form =>
  (text) => {
    if (/^messenger:./.test(text) || /^rcs:./.test(text) || /^sim:DE[0-9a-fA-F]{32}$/.test(text)) return null;
    const channel = channelNumber.exec(text);
    if (channel !== null) return prefixed(channel[1] ?? "", numberFault(channel[2] ?? ""));
    if (shortCode.test(text) || alphanumericSender.test(text)) return null;
    if (/^MG[0-9a-fA-F]{32}$/.test(text)) return "is a Messaging Service; write it as MessagingServiceSid";
    return text.startsWith("+") || /^\d/.test(text)
      ? numberFault(text)
      : "must be a number in E.164, a short code, an alphanumeric name of at most 11 characters or a channel address";
  };

/** `To` of a call: E.164, a SIP address, a client or a Wireless SIM. @see https://www.twilio.com/docs/voice/api/call-resource */
export const callRecipient =
  (numberFault: Form): Form =>
  (text) => {
    if (/^sips?:\S+$/i.test(text) || /^client:\S+$/.test(text) || /^sim:DE[0-9a-fA-F]{32}$/.test(text)) return null;
    return numberFault(text);
  };

/** `From` of a call: E.164 or a client; with a SIP recipient any name may be shown. */
export const callSender =
  (numberFault: Form): Form =>
  (text) =>
    /^(sips?|client):\S+$/i.test(text) ? null : numberFault(text);

function prefixed(channel: string, fault: string | null): string | null {
  return fault === null ? null : `(the part after ${channel}:) ${fault}`;
}
