/**
 * The ways of others, written from their published rules, for comparison. Each names its source; none is tuned down.
 */
import type { SeenAnswer } from "../world.ts";
import { startCallers } from "./callers.ts";
import { startCubic } from "./cubic.ts";
import type { SendPolicy } from "./policy.ts";

/** Retry with full jitter until it works: the advice of most articles, given unlimited tries. */
export const fullJitter: SendPolicy = {
  name: "full-jitter, unlimited",
  source: "AWS Architecture Blog, Exponential Backoff And Jitter (Brooker, 2015); base 1 s, cap 20 s",
  start: (world) => startCallers(world, (attempt) => world.random() * Math.min(20_000, 1000 * 2 ** (attempt - 1))),
};

/** AWS SDKs, standard mode: three attempts, and a bucket of 500 tokens that pays for retries. */
export const awsStandard: SendPolicy = {
  name: "AWS standard",
  source:
    "AWS SDKs and Tools Reference Guide, Retry behavior, with the 2026 numbers of smithy-typescript packages/core retry: 14 tokens per transient, 5 per throttling retry, base 50 ms or 1 s, cap 20 s",
  start(world) {
    let tokens = 500;
    const cost = (answer: SeenAnswer): number => (answer.type === "throttled" ? 5 : 14);
    return startCallers(
      world,
      (attempt, answer) => {
        if (attempt >= 3 || tokens < cost(answer)) return null;
        tokens -= cost(answer);
        return world.random() * Math.min(20_000, (answer.type === "throttled" ? 1000 : 50) * 2 ** (attempt - 1));
      },
      undefined,
      (answer) => {
        if (answer.type === "accepted") tokens = Math.min(500, tokens + 1);
      },
    );
  },
};

/** AWS SDKs, adaptive mode: a token bucket whose rate follows CUBIC, given unlimited tries. */
export const awsAdaptive: SendPolicy = {
  name: "AWS adaptive (CUBIC)",
  source:
    "smithy-typescript packages/core/src/submodules/retry DefaultRateLimiter: beta 0.7, scale 0.4, smoothing 0.8, least 0.5/s",
  start: startCubic,
};

/** The Twilio library with `autoRetry`: 429 only, three retries within about a second. */
export const twilioAutoRetry: SendPolicy = {
  name: "twilio autoRetry",
  source:
    "twilio/twilio-node src/base/RequestClient.ts: maxRetries 3, floor(random × min(3000, 100 × 2^n)), 429 only, Retry-After not read",
  start: (world) =>
    startCallers(world, (attempt, answer) =>
      answer.type !== "throttled" || attempt > 3
        ? null
        : Math.floor(world.random() * Math.min(3000, 100 * 2 ** attempt)),
    ),
};

/** The loop that providers recommend in their documentation: five attempts, 1 s doubling, cap 30 s, 20 % jitter. */
export const documentedLoop: SendPolicy = {
  name: "documented loop, 5 attempts",
  source: "the back-off example of a provider's page Errors and retries (withRetry, maxAttempts 5)",
  start: (world) =>
    startCallers(world, (attempt) => {
      if (attempt >= 5) return null;
      const base = Math.min(1000 * 2 ** (attempt - 1), 30_000);
      return base + world.random() * base * 0.2;
    }),
};

/** Three plain retries: what most services do when they have nothing else. */
export const threeRetries: SendPolicy = {
  name: "three retries",
  source: "common practice; exponential from 100 ms with full jitter",
  start: (world) => startCallers(world, (attempt) => (attempt > 3 ? null : world.random() * 100 * 2 ** attempt)),
};
