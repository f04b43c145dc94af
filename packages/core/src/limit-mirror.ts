/**
 * The provider's bucket, mirrored in the lane's pacer: the rate it is believed to fill at, what it is believed to save
 * up, and when it was last known to be empty, which is what a 429 says. So a pause that the provider asked for is not
 * lost: what was saved up meanwhile may leave at once. It refuses to find out any of these numbers.
 */
import type { LimitFinder } from "./limit-state.ts";
import { setRate } from "./pacing.ts";

/** Timers come so late; what they lose may be made up for, or a rate near a thousand a second would never be kept. */
export const timerMs = 2;
/** Of what the provider seems to save up, so much is used. */
const savedShare = 0.8;

/** Sets the rate believed in, infinite for none, and hands it to the pacer together with what a leap borrows. */
export function believe(finder: LimitFinder, rate: number, now: number): void {
  const { pacer } = finder;
  finder.base = Math.max(1e-3, rate);
  if (rate === Infinity) {
    setRate(pacer, null);
    return;
  }
  // What is left of the burst stays what it is.
  const left = pacer.rate === null ? 1 : pacer.burst - Math.max(0, pacer.due - now) * (pacer.rate / 1000);
  pacer.rate = finder.base;
  pacer.burst = savedUp(finder, finder.base) + finder.leap;
  pacer.due = now + (Math.max(0, pacer.burst - left) * 1000) / finder.base;
}

/** What a full bucket of the provider lets pass at once, as far as the way to the first wall proves it; at least 1. */
export function savedUp(finder: LimitFinder, rate: number): number {
  return Math.max(1 + (rate * timerMs) / 1000, savedShare * (finder.firstGood - (rate * finder.firstMs) / 1000));
}

/** What was saved up at the first wall says nothing about a limit that has changed. */
export function forgetSaved(finder: LimitFinder): void {
  finder.firstGood = 0;
  finder.firstMs = 0;
}

/** The provider's bucket is empty: what was saved up is gone. */
export function drain(finder: LimitFinder, now: number): void {
  const { base, pacer } = finder;
  pacer.due = Math.max(pacer.due, now + (pacer.burst * 1000) / base);
}

/**
 * Starts a new cycle of measuring: what is let in from `from` on, when the provider's bucket was empty.
 * @param pauseMs how long nothing leaves after it
 */
export function measureFrom(finder: LimitFinder, from: number, pauseMs = 0): void {
  finder.accepted = 0;
  finder.acceptedFrom = from;
  finder.pauseMs = pauseMs;
  finder.idle = false;
}
