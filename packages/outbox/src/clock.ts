/**
 * The store's clock, as this process believes it to be.
 *
 * Due times, deadlines and leases are the store's business, so they are compared with its clock and not with this
 * machine's: workers with wrong clocks then agree anyway. Between two readings the monotonic clock counts on, so that
 * a wall clock that is set back or forth changes nothing.
 *
 * A reading is as good as its way was short: nobody knows on which half of it a slow answer was held up. A store that
 * stalls for seconds must not make this clock wrong by seconds, or a code would be sent after its deadline; so a slow
 * reading counts only where nothing better is known.
 */
import type { Host, Store } from "./ports/index.ts";

/** Reads the store's clock without asking the store. */
export interface StoreClock {
  /** Epoch milliseconds of the store's clock. */
  readonly now: () => number;
  /** Compares with the store. Rejects when the store does. */
  sync(): Promise<void>;
}

/** A reading that cannot be off by more than this is always taken, in milliseconds. */
const fairMs = 250;

/** What two clocks may drift apart, as a part of the time that passes. */
const drift = 5e-4;

/** How often a first reading that is not fair is repeated. */
const triesMax = 3;

/** A clock that trusts this machine until the first {@link StoreClock.sync}. */
export function createStoreClock(store: Pick<Store, "now">, host: Pick<Host, "now" | "monotonic">): StoreClock {
  let offset = host.now() - host.monotonic();
  /** How far off the offset may have been when it was read. */
  let error = Infinity;
  let readAt = 0;
  const read = async (): Promise<void> => {
    const before = host.monotonic();
    const there = await store.now();
    const after = host.monotonic();
    // Half of the way there and back: the best guess at when the store looked.
    const half = (after - before) / 2;
    if (half > fairMs && half > error + (after - readAt) * drift) return;
    offset = there - (before + half);
    error = half;
    readAt = after;
  };
  const isFair = (): boolean => error <= fairMs;
  return {
    now: () => Math.floor(host.monotonic() + offset),
    async sync() {
      const first = error === Infinity;
      await read();
      if (!first) return;
      for (let tries = 1; tries < triesMax && !isFair(); tries += 1) await read();
    },
  };
}
