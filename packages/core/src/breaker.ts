/**
 * Stops asking a provider that is down, and lets it come back gently.
 *
 * closed → open when enough of enough recent answers failed (volume first: two failures out of two prove nothing);
 * open → half-open when its time is over; half-open lets exactly one probe through; a good probe starts a ramp, a bad
 * one doubles the open time. While the ramp runs the breaker is closed again, but admits only a growing rate, so that
 * a provider that just woke up is not knocked over by everything that waited.
 *
 * It refuses to count 429 and business refusals: those are answers of a healthy provider.
 */

/** The numbers of a breaker; all times in milliseconds. */
export interface BreakerOptions {
  /** Share of failures that opens it. Default 0.5. */
  readonly failureRatio: number;
  /** Answers within the window below which a share proves nothing. Default 20. */
  readonly volumeMin: number;
  /** As many failures in a row always open it. Default: {@link volumeMin} where that is given, else 10. */
  readonly streakMin: number;
  /** How long an answer counts. Default 10,000. */
  readonly windowMs: number;
  /** First open time. Default 1,000. */
  readonly openMs: number;
  /** Open times double up to this. Default 2,000: the end of an outage is noticed within it. */
  readonly openMaxMs: number;
  /** A probe that never ended is given up after this. Default 30,000. */
  readonly probeTimeoutMs: number;
  /** How long the rate takes to come back to what it was after a good probe. Default 2,000. */
  readonly rampMs: number;
  /** How long after that, at least, it may grow by no more than 2 % per second. Default 10,000. */
  readonly cautionMs: number;
}

/** The defaults of {@link BreakerOptions}. */
export const defaultBreaker: BreakerOptions = {
  failureRatio: 0.5,
  volumeMin: 20,
  streakMin: 10,
  windowMs: 10_000,
  openMs: 1_000,
  openMaxMs: 2_000,
  probeTimeoutMs: 30_000,
  rampMs: 2_000,
  cautionMs: 10_000,
};

/** Where a breaker stands. */
export type BreakerState = "closed" | "open" | "half_open";

const slots = 10;
/** A rate is kept up when it is the mean of so many slots; forgotten of it with every slot. */
const keptSlots = 4;
const forgotten = 0.005;
/** Growth per second beyond a rate that was kept up, and beyond one that was not. */
const provenGrowth = 0.02;
const unprovenGrowth = 1;

/** A breaker's state. Only the functions of this file change it. */
export interface Breaker {
  readonly options: BreakerOptions;
  state: BreakerState;
  /** Successes and failures by slot of the window. */
  readonly good: Float64Array;
  readonly bad: Float64Array;
  goodSum: number;
  badSum: number;
  slot: number;
  /** Failures in a row. */
  streak: number;
  /** When the open time is over, or the probe is given up. */
  until: number;
  /** Openings in a row without a good probe between them. */
  openings: number;
  /** When the ramp began, or -Infinity. */
  rampFrom: number;
  /** Successes per second before it opened: what the ramp leads back to. */
  rampRate: number;
  /** Successes per slot that were kept up for three slots, slowly forgotten: what the provider is known to do. */
  kept: number;
  /** How much faster the ramp may become with every second after that: more where the rate before was never proven. */
  rampGrowth: number;
  /** The next instant the ramp admits a start. */
  rampNext: number;
}

/**
 * A closed breaker.
 * @param now milliseconds on the lane's clock
 */
export function createBreaker(options: Partial<BreakerOptions>, now: number): Breaker {
  const streakMin = options.volumeMin ?? defaultBreaker.streakMin;
  const complete = { ...defaultBreaker, streakMin, ...options };
  return {
    options: complete,
    state: "closed",
    good: new Float64Array(slots),
    bad: new Float64Array(slots),
    goodSum: 0,
    badSum: 0,
    slot: Math.floor(now / (complete.windowMs / slots)),
    streak: 0,
    until: 0,
    openings: 0,
    rampFrom: -Infinity,
    rampRate: 0,
    kept: 0,
    rampGrowth: unprovenGrowth,
    rampNext: 0,
  };
}

/** The earliest instant at which the breaker admits a start; not after `now` means now. */
export function breakerOpensAt(breaker: Breaker): number {
  switch (breaker.state) {
    case "closed":
      return breaker.rampFrom === -Infinity ? -Infinity : breaker.rampNext;
    case "open":
    case "half_open":
      return breaker.until;
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return breaker.state satisfies never;
  }
}

/** An attempt starts: the first one after the open time is the probe. */
export function breakerStarted(breaker: Breaker, now: number): void {
  if (breaker.state === "closed") {
    if (breaker.rampFrom !== -Infinity) takeRamp(breaker, now);
    return;
  }
  if (now < breaker.until) return;
  breaker.state = "half_open";
  breaker.until = now + breaker.options.probeTimeoutMs;
}

