/**
 * How long the provider asked us to wait, from the headers of its answer.
 *
 * `Retry-After` comes as seconds or as any of three date forms; rate headers come in a draft standard and in habits.
 * A wait that was asked for is never undercut: fractions are rounded up and, of several values, the longest counts.
 * What cannot be read says nothing (`null`), so that the back-off decides; it is never read as "at once".
 *
 * This file does not know whether waiting is sensible: quotas, deadlines and lanes are judged elsewhere.
 */
import type { HeaderMap } from "./observation.ts";

/**
 * The longest wait that is ever reported: 366 days in milliseconds. It keeps instants (`now + wait`) valid dates.
 * It is longer than one timer can run (`timerMaxMs`); whoever sets a timer chains several.
 */
export const retryAfterMaxMs = 31_622_400_000;

/** Provider clocks further off than this are broken, not skewed, in milliseconds. */
const skewMaxMs = 86_400_000;

/** Longer header values are not looked at beyond this many characters. */
const valueLengthMax = 1_024;

/**
 * Reads a `Retry-After` value.
 * @param value the header, or nothing
 * @param now epoch milliseconds that dates are counted from (the provider's clock, where its `Date` is known)
 * @returns milliseconds from 0 (a date that has passed) to {@link retryAfterMaxMs}; null for nothing and for garbage. A
 *   negative number is garbage, not zero: a sender that miscounts is not a reason to hurry
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(value: string | null | undefined, now: number): number | null {
  if (value === null || value === undefined) return null;
  const text = value.slice(0, valueLengthMax).trim();
  const date = parseHttpDate(text, now);
  if (date !== null) return bounded(date - now);
  // A repeated header arrives joined by commas (RFC 9110 §5.2): the longest wait satisfies them all.
  const waits = text.split(",").map((part) => parseSeconds(part.trim()));
  return waits.reduce((longest, wait) => (longest === null || wait === null ? null : Math.max(longest, wait)));
}

/**
 * The wait an answer asks for, from `Retry-After` or, without one, from rate headers that say the quota is used up.
 * Absolute instants are counted by the provider's own clock when the answer has a plausible `Date`.
 * @param headers lower-case names
 * @param now epoch milliseconds
 * @returns milliseconds from 0 to {@link retryAfterMaxMs}, or null when nothing readable was said or quota remains
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ for precedence and the two forms
 */
export function rateLimitDelay(headers: HeaderMap, now: number): number | null {
  const clock = providerClock(headers["date"], now);
  const asked = parseRetryAfter(headers["retry-after"], clock);
  if (asked !== null) return asked;
  const structured = parseRateLimit(headers["ratelimit"], clock);
  if (structured !== null) return structured;
  let longest: number | null = null;
  for (const [remaining, reset] of pairsOf(headers)) {
    const delay = isUsedUp(remaining) ? parseReset(reset, clock) : null;
    if (delay !== null) longest = Math.max(longest ?? 0, delay);
  }
  return longest;
}

/** What an answer says is left before a limit is reached. */
export interface RateLimitRest {
  /** Requests the provider would still take. */
  readonly remaining: number;
  /** Epoch milliseconds (this machine's clock) from which it takes more. */
  readonly resetAt: number;
}

/**
 * What an answer says is left, from the same headers as {@link rateLimitDelay}. Of several limits the one with the
 * least left counts, and of equals the one that lasts longest.
 * @param headers lower-case names
 * @param now epoch milliseconds
 * @returns null unless both numbers are said readably
 */
export function rateLimitRest(headers: HeaderMap, now: number): RateLimitRest | null {
  // Most answers say nothing, and every answer is asked.
  if (!namesRest(headers)) return null;
  const limits = limitsOf(headers);
  const clock = providerClock(headers["date"], now);
  let least: RateLimitRest | null = null;
  for (const [remaining, reset] of limits) {
    const left = remaining === undefined || !/^\d{1,15}$/.test(remaining.trim()) ? null : Number(remaining);
    const delay = left === null ? null : parseReset(reset, clock);
    if (left === null || delay === null) continue;
    const resetAt = now + delay;
    const tighter = least === null || left < least.remaining || (left === least.remaining && resetAt > least.resetAt);
    if (tighter) least = { remaining: left, resetAt };
  }
  return least;
}

function namesRest(headers: HeaderMap): boolean {
  return (
    headers["ratelimit"] !== undefined ||
    headers["ratelimit-remaining"] !== undefined ||
    headers["x-ratelimit-remaining"] !== undefined ||
    headers["x-rate-limit-remaining"] !== undefined
  );
}

function limitsOf(headers: HeaderMap): readonly (readonly [string | undefined, string | undefined])[] {
  const structured = headers["ratelimit"];
  if (structured === undefined) return pairsOf(headers);
  const text = withoutNames(structured);
  const older = parameters(text.split(/[,;]/));
  if (older.has("reset")) return [[older.get("remaining"), older.get("reset")]];
  return text.split(",").map((policy) => {
    const named = parameters(policy.split(";"));
    return [named.get("r"), named.get("t")] as const;
  });
}

