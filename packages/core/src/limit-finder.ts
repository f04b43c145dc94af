/**
 * Finds a provider's limit from its answers, whatever its shape, and stays just below it.
 *
 * Nobody tells a client whether it meets a rate, a fixed window or a limit on concurrency, so both gates of a lane,
 * its pacer and its in-flight window, are steered at once, each by the 429s that concern it:
 *
 * - **exploring**: no limit is known. The window opens with every good answer, but never further than a small part of
 *   what was delivered, because a whole flight is what the first wall costs.
 * - **landing**: a wall; `limit-landing.ts`. A single 429 among good answers is none once a rate is known; a flight
 *   full of them is.
 * - **paced**: `limit-rate.ts` and `limit-window.ts` keep a little below the limit and look up now and then, and
 *   `limit-leap.ts` looks further.
 * - **silent**: nothing but 429s; `limit-silence.ts`.
 *
 * What the provider tells by itself is believed instead (`limit-credit.ts`).
 *
 * A 429 for a request that left before the last cut is old news and cuts nothing. It refuses to learn
 * anything of exhausted quotas; a failure only counts as one more attempt.
 */
import { creditedAt, creditRefused, spendCredit, toldCredit } from "./limit-credit.ts";
import { beginLanding, countRefused, land, landedAt } from "./limit-landing.ts";
import { failLeap, remember } from "./limit-leap.ts";
import { measureFrom, timerMs } from "./limit-mirror.ts";
import { climb, cutRate, settleLeap, tighten } from "./limit-rate.ts";
import { awaitWindow, nextGuess, quotaSpent, resume, windowOpensAt } from "./limit-silence.ts";
import type { LimitFinder } from "./limit-state.ts";
import { riskable } from "./limit-state.ts";
import { cutToTold, growWindow, makeRoom, wasCrowded } from "./limit-window.ts";
import { pacedAt } from "./pacing.ts";
import { resize } from "./window.ts";

/** Of the time between two starts, so much may pass and it was still the pacer that held the second one up. */
const tightShare = 0.15;
/** Ends over which a round trip is averaged, at least, and the weight of a new average. */
const tripEnds = 8;
const tripWeight = 0.3;
/** Of what is left of a known long window, so much may be under way at once. */
const quotaShare = 0.8;

/** The earliest instant a start is allowed, room in the window apart; not after `now` means now. */
export function findableAt(finder: LimitFinder): number {
  switch (finder.phase) {
    case "landing":
      return landedAt(finder);
    case "silent":
      // One probe at a time: while it is under way its end decides.
      return finder.window.inFlight > finder.oldFlight ? Infinity : Math.max(finder.pausedUntil, pacedAt(finder.pacer));
    case "exploring":
    case "paced":
      if (finder.phase === "exploring" && quotaSpent(finder))
        return Math.max(finder.pausedUntil, windowOpensAt(finder));
      // After a silence every good answer lets one more follow.
      if (finder.cautious && finder.window.inFlight >= Math.max(1, finder.accepted)) return Infinity;
      return Math.max(finder.pausedUntil, pacedAt(finder.pacer), creditedAt(finder));
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return finder.phase satisfies never;
  }
}

/** Before an attempt starts, with the pacer as it was. */
export function finderStarted(finder: LimitFinder, now: number): void {
  const { pacer, window } = finder;
  if (finder.phase === "landing") land(finder, now);
  const quietMs = now - finder.areaAt;
  finder.area += window.inFlight * quietMs;
  finder.areaAt = now;
  if (pacer.rate === null) {
    finder.tight = false;
    // After a rest a busy stretch begins.
    if (window.inFlight === 0 && quietMs >= finder.tripMs) measureFrom(finder, now);
  } else {
    const gapMs = 1000 / pacer.rate;
    finder.tight =
      finder.leap > 0 || now - pacedAt(pacer) < Math.max(timerMs, gapMs * (pacer.burst < 2 ? tightShare : 1));
    if (now - Math.max(pacer.due, finder.pausedUntil) > finder.tripMs + 2 * gapMs) finder.idle = true;
  }
  if (finder.quotaFrom === -Infinity) finder.quotaFrom = now;
  spendCredit(finder, now);
}

