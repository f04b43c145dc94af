/**
 * Asking for much more at once, without asking for much: one attempt is borrowed from the pacer's future, and twice as
 * many with every round trip that goes well. A leap that fails has cost one or two 429s, and what it borrowed is paid
 * back by waiting; a leap that works is forgiven its debt and the rate is what was kept up.
 *
 * It is tried for two reasons: a much better rate is remembered, or the limit is doubted, because 429s have come at
 * rates that were fine before. A few 429s that have nothing to do with the rate do not end a challenge; 429s that grow
 * with the rate do. Good answers pay for leaps, and every failure makes the next one dearer.
 */
import type { LimitFinder } from "./limit-state.ts";
import { believe, riskable } from "./limit-state.ts";
import { pacedAt } from "./pacing.ts";
import { resize } from "./window.ts";

/** Good answers that pay for a leap. */
const priceMin = 20;
/** How much dearer a failure makes the next one: a remembered rate will return some day, a doubt is settled. */
const rememberedTire = 1.03;
const challengeTire = 1.5;
/** A rate so many times better than the present one is worth a challenge; so many times, worth being remembered. */
const doubtfulFrom = 1.15;
const rememberedFrom = 1.5;
/** Milliseconds between leaps, at least, and round trips. */
const pauseMs = 2_000;
const pauseTrips = 4;
/** A step has had its answers after so many round trips. */
const stepTrips = 1.25;
/** A rate counts as kept up when it lasted so long, with so many good answers. */
const blockMs = 2_000;
const blockMin = 20;
/** Forgotten of the best rate with each block. */
const forgotten = 0.998;

/** A good answer while paced: remembers the best rate that was kept up, and pays for leaps. */
export function remember(finder: LimitFinder, now: number): void {
  finder.saved += 1;
  finder.blockGood += 1;
  const took = now - finder.blockFrom;
  if (took < blockMs || finder.blockGood < blockMin) return;
  finder.best = Math.max(finder.best * forgotten, (finder.blockGood * 1000) / took);
  startBlock(finder, now);
}

/** Forgets the block that is being measured. */
export function startBlock(finder: LimitFinder, now: number): void {
  finder.blockFrom = now;
  finder.blockGood = 0;
}

/** Begins a leap when one is due and paid for. */
export function mayLeap(finder: LimitFinder, base: number, now: number): boolean {
  if (finder.best <= base * doubtfulFrom || finder.saved < finder.price || now < finder.nextLeapAt) return false;
  finder.challenge = finder.best <= base * rememberedFrom;
  finder.leapFrom = base;
  finder.leapKept = base;
  finder.leapStepAt = now;
  finder.leapGood = 0;
  finder.leapRefused = 0;
  pauseLeaps(finder, now);
  borrow(finder, 1);
  return true;
}

/** A good answer during a leap: the next step after every round trip. */
export function stepLeap(finder: LimitFinder, now: number): void {
  finder.leapGood += 1;
  if (now - finder.leapStepAt < finder.tripMs * stepTrips) return;
  if (now - pacedAt(finder.pacer) > 1000 / finder.leapFrom) {
    // What was borrowed is not even used: there is nothing to learn.
    endLeap(finder, now);
    return;
  }
  finder.leapStepAt = now;
  const kept = finder.leapFrom + ((finder.leap + 1) * 500) / (finder.tripMs * stepTrips);
  finder.leapKept = finder.challenge ? kept : Math.min(finder.best, kept);
  const next = finder.leap * 2 + 1;
  const far = finder.challenge ? next > riskable(finder) : kept >= finder.best;
  if (far) endLeap(finder, now);
  else borrow(finder, next);
}

/** Ends a leap that went well as far as it went. */
export function endLeap(finder: LimitFinder, now: number): void {
  finder.leap = 0;
  if (finder.leapKept > finder.leapFrom) {
    // What was borrowed and granted need not be paid back.
    finder.pacer.due = Math.min(finder.pacer.due, now + 1000 / finder.leapFrom);
  }
  if (finder.leapKept > finder.leapFrom * 1.9) {
    finder.price = priceMin;
    finder.measured = !finder.challenge;
  }
  believe(finder, Math.max(finder.base ?? 0, finder.leapKept));
}

/**
 * A 429 during a leap.
 * @returns false when the leap goes on: it is a challenge, and so far the 429s do not grow with the rate
 */
export function failLeap(finder: LimitFinder, now: number): boolean {
  finder.leapRefused += 1;
  const cheap = finder.costMs < 3 * finder.tripMs;
  if (finder.challenge && cheap && finder.leapRefused <= 1 + finder.leapGood / 20) return false;
  const base = finder.base ?? finder.leapFrom;
  // One step that went well may only have used what was saved up.
  const proved = !finder.challenge && finder.leap >= 7 ? finder.leapKept : base;
  finder.price *= finder.challenge ? challengeTire : rememberedTire;
  if (finder.challenge) finder.best = base;
  finder.leap = 0;
  pauseLeaps(finder, now);
  believe(finder, Math.max(base, proved));
  return true;
}

function pauseLeaps(finder: LimitFinder, now: number): void {
  finder.saved = 0;
  finder.nextLeapAt = now + Math.max(pauseTrips * finder.tripMs, pauseMs);
}

function borrow(finder: LimitFinder, attempts: number): void {
  const { window } = finder;
  finder.leap = attempts;
  finder.pacer.burst = 1 + attempts;
  if (finder.crowding < 0) resize(window, Math.max(window.size, window.inFlight + attempts + 1));
}
