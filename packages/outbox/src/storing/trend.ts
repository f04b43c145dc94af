/** The hours of a review group's trend. Pure, and the same for every store. */

/** Hours shown. */
const hours = 24;
const hourMs = 3_600_000;

/** The place of an instant in the trend at `now`; negative: too long ago. The last place is the running hour. */
export function hourOf(at: number, now: number): number {
  return hours - 1 - (Math.floor(now / hourMs) - Math.floor(at / hourMs));
}

/** The first instant the trend at `now` knows of, epoch milliseconds. */
export function trendFrom(now: number): number {
  return (Math.floor(now / hourMs) - hours + 1) * hourMs;
}

/** The trend of counts by hour (hours since the epoch). */
export function trendOf(counts: Iterable<readonly [hour: number, count: number]>, now: number): readonly number[] {
  const trend = Array.from({ length: hours }, () => 0);
  for (const [hour, count] of counts) {
    const place = hourOf(hour * hourMs, now);
    if (place >= 0 && place < hours) trend[place] = (trend[place] ?? 0) + count;
  }
  return trend;
}
