/**
 * The worlds in which policies are compared: one limit or one bad day each. Every scenario says what an all-knowing
 * client would need, and what Landline promises there.
 */
import { alignedWindow, changingLimit, concurrencyLimit, fixedWindow, noLimit, tokenBucket } from "./limits.ts";
import type { Limit } from "./limits.ts";
import type { KnownLimits } from "./policies/policy.ts";
import type { ProviderNature } from "./provider.ts";
import { plainNature } from "./provider.ts";
import type { Network } from "./world.ts";
import { usualNetwork } from "./world.ts";

/** Jobs of a drain, where nothing else is said. */
export const backlogSize = 1000;

/** A backlog against a limit. */
export interface DrainScenario {
  readonly kind: "drain";
  readonly name: string;
  readonly about: string;
  readonly nature: (seed: number) => ProviderNature;
  readonly network: Network;
  /** Jobs, all there at the beginning. */
  readonly jobs: number;
  /** What the client is told; nothing by default. */
  readonly limits?: Partial<KnownLimits>;
  /** Ends of the client's process, at these shares of delivered jobs: everything it had found out is lost. */
  readonly deaths?: { readonly at: readonly number[]; readonly downMs: number };
  /** Milliseconds an all-knowing client needs from the first send to the last answer. */
  readonly idealMs: number;
  /** What is wanted of the median over many seeds; null: nothing. */
  readonly goal: { readonly makespan: number; readonly refusedShare: number } | null;
  /** What is kept: medians over the seeds, and a bound for the worst of them. */
  readonly promise: {
    readonly makespan: number;
    readonly refusedShare: number;
    readonly makespanWorst: number;
    readonly refusedWorst: number;
  };
}

/** There and back on the usual network, in milliseconds. */
export const roundTrip = usualNetwork.oneWayMs * 2;

/** Earliest instant (milliseconds) by which a limit lets `count` requests pass, found by bisection. */
export function earliest(limit: Limit, count: number): number {
  let low = 0;
  let high = 10_000_000;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (limit.capacityBy(middle) >= count) high = middle;
    else low = middle;
  }
  return high;
}

function rateShape(
  name: string,
  about: string,
  limit: (seed: number) => Limit,
  headers: ProviderNature["headers"],
  promise: DrainScenario["promise"],
  spareMs = 0,
): DrainScenario {
  return {
    kind: "drain",
    name,
    about,
    goal: headers === "none" ? hidden : told,
    nature: (seed) => ({ ...plainNature, limit: limit(seed), headers }),
    network: usualNetwork,
    jobs: backlogSize,
    idealMs: earliest(limit(1), backlogSize) + roundTrip + spareMs,
    promise,
  };
}

function concurrencyShape(
  name: string,
  count: number,
  serviceMs: number,
  headers: ProviderNature["headers"],
  promise: DrainScenario["promise"],
): DrainScenario {
  return {
    kind: "drain",
    name,
    about: `at most ${count} at once, ${serviceMs} ms each`,
    goal: headers === "none" ? hidden : told,
    nature: () => ({ ...plainNature, limit: concurrencyLimit(count), serviceMs, serviceSpread: 0.2, headers }),
    network: usualNetwork,
    jobs: backlogSize,
    // A client that never has more than `count` of its own requests open cannot be faster than this.
    idealMs: (backlogSize / count) * (serviceMs + roundTrip),
    promise,
  };
}

type Promised = DrainScenario["promise"];

/** The goal for hidden limits, and for limits told by headers. */
const hidden = { makespan: 1.05, refusedShare: 0.03 };
const told = { makespan: 1.05, refusedShare: 0.005 };

