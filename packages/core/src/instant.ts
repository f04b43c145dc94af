/**
 * Instants are epoch milliseconds in code and RFC 3339 UTC on the wire. This file only translates; it knows no clock.
 */

/** The furthest instant from the epoch that a `Date` can hold, in milliseconds. */
const instantMax = 8.64e15;

/** Writes an instant as RFC 3339 UTC. Total: what lies outside the calendar is its nearest edge, NaN is the epoch. */
export function instantText(ms: number): string {
  return new Date(Math.max(-instantMax, Math.min(instantMax, ms)) || 0).toISOString();
}
