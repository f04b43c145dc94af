/** Codes of the platform that come as an answer: credentials, accounts, limits, and Twilio's own failures. */
import type { ErrorEntry } from "@landline/core";
import { accountStopped, limitReached, networkFault, notAllowed, observed, row, wrongRequest } from "./row.ts";

/** See the file's comment. */
export const platformCodes: readonly ErrorEntry[] = [
  row(
    "20003",
    accountStopped,
    "The credentials were not accepted, or the account is suspended, closed or in another region.",
    "Check the account SID, the auth token or API key, and the region. Nothing more is sent with this account until it is resumed.",
    { status: 401, kind: "authentication", source: observed },
  ),
  row(
    "20005",
    accountStopped,
    "The account is not active.",
    "Check the account's balance and status in the Twilio console. Nothing more is sent with it until it is resumed.",
  ),
  row(
    "10001",
    accountStopped,
    "The account is not active.",
    "Check the account's balance and status in the Twilio console. Nothing more is sent with it until it is resumed.",
  ),
  row(
    "20006",
    notAllowed,
    "Access to this resource is denied.",
    "Give the API key or the account the permission for this resource.",
    { status: 403 },
  ),
  row(
    "20008",
    notAllowed,
    "Test credentials may not use this resource.",
    "Use live credentials, or only what test credentials may do: messages, calls, numbers and lookups.",
    { status: 403, responsible: "caller" },
  ),
  row(
    "20009",
    wrongRequest,
    "The resource cannot be deleted while it is not finished.",
    "Wait until it has a final status, then delete it.",
    { kind: "conflict", remedy: "wait", retry: "later" },
  ),
  row(
    "20404",
    notAllowed,
    "The account in the address, or the resource, is not known.",
    "On a create this means a wrong account SID or base URL: correct the account's configuration.",
    { status: 404, kind: "not_found", source: observed },
  ),
  row(
    "20409",
    wrongRequest,
    "The resource is not in a state in which it can be changed.",
    "Look at its status first; a message that was sent cannot be cancelled.",
    { status: 409, kind: "conflict", remedy: "wait", retry: "later" },
  ),
  row(
    "20422",
    wrongRequest,
    "A parameter is malformed; nothing was processed.",
    "Correct the value that the message names and send it as a new operation.",
    { status: 422 },
  ),
  row(
    "20429",
    wrongRequest,
    "Too many requests of the account were running at once; this one was not processed.",
    "Nothing to do: the lane slows down and goes on by itself. If it lasts, lower the account's concurrency.",
    { status: 429, kind: "rate_limited", remedy: "retry", responsible: "provider", retry: "soon" },
  ),
  row(
    "20500",
    networkFault,
    "Twilio failed internally; a create may have been executed.",
    "Twilio is asked before anything is sent again. Check its status page if this stays.",
    { status: 500, arrives: "sync", execution: "unknown", remedy: "reconcile", retry: "reconcile", otherChannel: "no" },
  ),
  row(
    "20503",
    networkFault,
    "Twilio is temporarily unavailable; it does not say whether the request was executed.",
    "Twilio is asked before anything is sent again. Check its status page if this stays.",
    { status: 503, arrives: "sync", execution: "unknown", remedy: "reconcile", retry: "reconcile", otherChannel: "no" },
  ),
  row(
    "10004",
    limitReached,
    "Too many calls of the account are running at once.",
    "Start calls more slowly, or ask Twilio for more concurrent calls.",
    {
      arrives: "both",
      execution: "not_executed",
      kind: "rate_limited",
      responsible: "nobody",
      retry: "soon",
      otherChannel: "yes",
    },
  ),
  row(
    "32018",
    wrongRequest,
    "The TwiML is longer than 4,000 characters.",
    "Shorten the TwiML, or serve it from an address given as Url.",
  ),
  row("90028", wrongRequest, "The broadcast token is too long.", "Shorten the token."),
];