/** What is kept where the goal for hidden limits is met. */
const plain: Promised = { ...hidden, makespanWorst: 1.07, refusedWorst: 0.035 };
/** A window that is used up early is learned by waiting: 1.05 is missed by a hundredth. */
const short: Promised = { ...plain, makespan: 1.065, makespanWorst: 1.09 };
/** Half of the time is spent asking whether the old limit is back: the goal of 3 % is missed. */
const moving: Promised = { makespan: 1.05, refusedShare: 0.046, makespanWorst: 1.12, refusedWorst: 0.06 };
/** Told from the first answer on. */
const foretold: Promised = { ...told, makespanWorst: 1.05, refusedWorst: 0.005 };
/** The reset is obeyed as it was told, one way on the wire too late: a tenth of a window of one second. */
const obeyed: Promised = { ...foretold, makespan: 1.12, makespanWorst: 1.13 };
/** A header that comes only with the refusal cannot prevent the first flight of refusals: the goal of 0.5 % is missed. */
const late: Promised = { makespan: 1.05, refusedShare: 0.022, makespanWorst: 1.2, refusedWorst: 0.05 };
/** Whole seconds of Retry-After weigh a tenth of a drain of nine seconds: 1.05 is missed, too. */
const coarse: Promised = { makespan: 1.08, refusedShare: 0.018, makespanWorst: 1.15, refusedWorst: 0.03 };
/** 400 jobs of the second window, 100 at a time. */
const lastBatchMs = 400;

const changing = (): Limit =>
  changingLimit([
    { from: 0, rate: 50, burst: 10 },
    { from: 5_000, rate: 5, burst: 2 },
    { from: 65_000, rate: 50, burst: 10 },
  ]);

/** Hidden limits: nothing but a bare 429 tells of them. */
export const hiddenLimits: readonly DrainScenario[] = [
  rateShape("bucket-10", "token bucket, 10/s, 10 saved", () => tokenBucket(10, 10), "none", plain),
  rateShape("bucket-100", "token bucket, 100/s, 100 saved", () => tokenBucket(100, 100), "none", plain),
  rateShape("bucket-1", "token bucket, 1/s, none saved", () => tokenBucket(1, 1), "none", plain),
  rateShape("window-10-1s", "fixed window, 10 per second", () => fixedWindow(10, 1_000), "none", short),
  rateShape(
    "window-600-60s",
    "fixed window, 600 per minute",
    () => fixedWindow(600, 60_000),
    "none",
    plain,
    lastBatchMs,
  ),
  rateShape("window-100-30s", "fixed window, 100 per 30 s", () => fixedWindow(100, 30_000), "none", plain, lastBatchMs),
  concurrencyShape("concurrency-10-fast", 10, 100, "none", plain),
  concurrencyShape("concurrency-10-slow", 10, 1_000, "none", plain),
  concurrencyShape("concurrency-1", 1, 500, "none", plain),
  rateShape("changing", "50/s, then 5/s for a minute, then 50/s", changing, "none", moving),
];

/** The same limits, told by headers. */
export const toldLimits: readonly DrainScenario[] = [
  rateShape(
    "window-600-60s-told",
    "600 per minute, RateLimit on every answer",
    () => fixedWindow(600, 60_000),
    "rate-limit",
    foretold,
    lastBatchMs,
  ),
  concurrencyShape("concurrency-10-told", 10, 1_000, "concurrency", foretold),
  rateShape(
    "bucket-10-told",
    "token bucket 10/s, Retry-After on a 429",
    () => tokenBucket(10, 10),
    "retry-after",
    late,
  ),
  rateShape(
    "bucket-100-told",
    "token bucket 100/s, Retry-After on a 429",
    () => tokenBucket(100, 100),
    "retry-after",
    coarse,
  ),
  rateShape("bucket-1-told", "token bucket 1/s, Retry-After on a 429", () => tokenBucket(1, 1), "retry-after", late),
  rateShape(
    "window-10-1s-told",
    "10 per second, RateLimit on every answer",
    () => fixedWindow(10, 1_000),
    "rate-limit",
    obeyed,
  ),
];

/** Shapes for which no promise is made; measured all the same. */
export const unpromised: readonly DrainScenario[] = [
  rateShape(
    "window-600-60s-aligned",
    "600 per clock minute, met 17 s before its end",
    () => alignedWindow(600, 60_000, 43_000),
    "none",
    plain,
    lastBatchMs,
  ),
  rateShape(
    "unlimited",
    "no limit at all: what caution costs",
    () => noLimit(),
    "none",
    plain,
    (backlogSize / 100) * roundTrip,
  ),
].map((scenario) => ({ ...scenario, goal: null }));
