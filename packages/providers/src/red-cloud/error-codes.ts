/**
 * Red Cloud's two error contracts in one table: CORE codes are upper-case, those of the token endpoint (OAuth) lower-case.
 *
 * The pages call their statuses a pattern and not a promise, so the code decides and the status only stands in for an
 * unknown one.
 */
import type { ErrorEntry, ErrorTable } from "@landline/core";

const readOn = "2026-11-21";
const overview = "https://dev.redcloud.live/errors/overview";
const credentialsPage = "https://dev.redcloud.live/authentication/client-credentials";
const idempotencyPage = "https://dev.redcloud.live/messaging/idempotency-and-retries";

const refused = {
  arrives: "sync",
  execution: "not_executed",
  retry: "never",
  otherChannel: "no",
  read: readOn,
} as const;
const core = { ...refused, docs: overview, source: "Red Cloud, errors overview" } as const;
const oauth = {
  ...refused,
  // No page gives the status of an OAuth error; RFC 6749 §5.2 would have 400 or 401.
  status: null,
  docs: credentialsPage,
  source: "Red Cloud, client credentials",
  responsible: "operator",
  remedy: "fix_account",
  kind: "authentication",
  blocksAccount: true,
} as const;
const failed = {
  ...core,
  kind: "unavailable",
  execution: "unknown",
  remedy: "reconcile",
  responsible: "provider",
  retry: "reconcile",
  docs: idempotencyPage,
  guidance: "It is repeated with the same key and the same payload, which does it once only.",
} as const;

const rows: readonly ErrorEntry[] = [
  {
    ...core,
    code: "INVALID_REQUEST",
    status: 400,
    kind: "invalid_request",
    remedy: "fix_request",
    responsible: "caller",
    meaning: "The request is not valid.",
    guidance: "Correct what the message names and send it as a new operation.",
  },
  {
    ...core,
    code: "UNAUTHORIZED",
    status: 401,
    kind: "authentication",
    remedy: "refresh_credentials",
    responsible: "operator",
    retry: "after_refresh",
    otherChannel: "yes",
    blocksAccount: true,
    meaning: "The bearer token is missing, malformed or expired, or its client or account is not active.",
    guidance:
      "The token is renewed once by itself. If a fresh one is refused too, the API client or its CORE account is not active: have it activated.",
  },
  {
    ...core,
    code: "FORBIDDEN",
    status: 403,
    kind: "authorization",
    remedy: "fix_account",
    responsible: "operator",
    meaning: "The number does not belong to this API client, or the client may not do this.",
    guidance:
      "Compare GET /api/core/whoami and GET /api/core/numbers with sendFrom, and correct the client or the number.",
    docs: "https://dev.redcloud.live/errors/troubleshooting",
  },
  {
    ...core,
    code: "NOT_FOUND",
    status: 404,
    kind: "not_found",
    remedy: "fix_request",
    responsible: "caller",
    meaning: "What the request names does not exist.",
    guidance: "Check the identifier, and that the base URL is that of the environment.",
  },
  {
    ...core,
    code: "CONFLICT",
    status: 409,
    kind: "conflict",
    remedy: "fix_request",
    responsible: "caller",
    docs: idempotencyPage,
    meaning: "The idempotency key was used before with another payload.",
    guidance:
      "Never repeat it with this key. Find out what the first payload did, then send the changed one as a new operation.",
  },
  { ...failed, code: "SERVER_ERROR", status: 500, meaning: "Red Cloud failed internally." },
  { ...failed, code: "UPSTREAM_ERROR", status: 502, meaning: "A system behind Red Cloud failed." },
  {
    ...oauth,
    code: "invalid_client",
    otherChannel: "yes",
    meaning: "The client id or the client secret is wrong, or the client is not active.",
    guidance:
      "Correct the client id and secret, or have the client activated. Asking again with the same ones cannot help.",
  },
  {
    ...oauth,
    code: "invalid_request",
    meaning: "The token request lacks something.",
    guidance: "Configure both clientId and clientSecret, and check that the base URL leads to Red Cloud itself.",
  },
  {
    ...oauth,
    code: "unsupported_grant_type",
    meaning: "The token endpoint takes client credentials only.",
    guidance: "Check that the base URL leads to Red Cloud itself: this client asks for nothing else.",
  },
  {
    ...oauth,
    code: "server_error",
    kind: "unavailable",
    remedy: "retry",
    responsible: "provider",
    retry: "soon",
    blocksAccount: false,
    otherChannel: "yes",
    meaning: "The token endpoint failed; the operation itself never left.",
    guidance: "The token is asked for again by itself. Tell Red Cloud if it stays.",
  },
];

/** Every code that is known, by code. */
export const redCloudErrors: ErrorTable = new Map(rows.map((entry) => [entry.code, entry]));

/** `INVALID_REQUEST` that is about the number's registration and not about the request (category C of the playbook). */
export const withoutCampaign: Partial<ErrorEntry> = {
  kind: "authorization",
  remedy: "fix_account",
  responsible: "operator",
  meaning: "The number is not registered with a campaign.",
  guidance: "Register the number with a campaign (campaignRegId), or send from one that is.",
  docs: "https://dev.redcloud.live/numbers/list-numbers",
};

/** A 202 that took nobody. The codes inside are not published, so this row stands for all of them. */
export const allRecipientsRejected: ErrorEntry = {
  ...core,
  code: "",
  status: 202,
  kind: "invalid_request",
  remedy: "fix_request",
  responsible: "caller",
  otherChannel: "yes",
  meaning: "Red Cloud took the request and rejected every recipient.",
  guidance:
    "Correct the recipient or the message and send it as a new operation: the same key gives the same answer again.",
  docs: "https://dev.redcloud.live/messaging/send-message",
  source: "inferred: a 202 with empty results and errors for all",
};

/** The same, where the words say that the recipient does not want messages. Read so in the direction that sends less. */
export const recipientOptedOut: ErrorEntry = {
  ...allRecipientsRejected,
  kind: "recipient_blocked",
  remedy: "none",
  responsible: "recipient",
  otherChannel: "no",
  optedOut: true,
  meaning: "The recipient opted out of messages.",
  guidance: "Never send to this recipient again, on any channel, until they opt in themselves.",
};