/**
 * Reads an HTTP date: IMF-fixdate, RFC 850 (two-digit year) or asctime. The name of the day is not checked.
 * @param now epoch milliseconds; decides the century of a two-digit year: a date that would lie more than 50 years
 *   ahead is the most recent past year with the same digits
 * @returns epoch milliseconds, or null
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function parseHttpDate(text: string, now: number): number | null {
  const imf = /^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:gmt|utc)$/i.exec(text);
  if (imf !== null) return instant(imf[3], imf[2], imf[1], imf[4], imf[5], imf[6]);
  const asctime = /^[a-z]{3} ([a-z]{3}) (\d{2}| \d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i.exec(text);
  if (asctime !== null) return instant(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  const rfc850 = /^[a-z]{6,9}, (\d{2})-([a-z]{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) (?:gmt|utc)$/i.exec(text);
  if (rfc850 === null) return null;
  const latest = fiftyYearsAfter(now);
  const century = Math.floor(new Date(latest).getUTCFullYear() / 100) * 100;
  const at = (base: number): number | null =>
    instant(String(base + Number(rfc850[3])), rfc850[2], rfc850[1], rfc850[4], rfc850[5], rfc850[6]);
  const inCentury = at(century);
  return inCentury === null || inCentury > latest ? at(century - 100) : inCentury;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

type Part = string | undefined;

function instant(year: Part, month: Part, day: Part, hour: Part, minute: Part, second: Part): number | null {
  const monthIndex = months.indexOf(String(month).toLowerCase());
  const [y, d, h, m, s] = [year, day, hour, minute, second].map(Number) as [number, number, number, number, number];
  // 60 is a leap second and counts as the first of the next minute.
  if (monthIndex < 0 || h > 23 || m > 59 || s > 60) return null;
  const midnight = new Date(0);
  midnight.setUTCFullYear(y, monthIndex, d);
  // A day that the month does not have lands on another day of the next one.
  if (midnight.getUTCDate() !== d) return null;
  return midnight.getTime() + ((h * 60 + m) * 60 + s) * 1_000;
}

function fiftyYearsAfter(now: number): number {
  const date = new Date(now);
  return date.setUTCFullYear(date.getUTCFullYear() + 50);
}

function parseSeconds(text: string): number | null {
  return /^\d+(?:\.\d*)?$/.test(text) ? bounded(Number(text) * 1_000) : null;
}

/** Seconds to go, epoch seconds, epoch milliseconds (told apart by their size), or an HTTP date. */
function parseReset(value: string | undefined, clock: number): number | null {
  if (value === undefined) return null;
  const text = value.slice(0, valueLengthMax).trim();
  const number = /^\d+(?:\.\d*)?$/.test(text) ? Number(text) : null;
  if (number === null) return parseRetryAfter(text, clock);
  if (number > 1e12) return bounded(number - clock);
  if (number > 1e9) return bounded(number * 1_000 - clock);
  return bounded(number * 1_000);
}

/** `"burst";r=0;t=5, "day";r=9;t=60` of the newer drafts, `limit=9, remaining=0, reset=5` of the older ones. */
function parseRateLimit(value: string | undefined, clock: number): number | null {
  if (value === undefined) return null;
  const text = withoutNames(value);
  const older = parameters(text.split(/[,;]/));
  if (older.has("reset")) return isUsedUp(older.get("remaining")) ? parseReset(older.get("reset"), clock) : null;
  let longest: number | null = null;
  for (const policy of text.split(",")) {
    const named = parameters(policy.split(";"));
    const delay = isUsedUp(named.get("r")) ? parseReset(named.get("t"), clock) : null;
    if (delay !== null) longest = Math.max(longest ?? 0, delay);
  }
  return longest;
}

/** A policy's name may contain any mark. */
function withoutNames(value: string): string {
  return value.slice(0, valueLengthMax).replace(/"[^"]*"/g, "policy");
}

/** What is left and when it is refilled, by habit rather than by standard. */
function pairsOf(headers: HeaderMap): readonly (readonly [string | undefined, string | undefined])[] {
  return [
    [headers["ratelimit-remaining"], headers["ratelimit-reset"]],
    [headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"]],
    [headers["x-rate-limit-remaining"], headers["x-rate-limit-reset"]],
  ];
}

function parameters(parts: readonly string[]): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  for (const part of parts) {
    const [name = "", value = ""] = part.split("=", 2);
    named.set(name.trim().toLowerCase(), value.trim());
  }
  return named;
}

/** Unsaid counts as used up: a reset without a rest is only worth sending when there is something to wait for. */
function isUsedUp(remaining: string | undefined): boolean {
  return !(Number(remaining) > 0);
}

function providerClock(date: string | undefined, now: number): number {
  const said = date === undefined ? null : parseHttpDate(date.slice(0, valueLengthMax).trim(), now);
  return said === null || Math.abs(said - now) > skewMaxMs ? now : said;
}

function bounded(ms: number): number {
  return Math.min(retryAfterMaxMs, Math.max(0, Math.ceil(ms)));
}
