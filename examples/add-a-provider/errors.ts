/** What Telnyx's codes mean, as far as this example needs them. */
import type { ErrorEntry, ErrorTable } from "@landline/core";

const docs = "https://developers.telnyx.com/development/api-fundamentals/api-errors";
const refused = {
  status: null,
  arrives: "sync",
  execution: "not_executed",
  retry: "never",
  otherChannel: "no",
  docs,
  source: "Telnyx API errors",
  read: "2026-11-21",
} as const;
const wrong = { ...refused, kind: "invalid_request", remedy: "fix_request", responsible: "caller" } as const;
const account = {
  ...refused,
  kind: "authentication",
  remedy: "fix_account",
  responsible: "operator",
  blocksAccount: true,
} as const;

const rows: readonly ErrorEntry[] = [
  {
    ...account,
    code: "10009",
    status: 401,
    meaning: "The API key is not accepted.",
    guidance: "Check or rotate the API key.",
  },
  {
    ...wrong,
    code: "10011",
    status: 429,
    kind: "rate_limited",
    remedy: "wait",
    responsible: "nobody",
    retry: "soon",
    meaning: "Too many requests.",
    guidance: "Nothing to do: the lane slows down by itself.",
  },
  { ...wrong, code: "10015", meaning: "A value is not valid.", guidance: "Correct the value that the message names." },
  {
    ...account,
    code: "20100",
    kind: "quota",
    meaning: "The account is out of funds.",
    guidance: "Top up the account.",
  },
  {
    ...wrong,
    code: "40300",
    kind: "recipient_blocked",
    remedy: "none",
    responsible: "recipient",
    optedOut: true,
    meaning: "The recipient opted out.",
    guidance: "Never send to this recipient again until they opt in themselves.",
  },
  {
    ...wrong,
    code: "40310",
    meaning: "The recipient is not a valid number.",
    guidance: "Correct the number with the person it belongs to.",
  },
  {
    ...wrong,
    code: "40318",
    kind: "quota",
    remedy: "wait",
    responsible: "operator",
    retry: "later",
    wait: { type: "delay", ms: 600_000 },
    otherChannel: "yes",
    meaning: "The queue of the sender is full.",
    guidance: "Send it later or from another sender.",
  },
];

/** By code. */
export const telnyxErrors: ErrorTable = new Map(rows.map((row) => [row.code, row]));
