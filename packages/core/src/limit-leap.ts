/**
 * Asking for much more at once, without asking for much: one attempt is borrowed from the pacer's future, and twice as
 * many with every round trip that goes well. A leap that fails has cost one or two 429s, and what it borrowed is paid
 * back by waiting; a leap that works is forgiven its debt and the rate is what was kept up.
 *
 * It is tried for two reasons: a much better rate is remembered, or the limit is doubted, because 429s have come at
 * rates that were fine before. A few 429s that have nothing to do with the rate do not end a challenge; 429s that grow
 * with the rate do. Good answers pay for leaps, and every failure makes the next one dearer.
 */
import { believe, measureFrom } from "./limit-mirror.ts";
import type { LimitFinder } from "./limit-state.ts";
import { riskable } from "./limit-state.ts";
import { pacedAt } from "./pacing.ts";
import { resize } from "./window.ts";

/** Good answers that pay for a leap. */
const priceMin = 20;
/** After so many leaps in vain a remembered rate is given up. */
const inVainMost = 20;
/** How much dearer a failure makes the next one: a remembered rate will return some day, a doubt is settled. */
const rememberedTire = 1.02;
const challengeTire = 1.5;
/** A rate so many times better than the present one is worth a challenge; so many times, worth being remembered. */
const doubtfulFrom = 1.15;
const rememberedFrom = 1.5;
/** For how many counted attempts a remembered rate stands. */
const rememberedCount = 40;
/** Milliseconds between leaps, at least, and round trips. */
const pauseMs = 2_000;
const pauseTrips = 4;
/** A step has had its answers after so many round trips. */
const stepTrips = 1.25;
/** A rate counts as kept up when it lasted so long, with so many good answers. */
const blockMs = 2_000;
const blockMin = 20;
/** After so many 429s at about one rate it is asked whether they come from it at all, once that turned out well. */
const doubtMin = 2;
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

/** Whether a much better rate is remembered: then leaps ask for it, and nothing else. */
export function awaitsReturn(finder: LimitFinder): boolean {
  return finder.best > finder.base * rememberedFrom;
}

/** Begins a leap when one is due and paid for. */
export function mayLeap(finder: LimitFinder, base: number, now: number): boolean {
  if (finder.saved < finder.price || now < finder.nextLeapAt) return false;
  const costly = finder.costMs > 3 * finder.tripMs;
  const better = finder.best > base * (costly ? rememberedFrom : doubtfulFrom);
  const doubtful = better || finder.cycles >= finder.doubtAfter;
  if (!doubtful) return false;
  finder.challenge = finder.best <= base * rememberedFrom;
  finder.cycles = 0;
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
function endLeap(finder: LimitFinder, now: number): void {
  finder.leap = 0;
  if (finder.leapKept > finder.leapFrom) {
    // What was borrowed and granted need not be paid back.
    finder.pacer.due = Math.min(finder.pacer.due, now + 1000 / finder.leapFrom);
  }
  if (finder.leapKept > finder.leapFrom * 1.9) {
    finder.price = priceMin;
    finder.inVain = 0;
    if (finder.challenge) finder.doubtAfter = doubtMin;
    finder.measured = !finder.challenge;
    // What is remembered counts as measured, until a cycle contradicts it.
    finder.spanGood = finder.challenge ? 0 : rememberedCount;
    finder.spanMs = finder.challenge ? 0 : (rememberedCount * 1000) / finder.best;
    measureFrom(finder, now);
  }
  believe(finder, Math.max(finder.base, finder.leapKept), now);
}

/**
 * A 429 during a leap.
 * @returns false when the leap goes on: it is a challenge, and so far the 429s do not grow with the rate
 */
export function failLeap(finder: LimitFinder, now: number): boolean {
  finder.leapRefused += 1;
  const cheap = finder.costMs < 3 * finder.tripMs;
  if (finder.challenge && cheap && finder.leapRefused <= 1 + finder.leapGood / 20) return false;
  const base = finder.base;
  // One step that went well may only have used what was saved up.
  const proved = !finder.challenge && finder.leap >= 7 ? finder.leapKept : base;
  finder.price *= finder.challenge ? challengeTire : rememberedTire;
  if (finder.challenge) finder.doubtAfter *= 2;
  else finder.inVain += 1;
  if (finder.challenge || finder.inVain >= inVainMost) {
    finder.best = base;
    finder.inVain = 0;
  }
  finder.leap = 0;
  pauseLeaps(finder, now);
  believe(finder, Math.max(base, proved), now);
  return true;
}

function pauseLeaps(finder: LimitFinder, now: number): void {
  finder.saved = 0;
  finder.nextLeapAt = now + Math.max(pauseTrips * finder.tripMs, pauseMs);
}

function borrow(finder: LimitFinder, attempts: number): void {
  const { window } = finder;
  const before = finder.leap;
  finder.leap = attempts;
  finder.pacer.burst += attempts - before;
  if (finder.crowding < 0) resize(window, Math.max(window.size, window.inFlight + attempts + 1));
}
