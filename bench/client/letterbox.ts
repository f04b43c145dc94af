/** The smallest JSON provider, so that the client is measured and not a translation. */
import type { Operation, Provider } from "@landline/core";
import { rateLimitDelay } from "@landline/core";

type Letter = { readonly to: string; readonly text: string };

/** One operation, `letters.post`. */
export type LetterboxTypes = {
  readonly "letters.post": { readonly input: Letter; readonly value: { readonly sid: string } };
};

/**
 * An account at the benchmark's server.
 * @param doubt whether the server recognises a repeat by its key, or nobody can tell
 */
export function letterbox(url: string, doubt: "deduplicate" | "park" = "deduplicate"): Provider<LetterboxTypes> {
  const post: Operation<Letter> = {
    name: "letters.post",
    traits: {
      family: "letters",
      effect: "create",
      doubt,
      keyLifetimeMs: null,
      lookupSettleMs: 0,
      ordered: false,
    },
    prepare: (input) => ({ ok: true, input: input as Letter }),
    describe: (input, context) => ({
      method: "POST",
      url: `${url}/messages`,
      headers: { "content-type": "application/json", "idempotency-key": context.idempotencyKey },
      body: JSON.stringify(input),
    }),
    observe: (observation) => {
      const base = {
        shape: "api",
        code: null,
        message: null,
        field: null,
        requestId: null,
        entry: null,
        retryAfterMs: null,
      } as const;
      if (observation.type === "transport") return { ...base, accepted: null };
      if (observation.status >= 300)
        return { ...base, accepted: null, retryAfterMs: rateLimitDelay(observation.headers, observation.at) };
      const value = JSON.parse(observation.body) as { sid: string; status: string };
      return { ...base, accepted: { providerId: value.sid, providerStatus: value.status, value } };
    },
    lookup: null,
    poll: null,
    recipient: ({ to }) => to,
    sender: () => null,
    subject: () => null,
  };
  return {
    name: "letterbox",
    baseUrl: url,
    operations: { "letters.post": post },
    errors: new Map(),
    credentials: { type: "static", headers: { authorization: "Basic Zm9vOmJhcg==" } },
    secrets: [],
    webhooks: null,
    probe: null,
    diagnosis: null,
    message: ({ to, body }) => ({ ok: true, operation: "letters.post", input: { to, text: body ?? "" } }),
    explain: (observation, now) => post.observe(observation, { to: "", text: "" }, now),
    statusPage: null,
  };
}
