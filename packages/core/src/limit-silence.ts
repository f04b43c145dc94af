/**
 * Waiting for a window to open: nothing but 429s, so the lane asks with one request, at the instant a header named, or
 * else when windows that people configure (1 s, 5 s, … 1 h) would be over. A long window that is known by then is used
 * up and waited for without being told so again.
 */
import { believe, forgetSaved, measureFrom } from "./limit-mirror.ts";
import type { LimitFinder } from "./limit-state.ts";
import { riskFloor } from "./limit-state.ts";
import { resize } from "./window.ts";

/** Windows that people configure, in milliseconds. */
const customaryWindows: readonly number[] = [
  1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
];
const longestMs = 3_600_000;
/** From this length on a window is used up at once and waited for; shorter ones are paced smoothly. */
const longWindowMs = 5_000;
/** How much more is tried of a known window each time; what it costs when there is no more. */
const quotaGrowth = 1.01;

/** Falls silent after nothing but 429s. */
export function fallSilent(finder: LimitFinder, now: number): void {
  if (finder.pacedGood > 0) {
    // The window of the provider began at some unknown instant; this is the best bound we have.
    finder.quotaFrom = finder.acceptedFrom;
    finder.quotaUsed = 0;
  }
  measureFrom(finder, finder.refusedFrom);
  if (finder.base !== Infinity) forgetSaved(finder);
  finder.phase = "silent";
  finder.oldFlight = finder.window.inFlight;
  finder.guess = -1;
  if (finder.pausedUntil <= now) nextGuess(finder, now);
}

/** The probe was refused, without a word about when: the next customary window. */
export function nextGuess(finder: LimitFinder, now: number): void {
  const slack = finder.tripMs / 4;
  do finder.guess += 1;
  while (finder.quotaFrom + (customaryWindows[finder.guess] ?? Infinity) + slack <= now);
  const guessed = customaryWindows[finder.guess];
  finder.pausedUntil = guessed === undefined ? now + longestMs : finder.quotaFrom + guessed + slack;
}

/** Whether all that a known long window lets pass has been started. */
export function quotaSpent(finder: LimitFinder): boolean {
  return finder.quota > 0 && finder.quotaUsed + finder.window.inFlight + 1 > finder.quota;
}

/** When the known long window is over. */
export function windowOpensAt(finder: LimitFinder): number {
  return finder.quotaFrom + finder.quotaMs + finder.tripMs / 4;
}

/** Waits for the next window instead of being told again that this one is spent. */
export function awaitWindow(finder: LimitFinder): void {
  finder.phase = "silent";
  finder.oldFlight = finder.window.inFlight;
  finder.pausedUntil = Math.max(finder.pausedUntil, windowOpensAt(finder));
  finder.guess = customaryWindows.length;
}

/** The probe of a silence was accepted: a new window has begun. */
export function resume(finder: LimitFinder, now: number): void {
  const lasted = Math.max(1, finder.pausedUntil - finder.tripMs / 4 - finder.quotaFrom);
  const used = finder.quotaUsed - 1;
  const far = finder.pacedGood >= 3;
  finder.quotaFrom = now - finder.tripMs;
  finder.quotaUsed = 1;
  finder.pacedGood = 0;
  finder.accepted = 1;
  // A window that opened has nothing saved up from before; a pause that was asked for has.
  if (finder.guess >= 0) finder.acceptedFrom = now - finder.tripMs;
  finder.pauseMs = Math.max(0, now - finder.tripMs - finder.acceptedFrom);
  finder.idle = false;
  if (lasted >= longWindowMs && used > riskFloor) {
    finder.phase = "exploring";
    measureFrom(finder, now);
    believe(finder, Infinity, now);
    resize(finder.window, Math.max(finder.window.size, riskFloor));
    finder.quota = used * quotaGrowth;
    finder.quotaMs = lasted;
    return;
  }
  finder.phase = "paced";
  finder.cautious = true;
  finder.measured = used >= 10;
  // Silent again without having come far: the limit is somewhere else altogether.
  const back = finder.base === Infinity ? 0 : finder.base * (far ? 0.97 : 0.25);
  believe(finder, used > 0 ? (used * 1000) / lasted : Math.max(back, 1000 / lasted), now);
}
