/**
 * A lane: everything between "there is an operation" and "it may leave now" for one account × operation family.
 *
 * Plain mutable state and functions with `now` as an argument: no clock, no timer, no queue, nothing allocated per
 * attempt. A pacer keeps the rate, a window the number under way, a breaker stays away from a provider that is down,
 * a budget pays for retries. A 429 moves the lane's clock (never one operation's), 5xx and timeouts feed the breaker,
 * business refusals and exhausted quotas feed neither.
 *
 * `now` may be epoch or monotonic milliseconds as long as one lane sees one clock; `retryAt` is on the same clock.
 */
import type { Breaker, BreakerOptions, BreakerState } from "./breaker.ts";
import {
  breakerFailure,
  breakerOpensAt,
  breakerProbeReturned,
  breakerStarted,
  breakerSuccess,
  createBreaker,
} from "./breaker.ts";
import type { Budget, BudgetOptions } from "./budget.ts";
import { createBudget, deposit, withdraw } from "./budget.ts";
import {
  findableAt,
  finderAccepted,
  finderEnded,
  finderFailed,
  finderRefused,
  finderSettled,
  finderStarted,
  finderTold,
} from "./limit-finder.ts";
import type { LimitFinder } from "./limit-state.ts";
import { createLimitFinder } from "./limit-state.ts";
import type { OutcomeType } from "./outcome.ts";
import type { Pacer } from "./pacing.ts";
import { createPacer, pace, pacedAt, setRate } from "./pacing.ts";
import type { InFlightWindow } from "./window.ts";
import { createWindow, hasRoom } from "./window.ts";

/** What is known about a lane's limits; everything optional. */
export interface LaneOptions {
  /** Configured starts per second, kept from the first request on; null: find it. */
  readonly ratePerSecond?: number | null;
  /** Starts that may follow each other at once after a pause. Default 1 with a configured rate. */
  readonly burst?: number;
  /** Configured attempts under way at once, kept from the first request on; null: find it. */
  readonly concurrencyMax?: number | null;
  readonly breaker?: Partial<BreakerOptions>;
  readonly budget?: Partial<BudgetOptions>;
}

/** A lane's answer. The object is reused: read it before the next call on the same lane. */
export type Admission =
  | { readonly go: true }
  /** `at`: the earliest instant worth asking again. A full window may have room sooner: ask after each end, too. */
  | { readonly go: false; readonly at: number; readonly because: string };

/** How an attempt ended. */
export interface AttemptEnd {
  readonly outcome: OutcomeType;
  /** The instant the provider asked to wait for, on the lane's clock, or null. */
  readonly retryAt: number | null;
  /** Concurrent requests the provider counted (`Twilio-Concurrent-Requests`), or null. */
  readonly concurrency: number | null;
  /** The refusal was an exhausted quota (a daily cap, a full sender queue): waiting is somebody else's decision. */
  readonly quota?: boolean;
  /** Attempts the provider said it would still take before `resetAt` (`RateLimit`, `x-ratelimit-remaining`). */
  readonly remaining?: number | null;
  /** The instant from which it takes more, on the lane's clock. */
  readonly resetAt?: number | null;
}

/** A lane's state. Only the functions of this file change it. */
export interface Lane {
  /** Keeps the configured rate; learning never touches it. */
  readonly cap: Pacer;
  /** Keeps the rate that was found out. */
  readonly pacer: Pacer;
  readonly window: InFlightWindow;
  readonly breaker: Breaker;
  readonly budget: Budget;
  readonly finder: LimitFinder;
  readonly refusal: { go: false; at: number; because: string };
}

const go: Admission = { go: true };
/** Only an end can change such an answer; asking again earlier does no harm, and a caller that missed one recovers. */
const askAgainMs = 1_000;

/**
 * A lane that has sent nothing yet.
 * @param now milliseconds on the lane's clock
 * @throws RangeError for a rate, burst or concurrency that is not positive
 */
export function createLane(options: LaneOptions, now: number): Lane {
  const rate = options.ratePerSecond ?? null;
  const max = options.concurrencyMax ?? null;
  if (rate !== null && !(rate > 0)) throw new RangeError(`ratePerSecond must be above 0, not ${rate}`);
  if (max !== null && !(max >= 1)) throw new RangeError(`concurrencyMax must be at least 1, not ${max}`);
  if (options.burst !== undefined && !(options.burst >= 1))
    throw new RangeError(`burst must be at least 1, not ${options.burst}`);
  const pacer = createPacer(null, 1);
  const window = createWindow(max ?? Infinity);
  return {
    cap: createPacer(rate, options.burst ?? 1),
    pacer,
    window,
    finder: createLimitFinder(pacer, window, now),
    breaker: createBreaker(options.breaker ?? {}, now),
    budget: createBudget(options.budget ?? {}, now),
    refusal: { go: false, at: 0, because: "" },
  };
}

