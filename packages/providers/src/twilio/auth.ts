/**
 * Who we are to Twilio: HTTP Basic with the auth token or an API key, or a bearer token from OAuth client credentials.
 *
 * Basic credentials have nothing to refresh. OAuth answers errors in Twilio's own envelope, not in that of RFC 6749.
 */
import type { Credentials, ErrorTable, Observation, OperationTraits, TokenReading } from "@landline/core";
import { classify } from "@landline/core";
import { base64, utf8 } from "../http/bytes.ts";
import { encodeForm } from "../http/form.ts";
import { objectOf, stringOf } from "../http/json.ts";
import type { Account } from "./account.ts";
import { readError } from "./observe.ts";
import type { TwilioOptions } from "./options.ts";
import { instantOf } from "./time.ts";

/** The credentials of an account. @see https://www.twilio.com/docs/iam/api-keys */
export function credentialsOf(options: TwilioOptions, account: Account): Credentials {
  if (options.clientId !== undefined) return tokenCredentials(options.clientId, options.clientSecret, account);
  return { type: "static", headers: { authorization: `Basic ${basicPair(options)}` } };
}

/** Everything about an account that must never be shown, encoded forms included. */
export function secretsOf(options: TwilioOptions): readonly string[] {
  const signing = options.webhookSecret === undefined ? [] : [options.webhookSecret].flat();
  const own = [options.authToken, ...signing];
  if (options.clientId !== undefined) own.push(options.clientSecret);
  else own.push(options.apiKey === undefined ? undefined : options.apiSecret, basicPair(options));
  return [...new Set(own.filter((secret) => secret !== undefined && secret !== ""))] as string[];
}

/** Auth tokens that may have signed a callback, primary first. */
export function signingTokensOf(options: TwilioOptions): readonly string[] {
  const more = options.webhookSecret === undefined ? [] : [options.webhookSecret].flat();
  return [...new Set([...(options.authToken === undefined ? [] : [options.authToken]), ...more])];
}

function basicPair(options: Exclude<TwilioOptions, { clientId: string }>): string {
  const pair =
    options.apiKey === undefined
      ? `${options.accountSid}:${options.authToken}`
      : `${options.apiKey}:${options.apiSecret}`;
  return base64(utf8(pair));
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

/** @see https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token */
function tokenCredentials(clientId: string, clientSecret: string, { endpoints, errors }: Account): Credentials {
  const body = encodeForm([
    ["client_id", clientId],
    ["client_secret", clientSecret],
    ["grant_type", "client_credentials"],
  ]);
  return {
    type: "token",
    request: {
      method: "POST",
      url: `${endpoints.oauth}/v2/token`,
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body,
    },
    read: (observation, now) => readToken(observation, now, errors),
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  };
}

/** Twilio's documented lifetime of an access token, for an answer that does not state it. */
const lifetimeDefaultSeconds = 3_600;

function readToken(observation: Observation, now: number, errors: ErrorTable): TokenReading {
  if (observation.type === "transport") return { ok: false, outcome: classify(observation, null, tokenTraits, now) };
  const answer = objectOf(observation.body);
  const token = stringOf(answer?.["access_token"]);
  if (observation.status >= 200 && observation.status <= 299 && token !== null) {
    const seconds = answer?.["expires_in"];
    const lifetime = typeof seconds === "number" && seconds > 0 && seconds < 1e9 ? seconds : lifetimeDefaultSeconds;
    return { ok: true, token, expiresAt: now + lifetime * 1000 };
  }
  const said = readError(observation, errors, answer);
  const until = instantOf(answer?.["throttled_until"]);
  const retryAfterMs = until === null ? said.retryAfterMs : Math.max(0, until - observation.at, said.retryAfterMs ?? 0);
  return { ok: false, outcome: classify(observation, { ...said, shape: "oauth", retryAfterMs }, tokenTraits, now) };
}
