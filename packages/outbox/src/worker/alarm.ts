/**
 * One timer for a worker that sleeps for many reasons: it is only ever moved forward, to the earliest instant anybody
 * asked for. Whoever is woken looks at everything again, so a reason that was overtaken need not be remembered.
 */
import type { Host } from "../ports/index.ts";

/** See the head of this file. */
export interface Alarm {
  /** Rings at `at` (epoch milliseconds), unless it rings earlier anyway. */
  readonly by: (at: number) => void;
  cancel(): void;
}

/** A timer that calls `ring` once for each time it goes off. */
export function createAlarm(host: Pick<Host, "after">, now: () => number, ring: () => void): Alarm {
  let cancel: (() => void) | null = null;
  let ringsAt = Infinity;
  return {
    by(at) {
      if (at >= ringsAt && cancel !== null) return;
      cancel?.();
      ringsAt = at;
      cancel = host.after(Math.max(0, at - now()), () => {
        cancel = null;
        ringsAt = Infinity;
        ring();
      });
    },
    cancel() {
      cancel?.();
      cancel = null;
      ringsAt = Infinity;
    },
  };
}
