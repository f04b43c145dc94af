/**
 * Finds a provider's limit from its answers, whatever its shape, and stays just below it.
 *
 * Nobody tells a client whether it meets a rate, a fixed window or a limit on concurrency, so both gates of a lane,
 * its pacer and its in-flight window, are steered at once, each by the 429s that concern it:
 *
 * - **exploring**: no limit is known. The window opens with every good answer, but never further than a small part of
 *   what was delivered, because a whole flight is what the first wall costs.
 * - **landing**: the first 429. Nothing is sent until the flight has landed; what was accepted of it is the first
 *   estimate of both gates.
 * - **paced**: between two 429s a bucket went from empty to empty, so what was accepted in between, divided by the
 *   time, is the limit itself. The pacer keeps a little below it and looks up now and then: more often when a better
 *   rate is remembered, and each look that fails is paid for by successes.
 * - **silent**: nothing but 429s. The lane asks with one request, at the instant a header named, or else when windows
 *   that people configure (1 s, 5 s, … 1 h) would be over.
 *
 * A 429 for a request that left before the last cut is old news and cuts nothing. It refuses to learn from failures,
 * refusals of content and exhausted quotas.
 */
import type { Pacer } from "./pacing.ts";
import { pacedAt, setRate } from "./pacing.ts";
import type { InFlightWindow } from "./window.ts";
import { resize } from "./window.ts";

/** Attempts of the very first flight. */
const firstFlight = 4;
/** While exploring, a flight is at most this plus {@link riskShare} of what was delivered. */
const riskFloor = 9;
const riskShare = 1 / 50;
/** A landing lasts no longer, unless round trips do. */
const landingMaxMs = 1_000;
/** Windows that people configure, in milliseconds. */
const customaryWindows = [
  1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
];
/** From this length on a window is used up at once and waited for; shorter ones are paced smoothly. */
const longWindowMs = 5_000;
/** After this many good answers between two 429s the rate is nearly right, and the cut small. */
const steadyAnswers = 20;
const steadyCut = 0.98;
/** Growth with every good answer: before the first estimate, and (times answers since the last cut / 50) after it. */
const firstClimbShare = 0.003;
const climbShare = 0.00008;
/** Leaps to a remembered rate that a success pays for; a leap that fails costs one. */
const leapShare = 0.02;
const leapsMax = 6;

/** What a lane knows of its limit. Only the functions of this file change it. */
export interface LimitFinder {
  readonly pacer: Pacer;
  readonly window: InFlightWindow;
  phase: "exploring" | "landing" | "paced" | "silent";
  /** No start before this. */
  pausedUntil: number;

  /** The rate believed to be the limit; null while none was met. */
  base: number | null;
  /** Best rate that was kept up for a while, slowly forgotten. */
  best: number;
  /** Smoothed time from start to end, in milliseconds (Little's law over the attempts under way). */
  tripMs: number;
  /** Attempts under way × milliseconds since {@link areaEnds} was 0. */
  area: number;
  areaAt: number;
  areaEnds: number;

  /** Attempts that were under way at the last cut and have not ended. */
  oldFlight: number;
  landedOk: number;
  landingFrom: number;
  /** 429s in a row. */
  refusals: number;

  /** Good answers since the last rate cut, and when that was. */
  accepted: number;
  acceptedFrom: number;

  /** Share above base that is tried at once; 0: none. */
  leap: number;
  leapStepAt: number;
  /** The last step that went well. */
  leapKept: number;
  /** Where the leap began. */
  leapFrom: number;
  /** Leaps that are paid for. */
  leaps: number;
  nextLeapAt: number;
  failedLeaps: number;
  /** Whether {@link base} rests on more than one flight. */
  estimated: boolean;
  /** Whether the last 429 came with a long wait: then the lane climbs more slowly. */
  costly: boolean;
  /** Attempts the provider said it would still take; null: it says nothing. */
  credit: number | null;
  /** When it will take more. */
  creditAt: number;

