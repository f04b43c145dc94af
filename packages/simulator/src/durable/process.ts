/**
 * A process: an outbox with a clock of its own that is wrong, and a life that can end between any two awaits.
 */
import type { Host } from "@landline/outbox";
import type { Random } from "../random.ts";
import { between, seeded } from "../random.ts";
import type { Mortal, Scheduler } from "./scheduler.ts";

/** A process as the scheduler and the ports see it. */
export interface Process extends Mortal {
  readonly name: string;
  readonly host: Host;
  readonly random: Random;
}

/** Wall clocks are off by this much at most, in milliseconds. */
const skewMax = 600_000;

/** Quartz is off by this part at most. */
const driftMax = 2e-4;

/** Starts a process. */
export function createProcess(scheduler: Scheduler, name: string, seed: number): Process {
  const random = seeded(seed);
  const skew = between(random, -skewMax, skewMax);
  const rate = 1 + between(random, -driftMax, driftMax);
  const bornAt = scheduler.now;
  let ids = 0;
  const monotonic = (): number => (scheduler.now - bornAt) * rate;
  const process: Process = {
    name,
    random,
    alive: true,
    asleepUntil: 0,
    host: {
      now: () => bornAt + skew + monotonic(),
      monotonic,
      random,
      newOperationId: () => `op_${name}_${String((ids += 1)).padStart(4, "0")}`,
      after: (ms, callback) => scheduler.at(scheduler.now + Math.max(0, ms) / rate, callback, process),
      digest,
    },
  };
  return process;
}

/** A fingerprint good enough among a dozen texts: two 32-bit FNV-1a sums. */
export function digest(text: string): string {
  let one = 0x811c9dc5;
  let two = 0x01000193;
  for (let index = 0; index < text.length; index += 1) {
    one = Math.imul(one ^ text.charCodeAt(index), 0x01000193);
    two = Math.imul(two ^ text.charCodeAt(text.length - 1 - index), 0x01000193);
  }
  return `${(one >>> 0).toString(16).padStart(8, "0")}${(two >>> 0).toString(16).padStart(8, "0")}`;
}