/** After an attempt ended or was given back: the window has one less under way. */
export function finderEnded(finder: LimitFinder, now: number): void {
  finder.area += (finder.window.inFlight + 1) * (now - finder.areaAt);
  finder.areaAt = now;
  finder.areaEnds += 1;
  // The first trip is known exactly.
  if (finder.tripMs === 0) finder.tripMs = Math.max(1, now - finder.quotaFrom);
  if (finder.areaEnds >= Math.max(tripEnds, finder.window.inFlight)) {
    finder.tripMs += (finder.area / finder.areaEnds - finder.tripMs) * tripWeight;
    finder.area = 0;
    finder.areaEnds = 0;
  }
  if (finder.oldFlight > 0) finder.oldFlight -= 1;
}

/** The provider took (or refused for its content) an attempt: it was let in. */
export function finderAccepted(finder: LimitFinder, now: number, old: boolean): void {
  finder.refusals = 0;
  finder.accepted += 1;
  finder.quotaUsed += 1;
  finder.goodInAll += 1;
  switch (finder.phase) {
    case "exploring":
      explore(finder);
      return;
    case "landing":
      finder.landed += 1;
      return;
    case "paced":
      finder.pacedGood += 1;
      if (finder.accepted >= finder.window.size) finder.cautious = false;
      remember(finder, now);
      growWindow(finder);
      climb(finder, now);
      return;
    case "silent":
      if (!old) resume(finder, now);
      return;
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      finder.phase satisfies never;
  }
}

/** An attempt failed: nobody knows whether the limit let it in, but it was an attempt, and no 429. */
export function finderFailed(finder: LimitFinder): void {
  finder.accepted += 1;
  finder.quotaUsed += 1;
}

/**
 * A 429 came.
 * @param retryAt the instant the provider named, or null
 * @param crowded true when the provider said that it is concurrency it limits, null when it said nothing
 */
export function finderRefused(
  finder: LimitFinder,
  now: number,
  retryAt: number | null,
  crowded: boolean | null,
  old: boolean,
): void {
  if (finder.refusals === 0) finder.refusedFrom = now;
  finder.refusals += 1;
  finder.costMs = retryAt === null ? 0 : Math.max(0, retryAt - now);
  if (retryAt !== null && retryAt > finder.pausedUntil) finder.pausedUntil = retryAt;
  if (finder.credit !== null) {
    creditRefused(finder, now, retryAt);
    return;
  }
  switch (finder.phase) {
    case "exploring":
      finder.firstGood = finder.accepted;
      finder.firstMs = Math.max(1, now - finder.acceptedFrom);
      beginLanding(finder, now);
      return;
    case "landing":
      return;
    case "silent":
      if (!old && retryAt === null) nextGuess(finder, now);
      return;
    case "paced":
      if (old) countRefused(finder, now);
      else blame(finder, now, retryAt, crowded);
      return;
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      finder.phase satisfies never;
  }
}

/** The provider said how many more it would take, and from when on it takes more. */
export const finderTold = toldCredit;

/** After every end: the last of a landing flight decides. */
export function finderSettled(finder: LimitFinder, now: number): void {
  if (finder.phase === "landing" && finder.window.inFlight === 0) land(finder, now);
}

function explore(finder: LimitFinder): void {
  const { window } = finder;
  if (quotaSpent(finder)) awaitWindow(finder);
  if (window.inFlight + 2 <= window.size) return;
  const known = finder.quota > 0 ? (finder.quota - finder.quotaUsed) * quotaShare : 0;
  resize(window, Math.min(window.size + 1, Math.max(window.size, riskable(finder), known)));
}

/** Which gate was too wide? The window, if more were under way than ever went well; else the rate; in doubt, both. */
function blame(finder: LimitFinder, now: number, retryAt: number | null, crowded: boolean | null): void {
  const { window } = finder;
  const leapt = finder.leap > 0;
  if (leapt && !failLeap(finder, now)) return;
  finder.flight = window.inFlight;
  finder.flightRefused = 1;
  finder.oldFlight = window.inFlight;
  if (crowded === true) {
    cutToTold(finder, now);
    return;
  }
  if (leapt) {
    finder.slightCut = false;
    settleLeap(finder, now);
    return;
  }
  const loosened = finder.crowding > 0;
  if (wasCrowded(finder, now, crowded !== null)) return;
  if (loosened) tighten(finder, now);
  cutRate(finder, now, retryAt);
  makeRoom(finder);
}
