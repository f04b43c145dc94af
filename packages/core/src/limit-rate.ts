/**
 * The rate: between two 429s a provider's bucket went from empty to empty, so what was let in in between, divided by
 * the time, is the limit itself; the more of such cycles agree, the more exactly. A 429 cuts to a little below it.
 *
 * A rate that is only a guess is left quickly, about twofold a second. A measured one is left slowly at first and then
 * ever faster, and all the more slowly where a 429 closes the lane for long. What failed counts as let in: the pacer
 * spaces attempts, whatever becomes of them.
 */
import { awaitsReturn, mayLeap, stepLeap } from "./limit-leap.ts";
import { believe, drain, forgetSaved, measureFrom, savedUp } from "./limit-mirror.ts";
import { fallSilent } from "./limit-silence.ts";
import type { LimitFinder } from "./limit-state.ts";

/** What is let in before a cycle says more than "less", and before it says how much. */
const cycleMin = 5;
const chance = 2;
const steadyMin = 20;
/** After a steady cycle the rate is nearly right: the cut is small, whatever was counted. */
const steadyCut = 0.985;
const steadyCutMost = 0.95;
const rampCut = 0.9;
const toldCut = 0.9;
/** Good answers after which a measured rate has grown by {@link stride}; with the third power of their number. */
const patience = 65;
const costlyPatience = 4;
const stride = 0.02;
const strideMax = 0.005;
/** A cycle disagrees with those before it beyond so many attempts and this share of what they foretold. */
const slackAttempts = 3;
const slackShare = 0.1;
/** Share by which a leap that failed may correct the rate. */
const leapCorrects = 0.03;
/** A count of n leaves about this over n open. */
const openShare = 2;
const countMin = 8;

/** A 429 that concerns the rate. */
export function cutRate(finder: LimitFinder, now: number, retryAt: number | null): void {
  const base = finder.base;
  const { accepted } = finder;
  if (accepted === 0) {
    // Who says when to ask again is asked then; nobody else is asked more often than what was let in allows.
    if (retryAt !== null) believe(finder, Math.max(base * toldCut, Math.min(base, askedRate(finder))), now);
    else if (finder.refusals >= 3) fallSilent(finder, now);
    else believe(finder, Math.min(base * steadyCut, (chance * 1000) / Math.max(1, now - finder.acceptedFrom)), now);
    finder.slightCut = true;
    return;
  }
  const { pacer } = finder;
  finder.cycles += 1;
  if (pacer.burst - (Math.max(0, pacer.due - now) * base) / 1000 > 2) forgetSaved(finder);
  believe(finder, rateBelow(finder, base, now), now);
  finder.slightCut = finder.base > base * 0.8;
  drain(finder, now);
  measureFrom(finder, now, Math.max(0, finder.pausedUntil - now));
}

/** One attempt at each instant that was named, per second. */
function askedRate(finder: LimitFinder): number {
  return 1000 / Math.max(1, finder.tripMs, finder.costMs);
}

/** The rate to keep after a cycle at whose end `base` was too much. */
function rateBelow(finder: LimitFinder, base: number, now: number): number {
  const { accepted } = finder;
  // From full to empty: it says little about the rate.
  if (finder.idle) return base * steadyCut;
  const steady = finder.measured && accepted >= steadyMin;
  // On the way up a bucket would have had to save a quarter of it all; one that cannot was lost upon.
  const ramp = !finder.measured;
  const counted = count(finder, now);
  const wasted = ramp && accepted / 4 > 2 * savedUp(finder, counted) + 4;
  const seen = wasted ? Math.max(counted, base * rampCut) : counted;
  if (accepted >= cycleMin) finder.measured = true;
  else finder.step /= 3;
  if (steady) return Math.max(base * steadyCutMost, Math.min(base, seen) * steadyCut);
  return Math.min(base, accepted < cycleMin ? Math.max(seen, likelyMost(finder, now)) : seen) * steadyCut;
}

