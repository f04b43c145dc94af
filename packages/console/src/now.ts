/** The present, as one value for everything on the page, so that a hundred times of day cost one timer. */
import { useSyncExternalStore } from "react";

const everyMs = 5_000;
const listeners = new Set<() => void>();
let present = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    present = Date.now();
    for (const each of listeners) each();
  }, everyMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present moves in steps: whoever reads twice within one reads the same, which React insists on. */
function snapshot(): number {
  const now = Date.now();
  if (now - present >= everyMs) present = now;
  return present;
}

/** Epoch milliseconds, at most five seconds old. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot);
}
