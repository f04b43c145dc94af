/**
 * Who we are to Red Cloud: a bearer token from OAuth client credentials, sent as HTTP Basic so that the secret is in a
 * header everybody redacts and not in a body.
 *
 * A token also stops working when its client or account is deactivated: a fresh one may be refused as well, and asking
 * again in a loop does not help.
 * @see https://dev.redcloud.live/authentication/client-credentials
 */
import type { Credentials, Observation, OperationTraits, TokenReading } from "@landline/core";
import { classify } from "@landline/core";
import { base64, utf8 } from "../http/bytes.ts";
import { objectOf, stringOf } from "../http/json.ts";
import { readError } from "./observe.ts";
import type { RedCloudOptions } from "./options.ts";

/** The credentials of one API client. */
export function credentialsOf(options: RedCloudOptions, baseUrl: string): Credentials {
  return {
    type: "token",
    request: {
      method: "POST",
      url: `${baseUrl}/api/auth/token`,
      headers: {
        accept: "application/json",
        authorization: `Basic ${basicPair(options)}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials",
    },
    read: readToken,
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  };
}

/** Everything about an account that must never be shown, encoded forms included. */
export function secretsOf(options: RedCloudOptions): readonly string[] {
  const own = [options.clientSecret, basicPair(options), ...signingSecretsOf(options)];
  return [...new Set(own.filter((secret) => secret !== ""))];
}

/** Secrets that may have signed an event, in the order given. */
export function signingSecretsOf({ webhookSecret }: RedCloudOptions): readonly string[] {
  return webhookSecret === undefined ? [] : [...new Set([webhookSecret].flat())].filter((secret) => secret !== "");
}

function basicPair({ clientId, clientSecret }: RedCloudOptions): string {
  return base64(utf8(`${clientId}:${clientSecret}`));
}

/** Asking for a token has no side effect: a repeat does no harm. */
const tokenTraits: OperationTraits = {
  family: "token",
  effect: "idempotent",
  doubt: "park",
  keyLifetimeMs: null,
  lookupSettleMs: 0,
  ordered: false,
};

/** The lifetime that the pages show, for an answer that does not state it. */
const lifetimeDefaultSeconds = 3_600;

function readToken(observation: Observation, now: number): TokenReading {
  if (observation.type === "transport") return { ok: false, outcome: classify(observation, null, tokenTraits, now) };
  const answer = objectOf(observation.body);
  const token = stringOf(answer?.["access_token"]);
  if (observation.status >= 200 && observation.status <= 299 && token !== null && isHeaderSafe(token)) {
    const seconds = answer?.["expires_in"];
    const lifetime = typeof seconds === "number" && seconds > 0 && seconds < 1e9 ? seconds : lifetimeDefaultSeconds;
    return { ok: true, token, expiresAt: now + lifetime * 1_000 };
  }
  return { ok: false, outcome: classify(observation, readError(observation, answer), tokenTraits, now) };
}

/** What is not visible ASCII cannot stand in a header, and no token is made of it (RFC 6750 §2.1). */
function isHeaderSafe(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}
