/** Codes of the channels beside text messages: WhatsApp, Messenger, RCS. */
import type { ErrorEntry } from "@landline/core";
import { senderRefused, undeliverable, unreachable } from "./row-later.ts";
import { hours, inferred, limitReached, minutes, networkFault, row } from "./row.ts";

const channelFault = "Send a new message a few times at most, or a text message instead.";
const consentOnly = "Do not repeat it. Send a text message only if this person agreed to that separately.";

/** See the file's comment. */
export const channelCodes: readonly ErrorEntry[] = [
  row(
    "63001",
    senderRefused,
    "The channel rejected the sender's credentials.",
    "Connect the channel sender again in the Twilio console, and send a text message meanwhile.",
    { otherChannel: "yes" },
  ),
  row("63003", unreachable, "The recipient is not a reachable user of this channel.", "Send a text message instead.", {
    retry: "never",
  }),
  row("63024", unreachable, "The recipient is not a reachable user of this channel.", "Send a text message instead.", {
    retry: "never",
  }),
  row("63005", undeliverable, "The channel refused the content.", "Correct the content, or send a text message.", {
    otherChannel: "yes",
  }),
  row("63021", undeliverable, "The channel refused the content.", "Correct the content, or send a text message.", {
    otherChannel: "yes",
  }),
  row("63009", networkFault, "The channel reported an internal error.", channelFault),
  row("63010", networkFault, "Twilio failed internally on a channel message.", channelFault),
  row("63012", networkFault, "The channel reported an internal error.", channelFault),
  row(
    "63013",
    senderRefused,
    "The message violates the channel's policy.",
    "Read the channel's policy and change the content or the use; do not move it to another channel unchanged.",
  ),
  row(
    "63014",
    unreachable,
    "The recipient blocked this business on the channel.",
    "Never repeat it on this channel. Use another one only if this person agreed to that separately.",
    { kind: "recipient_blocked", retry: "never", remedy: "none", otherChannel: "consent" },
  ),
  row(
    "63015",
    senderRefused,
    "The recipient has not joined the sandbox of the channel.",
    "Let the recipient join the sandbox, or use a production sender.",
    { kind: "invalid_request", responsible: "caller" },
  ),
  row(
    "63016",
    undeliverable,
    "The 24-hour window for free text is closed.",
    "Send an approved template instead of free text, or a text message.",
    { otherChannel: "yes" },
  ),
  row(
    "63017",
    limitReached,
    "The account sent faster than its limit of channel messages.",
    "Send it again more slowly.",
    { kind: "rate_limited", wait: minutes(1), source: inferred },
  ),
  row(
    "63018",
    limitReached,
    "The sender's messaging limit on the channel is used up.",
    "Wait 24 hours, or send a text message meanwhile.",
    { wait: hours(24), otherChannel: "yes" },
  ),
  row(
    "63019",
    undeliverable,
    "The media could not be downloaded.",
    "Check that the media address answers to everybody, then send a new message.",
    { retry: "later", remedy: "retry" },
  ),
  row(
    "63027",
    undeliverable,
    "The template does not exist in this language.",
    "Add the language to the template or name another one; a text message may do meanwhile.",
    { otherChannel: "yes" },
  ),
  row(
    "63028",
    undeliverable,
    "The number of template variables is wrong.",
    "Give exactly the variables of the template.",
    { otherChannel: "yes" },
  ),
  row("63032", unreachable, "The channel did not deliver because of an experiment with this user.", consentOnly, {
    retry: "never",
    otherChannel: "consent",
  }),
  row("63033", unreachable, "The recipient stopped marketing messages on the channel.", consentOnly, {
    kind: "recipient_blocked",
    retry: "never",
    remedy: "none",
    otherChannel: "consent",
  }),
  row(
    "63049",
    unreachable,
    "The channel limits how much marketing this user receives.",
    "Do not repeat it within a day. Send a text message only if this person agreed to that separately.",
    { kind: "quota", wait: hours(24), remedy: "wait", otherChannel: "consent" },
  ),
  row(
    "63036",
    unreachable,
    "The recipient cannot be reached by RCS.",
    "Send a text message, or name FallbackFrom so that Twilio does.",
    { retry: "never" },
  ),
  row(
    "63040",
    senderRefused,
    "The template was rejected.",
    "Change the template and submit it again, or send a text message.",
    { otherChannel: "yes" },
  ),
  row(
    "63041",
    senderRefused,
    "The template is paused for its quality.",
    "Wait until the pause ends, or use another template or a text message.",
    { remedy: "wait", retry: "later", otherChannel: "yes" },
  ),
  row("63042", senderRefused, "The template is disabled for its quality.", "Use another template or a text message.", {
    otherChannel: "yes",
  }),
  row(
    "63051",
    senderRefused,
    "The business account on WhatsApp is locked.",
    "Resolve it with Meta. Send nothing more from this sender until then.",
    { otherChannel: "yes" },
  ),
  row(
    "63112",
    senderRefused,
    "Meta disabled the business account on WhatsApp.",
    "Resolve it with Meta. Send nothing more from this sender until then.",
    { otherChannel: "yes" },
  ),
];
