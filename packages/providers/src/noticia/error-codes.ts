/**
 * Noticia's error codes. Codes are only added and never renamed, and the code decides before the status: its two pages on
 * retrying contradict each other about 409, and `IDEMPOTENCY_IN_PROGRESS` is the 409 that is worth repeating.
 * @see https://docs.sms.noticia.ai/reference/errors/
 */
import type { ErrorEntry, ErrorTable } from "@landline/core";

const shared = {
  arrives: "sync",
  execution: "not_executed",
  retry: "never",
  otherChannel: "no",
  docs: "https://docs.sms.noticia.ai/reference/errors/",
  source: "Noticia, errors reference",
  read: "2026-11-21",
} as const;
const wrong = {
  ...shared,
  status: 400,
  kind: "invalid_request",
  remedy: "fix_request",
  responsible: "caller",
} as const;
const key = {
  ...shared,
  status: 401,
  kind: "authentication",
  remedy: "fix_account",
  responsible: "operator",
  blocksAccount: true,
} as const;
const rotate =
  "Rotate the key: make a new one in Noticia and put it into the configuration. Nothing more is sent with this account until it is resumed.";

const rows: readonly ErrorEntry[] = [
  {
    ...key,
    code: "AUTH_MISSING_API_KEY",
    meaning: "The request carries no API key.",
    guidance:
      "Configure the API key, and check that no proxy removes the x-api-key header; rotate the key if it was shown.",
  },
  { ...key, code: "AUTH_INVALID_API_KEY", meaning: "The API key is not known.", guidance: rotate },
  { ...key, code: "AUTH_REVOKED_API_KEY", meaning: "The API key was revoked.", guidance: rotate },
  {
    ...key,
    code: "AUTH_EXPIRED_API_KEY",
    meaning: "The API key has expired; it cannot be refreshed.",
    guidance: rotate,
  },
  {
    ...shared,
    code: "AUTHORIZATION_FORBIDDEN",
    status: 403,
    kind: "authorization",
    remedy: "fix_account",
    responsible: "operator",
    meaning: "The API key may not do this.",
    guidance: "Give the key's organization the permission, or use a key that has it.",
  },
  {
    ...wrong,
    code: "VALIDATION_ERROR",
    meaning: "A value is not valid.",
    guidance: "Correct the field that is named and send it as a new operation.",
  },
  {
    ...wrong,
    code: "RESOURCE_NOT_FOUND",
    status: 404,
    kind: "not_found",
    meaning: "What the request names does not exist.",
    guidance:
      "Check the identifier. If it is about to be created, this is a question of order: create it first, then retry this.",
  },
  {
    ...wrong,
    code: "RESOURCE_CONFLICT",
    status: 409,
    kind: "conflict",
    meaning: "It contradicts something that exists, such as a phone number of another profile.",
    guidance: "Find out which profile has the phone number and decide whose it is. Then send a corrected operation.",
  },
  {
    ...wrong,
    code: "IDEMPOTENCY_KEY_REQUIRED",
    meaning: "An idempotency key is required; reserved by Noticia and not used today.",
    guidance: "Check that no proxy removes the Idempotency-Key header.",
  },
  {
    ...wrong,
    code: "IDEMPOTENCY_KEY_INVALID",
    meaning: "The idempotency key is malformed.",
    guidance: "Use a key of ordinary letters, digits and hyphens, such as a UUID, in a new operation.",
  },
  {
    ...wrong,
    code: "IDEMPOTENCY_CONFLICT",
    status: 409,
    kind: "conflict",
    meaning: "The idempotency key was used before with another payload.",
    guidance:
      "Never repeat it with this key. Find out what the first payload did, then send the changed one as a new operation.",
    docs: "https://docs.sms.noticia.ai/guides/idempotency/",
  },
  {
    ...shared,
    code: "IDEMPOTENCY_IN_PROGRESS",
    status: 409,
    kind: "conflict",
    category: "D",
    remedy: "retry",
    responsible: "nobody",
    retry: "soon",
    wait: { type: "delay", ms: 1_000 },
    meaning: "The first request with this idempotency key is still running; this repeat was not performed.",
    guidance: "Nothing to do: it is repeated shortly with the same key and then gets the answer of the first.",
    docs: "https://docs.sms.noticia.ai/guides/idempotency/",
  },
  {
    ...shared,
    code: "RATE_LIMIT_EXCEEDED",
    status: 429,
    kind: "rate_limited",
    remedy: "retry",
    responsible: "provider",
    retry: "soon",
    meaning: "The organization sent too many requests.",
    guidance: "Nothing to do: the lane slows down and goes on by itself.",
  },
  {
    ...wrong,
    code: "PAYLOAD_TOO_LARGE",
    status: 413,
    meaning: "The request is too large.",
    guidance: "Send fewer or shorter values in one operation.",
  },
  {
    ...wrong,
    code: "UNSUPPORTED_MEDIA_TYPE",
    status: 415,
    responsible: "operator",
    meaning: "The request was not taken for JSON.",
    guidance: "Check that no proxy changes the Content-Type header. If none does, this is a defect worth reporting.",
  },
  {
    ...shared,
    code: "INTERNAL_ERROR",
    status: 500,
    kind: "unavailable",
    execution: "unknown",
    remedy: "reconcile",
    responsible: "provider",
    retry: "reconcile",
    meaning: "Noticia failed internally.",
    guidance: "It is repeated with the same key, which does it once only. Tell Noticia the request id if it stays.",
  },
];

/** Every code that is known, by code. */
export const noticiaErrors: ErrorTable = new Map(rows.map((entry) => [entry.code, entry]));
