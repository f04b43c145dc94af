/**
 * The bearer token of one account: cached, refreshed ahead of its end, one refresh for all who wait.
 *
 * The token endpoint has its own rule: it is safe to ask again (nothing is created), so transport failures, 429 and 5xx
 * are repeated a few times within the caller's time; a refused client (`invalid_client`) never is. A failure here means
 * that the caller's own request never left.
 */
import type { Credentials, Outcome, ResponseObservation } from "@landline/core";
import { backoffDelay, failure } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { Limits, Transport } from "./exchange.ts";
import { inTime } from "./in-time.ts";

/** A token, or the outcome of the operation that could not get one. */
type TokenAnswer =
  | { readonly ok: true; readonly token: string }
  | {
      readonly ok: false;
      readonly outcome: Outcome;
      /** What the token endpoint refused with, when it answered. */
      readonly response?: ResponseObservation;
    };

/** Gives tokens. */
export interface TokenSource {
  /** The cached token, or a new one. Never rejects; gives up with the caller. */
  token(limits: Limits): Promise<TokenAnswer>;
  /** Forgets this token, unless a newer one has taken its place already. */
  refused(token: string): void;
}

type TokenCredentials = Extract<Credentials, { readonly type: "token" }>;

interface Held {
  readonly token: string;
  readonly freshUntil: number;
  readonly expiresAt: number;
}

const attemptsMax = 3;
const backoff = { baseMs: 250, factor: 2, maxMs: 2_000, jitter: 0.2 } as const;
/** A token this close to its end may be refused on arrival. */
const marginMs = 5_000;
/** From this share of its life on a token is replaced in the background, while it is still good. */
const freshShare = 0.8;

/** Makes the source of one account. */
export function tokenSource(credentials: TokenCredentials, transport: Transport, clock: Ambient): TokenSource {
  let held: Held | null = null;
  let refresh: Promise<TokenAnswer> | null = null;

  const fetchToken = async (): Promise<TokenAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      const began = clock.now();
      const observation = await transport.send(
        { request: credentials.request, authorization: {} },
        { timeoutMs: 10_000, signal: null },
      );
      const reading = credentials.read(observation, clock.now());
      if (reading.ok) {
        const life = Math.max(0, reading.expiresAt - began);
        held = { token: reading.token, expiresAt: reading.expiresAt, freshUntil: began + life * freshShare };
        return { ok: true, token: reading.token };
      }
      const { outcome } = reading;
      // A success that could not be read may hold a token under a name nobody knows.
      const response = observation.type === "response" && observation.status >= 400 ? { response: observation } : {};
      if (outcome.type === "rejected" || outcome.type === "accepted" || attempt === attemptsMax) {
        return { ok: false, outcome: neverLeft(outcome), ...response };
      }
      const asked = outcome.retryAt === null ? 0 : outcome.retryAt - clock.now();
      if (asked > 10_000) return { ok: false, outcome: neverLeft(outcome), ...response };
      const delay = Math.max(asked, backoffDelay(attempt, backoff, clock.random()));
      await new Promise<void>((resolve) => {
        clock.after(delay, resolve);
      });
    }
  };

  const refreshed = (): Promise<TokenAnswer> => {
    refresh ??= fetchToken()
      .catch((): TokenAnswer => ({ ok: false, outcome: unreadable }))
      .finally(() => {
        refresh = null;
      });
    return refresh;
  };

  return {
    token: async (limits) => {
      const now = clock.now();
      if (held !== null && now < held.expiresAt - marginMs) {
        if (now >= held.freshUntil) void refreshed();
        return { ok: true, token: held.token };
      }
      const answer = await inTime(refreshed(), limits, clock);
      return typeof answer === "string" ? { ok: false, outcome: tooSlow } : answer;
    },
    refused: (token) => {
      if (held?.token === token) held = null;
    },
  };
}

/** Whatever happened at the token endpoint, the operation itself was not executed. */
function neverLeft(outcome: Outcome): Outcome {
  if (outcome.type === "accepted") return outcome;
  if (outcome.type === "rejected") {
    return { ...outcome, blocksAccount: true, failure: { ...outcome.failure, execution: "not_executed" } };
  }
  return {
    type: "unavailable",
    retryAt: outcome.retryAt,
    failure: { ...outcome.failure, execution: "not_executed", remedy: "retry" },
  };
}

const tooSlow = noToken(
  "no access token in time",
  "The provider's token endpoint is slow. It is tried again; check its status page if it stays.",
);
const unreadable = noToken(
  "the token endpoint's answer could not be read",
  "This is a defect of the provider's translation; please report it.",
);

function noToken(message: string, guidance: string): Outcome {
  const reason = failure({
    kind: "unavailable",
    shape: "oauth",
    execution: "not_executed",
    remedy: "retry",
    responsible: "provider",
    message,
    guidance,
  });
  return { type: "unavailable", failure: reason, retryAt: null };
}
