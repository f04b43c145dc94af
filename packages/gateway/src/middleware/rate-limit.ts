/**
 * Our own limit per API key: a token bucket each, by name, so that rotating a key does not double it.
 */
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";

const bucketsMax = 10_000;

/** Takes one request of a key; a refusal says when the next fits. */
export type RateLimit = (name: string) => Problem | null;

/** A limit of `perSecond` requests and `burst` at once, on a clock that never goes back. */
export function rateLimit(
  rule: { readonly perSecond: number; readonly burst: number },
  monotonic: () => number,
): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (name) => {
    const now = monotonic();
    let bucket = buckets.get(name);
    if (bucket === undefined) {
      if (buckets.size >= bucketsMax) buckets.clear();
      bucket = { tokens: rule.burst, at: now };
      buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(rule.burst, bucket.tokens + ((now - bucket.at) / 1000) * rule.perSecond);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return null;
    }
    const waitS = Math.max(1, Math.ceil((1 - bucket.tokens) / rule.perSecond));
    return problem("RATE_LIMITED", `This key may make ${rule.perSecond} requests per second`, undefined, {
      "retry-after": String(waitS),
    });
  };
}
