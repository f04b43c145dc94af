/** A clock that stands still until it is told to go on. */
import type { Ambient } from "@landline/host/ambient";

/** See the file comment. */
export interface VirtualClock extends Ambient {
  /** Timers that have not fired or been cancelled. */
  readonly pending: number;
  /** Goes on, timer by timer, letting promises settle in between. */
  advance(ms: number): Promise<void>;
}

/** Begins at epoch 1,000,000 ms. */
export function virtualClock(): VirtualClock {
  let time = 0;
  let ids = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => 1_000_000 + Math.floor(time),
    monotonic: () => time,
    random: () => 0,
    newOperationId: () => `op_${(ids += 1)}`,
    after: (ms, callback) => {
      const timer = { at: time + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    get pending() {
      return timers.size;
    },
    advance: async (ms) => {
      const end = time + ms;
      for (;;) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        const [next] = [...timers].filter(({ at }) => at <= end).toSorted((left, right) => left.at - right.at);
        if (next === undefined) break;
        timers.delete(next);
        time = Math.max(time, next.at);
        next.callback();
      }
      time = end;
    },
  };
}