/** The probe was given back unsent: another may go at once. */
export function breakerProbeReturned(breaker: Breaker, now: number): void {
  if (breaker.state === "half_open") {
    breaker.state = "open";
    breaker.until = now;
  }
}

/** The provider answered as a healthy one does. */
export function breakerSuccess(breaker: Breaker, now: number): void {
  breaker.streak = 0;
  if (breaker.state === "closed") {
    const slot = advance(breaker, now);
    breaker.good[slot] = Number(breaker.good[slot]) + 1;
    breaker.goodSum += 1;
    return;
  }
  // An answer to a request from before it opened says nothing about now; only the probe's does.
  if (breaker.state === "half_open") close(breaker, now);
}

/** The provider failed: 5xx, timeout, no connection. Returns true when this failure opened the breaker. */
export function breakerFailure(breaker: Breaker, now: number): boolean {
  if (breaker.state === "open") return false;
  if (breaker.state === "half_open") {
    open(breaker, now);
    return true;
  }
  const slot = advance(breaker, now);
  breaker.bad[slot] = Number(breaker.bad[slot]) + 1;
  breaker.badSum += 1;
  breaker.streak += 1;
  const volume = breaker.goodSum + breaker.badSum;
  const enough = volume >= breaker.options.volumeMin && breaker.badSum >= volume * breaker.options.failureRatio;
  if (!enough && breaker.streak < breaker.options.streakMin) return false;
  open(breaker, now);
  return true;
}

function open(breaker: Breaker, now: number): void {
  const { openMs, openMaxMs, windowMs } = breaker.options;
  // The best tenth of the window tells how fast it went before it went wrong; a relapse knows no better.
  if (breaker.state === "closed" && breaker.rampFrom === -Infinity) {
    const most = Math.max(...breaker.good);
    const proven = breaker.kept >= most / 2;
    breaker.rampRate = (0.95 * Math.max(most, breaker.kept) * slots * 1000) / windowMs;
    breaker.rampGrowth = proven ? provenGrowth : unprovenGrowth;
  }
  breaker.state = "open";
  breaker.until = now + Math.min(openMaxMs, openMs * 2 ** breaker.openings);
  breaker.openings += 1;
}

function close(breaker: Breaker, now: number): void {
  breaker.state = "closed";
  breaker.openings = 0;
  breaker.streak = 0;
  breaker.good.fill(0);
  breaker.bad.fill(0);
  breaker.goodSum = 0;
  breaker.badSum = 0;
  breaker.slot = Math.floor(now / (breaker.options.windowMs / slots));
  breaker.rampFrom = now;
  breaker.rampNext = now;
}

/** During the ramp starts are spaced by a rate that grows to what it was before, and then slowly beyond it. */
function takeRamp(breaker: Breaker, now: number): void {
  const { rampMs, cautionMs } = breaker.options;
  const gone = now - breaker.rampFrom;
  const gap = 1000 / Math.max(2, breaker.rampRate * rampShare(gone, rampMs, cautionMs, breaker.rampGrowth));
  // The ramp ends when nobody needs it any longer: as long as work has piled up, its end would be a storm.
  if (gone >= rampMs + cautionMs && now >= breaker.rampNext + gap) breaker.rampFrom = -Infinity;
  else breaker.rampNext = Math.max(now, breaker.rampNext) + gap;
}

/** Of the rate before: from a tenth to all of it, then a part of it more each second, and after the caution of what it is. */
function rampShare(gone: number, rampMs: number, cautionMs: number, growth: number): number {
  if (gone < rampMs) return Math.max(0.1, gone / rampMs);
  const careful = 1 + (Math.min(cautionMs, gone - rampMs) * growth) / 1000;
  return careful * (1 + growth) ** (Math.max(0, gone - rampMs - cautionMs) / 1000);
}

/** A slot is over: remembers what was kept up. */
function keep(breaker: Breaker, gone: number): void {
  let sum = 0;
  for (let back = 0; back < keptSlots; back += 1)
    sum += Number(breaker.good[(((breaker.slot - back) % slots) + slots) % slots]);
  breaker.kept = Math.max(breaker.kept * (1 - forgotten) ** gone, sum / keptSlots);
}

function advance(breaker: Breaker, now: number): number {
  const slot = Math.floor(now / (breaker.options.windowMs / slots));
  if (slot > breaker.slot) {
    const gone = Math.min(slots, slot - breaker.slot);
    keep(breaker, gone);
    for (let step = 1; step <= gone; step += 1) {
      const place = (((breaker.slot + step) % slots) + slots) % slots;
      breaker.goodSum -= Number(breaker.good[place]);
      breaker.badSum -= Number(breaker.bad[place]);
      breaker.good[place] = 0;
      breaker.bad[place] = 0;
    }
    breaker.slot = slot;
  }
  return ((breaker.slot % slots) + slots) % slots;
}
