/** Figures from operations: buckets of time, percentiles. Pure. */

/** How many instants fall into each of `size` equal parts of the time between `from` and `until` (both included). */
export function bucketTimes(times: readonly number[], from: number, until: number, size: number): readonly number[] {
  const buckets = Array.from({ length: size }, () => 0);
  const width = Math.max(1, until - from) / size;
  for (const time of times) {
    if (time < from || time > until) continue;
    const index = Math.min(size - 1, Math.floor((time - from) / width));
    buckets[index] = (buckets[index] ?? 0) + 1;
  }
  return buckets;
}

/** The nearest-rank percentile, or null of nothing. @param p between 0 and 1 */
export function percentile(values: readonly number[], p: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? null;
}
