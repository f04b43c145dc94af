/**
 * The arithmetic of delays. No waiting here: a delay is a number of milliseconds.
 */
import type { BackoffPolicy } from "./policy.ts";

/**
 * The delay before a retry.
 * @param retryNumber one-based: 1 is the delay after the first attempt
 * @param policy base, factor, cap and jitter
 * @param random a number in [0, 1)
 * @returns whole milliseconds: min(cap, base × factor^(retryNumber−1)), plus up to `jitter` of it; with full jitter
 *   anything from 0 to that delay
 */
export function backoffDelay(retryNumber: number, policy: BackoffPolicy, random: number): number {
  const exponent = Math.max(0, Math.floor(retryNumber) - 1);
  // A base of nothing stays nothing; multiplied by an overflowed power it would be NaN.
  const plain = policy.baseMs === 0 ? 0 : Math.min(policy.maxMs, policy.baseMs * policy.factor ** exponent);
  const delay = policy.jitter === "full" ? plain * random : plain + plain * policy.jitter * random;
  return Math.floor(delay);
}
