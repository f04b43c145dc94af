/**
 * Durations as configuration writes them (`"200ms"`, `"15s"`, `"24h"`) and as code uses them (milliseconds).
 */

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest delay a JavaScript timer accepts, in milliseconds (about 24.8 days); a longer one fires at once. */
export const timerMaxMs = 2_147_483_647;

/** A duration as text, or a number of milliseconds. */
export type Duration = string | number;

/**
 * Reads a duration.
 * @param text digits (with an optional fraction) and one of `ms`, `s`, `m`, `h`, `d`; or milliseconds as a number
 * @returns milliseconds (whole, at least 0), or null when it is not a duration
 */
export function parseDuration(text: unknown): number | null {
  if (typeof text === "number") return Number.isFinite(text) && text >= 0 ? Math.round(text) : null;
  if (typeof text !== "string") return null;
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text.trim());
  if (match === null) return null;
  const ms = Math.round(Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]);
  return Number.isSafeInteger(ms) ? ms : null;
}

/** Writes milliseconds the way {@link parseDuration} reads them, in the largest unit that is exact. */
export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    if (ms !== 0 && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${Math.round(ms)}ms`;
}
