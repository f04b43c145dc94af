/**
 * The limiter behind a 429: a token bucket and a count of requests under way, as real services have them.
 * A refused request costs nothing and changes nothing.
 */
import type { RateLimitFault } from "./rules.ts";

/** One limiter's state. */
export interface Limiter {
  tokens: number;
  refilledAt: number;
  inFlight: number;
}

/** Whether a request may pass, and if not, how many milliseconds until asking again makes sense. */
export type Pass = { readonly go: true } | { readonly go: false; readonly waitMs: number };

const capacity = (limit: RateLimitFault): number => limit.burst ?? Math.max(1, Math.floor(limit.per_second ?? 1));

/** A full bucket at `now` (milliseconds). */
export function createLimiter(limit: RateLimitFault, now: number): Limiter {
  return { tokens: capacity(limit), refilledAt: now, inFlight: 0 };
}

/** Takes one place and one token when both are there. {@link leave} gives the place back. */
export function enter(limiter: Limiter, limit: RateLimitFault, now: number): Pass {
  if (limit.concurrency !== undefined && limiter.inFlight >= limit.concurrency) return { go: false, waitMs: 1_000 };
  if (limit.per_second !== undefined) {
    const elapsedMs = Math.max(0, now - limiter.refilledAt);
    limiter.tokens = Math.min(capacity(limit), limiter.tokens + (elapsedMs * limit.per_second) / 1_000);
    limiter.refilledAt = now;
    if (limiter.tokens < 1) return { go: false, waitMs: Math.ceil(((1 - limiter.tokens) * 1_000) / limit.per_second) };
    limiter.tokens -= 1;
  }
  limiter.inFlight += 1;
  return { go: true };
}

/** A request that entered has ended. */
export function leave(limiter: Limiter): void {
  limiter.inFlight -= 1;
}

/** The `Retry-After` text for a refusal, or null for none. Seconds are rounded up: an early retry would be refused. */
export function retryAfterText(limit: RateLimitFault, waitMs: number): string | null {
  if (limit.retry_after === undefined || limit.retry_after === false) return null;
  return limit.retry_after === true ? String(Math.max(1, Math.ceil(waitMs / 1_000))) : String(limit.retry_after);
}
