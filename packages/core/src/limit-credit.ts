/**
 * Limits that the provider tells with every answer (`RateLimit`, `x-ratelimit-*`): how many more it takes, and when it
 * takes more again. Who tells is believed: nothing leaves beyond what was told, and once the reset has come a window
 * like the last one is assumed, so that nobody has to be asked. It refuses to believe in windows no longer than a few
 * round trips: that is a bucket's next token, and pacing does better.
 */
import type { LimitFinder } from "./limit-state.ts";

/** Shortest window that is believed, in round trips. */
const shortestTrips = 4;

/** The earliest instant the credit allows a start. */
export function creditedAt(finder: LimitFinder): number {
  return finder.credit === null || finder.credit >= 1 ? -Infinity : finder.creditAt;
}

/** An attempt starts. */
export function spendCredit(finder: LimitFinder, now: number): void {
  if (finder.credit === null) return;
  if (now >= finder.creditAt) {
    finder.credit = Math.max(1, finder.creditSeen);
    finder.creditSeen = 0;
    finder.creditAt = now + finder.creditMs;
  }
  finder.credit = Math.max(0, finder.credit - 1);
}

/** The provider said how many more it would take, and from when on it takes more. */
export function toldCredit(finder: LimitFinder, now: number, remaining: number, resetAt: number): void {
  const leftMs = resetAt - now;
  if (finder.credit === null) {
    if (leftMs < shortestTrips * finder.tripMs) return;
  } else if (leftMs <= 0 || resetAt < finder.creditAt - finder.creditMs / 2) return;
  // Those under way will take their part of it.
  const credit = Math.max(0, remaining - finder.window.inFlight);
  // Until a window is told its end is only assumed.
  const known = finder.creditSeen > 0 && Math.abs(resetAt - finder.creditAt) < finder.creditMs / 2;
  const most = known ? finder.credit : null;
  finder.credit = Math.min(most ?? credit, credit);
  finder.creditAt = resetAt;
  finder.creditMs = Math.max(finder.creditMs, leftMs);
  finder.creditSeen = known ? Math.max(finder.creditSeen, remaining + 1) : remaining + 1;
}

/** A 429 all the same: somebody else had a share of it. The next window is begun with a single attempt. */
export function creditRefused(finder: LimitFinder, now: number, retryAt: number | null): void {
  const told = finder.creditSeen > 0;
  finder.credit = 0;
  finder.creditSeen = 0;
  if (retryAt !== null || !told) finder.creditAt = Math.max(finder.pausedUntil, now + finder.tripMs);
}
