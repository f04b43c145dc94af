/**
 * One account's line to its provider: requests go out with credentials, observations come back. A refused bearer token
 * is refreshed once and the request repeated once, never in a loop; Basic and API keys have nothing to refresh.
 */
import type {
  Observation,
  Outcome,
  Provider,
  RequestDescription,
  ResponseObservation,
  TextRedactor,
} from "@landline/core";
import { createTextRedactor } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { Limits, Transport } from "./exchange.ts";
import type { TokenSource } from "./token.ts";
import { tokenSource } from "./token.ts";

/** See the module comment. */
export interface Link {
  readonly provider: Provider;
  readonly clock: Ambient;
  /** Removes secrets from words that are shown. */
  readonly redactor: TextRedactor;
  /** Makes sure that there is a token, before anything else is waited for; null: nothing to do for these credentials. */
  readonly authorise: ((limits: Limits) => Promise<Outcome | null>) | null;
  /** One exchange, one refresh included: with a token, a 401 that comes back was refused twice. Never rejects. */
  exchange(request: RequestDescription, limits: Limits): Promise<Exchanged>;
  /** Ends all sockets at once. */
  close(): void;
}

/** The link of a configured account. */
export interface AccountLink extends Link {
  /** What must not be shown: the account's secrets and the tokens issued last. Another list when it changes. */
  readonly secrets: readonly string[];
}

/** What came back, or the outcome of a request that could not be authorised and never left. */
export type Exchanged =
  | Observation
  | {
      readonly type: "unauthorised";
      readonly outcome: Outcome;
      /** What was answered to the request for a token, when anything was. */
      readonly response?: ResponseObservation;
    };

/** Joins a provider with a transport. */
export function createLink(provider: Provider, transport: Transport, clock: Ambient): AccountLink {
  const { credentials } = provider;
  const redactor = createTextRedactor(provider.secrets);
  const { secrets } = provider;
  const close = (): void => {
    transport.close();
  };
  if (credentials.type === "static") {
    const authorization = credentials.headers;
    const exchange: Link["exchange"] = (request, limits) => transport.send({ request, authorization }, limits);
    return { provider, clock, redactor, authorise: null, secrets, exchange, close };
  }
  const source: TokenSource = tokenSource(credentials, transport, clock);
  const known = { tokens: [] as readonly string[], secrets, redactor };
  const learn = (token: string): void => {
    if (known.tokens.includes(token)) return;
    // A request under way may still carry the one before.
    known.tokens = [...known.tokens.slice(-1), token];
    known.secrets = [...secrets, ...known.tokens];
    known.redactor = createTextRedactor(known.secrets);
  };
  const exchange: Link["exchange"] = async (request, limits) => {
    const until = clock.monotonic() + limits.timeoutMs;
    const left = (): Limits => ({ timeoutMs: until - clock.monotonic(), signal: limits.signal });
    for (let refreshed = false; ; refreshed = true) {
      const answer = await source.token(left());
      if (!answer.ok) {
        const { outcome, response } = answer;
        return { type: "unauthorised", outcome, ...(response === undefined ? {} : { response }) };
      }
      learn(answer.token);
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
  return {
    provider,
    clock,
    authorise,
    exchange,
    close,
    get secrets() {
      return known.secrets;
    },
    get redactor() {
      return known.redactor;
    },
  };
}
