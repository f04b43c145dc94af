/**
 * Durations in buckets whose width grows with the duration, so that millions of them are a few hundred counters and a
 * percentile of their sum is within 3.2 % of the true one: sixteen buckets for each doubling, and milliseconds by
 * themselves below sixteen.
 */

/** Buckets for each doubling. */
const steps = 16;
const firstExponent = 4;
/** The last doubling: over half a century. */
const exponentMax = 40;

/** The bucket of a duration in milliseconds; what is below 0 (clocks differ) counts as 0. */
export function latencyBucket(ms: number): number {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < steps) return whole;
  const exponent = Math.min(exponentMax, Math.floor(Math.log2(whole)));
  const step = Math.min(2 * steps - 1, Math.floor(whole / 2 ** (exponent - firstExponent)));
  return (exponent - firstExponent) * steps + step;
}

/** The middle of a bucket, in milliseconds. */
export function latencyOf(bucket: number): number {
  if (bucket < steps) return bucket;
  const exponent = Math.floor(bucket / steps) + firstExponent - 1;
  const step = bucket - (exponent - firstExponent) * steps;
  const width = 2 ** (exponent - firstExponent);
  return step * width + (width - 1) / 2;
}
