/**
 * What a lane believes of a limit nobody told it: the one state that the files `limit-*.ts` steer.
 *
 * It holds numbers and says what they mean. What changes them, and why, stands in `limit-finder.ts` (the phases) and
 * in the other files `limit-*.ts`, one idea each.
 */
import type { Pacer } from "./pacing.ts";
import type { InFlightWindow } from "./window.ts";
import { resize } from "./window.ts";

/**
 * A flight into the unknown holds four attempts at first, one more for every so many that were let in, and from
 * {@link riskFloor} on a small share of them: a whole flight is what a wall may cost.
 */
const firstFlight = 4;
const firstShare = 1 / 4;
export const riskFloor = 9;
const riskShare = 1 / 50;

/** Attempts per second that each good answer adds to a guess at first. */
export const guessedStep = 0.6;
/** What a lane knows of its limit. Only the `limit-*.ts` files change it; times in milliseconds on the lane's clock. */
export interface LimitFinder {
  readonly pacer: Pacer;
  readonly window: InFlightWindow;
  phase: "exploring" | "landing" | "paced" | "silent";
  /** No start before this. */
  pausedUntil: number;

  /** Smoothed time from start to end (Little's law over the attempts under way). */
  tripMs: number;
  /** Attempts under way × milliseconds since {@link areaEnds} was 0. */
  area: number;
  areaAt: number;
  areaEnds: number;
  /** Good answers in all: they pay for risks. */
  goodInAll: number;

  /** 429s in a row, and when the first of them came. */
  refusals: number;
  refusedFrom: number;
  /** How long the last 429 closed the lane. */
  costMs: number;

  /** Attempts that were under way at the last cut and have not ended; their 429s are old news. */
  oldFlight: number;
  /** Size of that flight, and how many of it were refused. */
  flight: number;
  flightRefused: number;
  /** When the wall was met that a landing is due to, and good answers since. */
  wallAt: number;
  landed: number;

  /** What was let in on the way to the first wall, and how long that took. */
  firstGood: number;
  firstMs: number;
  /** The rate believed to be the limit, per second; infinite while none was met. */
  base: number;
  /** Whether {@link base} was measured (and is left slowly) or only guessed (and is left quickly). */
  measured: boolean;
  /** Whether the last cut was a small one: then a flight that keeps being refused contradicts it. */
  slightCut: boolean;
  /** Good answers since the last cut, and when that was. */
  accepted: number;
  acceptedFrom: number;
  /** Attempts per second that each good answer adds to a guess. */
  step: number;
  /** What was let in during the cycles that agree with each other, and how long they took. */
  spanGood: number;
  spanMs: number;
  /** How long the lane paused at the beginning of the cycle. */
  pauseMs: number;
  /** Whether the lane had nothing to send for a while since then: the bucket may have been full. */
  idle: boolean;
  /** Whether a silence has just ended: no more may be under way than was let in since. */
  cautious: boolean;
  /** Good answers since the lane was last silent or landed. */
  pacedGood: number;
  /** Whether the last start was held up by the pacer (and not by the window). */
  tight: boolean;

  /** Best rate that was kept up for a while, slowly forgotten. */
  best: number;
  blockGood: number;
  blockFrom: number;
  /** Attempts borrowed from the pacer by the leap under way; 0: none. */
  leap: number;
  /** Whether the leap tests a limit that is doubted, rather than a rate that is remembered. */
  challenge: boolean;
  /** 429s since the last challenge, and how many lead to the next one. */
  cycles: number;
  doubtAfter: number;
  leapFrom: number;
  /** The rate of the last step that went well. */
  leapKept: number;
  leapStepAt: number;
  leapGood: number;
  /** Leaps to a remembered rate that failed, one after the other. */
  inVain: number;
  leapRefused: number;
  /** Good answers since the last leap, and how many the next one costs. */
  saved: number;
  price: number;
  nextLeapAt: number;

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

  /** Attempts the provider said it would still take, and when it takes more; null: it says nothing. */
  credit: number | null;
  creditAt: number;
  /** Length of such a window, and the most it said to have left in the present one. */
  creditMs: number;
  creditSeen: number;
  /** When the provider's window began, as far as is known, and what it let pass. */
  quotaFrom: number;
  quotaUsed: number;
  /** What a long window lets pass and how long it is; 0: unknown. */
  quota: number;
  quotaMs: number;
  /** Which of the customary windows the silence waits for. */
  guess: number;
}

/**
 * A finder that knows nothing but what was configured.
 * @param pacer keeps the rate that is found
 * @param window keeps the number under way that is found; its `max` is never exceeded
 * @param now milliseconds on the lane's clock
 */
export function createLimitFinder(pacer: Pacer, window: InFlightWindow, now: number): LimitFinder {
  resize(window, firstFlight);
  return {
    pacer,
    window,
    phase: "exploring",
    pausedUntil: -Infinity,
    tripMs: 0,
    area: 0,
    areaAt: now,
    areaEnds: 0,
    goodInAll: 0,
    refusals: 0,
    refusedFrom: 0,
    costMs: 0,
    oldFlight: 0,
    flight: 0,
    flightRefused: 0,
    wallAt: now,
    landed: 0,
    firstGood: 0,
    firstMs: 0,
    base: Infinity,
    measured: false,
    slightCut: false,
    accepted: 0,
    acceptedFrom: now,
    step: guessedStep,
    spanGood: 0,
    spanMs: 0,
    pauseMs: 0,
    idle: false,
    cautious: false,
    pacedGood: 0,
    tight: false,
    best: 0,
    blockGood: 0,
    blockFrom: now,
    leap: 0,
    challenge: false,
    cycles: 0,
    doubtAfter: 8,
    leapFrom: 0,
    leapKept: 0,
    leapStepAt: 0,
    leapGood: 0,
    inVain: 0,
    leapRefused: 0,
    saved: 0,
    price: 20,
    nextLeapAt: 0,
    fullAnswers: 0,
    fullNeeded: 1,
    safeWindow: 1,
    raised: false,
    windowCut: false,
    crowding: 0,
    credit: null,
    creditAt: 0,
    creditMs: 0,
    creditSeen: 0,
    quotaFrom: -Infinity,
    quotaUsed: 0,
    quota: 0,
    quotaMs: 0,
    guess: 0,
  };
}

/** Attempts that may be under way, or borrowed, where no limit is known. */
export function riskable(finder: LimitFinder): number {
  return Math.min(firstFlight + finder.goodInAll * firstShare, riskFloor + finder.goodInAll * riskShare);
}
