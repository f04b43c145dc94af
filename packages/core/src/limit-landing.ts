/**
 * A wall: nothing is sent until the flight that met it has landed, and what was let in, of it and before it, is the
 * first guess of both gates. What a bucket saved up is let in at once, and people count per second; so what was let in
 * within less than a second is taken for a second's worth.
 */
import { startBlock } from "./limit-leap.ts";
import { believe, forgetSaved, measureFrom } from "./limit-mirror.ts";
import { fallSilent } from "./limit-silence.ts";
import type { LimitFinder } from "./limit-state.ts";
import { guessedStep, riskFloor } from "./limit-state.ts";
import { landWindow } from "./limit-window.ts";

/** A landing lasts no longer, unless round trips do: one attempt that hangs must not hold up the lane. */
const landingMaxMs = 1_000;
const landingTrips = 4;
/** What was let in within less time than this may have been saved up. */
const guessMs = 1_000;
/** Of the flight of a small cut so many refused, and such a share, are a wall; more of it where a crowd was suspected. */
const wallMin = 3;
const wallShare = 0.4;
const crowdShare = 0.7;
/** A crowd is refused as far as it is one too many; so many in a row were not refused for that. */
const crowdMost = 3;
/** After so many good answers the window had been as wide as it is, but for two, for long. */
const provenAfter = 40;

/** When the next start is allowed although the flight has not landed. */
export function landedAt(finder: LimitFinder): number {
  return Math.max(finder.pausedUntil, finder.wallAt + Math.max(landingMaxMs, landingTrips * finder.tripMs));
}

/** A wall: from now on nothing leaves. */
export function beginLanding(finder: LimitFinder, now: number): void {
  finder.phase = "landing";
  finder.wallAt = now;
  finder.landed = 0;
  finder.oldFlight = finder.window.inFlight;
}

/** One more 429 of the flight that was under way at the cut: when there are many, the cut was too small. */
export function countRefused(finder: LimitFinder, now: number): void {
  finder.flightRefused += 1;
  if (!finder.slightCut && !finder.windowCut) return;
  const share = finder.windowCut ? crowdShare : wallShare;
  if (finder.flightRefused >= wallMin && finder.flightRefused >= finder.flight * share) beginLanding(finder, now);
}

/** The flight has landed, or it has been waited for long enough. */
export function land(finder: LimitFinder, now: number): void {
  const { base, landed } = finder;
  finder.leap = 0;
  landWindow(finder, safeSize(finder));
  const empty = finder.refusals >= riskFloor && now - finder.refusedFrom >= finder.tripMs / 2;
  if (empty || (landed === 0 && finder.refusals >= wallMin)) {
    fallSilent(finder, now);
    return;
  }
  finder.phase = "paced";
  finder.pacedGood = 0;
  finder.measured = false;
  finder.step = guessedStep;
  finder.spanGood = 0;
  finder.spanMs = 0;
  startBlock(finder, now);
  measureFrom(finder, finder.wallAt, Math.max(now, finder.pausedUntil) - finder.wallAt);
  finder.accepted = landed;
  if (base === Infinity) {
    finder.firstGood += landed;
    believe(finder, (Math.max(1, finder.firstGood) * 1000) / Math.max(countedMs(finder), finder.firstMs), now);
  } else {
    forgetSaved(finder);
    believe(finder, (Math.max(1, landed) * 1000) / Math.max(1, now - finder.wallAt, finder.tripMs), now);
  }
}

/** How long what was let in before the wall may have been saved up: a second, or as long as the provider asks to wait. */
function countedMs(finder: LimitFinder): number {
  return finder.pausedUntil >= finder.wallAt ? Math.max(finder.tripMs, Math.min(guessMs, finder.costMs)) : guessMs;
}

/** As many at once as can be called safe after a wall. */
function safeSize(finder: LimitFinder): number {
  if (finder.refusals > crowdMost) finder.crowding = -2;
  const size = Math.floor(finder.window.size);
  if (finder.crowding < 0) return size;
  return Math.max(1, finder.landed, finder.goodInAll >= provenAfter ? size - 2 : 0);
}
