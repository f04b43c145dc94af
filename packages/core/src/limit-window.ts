/**
 * How many attempts at once: one more is tried after enough good answers with a full window, and a 429 takes it back
 * to what went well before. It refuses to decide whether a 429 was the window's; that is asked in `limit-finder.ts`.
 */
import { measureFrom } from "./limit-mirror.ts";
import type { LimitFinder } from "./limit-state.ts";
import { resize } from "./window.ts";

/** Fewest and most good answers with a full window before one more is tried, after a 429. */
const patienceMin = 32;
const patienceMax = 256;
/** The same where the provider tells how many it counts. */
const toldPatience = 1_024;

/** Back to `size`, and twice the patience before one more is tried. */
function cutWindow(finder: LimitFinder, size: number, now: number): void {
  resize(finder.window, size);
  finder.fullAnswers = 0;
  finder.raised = false;
  finder.windowCut = true;
  finder.fullNeeded = Math.min(patienceMax, Math.max(patienceMin, finder.fullNeeded * 2));
  measureFrom(finder, now);
}

/** The provider told how many were open at once: that many, and for long no more. */
export function cutToTold(finder: LimitFinder, now: number): void {
  finder.crowding = 4;
  cutWindow(finder, finder.window.inFlight, now);
  finder.fullNeeded = toldPatience;
}

/** A good answer: when the window was the gate for long enough, this size is safe and one more may be tried. */
export function growWindow(finder: LimitFinder): void {
  const { window } = finder;
  // Where the rate is the limit, as many as are under way now are harmless.
  if (finder.crowding < 0 && window.inFlight > finder.safeWindow) finder.safeWindow = window.inFlight;
  if (finder.tight || window.inFlight + 2 <= window.size) return;
  finder.fullAnswers += 1;
  if (finder.fullAnswers < finder.fullNeeded) return;
  finder.fullAnswers = 0;
  finder.safeWindow = Math.floor(window.size);
  finder.fullNeeded = Math.max(2 * Math.ceil(window.size), finder.raised ? finder.fullNeeded / 2 : finder.fullNeeded);
  finder.raised = true;
  resize(window, window.size + 1);
}

/** A flight has landed with `size` attempts that went well: so many are safe. */
export function landWindow(finder: LimitFinder, size: number): void {
  resize(finder.window, size);
  finder.fullAnswers = 0;
  finder.fullNeeded = size;
  finder.safeWindow = size;
}

/**
 * Takes a 429 as evidence for a crowd or for a rate.
 * @returns true when the window was too wide and has been cut
 */
export function wasCrowded(finder: LimitFinder, now: number, ruledOut: boolean): boolean {
  const { window } = finder;
  // A window that was just cut to what went well, and still a 429: then it was never the window.
  const again = finder.windowCut && finder.accepted < Math.max(8, 2 * finder.safeWindow);
  const wide = !again && !ruledOut && window.size > finder.safeWindow && window.inFlight >= finder.safeWindow;
  // A lane held by its pacer meets its widest flight all the time: that proves nothing once the rate is suspected.
  const vote = wide ? (finder.tight && finder.crowding < 0 ? 0 : 1) : -2;
  finder.crowding = Math.max(-4, Math.min(4, finder.crowding + vote));
  if (wide && finder.crowding > 0) {
    cutWindow(finder, finder.safeWindow, now);
    return true;
  }
  finder.windowCut = false;
  if (again) finder.crowding = Math.min(finder.crowding, -1);
  if (!wide) finder.safeWindow = Math.max(1, Math.min(finder.safeWindow, window.inFlight));
  return false;
}

/** It is the rate that is limited: the window must not stand in the way of the pacer. */
export function makeRoom(finder: LimitFinder): void {
  const { window, base } = finder;
  if (finder.crowding < 0) resize(window, Math.max(window.size, Math.ceil((1.5 * base * finder.tripMs) / 1000) + 1));
}