/** Few may be chance: the most they may well stand for, per second; a pause before them says nothing then. */
function likelyMost(finder: LimitFinder, now: number): number {
  const { accepted, acceptedFrom, pauseMs } = finder;
  if (pauseMs > 0) return ((accepted + chance) * 1000) / Math.max(1, now - acceptedFrom - pauseMs);
  return ((finder.spanGood + chance) * 1000) / finder.spanMs;
}

/** Adds what was let through since the bucket was last empty to the cycles before, and gives the rate, per second. */
function count(finder: LimitFinder, now: number): number {
  const { accepted, pauseMs } = finder;
  const ms = Math.max(1, now - finder.acceptedFrom);
  const spare = 1 + 1.5 * savedUp(finder, (accepted * 1000) / ms);
  // While the lane paused the bucket filled up, but not beyond its brim.
  const overflowed = ms > pauseMs && accepted * pauseMs > spare * ms;
  // The attempt that was refused found a part of what it takes; where every refusal costs a pause, that adds up.
  const part = pauseMs > 0 ? 0.5 : 0;
  const good = part + (overflowed ? Math.max(1, accepted - spare) : accepted);
  const time = overflowed ? ms - pauseMs : ms;
  const foretold = (finder.spanGood * time) / finder.spanMs;
  const agrees = Math.abs(good - foretold) <= slackAttempts + slackShare * foretold;
  finder.spanGood = agrees ? finder.spanGood + good : good;
  finder.spanMs = agrees ? finder.spanMs + time : time;
  if (accepted < steadyMin) return ((finder.spanGood + 0.5) * 1000) / finder.spanMs;
  return Math.max(((good + 0.5) * 1000) / time, (finder.spanGood * 1000) / finder.spanMs);
}

/** A leap has failed: the bucket is empty, which ends a cycle, and the rate is corrected a little by it. */
export function settleLeap(finder: LimitFinder, now: number): void {
  const base = finder.base;
  if (!finder.challenge) {
    const seen = count(finder, now) * steadyCut;
    believe(finder, Math.max(base * (1 - leapCorrects), Math.min(base * (1 + leapCorrects), seen)), now);
  }
  measureFrom(finder, now, Math.max(0, finder.pausedUntil - now));
}

/** Evidence for a crowd turned out wrong: back to what really went through. */
export function tighten(finder: LimitFinder, now: number): void {
  believe(finder, Math.min(finder.base, (finder.window.size * 1000) / finder.tripMs), now);
}

/** A good answer: tries for more when it is the pacer that holds the lane back. */
export function climb(finder: LimitFinder, now: number): void {
  const { base } = finder;
  if (!finder.tight) {
    if (finder.crowding > 1) loosen(finder, base, now);
  } else if (finder.leap > 0) stepLeap(finder, now);
  else if (!mayLeap(finder, base, now) && !(finder.measured && awaitsReturn(finder)) && !hemmedIn(finder, base))
    believe(finder, finder.measured ? base * (1 + climbShare(finder)) : base + finder.step, now);
}

/** Whether the window does not even let through what the pacer would. */
function hemmedIn(finder: LimitFinder, base: number): boolean {
  return base * finder.tripMs >= finder.window.size * 1_500;
}

/** Growth with one good answer: across what the count leaves open in as many answers as were counted, then slowly. */
function climbShare(finder: LimitFinder): number {
  const costly = finder.costMs > 3 * finder.tripMs;
  const { accepted } = finder;
  const known = Math.min(patience, Math.max(countMin, finder.spanGood));
  const counted = known * (costly ? 2 : 1);
  if (accepted <= counted) return openShare / (counted * known);
  const answers = patience * (costly ? costlyPatience : 1);
  return Math.min(strideMax, (3 * stride * ((accepted - counted) / answers) ** 2) / answers);
}

/** Where concurrency is the limit, the pacer must not stand in the way of the window. */
function loosen(finder: LimitFinder, base: number, now: number): void {
  const throughput = (finder.window.size * 1000) / finder.tripMs;
  if (base < throughput * 4) believe(finder, Math.min(base * 1.2, throughput * 4), now);
}
