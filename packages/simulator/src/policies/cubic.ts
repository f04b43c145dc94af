/**
 * AWS's adaptive rate limiter, from its published algorithm. All callers of a client share it; a caller that has to
 * wait computes how long for one token and asks again then, as the SDK's `getSendToken` does.
 */
import type { World } from "../world.ts";
import { startCallers } from "./callers.ts";
import type { Client } from "./policy.ts";

const beta = 0.7;
const scale = 0.4;
const smoothing = 0.8;
const minFill = 0.5;

/** Starts a client in adaptive mode with unlimited tries (the SDK's default of three would lose most of a backlog). */
export function startCubic(world: World): Client {
  const { clock, random } = world;
  let enabled = false;
  let capacity = 0;
  let maxCapacity = 0;
  let fillRate = 0;
  let lastFill: number | null = null;
  let measured = 0;
  let lastBucket = 0;
  let requests = 0;
  let lastMaxRate = 0;
  let lastThrottle = 0;
  let timeWindow = 0;

  const seconds = (): number => clock.now() / 1000;

  function fill(now: number): void {
    if (lastFill !== null) capacity = Math.min(maxCapacity, capacity + (now - lastFill) * fillRate);
    lastFill = now;
  }

  function setFillRate(rate: number, now: number): void {
    fill(now);
    fillRate = Math.max(rate, minFill);
    maxCapacity = Math.max(rate, 1);
    capacity = Math.min(capacity, maxCapacity);
  }

  function measure(now: number): void {
    const bucket = Math.floor(now * 2) / 2;
    requests += 1;
    if (bucket <= lastBucket) return;
    measured = (requests / (bucket - lastBucket)) * smoothing + measured * (1 - smoothing);
    requests = 0;
    lastBucket = bucket;
  }

  function turnstile(): number {
    if (!enabled) return 0;
    const now = seconds();
    fill(now);
    // Timers of a runtime are no finer than a millisecond.
    if (capacity < 1) return Math.max(1, Math.ceil(((1 - capacity) / fillRate) * 1000));
    capacity -= 1;
    return 0;
  }

  function seen(throttled: boolean): void {
    const now = seconds();
    measure(now);
    let rate: number;
    if (throttled) {
      const used = enabled ? Math.min(measured, fillRate) : measured;
      lastMaxRate = used;
      timeWindow = Math.cbrt((lastMaxRate * (1 - beta)) / scale);
      lastThrottle = now;
      rate = used * beta;
      if (!enabled) {
        enabled = true;
        lastFill = now;
      }
    } else {
      timeWindow = Math.cbrt((lastMaxRate * (1 - beta)) / scale);
      rate = scale * (now - lastThrottle - timeWindow) ** 3 + lastMaxRate;
    }
    setFillRate(Math.min(rate, 2 * measured), now);
  }

  return startCallers(
    world,
    (attempt, answer) => random() * Math.min(20_000, (answer.type === "throttled" ? 500 : 100) * 2 ** (attempt - 1)),
    turnstile,
    (answer) => seen(answer.type === "throttled"),
  );
}
