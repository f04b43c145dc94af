/**
 * Finds a provider's limit from its answers, whatever its shape, and stays just below it.
 *
 * Nobody tells a client whether it meets a rate, a fixed window or a limit on concurrency, so both gates of a lane,
 * its pacer and its in-flight window, are steered at once, each by the 429s that concern it:
 *
 * - **exploring**: no limit is known. The window opens with every good answer, but never further than a small part of
 *   what was delivered, because a whole flight is what the first wall costs.
 * - **landing**: a wall. Nothing is sent until the flight has landed; what was accepted of it is the first estimate of
 *   both gates. A single 429 among good answers is no wall once a rate is known; a flight full of them is.
 * - **paced**: `limit-rate.ts` and `limit-window.ts` keep a little below the limit and look up now and then, and
 *   `limit-leap.ts` looks further.
 * - **silent**: nothing but 429s; `limit-silence.ts`.
 *
 * A 429 for a request that left before the last cut is old news and cuts nothing. It refuses to learn from failures,
 * refusals of content and exhausted quotas.
 */
import { failLeap, remember, startBlock } from "./limit-leap.ts";
import { climb, cutRate, tighten } from "./limit-rate.ts";
import {
  awaitWindow,
  fallSilent,
  longWindowMs,
  nextGuess,
  quotaSpent,
  resume,
  windowOpensAt,
} from "./limit-silence.ts";
import type { LimitFinder } from "./limit-state.ts";
import { believe, measureFrom, riskable, riskFloor } from "./limit-state.ts";
import { cutWindow, growWindow, landWindow, makeRoom, wasCrowded } from "./limit-window.ts";
import { pacedAt } from "./pacing.ts";
import { resize } from "./window.ts";

/** A landing lasts no longer, unless round trips do. */
const landingMaxMs = 1_000;
/** Of a flight under way at a small cut, as many refused are a wall: at least three, and four in ten. */
const wallMin = 3;
const wallShare = 0.4;

/** The earliest instant a start is allowed, room in the window apart; not after `now` means now. */
export function findableAt(finder: LimitFinder): number {
  switch (finder.phase) {
    case "landing":
      // One attempt that hangs must not hold up the lane.
      return Math.max(finder.pausedUntil, finder.refusedFrom + Math.max(landingMaxMs, 4 * finder.tripMs));
    case "silent":
      // One probe at a time: while it is under way its end decides.
      return finder.window.inFlight > finder.oldFlight ? Infinity : Math.max(finder.pausedUntil, pacedAt(finder.pacer));
    case "exploring":
    case "paced": {
      if (finder.phase === "exploring" && quotaSpent(finder))
        return Math.max(finder.pausedUntil, windowOpensAt(finder));
      const at = Math.max(finder.pausedUntil, pacedAt(finder.pacer));
      return finder.credit === null || finder.credit >= 1 ? at : Math.max(at, finder.creditAt);
    }
    default:
      return finder.phase satisfies never;
  }
}

/** Before an attempt starts, with the pacer as it was. */
export function finderStarted(finder: LimitFinder, now: number): void {
  const { pacer, window } = finder;
  if (finder.phase === "landing") land(finder, now);
  finder.area += window.inFlight * (now - finder.areaAt);
  finder.areaAt = now;
  finder.tight = pacer.rate !== null && (finder.leap > 0 || now - pacer.due < 150 / pacer.rate);
  if (finder.quotaFrom === -Infinity) finder.quotaFrom = now;
  if (finder.credit !== null) {
    // Past the reset one attempt asks how many there are now.
    if (finder.credit < 1) finder.creditAt = now + Math.max(finder.tripMs * 2, 100);
    finder.credit = Math.max(0, finder.credit - 1);
  }
}

