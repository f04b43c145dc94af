/** Codes of the platform that stop nothing, or come on a message that was taken. */
import type { ErrorEntry } from "@landline/core";
import { senderRefused, undeliverable, warning } from "./row-later.ts";
import { hours, inferred, limitReached, networkFault, row } from "./row.ts";

/** See the file's comment. */
export const laterPlatformCodes: readonly ErrorEntry[] = [
  row(
    "20001",
    warning,
    "A parameter is not known and was ignored.",
    "Correct the name of the parameter: what it should have done was not done.",
    { execution: "executed" },
  ),
  row(
    "20504",
    networkFault,
    "Twilio failed while it worked on the message.",
    "Send it as a new message, once or twice at most.",
  ),
  row(
    "30500",
    networkFault,
    "Twilio failed while it worked on the message.",
    "Send it as a new message, once or twice at most.",
  ),
  row(
    "30002",
    senderRefused,
    "The account was suspended after the message was queued.",
    "Resolve the suspension with Twilio. Nothing more is sent with this account until it is resumed.",
    { blocksAccount: true, otherChannel: "yes" },
  ),
  row(
    "30037",
    senderRefused,
    "Outbound messages are disabled for the account.",
    "Ask Twilio to enable outbound messages. Until then use another provider.",
    { otherChannel: "yes" },
  ),
  row(
    "30454",
    limitReached,
    "The account's limit of messages is used up.",
    "Send it again on the next day, or upgrade the account.",
    { wait: hours(24), source: inferred },
  ),
  row(
    "63038",
    limitReached,
    "The account's daily limit of messages is used up.",
    "Send it again on the next day, or by another provider.",
    { wait: hours(24), otherChannel: "yes", source: inferred },
  ),
  row(
    "11200",
    warning,
    "Twilio could not fetch an address of ours.",
    "Check that the webhook or TwiML address is reachable from the internet and answers in time.",
  ),
  row(
    "11205",
    warning,
    "Twilio could not connect to an address of ours.",
    "Check the host, the firewall and the certificate of the webhook or TwiML address.",
  ),
  row(
    "11220",
    warning,
    "The secure connection to an address of ours failed.",
    "Check the certificate chain of the webhook or TwiML address.",
  ),
  row(
    "30039",
    undeliverable,
    "A loop of messages was stopped.",
    "Find out which two programs answer each other, and break the circle.",
  ),
];
