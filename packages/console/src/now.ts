/** The present, as one value for everything on the page, so that a hundred times of day cost one timer. */
import { useSyncExternalStore } from "react";

const everyMs = 5_000;
const listeners = new Set<() => void>();
let present = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** Epoch milliseconds, at most five seconds old. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      if (timer === undefined) {
        present = Date.now();
        timer = setInterval(() => {
          present = Date.now();
          for (const each of listeners) each();
        }, everyMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    () => present,
  );
}
