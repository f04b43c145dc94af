/**
 * Days that are not of the textbook: refusals without a limit behind them, and a service as the demonstration plays it,
 * where everything goes wrong at once and the client is killed and forgets what it had found.
 */
import { noLimit, tokenBucket } from "./limits.ts";
import type { ProviderNature } from "./provider.ts";
import { plainNature } from "./provider.ts";
import type { DrainScenario } from "./scenarios.ts";
import { backlogSize, earliest, hiddenLimits, roundTrip, toldLimits, unpromised } from "./scenarios.ts";
import { usualNetwork } from "./world.ts";

/** A few refusals that mean nothing: 2 % of all answers, at any rate, and no limit behind them. */
function strayShape(
  name: string,
  headers: ProviderNature["headers"],
  strayWaitMs: number,
  promise: DrainScenario["promise"],
): DrainScenario {
  const jobs = 5 * backlogSize;
  return {
    kind: "drain",
    name,
    about: "no limit; 2 % of the answers are 429 all the same",
    goal: null,
    nature: () => ({ ...plainNature, limit: noLimit(), headers, strayShare: 0.02, strayWaitMs }),
    network: usualNetwork,
    jobs,
    // A hundred at once from the first instant on; without any 429 the lane's caution takes 2.6 of these.
    idealMs: (jobs / 100) * roundTrip,
    promise,
  };
}

const strayed = { makespan: 6, refusedShare: 0.025, makespanWorst: 15, refusedWorst: 0.03 };
/** Half of these times are the pauses that were asked for. */
const paused = { makespan: 50, refusedShare: 0.025, makespanWorst: 110, refusedWorst: 0.03 };

/** Refusals without a limit. */
export const strayRefusals: readonly DrainScenario[] = [
  strayShape("stray", "none", 0, strayed),
  strayShape("stray-told", "retry-after", 0, strayed),
  strayShape("stray-told-1s", "retry-after", 1_000, paused),
];

/**
 * A service as `npm run demo` plays it: 25/s with 25 saved, `Retry-After` in whole seconds, three tenths of all requests
 * answered by the edge with 5xx or not at all, 64 under way at most, answers within milliseconds, and a client that is
 * killed twice and knows nothing afterwards.
 */
function roughShape(name: string, oneWayMs: number, promise: DrainScenario["promise"]): DrainScenario {
  const jobs = 200;
  const downMs = 500;
  return {
    kind: "drain",
    name,
    about: "25/s, Retry-After, 28 % failures, killed twice",
    goal: null,
    nature: () => ({
      ...plainNature,
      limit: tokenBucket(25, 25),
      headers: "retry-after",
      edgeFaultShare: 0.25,
      edgeSilentShare: 0.03,
      deduplicates: true,
    }),
    network: { oneWayMs, jitter: 0.8, timeoutMs: 1_000 },
    jobs,
    limits: { concurrencyMax: 64, durable: true },
    deaths: { at: [0.25, 0.5], downMs },
    idealMs: earliest(tokenBucket(25, 25), jobs) + 2 * oneWayMs,
    promise,
  };
}

/** Of each life a second is a pause, and the first flight of refusals comes three times. */
const bumpy = { makespan: 1.5, refusedShare: 0.06, makespanWorst: 2.6, refusedWorst: 0.09 };

/** Everything at once, and small. */
export const roughDays: readonly DrainScenario[] = [roughShape("rough", 5, bumpy), roughShape("rough-slow", 60, bumpy)];

/** Every drain. */
export const drains: readonly DrainScenario[] = [
  ...hiddenLimits,
  ...toldLimits,
  ...strayRefusals,
  ...roughDays,
  ...unpromised,
];
