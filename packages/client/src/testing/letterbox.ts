/** "Letterbox": the smallest provider that has everything, so that the client is tested against the contract alone. */
import type { Credentials, Observation, Operation, OperationTraits, Provider, Reading } from "@landline/core";
import { classify, failure, rateLimitDelay } from "@landline/core";

/** What Letterbox takes. */
interface Letter extends Record<string, unknown> {
  readonly to: string;
  readonly text: string;
}

/** What Letterbox gives. */
export interface Posted {
  readonly sid: string;
  readonly status: string;
}

/** Operations of Letterbox. */
export type LetterboxTypes = {
  readonly "letters.post": { readonly input: Letter; readonly value: Posted };
  readonly "letters.recall": { readonly input: Letter; readonly value: Posted };
};

const creating: OperationTraits = {
  family: "letters",
  effect: "create",
  doubt: "lookup",
  keyLifetimeMs: null,
  lookupSettleMs: 20,
  ordered: false,
};

/** A Letterbox account. */
export function letterbox(
  baseUrl: string,
  options: { readonly traits?: Partial<OperationTraits>; readonly credentials?: Credentials } & Partial<
    Pick<Provider, "diagnosis" | "secrets">
  > = {},
): Provider<LetterboxTypes> {
  const traits = { ...creating, ...options.traits };
  const post = operation("letters.post", `${baseUrl}/letters`, traits);
  const recall = operation("letters.recall", `${baseUrl}/recalls`, { ...traits, effect: "idempotent" });
  return {
    name: "letterbox",
    baseUrl,
    operations: { "letters.post": post, "letters.recall": recall },
    errors: new Map(),
    credentials: options.credentials ?? { type: "static", headers: { authorization: "Basic c2VjcmV0OnNlc2FtZQ==" } },
    secrets: options.secrets ?? ["open-sesame"],
    webhooks: null,
    probe: {
      describe: () => ({ method: "GET", url: `${baseUrl}/probe`, headers: {}, body: null }),
      read: (observation, now) =>
        classify(observation, observation.type === "response" ? read(observation) : null, traits, now),
    },
    diagnosis: options.diagnosis ?? null,
    message: ({ to, body }) => ({ ok: true, operation: "letters.post", input: { to, text: body ?? "" } }),
    explain: read,
    statusPage: null,
  };
}

function operation(name: string, url: string, traits: OperationTraits): Operation<Letter> {
  return {
    name,
    traits,
    prepare: (input) => {
      const { to, text } = input as Partial<Letter>;
      if (typeof to === "string" && to.startsWith("+")) return { ok: true, input: { to, text: String(text) } };
      const missing = failure({
        kind: "invalid_request",
        execution: "not_executed",
        remedy: "fix_request",
        responsible: "caller",
        message: "to must start with +",
        field: "to",
      });
      return { ok: false, failure: missing, all: [missing] };
    },
    describe: (input, context) => ({
      method: "POST",
      url,
      headers: { "content-type": "application/json", "idempotency-key": context.idempotencyKey },
      body: JSON.stringify({ ...input, callback: context.callbackUrl, operation: context.operationId }),
    }),
    observe: read,
    lookup: {
      describe: (input) => ({
        method: "GET",
        url: `${url}?to=${encodeURIComponent(input.to)}`,
        headers: {},
        body: null,
      }),
      read: (observation, input, now) => {
        if (observation.type === "transport" || observation.status !== 200) {
          return {
            ok: false,
            outcome: classify(
              observation,
              observation.type === "response" ? read(observation) : null,
              { ...traits, effect: "idempotent" },
              now,
            ),
          };
        }
        const { messages, next } = JSON.parse(observation.body) as {
          messages: { sid: string; body: string; created: number }[];
          next?: string;
        };
        const candidates = messages
          .filter(({ body }) => (JSON.parse(body) as Letter).text === input.text)
          .map(({ sid, created }) => ({
            providerId: sid,
            createdAt: created,
            providerStatus: "queued",
            code: null,
            value: { sid, status: "queued" },
          }));
        const page =
          next === undefined ? null : ({ method: "GET", url: `${url}${next}`, headers: {}, body: null } as const);
        return { ok: true, candidates, next: page, providerNow: now };
      },
    },
    poll: {
      describe: (providerId) => ({ method: "GET", url: `${url}/${providerId}`, headers: {}, body: null }),
      read: (observation) =>
        observation.type === "response" && observation.status === 200
          ? {
              providerId: "SM0001",
              operationId: null,
              status: "delivered",
              rank: 9,
              meaning: "delivered",
              code: null,
              message: null,
              at: null,
              dedupeKey: "x",
              optedOut: null,
            }
          : null,
    },
    recipient: ({ to }) => to,
    sender: () => null,
    subject: () => null,
  };
}

function read(observation: Observation): Reading {
  const base = {
    shape: "http",
    accepted: null,
    code: null,
    message: null,
    field: null,
    requestId: null,
    entry: null,
    retryAfterMs: null,
  } as const;
  if (observation.type === "transport") return base;
  const requestId = observation.headers["x-request-id"] ?? null;
  const retryAfterMs = rateLimitDelay(observation.headers, observation.at);
  try {
    const body = JSON.parse(observation.body) as { sid?: string; status?: string; code?: string; message?: string };
    const accepted =
      typeof body.sid === "string" ? { providerId: body.sid, providerStatus: body.status ?? null, value: body } : null;
    return {
      ...base,
      shape: "api",
      accepted,
      code: body.code ?? null,
      message: body.message ?? null,
      requestId,
      retryAfterMs,
    };
  } catch {
    return { ...base, requestId, retryAfterMs };
  }
}