/** Whether an attempt may start at `now`, and if not, when to ask again. Changes nothing people can see. */
export function admit(lane: Lane, now: number): Admission {
  const { finder } = lane;
  if (finder.pausedUntil > now) return refuse(lane, finder.pausedUntil, "the provider asked to slow down");
  const reopens = breakerOpensAt(lane.breaker);
  if (reopens > now) return refuse(lane, reopens, "the provider is failing; the breaker waits before it asks again");
  const found = Math.max(findableAt(finder), pacedAt(lane.cap));
  if (found > now) {
    if (found === Infinity) return refuse(lane, now + askAgainMs, "the lane waits for the attempts under way");
    return refuse(lane, found, "the lane keeps its rate");
  }
  if (!hasRoom(lane.window))
    return refuse(lane, now + askAgainMs, "as many attempts as the provider allows are under way");
  return go;
}

/** An attempt starts. Call exactly once for each, then {@link laneEnded} or {@link laneAbandoned} exactly once. */
export function laneStarted(lane: Lane, now: number): void {
  finderStarted(lane.finder, now);
  lane.window.inFlight += 1;
  pace(lane.pacer, now);
  pace(lane.cap, now);
  breakerStarted(lane.breaker, now);
}

/** An attempt ended with the provider's answer, or without one after it was written. */
export function laneEnded(lane: Lane, now: number, end: AttemptEnd): void {
  const { finder } = lane;
  const old = finder.oldFlight > 0;
  lane.window.inFlight -= 1;
  finderEnded(finder, now);
  judge(lane, now, end, old);
  if (typeof end.remaining === "number" && typeof end.resetAt === "number")
    finderTold(finder, now, end.remaining, end.resetAt);
  finderSettled(finder, now);
}

/** An attempt was given back before anything was sent. */
export function laneAbandoned(lane: Lane, now: number): void {
  lane.window.inFlight -= 1;
  finderEnded(lane.finder, now);
  breakerProbeReturned(lane.breaker, now);
  finderSettled(lane.finder, now);
}

/** A success earns its share of a retry. */
export function depositSuccess(lane: Lane, now: number): void {
  deposit(lane.budget, now);
}

/** Pays for one retry; false: the budget is exhausted. */
export function withdrawRetry(lane: Lane, now: number): boolean {
  return withdraw(lane.budget, now);
}

/**
 * Changes the configured rate, as when a worker's share of it changes. What the lane has found out stays.
 * @param ratePerSecond starts per second, or null for no configured limit
 * @throws RangeError for a rate that is not above 0; a worker without a share must not ask the lane at all
 */
export function setLaneRate(lane: Lane, ratePerSecond: number | null): void {
  if (ratePerSecond !== null && !(ratePerSecond > 0)) {
    throw new RangeError(`ratePerSecond must be above 0, not ${ratePerSecond}`);
  }
  setRate(lane.cap, ratePerSecond);
}

/** What people see of a lane. */
export interface LaneView {
  /** Whether an attempt could start now or shortly; false while paused or while the breaker is not closed. */
  readonly open: boolean;
  readonly breaker: BreakerState;
  /** Starts per second the lane allows itself; null: no limit found. */
  readonly rate: number | null;
  readonly inFlight: number;
  /** Attempts that may be under way at once. */
  readonly window: number;
  /** The instant until which the lane is closed, or null. */
  readonly waitsUntil: number | null;
}

/** A lane's health at `now`, for people and dashboards. */
export function laneHealth(lane: Lane, now: number): LaneView {
  const reopens = breakerOpensAt(lane.breaker);
  const until = Math.max(lane.finder.pausedUntil, lane.breaker.state === "closed" ? -Infinity : reopens);
  return {
    open: until <= now && lane.breaker.state === "closed",
    breaker: lane.breaker.state,
    rate: lane.cap.rate === null ? lane.pacer.rate : Math.min(lane.cap.rate, lane.pacer.rate ?? Infinity),
    inFlight: lane.window.inFlight,
    window: Math.floor(lane.window.size),
    waitsUntil: until > now ? until : null,
  };
}

function judge(lane: Lane, now: number, end: AttemptEnd, old: boolean): void {
  if (end.quota === true) {
    breakerSuccess(lane.breaker, now);
    return;
  }
  switch (end.outcome) {
    case "accepted":
    case "rejected":
      breakerSuccess(lane.breaker, now);
      finderAccepted(lane.finder, now, old);
      // "Nothing remains until …" on a good answer is an order as well.
      if (end.retryAt !== null && end.retryAt > lane.finder.pausedUntil) lane.finder.pausedUntil = end.retryAt;
      return;
    case "throttled":
      breakerSuccess(lane.breaker, now);
      finderRefused(lane.finder, now, end.retryAt, end.concurrency === null ? null : end.concurrency > 1, old);
      return;
    case "unavailable":
    case "ambiguous":
      breakerFailure(lane.breaker, now);
      finderFailed(lane.finder);
      return;
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      end.outcome satisfies never;
  }
}

function refuse(lane: Lane, at: number, because: string): Admission {
  lane.refusal.at = at;
  lane.refusal.because = because;
  return lane.refusal;
}
