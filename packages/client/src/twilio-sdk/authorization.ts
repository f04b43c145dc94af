/**
 * The Authorization header of one SDK request: Basic as the SDK's client writes it, or the bearer token of its OAuth
 * strategy. The SDK makes a new strategy per request and so asks for a token per request; here one token serves until
 * shortly before its end, and one refresh serves all who wait.
 */
import type { Outcome } from "@landline/core";
import { failure } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { Limits } from "../exchange.ts";
import { inTime } from "../in-time.ts";

/** What the SDK hands over instead of a user name and a password. */
export interface SdkAuthStrategy {
  getAuthString(): Promise<string>;
  requiresAuthentication(): boolean;
}

/** `Basic …` of a user name and a password, as UTF-8. */
export function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

/** A bearer header, or the outcome of a request that could not get one. */
export type BearerAnswer =
  | { readonly ok: true; readonly header: string }
  | { readonly ok: false; readonly outcome: Outcome };

interface Held {
  readonly header: string;
  readonly until: number;
}

/** A token whose end cannot be read is asked for anew after this, and after every 401. */
const lifetimeUnknownMs = 600_000;
const marginMs = 30_000;

/** Tokens by token manager. */
export class SdkTokens {
  readonly #clock: Ambient;
  readonly #held = new WeakMap<object, Held>();
  readonly #fetching = new WeakMap<object, Promise<BearerAnswer>>();

  constructor(clock: Ambient) {
    this.#clock = clock;
  }

  /** Never rejects. */
  async header(strategy: SdkAuthStrategy, limits: Limits): Promise<BearerAnswer> {
    const key = keyOf(strategy);
    const held = this.#held.get(key);
    if (held !== undefined && this.#clock.now() < held.until) return { ok: true, header: held.header };
    const fetching = this.#fetching.get(key) ?? this.#fetch(strategy, key);
    const answer = await inTime(fetching, limits, this.#clock);
    return typeof answer === "string" ? { ok: false, outcome: unavailable("no access token in time") } : answer;
  }

  /** A 401: the next request gets a new token, unless a newer one is there already. */
  refused(strategy: SdkAuthStrategy, header: string): void {
    const key = keyOf(strategy);
    if (this.#held.get(key)?.header === header) this.#held.delete(key);
  }

  #fetch(strategy: SdkAuthStrategy, key: object): Promise<BearerAnswer> {
    const fetching = this.#ask(strategy, key).finally(() => {
      this.#fetching.delete(key);
    });
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async #ask(strategy: SdkAuthStrategy, key: object): Promise<BearerAnswer> {
    try {
      const header = await strategy.getAuthString();
      const end = endOf(header);
      const now = this.#clock.now();
      this.#held.set(key, { header, until: end === null ? now + lifetimeUnknownMs : end - marginMs });
      return { ok: true, header };
    } catch (error) {
      const message = error instanceof Error ? error.message : "failed to fetch an access token";
      // The SDK tells the status in its words only.
      const refused = /Status Code: 4(?!08|25|29)\d\d/.test(message);
      return { ok: false, outcome: refused ? rejected(message) : unavailable(message) };
    }
  }
}

/** The manager outlives the strategies that are made for each request. */
function keyOf(strategy: SdkAuthStrategy): object {
  const { tokenManager } = strategy as { tokenManager?: unknown };
  return typeof tokenManager === "object" && tokenManager !== null ? tokenManager : strategy;
}

/** `exp` of a JSON web token (RFC 7519 §4.1.4) in epoch milliseconds, or null. */
function endOf(header: string): number | null {
  try {
    const payload = header.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

const guidance = "Twilio gave no access token. Check the client id and secret of the OAuth app.";

function rejected(message: string): Outcome {
  const reason = failure({
    kind: "authentication",
    shape: "oauth",
    execution: "not_executed",
    remedy: "fix_account",
    responsible: "operator",
    message,
    guidance,
  });
  return { type: "rejected", failure: reason, blocksAccount: true, optedOut: false };
}

function unavailable(message: string): Outcome {
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
