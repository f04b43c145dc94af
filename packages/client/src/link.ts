/**
 * One account's line to its provider: requests go out with credentials, observations come back. A refused bearer token
 * is refreshed once and the request repeated once, never in a loop; Basic and API keys have nothing to refresh.
 */
import type { Observation, Outcome, Provider, Redactor, RequestDescription } from "@landline/core";
import { createRedactor } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { Limits, Transport } from "./exchange.ts";
import type { TokenSource } from "./token.ts";
import { tokenSource } from "./token.ts";

/** See the module comment. */
export interface Link {
  readonly provider: Provider;
  readonly clock: Ambient;
  /** Removes the account's secrets from words that are shown. */
  readonly redactor: Redactor;
  /** Makes sure that there is a token, before anything else is waited for; null: nothing to do for these credentials. */
  readonly authorise: ((limits: Limits) => Promise<Outcome | null>) | null;
  /** One exchange, one refresh included: with a token, a 401 that comes back was refused twice. Never rejects. */
  exchange(request: RequestDescription, limits: Limits): Promise<Exchanged>;
  /** Ends all sockets at once. */
  close(): void;
}

/** What came back, or the outcome of a request that could not be authorised and never left. */
export type Exchanged = Observation | { readonly type: "unauthorised"; readonly outcome: Outcome };

/** Joins a provider with a transport. */
export function createLink(provider: Provider, transport: Transport, clock: Ambient): Link {
  const { credentials } = provider;
  const redactor = createRedactor(provider.secrets);
  const close = (): void => {
    transport.close();
  };
  if (credentials.type === "static") {
    const authorization = credentials.headers;
    const exchange: Link["exchange"] = (request, limits) => transport.send({ request, authorization }, limits);
    return { provider, clock, redactor, authorise: null, exchange, close };
  }
  const source: TokenSource = tokenSource(credentials, transport, clock);
  const exchange: Link["exchange"] = async (request, limits) => {
    const until = clock.monotonic() + limits.timeoutMs;
    const left = (): Limits => ({ timeoutMs: until - clock.monotonic(), signal: limits.signal });
    for (let refreshed = false; ; refreshed = true) {
      const answer = await source.token(left());
      if (!answer.ok) return { type: "unauthorised", outcome: answer.outcome };
      const observation = await transport.send({ request, authorization: credentials.headers(answer.token) }, left());
      if (observation.type !== "response" || observation.status !== 401) return observation;
      source.refused(answer.token);
      if (refreshed) return observation;
    }
  };
  const authorise = async (limits: Limits): Promise<Outcome | null> => {
    const answer = await source.token(limits);
    return answer.ok ? null : answer.outcome;
  };
  return { provider, clock, redactor, authorise, exchange, close };
}
