/**
 * Our own limit per API key: a token bucket each, by name, so that rotating a key does not double it.
 *
 * What is left is said in the `RateLimit` and `RateLimit-Policy` fields of draft-ietf-httpapi-ratelimit-headers-10, so
 * that a client can slow down before it is refused; a refusal says when the next request fits.
 */
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";

const bucketsMax = 10_000;

/** How much one key may ask for. */
export interface RateRule {
  /** Requests per second in the long run. */
  readonly perSecond: number;
  /** Requests at once after a pause. */
  readonly burst: number;
}

/** What became of one request: headers for its answer, and the refusal where it does not fit. */
export interface Taken {
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Problem | null;
}

/** Takes one request of a caller; null where no limit holds. */
export type RateLimit = (caller: { readonly name: string; readonly rate?: RateRule | null }) => Taken | null;

/**
 * Limits on a clock that never goes back.
 * @param common what holds for callers without a rule of their own; null: no limit
 */
export function rateLimit(common: RateRule | null, monotonic: () => number): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return ({ name, rate }) => {
    const rule = rate ?? common;
    if (rule === null) return null;
    const now = monotonic();
    let bucket = buckets.get(name);
    if (bucket === undefined) {
      if (buckets.size >= bucketsMax) buckets.clear();
      bucket = { tokens: rule.burst, at: now };
      buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(rule.burst, bucket.tokens + ((now - bucket.at) / 1000) * rule.perSecond);
    bucket.at = now;
    const fits = bucket.tokens >= 1;
    if (fits) bucket.tokens -= 1;
    const fullInS = Math.ceil((rule.burst - bucket.tokens) / rule.perSecond);
    const headers = {
      "ratelimit-policy": `"key";q=${rule.burst};w=${Math.max(1, Math.ceil(rule.burst / rule.perSecond))}`,
      ratelimit: `"key";r=${Math.floor(bucket.tokens)};t=${fullInS}`,
    };
    if (fits) return { headers, problem: null };
    const waitS = Math.max(1, Math.ceil((1 - bucket.tokens) / rule.perSecond));
    const refusal = problem("RATE_LIMITED", `This key may make ${rule.perSecond} requests per second`, undefined, {
      "retry-after": String(waitS),
    });
    return { headers, problem: refusal };
  };
}
