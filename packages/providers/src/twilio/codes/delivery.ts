/** Codes of text messages that Twilio took and could not deliver. A repeat of these is always a new message. */
import type { ErrorEntry } from "@landline/core";
import { senderRefused, undeliverable, unreachable } from "./row-later.ts";
import { hours, inferred, limitReached, midnightPacific, minutes, networkFault, row } from "./row.ts";

const registerSender =
  "Register or provision the sender for the recipient's country; meanwhile another channel such as WhatsApp may do.";
const registrationNeeded = "The sender is not registered for the recipient's country.";

/** See the file's comment. */
export const deliveryCodes: readonly ErrorEntry[] = [
  row(
    "30001",
    limitReached,
    "The queue of the Messaging Service was full.",
    "Send it again later and more slowly, or add senders to the service.",
    { wait: hours(1), otherChannel: "yes", source: inferred },
  ),
  row(
    "30003",
    unreachable,
    "The phone is off, out of reach, or cannot receive text messages.",
    "Use another channel, or try again at most three times over the next hours.",
    { wait: hours(1), source: inferred },
  ),
  row(
    "30004",
    unreachable,
    "The message was blocked: by a do-not-disturb register, an opt-out at the carrier, or a filter.",
    "Do not repeat it. Check that this person agreed to messages before any other channel is used.",
    { kind: "recipient_blocked", retry: "never", remedy: "none", otherChannel: "consent" },
  ),
  row(
    "30005",
    undeliverable,
    "The number is unknown or no longer in use.",
    "Ask the person for their number, and mark this one as dead.",
  ),
  row(
    "30006",
    undeliverable,
    "The number is a landline, or its carrier cannot be reached.",
    "Reach this person by a voice call.",
    { remedy: "other_channel", otherChannel: "yes" },
  ),
  row(
    "30007",
    undeliverable,
    "Twilio or a carrier filtered the message as unwanted.",
    "Do not send the same text again: change its content, and review the sender's registration.",
  ),
  row(
    "30008",
    networkFault,
    "The carrier gave no reason.",
    "Use another channel, or send a new message once or twice.",
  ),
  row("30010", undeliverable, "The price was above the given maximum.", "Leave out MaxPrice; it is obsolete.", {
    responsible: "operator",
  }),
  row(
    "30011",
    undeliverable,
    "Picture messages are not possible in the recipient's region.",
    "Send a text message with a link to the picture.",
    { remedy: "other_channel", otherChannel: "yes" },
  ),
  row(
    "30017",
    networkFault,
    "The carrier was congested; Twilio repeated it in vain.",
    "Send a new message in some tens of minutes, or use another channel.",
    { wait: minutes(30), source: inferred },
  ),
  row("30018", senderRefused, registrationNeeded, registerSender, { otherChannel: "yes" }),
  row("30024", senderRefused, "The sender is not provisioned with the recipient's carrier.", registerSender, {
    otherChannel: "yes",
  }),
  row("30040", senderRefused, registrationNeeded, registerSender, { otherChannel: "yes" }),
  row("30041", senderRefused, registrationNeeded, registerSender, { otherChannel: "yes" }),
  row("30019", undeliverable, "The content is larger than the carrier accepts.", "Send smaller media, or a link."),
  row("30020", networkFault, "Twilio's scheduling of the message failed.", "Send it as a new message."),
  row("30021", networkFault, "The Messaging Service failed internally on the message.", "Send it as a new message."),
  row(
    "30022",
    limitReached,
    "The campaign sent faster than its registered rate.",
    "Send it again more slowly, or raise the campaign's throughput.",
    { kind: "rate_limited", wait: minutes(1), source: inferred },
  ),
  row(
    "30023",
    limitReached,
    "The brand's daily limit at a carrier is used up.",
    "It can be sent again after midnight Pacific time, when the limit starts anew. Raise the brand's trust score for a higher limit.",
    { wait: midnightPacific, otherChannel: "yes" },
  ),
  row(
    "30027",
    limitReached,
    "The daily limit at T-Mobile is used up.",
    "It can be sent again after midnight Pacific time, when the limit starts anew. Raise the brand's trust score for a higher limit.",
    { wait: midnightPacific, otherChannel: "yes" },
  ),
  row(
    "30032",
    senderRefused,
    "The toll-free number is not verified.",
    "Complete the toll-free verification in the Twilio console.",
  ),
  row(
    "30033",
    senderRefused,
    "The campaign is suspended.",
    "Resolve the suspension of the campaign, or send from a number of another campaign.",
    { otherChannel: "yes" },
  ),
  row(
    "30034",
    senderRefused,
    "The number is not registered with a campaign.",
    "Add the number to a registered campaign, or send from one that is.",
    { otherChannel: "yes" },
  ),
  row(
    "30035",
    senderRefused,
    "The number is still being added to its campaign.",
    "Wait until the registration is complete, which can take days, or send from another number.",
    { remedy: "wait", retry: "later", wait: hours(24), otherChannel: "yes", source: inferred },
  ),
  row(
    "30036",
    undeliverable,
    "The message waited longer than its validity period.",
    "Send it again only if its content is still timely.",
    { kind: "expired", remedy: "other_channel", otherChannel: "yes" },
  ),
  row("30038", senderRefused, "A one-time code was filtered.", "Send codes through Verify, or by another channel.", {
    otherChannel: "yes",
  }),
  row(
    "30410",
    networkFault,
    "A carrier did not answer; Twilio gave up rather than risk a duplicate, so it may have arrived.",
    "Treat it as possibly delivered: do not repeat it and use no other channel unless a duplicate does no harm.",
    { execution: "unknown", remedy: "reconcile", retry: "reconcile", otherChannel: "no" },
  ),
  row(
    "30450",
    limitReached,
    "The guard against message pumping blocks this number for a while.",
    "Wait half an hour, then try once; check who asks for these messages.",
    { wait: minutes(30) },
  ),
  row(
    "30453",
    senderRefused,
    "Fraud is suspected; the destination is blocked for some hours.",
    "A person must check who asks for these messages before any are sent again.",
    { remedy: "wait", wait: hours(2), source: inferred },
  ),
  row(
    "30485",
    senderRefused,
    "Fraud is suspected; the destination is blocked for some hours.",
    "A person must check who asks for these messages before any are sent again.",
    { remedy: "wait", wait: hours(2), source: inferred },
  ),
  row(
    "30610",
    senderRefused,
    "The message does not fit the rules of the destination or the declared intent.",
    "Correct the sender's registration or the declared intent.",
  ),
  row(
    "30615",
    senderRefused,
    "The message does not fit the rules of the destination or the declared intent.",
    "Correct the sender's registration or the declared intent.",
  ),
  row(
    "30620",
    senderRefused,
    "The message does not fit the rules of the destination or the declared intent.",
    "Correct the sender's registration or the declared intent.",
  ),
  row(
    "30630",
    undeliverable,
    "The recipient opted out of messages from this Messaging Service.",
    "Never send to this recipient again, on any channel, until they opt in themselves. Take them off every list.",
    { kind: "recipient_blocked", remedy: "none", responsible: "recipient", optedOut: true },
  ),
];