/** After an attempt ended or was given back: the window has one less under way. */
export function finderEnded(finder: LimitFinder, now: number): void {
  finder.area += (finder.window.inFlight + 1) * (now - finder.areaAt);
  finder.areaAt = now;
  finder.areaEnds += 1;
  if (finder.areaEnds >= (finder.tripMs === 0 ? 2 : Math.max(8, finder.window.inFlight))) {
    const trip = finder.area / finder.areaEnds;
    finder.tripMs = finder.tripMs === 0 ? trip : finder.tripMs * 0.7 + trip * 0.3;
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
      countRecent(finder, now);
      explore(finder);
      return;
    case "landing":
      finder.landed += 1;
      return;
    case "paced":
      finder.pacedGood += 1;
      remember(finder, now);
      growWindow(finder);
      climb(finder, now);
      return;
    case "silent":
      if (!old) resume(finder, now);
      return;
    default:
      finder.phase satisfies never;
  }
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
    // Who tells its limit is believed; a 429 in between is somebody else's share of it.
    finder.credit = 0;
    finder.creditAt = Math.max(finder.creditAt, finder.pausedUntil);
    return;
  }
  switch (finder.phase) {
    case "exploring":
      if (quotaSpent(finder)) {
        // The one attempt more than the last window let pass.
        awaitWindow(finder);
        return;
      }
      if (now - finder.recentFrom > finder.tripMs / 4) finder.recent = 0;
      beginLanding(finder, finder.recent > 0 ? finder.recentFrom : now);
      return;
    case "landing":
      return;
    case "silent":
      if (!old && retryAt === null) nextGuess(finder, now);
      return;
    case "paced":
      if (old) countRefused(finder);
      else blame(finder, now, retryAt, crowded);
      return;
    default:
      finder.phase satisfies never;
  }
}

/** The provider said how many more it would take, and from when on it takes more. Short windows are paced instead. */
export function finderTold(finder: LimitFinder, now: number, remaining: number, resetAt: number): void {
  if (resetAt - now < longWindowMs && finder.credit === null) return;
  // Those under way will take their part of it.
  const credit = Math.max(0, remaining - finder.window.inFlight);
  const sameWindow = finder.credit !== null && Math.abs(resetAt - finder.creditAt) < longWindowMs / 2;
  finder.credit = sameWindow ? Math.min(finder.credit ?? credit, credit) : credit;
  finder.creditAt = resetAt;
}

/** After every end: the last of a landing flight decides. */
export function finderSettled(finder: LimitFinder, now: number): void {
  if (finder.phase === "landing" && finder.window.inFlight === 0) land(finder, now);
}

/** Answers may come all at once: what was accepted just before a 429 is of the same flight. */
function countRecent(finder: LimitFinder, now: number): void {
  if (now - finder.recentFrom > finder.tripMs / 8) {
    finder.recent = 0;
    finder.recentFrom = now;
  }
  finder.recent += 1;
}

function explore(finder: LimitFinder): void {
  const { window } = finder;
  if (quotaSpent(finder)) awaitWindow(finder);
  if (window.inFlight + 2 <= window.size) return;
  const known = finder.quota > 0 ? (finder.quota - finder.quotaUsed) * 0.8 : 0;
  resize(window, Math.min(window.size + 1, Math.max(window.size, riskable(finder), known)));
}

/** One more of the flight that was under way at the cut: when many were refused, the cut was too small. */
function countRefused(finder: LimitFinder): void {
  finder.flightRefused += 1;
  if (!finder.slightCut || finder.windowCut) return;
  if (finder.flightRefused < wallMin || finder.flightRefused < finder.flight * wallShare) return;
  finder.recent = finder.accepted;
  beginLanding(finder, finder.acceptedFrom);
}

function beginLanding(finder: LimitFinder, from: number): void {
  finder.phase = "landing";
  finder.landed = 0;
  finder.recentFrom = from;
  finder.flight = finder.window.inFlight;
  finder.oldFlight = finder.window.inFlight;
}

function land(finder: LimitFinder, now: number): void {
  const took = Math.max(1, now - finder.recentFrom, finder.tripMs);
  const good = finder.landed + finder.recent;
  finder.leap = 0;
  measureFrom(finder, Math.max(now, finder.pausedUntil));
  const empty = finder.refusals >= riskFloor && now - finder.refusedFrom >= finder.tripMs / 2;
  if (empty || (good === 0 && finder.refusals >= 3 && finder.pausedUntil > now)) {
    fallSilent(finder, now);
    return;
  }
  landWindow(finder, Math.max(1, finder.landed, Math.min(finder.recent, finder.flight)));
  finder.phase = "paced";
  finder.pacedGood = 0;
  finder.measured = false;
  startBlock(finder, now);
  believe(finder, (Math.max(1, good) * 1000) / took);
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
    finder.crowding = 4;
    cutWindow(finder, Math.min(window.size, window.inFlight), now);
    return;
  }
  if (leapt) {
    finder.slightCut = false;
    measureFrom(finder, now);
    return;
  }
  const loosened = finder.crowding > 0;
  if (wasCrowded(finder, now, crowded !== null)) return;
  if (loosened) tighten(finder);
  cutRate(finder, now, retryAt);
  makeRoom(finder);
}
