/**
 * The store's clock, as this process believes it to be.
 *
 * Due times, deadlines and leases are the store's business, so they are compared with its clock and not with this
 * machine's: workers with wrong clocks then agree anyway. Between two readings the monotonic clock counts on, so that
 * a wall clock that is set back or forth changes nothing.
 */
import type { Host, Store } from "./ports.ts";

/** Reads the store's clock without asking the store. */
export interface StoreClock {
  /** Epoch milliseconds of the store's clock. */
  readonly now: () => number;
  /** Compares with the store. Rejects when the store does. */
  sync(): Promise<void>;
}

/** A clock that trusts this machine until the first {@link StoreClock.sync}. */
export function createStoreClock(store: Pick<Store, "now">, host: Pick<Host, "now" | "monotonic">): StoreClock {
  let offset = host.now() - host.monotonic();
  return {
    now: () => Math.floor(host.monotonic() + offset),
    async sync() {
      const before = host.monotonic();
      const there = await store.now();
      // Half of the way there and back: the best guess at when the store looked.
      offset = there - (before + host.monotonic()) / 2;
    },
  };
}
