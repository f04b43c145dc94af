/**
 * The rate: between two 429s a provider's bucket went from empty to empty, so what was accepted in between, divided by
 * the time, is the limit itself. A 429 cuts to a little below it; good answers climb, the longer the bolder, quickly
 * where the rate is only a guess, and more slowly where a 429 closes the lane for long.
 */
import { endLeap, mayLeap, stepLeap } from "./limit-leap.ts";
import { fallSilent } from "./limit-silence.ts";
import type { LimitFinder } from "./limit-state.ts";
import { believe, measureFrom } from "./limit-state.ts";

/** After this many good answers between two 429s the rate is nearly right, and the cut small. */
const steadyAnswers = 20;
const steadyCut = 0.985;
/** Below this many a count says little: the cut is 3 %, doubled with each such cut in a row. */
const fewAnswers = 5;
const hastyCut = 0.03;
/** Growth with every good answer of a guessed rate, and of a measured one (times {@link boldness}). */
const guessedClimb = 0.003;
const measuredClimb = 0.00016;

/** A 429 that concerns the rate. */
export function cutRate(finder: LimitFinder, now: number, retryAt: number | null): void {
  const base = finder.base ?? 1;
  const { accepted } = finder;
  if (accepted === 0) {
    if (finder.refusals >= 3 && retryAt === null) fallSilent(finder, now);
    else believe(finder, base * 0.9);
    finder.slightCut = true;
    return;
  }
  const seen = ((accepted + 0.5) * 1000) / Math.max(1, now - finder.acceptedFrom);
  const few = accepted < fewAnswers;
  finder.hasty = few && finder.measured ? finder.hasty + 1 : -1;
  finder.measured ||= accepted >= 10;
  if (accepted >= steadyAnswers) {
    // A pacer that was not the gate may have drifted far above what was really sent.
    believe(finder, Math.min(base * steadyCut, finder.tight ? Infinity : seen * 1.05));
  } else {
    const least = finder.measured ? 1 - hastyCut * 2 ** Math.min(4, finder.hasty) : 0.5;
    believe(finder, Math.min(base * steadyCut, few ? Math.max(seen, base * least) : seen));
  }
  finder.slightCut = (finder.base ?? 0) > base * 0.8;
  measureFrom(finder, now);
}

/** Evidence for a crowd turned out wrong: back to what really went through. */
export function tighten(finder: LimitFinder): void {
  if (finder.base !== null && finder.tripMs > 0)
    believe(finder, Math.min(finder.base, (finder.window.size * 1000) / finder.tripMs));
}

/** A good answer: tries for more when it is the pacer that holds the lane back. */
export function climb(finder: LimitFinder, now: number): void {
  const { base } = finder;
  if (base === null) return;
  if (!finder.tight) {
    if (finder.leap > 0) endLeap(finder, now);
    if (finder.crowding > 1 && finder.tripMs > 0) loosen(finder, base);
  } else if (finder.leap > 0) stepLeap(finder, now);
  else if (!mayLeap(finder, base, now) && base * finder.tripMs < finder.window.size * 1_500)
    believe(finder, base * (1 + climbShare(finder, base)));
}

function climbShare(finder: LimitFinder, base: number): number {
  // Attempts that the pause after a 429 is worth.
  const lost = (base * finder.costMs) / 1000;
  if (finder.measured) return (measuredClimb * boldness(finder.accepted)) / (1 + lost);
  return lost < 3 ? guessedClimb * (1 + finder.accepted / 10) : guessedClimb / (1 + lost / 20);
}

/** The longer there was no 429, the further the limit may be. */
function boldness(accepted: number): number {
  return (accepted / 50) * (1 + (accepted / 150) ** 2);
}

/** Where concurrency is the limit, the pacer must not stand in the way of the window. */
function loosen(finder: LimitFinder, base: number): void {
  const throughput = (finder.window.size * 1000) / finder.tripMs;
  if (base < throughput * 4) believe(finder, Math.min(base * 1.2, throughput * 4));
}
