/**
 * Waits that are a rule of the provider and not a header: a fixed window, or the next midnight somewhere.
 */
import type { WaitHint } from "./provider.ts";

/**
 * The instant until which a hint asks to wait.
 * @param now epoch milliseconds
 * @returns epoch milliseconds; for `midnight` the next 00:00 in the zone, daylight saving time included. An unknown
 *   zone counts as UTC
 */
export function waitUntil(hint: WaitHint, now: number): number {
  switch (hint.type) {
    case "delay":
      return now + hint.ms;
    case "midnight":
      return nextMidnight(hint.zone, now);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return hint satisfies never;
  }
}

const dayMs = 86_400_000;

/** The furthest instant from the epoch that a `Date` can hold, in milliseconds. */
const calendarMax = 8.64e15;

function nextMidnight(zone: string, now: number): number {
  const offsetAt = zoneOffset(zone);
  const localNow = now + offsetAt(now);
  const localMidnight = (Math.floor(localNow / dayMs) + 1) * dayMs;
  // The offset at the wanted instant may differ from today's (a clock change in between): settle by iterating.
  const first = localMidnight - offsetAt(now);
  return localMidnight - offsetAt(localMidnight - offsetAt(first));
}

/** Milliseconds to add to UTC to read the zone's wall clock. */
function zoneOffset(zone: string): (at: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return () => 0;
  }
  return (at) => {
    // Outside the calendar the formatter throws; there its edge's offset is as good as any.
    const inside = Math.max(-calendarMax, Math.min(calendarMax, at)) || 0;
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(inside)) part[type] = value;
    const [year, month, day] = [Number(part["year"]), Number(part["month"]), Number(part["day"])];
    const [hour, minute, second] = [Number(part["hour"]), Number(part["minute"]), Number(part["second"])];
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(inside / 1_000) * 1_000;
  };
}