  /** Good answers with a full window since it was last resized, and how many it takes to try one more. */
  fullAnswers: number;
  fullNeeded: number;
  /** Attempts that were under way at once without a 429. */
  safeWindow: number;
  /** Whether the last change of the window was upwards. */
  raised: boolean;
  /** Whether the last cut was the window's. */
  windowCut: boolean;
  /** Evidence for a limit on concurrency (above 0) or on the rate (below). */
  crowding: number;
  /** Whether the last start was held up by the pacer (and not by the window). */
  tight: boolean;

  /** When the window of the provider, as far as we know, began, and what it let pass. */
  quotaFrom: number;
  quotaUsed: number;
  /** What a long window lets pass and how long it is; 0: unknown. */
  quota: number;
  quotaMs: number;
  /** Place in {@link customaryWindows} of the silence. */
  guess: number;
  goodInAll: number;
  /** Good answers since the lane was last silent or landed. */
  pacedGood: number;
}

/**
 * A finder that knows nothing but what was configured.
 * @param now milliseconds on the lane's clock
 */
export function createLimitFinder(pacer: Pacer, window: InFlightWindow, now: number): LimitFinder {
  resize(window, firstFlight);
  return {
    pacer,
    window,
    phase: "exploring",
    pausedUntil: -Infinity,
    base: null,
    best: 0,
    tripMs: 0,
    area: 0,
    areaAt: now,
    areaEnds: 0,
    oldFlight: 0,
    landedOk: 0,
    landingFrom: 0,
    refusals: 0,
    accepted: 0,
    acceptedFrom: now,
    leap: 0,
    leapStepAt: 0,
    leapKept: 0,
    leapFrom: 0,
    leaps: 2,
    nextLeapAt: 0,
    failedLeaps: 0,
    estimated: false,
    costly: false,
    credit: null,
    creditAt: 0,
    fullAnswers: 0,
    fullNeeded: 1,
    safeWindow: 1,
    raised: false,
    windowCut: false,
    crowding: 0,
    tight: false,
    quotaFrom: -Infinity,
    quotaUsed: 0,
    quota: 0,
    quotaMs: 0,
    guess: 0,
    goodInAll: 0,
    pacedGood: 0,
  };
}

