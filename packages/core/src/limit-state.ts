/**
 * What a lane believes of a limit nobody told it: the one state that the files `limit-*.ts` steer.
 *
 * It holds numbers and says what they mean. What changes them, and why, stands in `limit-finder.ts` (the phases),
 * `limit-window.ts`, `limit-rate.ts`, `limit-leap.ts` and `limit-silence.ts`, one idea each.
 */
import type { Pacer } from "./pacing.ts";
import { setRate } from "./pacing.ts";
import type { InFlightWindow } from "./window.ts";
import { resize } from "./window.ts";

/** Attempts of the very first flight. */
const firstFlight = 4;
/** A flight into the unknown is at most this plus {@link riskShare} of what was delivered: so much a wall may cost. */
export const riskFloor = 9;
const riskShare = 1 / 50;

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
  /** Good answers that came together lately, and since when: the part of a flight that got in before the wall. */
  recent: number;
  recentFrom: number;
  /** Good answers since the landing began. */
  landed: number;

  /** The rate believed to be the limit, per second; null while none was met. */
  base: number | null;
  /** Whether {@link base} was measured (and is left slowly) or only guessed (and is left quickly). */
  measured: boolean;
  /** Whether the last cut was a small one: then a flight that keeps being refused contradicts it. */
  slightCut: boolean;
  /** Cuts in a row with hardly an answer in between, less one. */
  hasty: number;
  /** Good answers since the last cut, and when that was. */
  accepted: number;
  acceptedFrom: number;
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
  leapFrom: number;
  /** The rate of the last step that went well. */
  leapKept: number;
  leapStepAt: number;
  leapGood: number;
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
    recent: 0,
    recentFrom: now,
    landed: 0,
    base: null,
    measured: false,
    slightCut: false,
    hasty: -1,
    accepted: 0,
    acceptedFrom: now,
    pacedGood: 0,
    tight: false,
    best: 0,
    blockGood: 0,
    blockFrom: now,
    leap: 0,
    challenge: false,
    leapFrom: 0,
    leapKept: 0,
    leapStepAt: 0,
    leapGood: 0,
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
    quotaFrom: -Infinity,
    quotaUsed: 0,
    quota: 0,
    quotaMs: 0,
    guess: 0,
  };
}

/** Sets the rate believed in, or null for none, and hands it to the pacer together with what a leap borrows. */
export function believe(finder: LimitFinder, rate: number | null): void {
  finder.base = rate === null ? null : Math.max(1e-3, rate);
  setRate(finder.pacer, finder.base);
  finder.pacer.burst = 1 + finder.leap;
}

/** Starts a new stretch of measuring: what is accepted from `from` on. */
export function measureFrom(finder: LimitFinder, from: number): void {
  finder.accepted = 0;
  finder.acceptedFrom = from;
}

/** Attempts that may be under way, or borrowed, where no limit is known. */
export function riskable(finder: LimitFinder): number {
  return riskFloor + finder.goodInAll * riskShare;
}