/** The earliest instant a start is allowed, room in the window apart; not after `now` means now. */
export function findableAt(finder: LimitFinder): number {
  switch (finder.phase) {
    case "landing":
      // One attempt that hangs must not hold up the lane.
      return Math.max(finder.pausedUntil, finder.landingFrom + Math.max(landingMaxMs, 4 * finder.tripMs));
    case "silent":
      // One probe at a time: while it is under way its end decides.
      return finder.window.inFlight > finder.oldFlight ? Infinity : Math.max(finder.pausedUntil, pacedAt(finder.pacer));
    case "exploring":
    case "paced": {
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
  finder.tight = pacer.rate !== null && now - pacer.due < 150 / pacer.rate;
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
  if (finder.areaEnds >= (finder.tripMs === 0 ? 2 : 8)) {
    const trip = finder.area / finder.areaEnds;
    finder.tripMs = finder.tripMs === 0 ? trip : finder.tripMs * 0.7 + trip * 0.3;
    finder.area = 0;
    finder.areaEnds = 0;
  }
  if (finder.oldFlight > 0) finder.oldFlight -= 1;
}

/** The provider took (or refused for its content) an attempt: it was let in. */
export function finderAccepted(finder: LimitFinder, now: number, old: boolean): void {
  const { window } = finder;
  finder.refusals = 0;
  finder.accepted += 1;
  finder.quotaUsed += 1;
  finder.goodInAll += 1;
  finder.leaps = Math.min(leapsMax, finder.leaps + leapShare);
  switch (finder.phase) {
    case "exploring":
      if (finder.quota > 0) useQuota(finder);
      if (window.inFlight + 2 > window.size) {
        const known = finder.quota > 0 ? (finder.quota - finder.quotaUsed) * 0.8 : 0;
        resize(
          window,
          Math.min(window.size + 1, Math.max(window.size, riskFloor + finder.goodInAll * riskShare, known)),
        );
      }
      return;
    case "landing":
      finder.landedOk += 1;
      return;
    case "paced":
      finder.pacedGood += 1;
      // Where the rate is the limit, as many as are under way now are harmless.
      if (finder.crowding < 0 && window.inFlight > finder.safeWindow) finder.safeWindow = window.inFlight;
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
  finder.refusals += 1;
  finder.costly = retryAt !== null && retryAt > now + 3 * finder.tripMs;
  if (retryAt !== null && retryAt > finder.pausedUntil) finder.pausedUntil = retryAt;
  if (finder.credit !== null) {
    // Who tells its limit is believed; a 429 in between is somebody else's share of it.
    finder.credit = 0;
    finder.creditAt = Math.max(finder.creditAt, finder.pausedUntil);
    return;
  }
  switch (finder.phase) {
    case "exploring":
      finder.phase = "landing";
      finder.landingFrom = now;
      finder.landedOk = 0;
      finder.oldFlight = finder.window.inFlight;
      return;
    case "landing":
      return;
    case "silent":
      if (!old && retryAt === null) nextGuess(finder, now);
      return;
    case "paced":
      if (!old) blame(finder, now, retryAt, crowded);
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

function land(finder: LimitFinder, now: number): void {
  const { window } = finder;
  const took = Math.max(1, now - finder.landingFrom, finder.tripMs);
  finder.leap = 0;
  finder.accepted = 0;
  finder.acceptedFrom = Math.max(now, finder.pausedUntil);
  if ((finder.landedOk === 0 && finder.refusals >= 3) || finder.refusals >= riskFloor) {
    beSilent(finder, now);
    return;
  }
  resize(window, Math.max(1, finder.landedOk));
  finder.fullAnswers = 0;
  finder.fullNeeded = Math.max(1, finder.landedOk);
  finder.safeWindow = Math.max(1, finder.landedOk);
  finder.phase = "paced";
  finder.pacedGood = 0;
  finder.estimated = false;
  setBase(finder, (Math.max(0.5, finder.landedOk) * 1000) / took);
}

function useQuota(finder: LimitFinder): void {
  // The quota of a long window is spent: wait for the next one instead of being told so.
  if (finder.quotaUsed + finder.window.inFlight < finder.quota) return;
  finder.phase = "silent";
  finder.oldFlight = finder.window.inFlight;
  finder.pausedUntil = Math.max(finder.pausedUntil, finder.quotaFrom + finder.quotaMs + finder.tripMs / 4);
  finder.guess = customaryWindows.length;
  finder.quota *= 1.02;
}

function beSilent(finder: LimitFinder, now: number): void {
  finder.phase = "silent";
  finder.oldFlight = finder.window.inFlight;
  finder.guess = -1;
  if (finder.pausedUntil <= now) nextGuess(finder, now);
}

function nextGuess(finder: LimitFinder, now: number): void {
  const slack = finder.tripMs / 4;
  let guess = finder.guess + 1;
  while (guess < customaryWindows.length && finder.quotaFrom + (customaryWindows[guess] ?? 0) + slack <= now)
    guess += 1;
  finder.guess = guess;
  const last = customaryWindows.at(-1) ?? 0;
  finder.pausedUntil =
    guess < customaryWindows.length ? finder.quotaFrom + (customaryWindows[guess] ?? 0) + slack : now + last;
}

/** The probe of a silence was accepted. */
function resume(finder: LimitFinder, now: number): void {
  const lasted = Math.max(1, finder.pausedUntil - finder.tripMs / 4 - finder.quotaFrom);
  const used = finder.quotaUsed - 1;
  finder.quotaFrom = now - finder.tripMs;
  finder.quotaUsed = 1;
  const far = finder.pacedGood >= 10;
  finder.pacedGood = 0;
  finder.accepted = 0;
  finder.acceptedFrom = now;
  if (lasted >= longWindowMs && used > riskFloor) {
    finder.phase = "exploring";
    finder.base = null;
    applyRate(finder);
    resize(finder.window, Math.max(finder.window.size, riskFloor));
    finder.quota = used;
    finder.quotaMs = lasted;
    return;
  }
  finder.phase = "paced";
  finder.estimated = used >= 10;
  // Silent again without having come far: the limit is somewhere else altogether.
  const back = (finder.base ?? 0) * (far ? 0.9 : 0.25);
  setBase(finder, used > 0 ? (used * 1000) / lasted : Math.max(back, 1000 / lasted));
}

function setBase(finder: LimitFinder, rate: number): void {
  finder.base = Math.max(1e-3, rate);
  applyRate(finder);
}

function applyRate(finder: LimitFinder): void {
  setRate(finder.pacer, finder.base === null ? null : finder.base * (1 + finder.leap));
}

/** Which gate was too wide? The window, if more were under way than ever went well; else the rate; in doubt, both. */
function blame(finder: LimitFinder, now: number, retryAt: number | null, crowded: boolean | null): void {
  const { window } = finder;
  const others = window.inFlight;
  finder.oldFlight = others;
  if (crowded === true) {
    finder.crowding = 4;
    cutWindow(finder, Math.min(window.size, others), now);
    return;
  }
  const loosened = finder.crowding > 0;
  // A window that was just cut to what went well, and still a 429: then it was never the window.
  const again = finder.windowCut && finder.accepted < Math.max(8, 2 * finder.safeWindow);
  const wide = !again && crowded === null && window.size > finder.safeWindow && others >= finder.safeWindow;
  finder.crowding = Math.max(-4, Math.min(4, finder.crowding + (wide ? 1 : -2)));
  if (wide && finder.crowding > 0) {
    cutWindow(finder, finder.safeWindow, now);
    return;
  }
  finder.windowCut = false;
  if (loosened && finder.base !== null && finder.tripMs > 0) {
    // Back to what really went through.
    setBase(finder, Math.min(finder.base, (window.size * 1000) / finder.tripMs));
  }
  if (again) finder.crowding = Math.min(finder.crowding, -1);
  if (!wide) finder.safeWindow = Math.max(1, Math.min(finder.safeWindow, others));
  cutRate(finder, now, retryAt);
  if (finder.crowding < 0 && finder.base !== null) {
    // It is the rate that is limited: the window must not stand in the way of the pacer.
    resize(window, Math.max(window.size, Math.ceil((1.5 * finder.base * finder.tripMs) / 1000) + 1));
  }
}

function cutWindow(finder: LimitFinder, size: number, now: number): void {
  resize(finder.window, size);
  finder.fullAnswers = 0;
  finder.raised = false;
  finder.windowCut = true;
  finder.fullNeeded = Math.min(512, Math.max(32, finder.fullNeeded * 2));
  finder.accepted = 0;
  finder.acceptedFrom = now;
}

function growWindow(finder: LimitFinder): void {
  const { window } = finder;
  if (finder.tight || window.inFlight + 2 <= window.size) return;
  finder.fullAnswers += 1;
  if (finder.fullAnswers < finder.fullNeeded) return;
  // As many answers with a full window, and no 429: this size is safe, and one more may be tried.
  finder.fullAnswers = 0;
  finder.safeWindow = Math.floor(window.size);
  finder.fullNeeded = Math.max(2 * Math.ceil(window.size), finder.raised ? finder.fullNeeded / 2 : finder.fullNeeded);
  finder.raised = true;
  resize(window, window.size + 1);
}

function cutRate(finder: LimitFinder, now: number, retryAt: number | null): void {
  const base = finder.base ?? 1;
  const { leap, accepted } = finder;
  finder.leap = 0;
  if (accepted >= steadyAnswers && now - finder.acceptedFrom >= 1_000)
    finder.best = Math.max(finder.best, seenRate(finder, now));
  if (leap > 0) {
    finder.leaps = Math.max(0, finder.leaps - 1);
    finder.failedLeaps += 1;
    if (finder.leapKept > finder.leapFrom * 1.9) leapWorked(finder);
    setBase(finder, Math.max(base, finder.leapKept));
    // What the leap took too early is missing now.
    finder.pacer.due += 1000 / Math.max(base, finder.leapKept);
  } else if (accepted >= steadyAnswers) {
    finder.estimated = true;
    // A pacer that was not the gate may have drifted far above what was really sent.
    setBase(finder, Math.min(base * steadyCut, finder.tight ? Infinity : seenRate(finder, now) * 1.05));
  } else if (accepted > 0) {
    // From empty to empty: what was accepted in between is what the limit let pass.
    finder.estimated ||= accepted >= 3;
    setBase(finder, Math.min(base * steadyCut, Math.max(seenRate(finder, now), accepted < 5 ? base / 2 : 0)));
  } else if (finder.refusals >= 3 && retryAt === null) {
    if (finder.pacedGood > 0) {
      // The window of the provider began at some unknown instant; this is the best bound we have.
      finder.quotaFrom = finder.acceptedFrom;
      finder.quotaUsed = 0;
    }
    beSilent(finder, now);
  } else setBase(finder, base * 0.9);
  finder.nextLeapAt = now + Math.max(4 * finder.tripMs, 1_000) * 1.5 ** Math.min(4, finder.failedLeaps);
  if (accepted === 0 && leap === 0) return;
  finder.accepted = 0;
  finder.acceptedFrom = now;
}

/** Good answers per second since the last cut. */
function seenRate(finder: LimitFinder, now: number): number {
  return ((finder.accepted + 0.5) * 1000) / Math.max(1, now - finder.acceptedFrom);
}

/** Tries for more when it is the pacer that holds the lane back: a little with every answer, the longer the bolder. */
function climb(finder: LimitFinder, now: number): void {
  const { base } = finder;
  if (base === null) return;
  if (!finder.tight) {
    if (finder.leap > 0) endLeap(finder);
    if (finder.crowding > 0 && finder.tripMs > 0) loosen(finder, base);
    return;
  }
  const seconds = (now - finder.acceptedFrom) / 1000;
  if (seconds > 2) finder.best = Math.max(finder.best * 0.9999, finder.accepted / seconds);
  if (finder.leap > 0) stepLeap(finder, base, now);
  else if (finder.best > base * 1.5 && finder.leaps >= 1 && now >= finder.nextLeapAt) {
    finder.leap = 0.5;
    finder.leapKept = base;
    finder.leapFrom = base;
    finder.leapStepAt = now;
  } else if (base * finder.tripMs < finder.window.size * 1_500)
    finder.base =
      base *
      (1 +
        (finder.estimated
          ? (finder.costly ? climbShare / 4 : climbShare) * boldness(finder.accepted)
          : firstClimbShare));
  applyRate(finder);
}

/** The longer there was no 429, the further the limit may be. */
function boldness(accepted: number): number {
  return (accepted / 50) * (1 + (accepted / 150) ** 2);
}

/** A better rate is remembered: double the step with every round trip, as long as it goes well. */
function stepLeap(finder: LimitFinder, base: number, now: number): void {
  if (now - finder.leapStepAt < finder.tripMs) return;
  finder.leapStepAt = now;
  finder.leapKept = base * (1 + finder.leap);
  if (finder.leap < 1) {
    finder.leap = Math.min(1, finder.leap * 2);
    return;
  }
  finder.base = finder.leapKept;
  finder.failedLeaps = 0;
  if (finder.base > finder.best * 1.2) endLeap(finder);
}

function endLeap(finder: LimitFinder): void {
  finder.leap = 0;
  if (finder.leapKept > finder.leapFrom * 1.9) leapWorked(finder);
  setBase(finder, Math.max(finder.base ?? 0, finder.leapKept));
}

/** The limit has moved: what was believed of it no longer counts, and the leap has paid for itself. */
function leapWorked(finder: LimitFinder): void {
  finder.leaps = Math.min(leapsMax, finder.leaps + 2);
  finder.failedLeaps = 0;
  finder.estimated = false;
}

/** Where concurrency is the limit, the pacer must not stand in the way of the window. */
function loosen(finder: LimitFinder, base: number): void {
  const throughput = (finder.window.size * 1000) / finder.tripMs;
  if (base < throughput * 4) setBase(finder, Math.min(base * 1.2, throughput * 4));
}
