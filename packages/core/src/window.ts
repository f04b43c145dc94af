/**
 * How many attempts may be under way at once. It counts and compares; how wide it should be is found out in
 * `limit-finder.ts`.
 */

/** A window's state. Only the functions of this file change it. */
export interface InFlightWindow {
  /** Attempts under way. */
  inFlight: number;
  /** Attempts that may be under way; fractions are progress towards one more. */
  size: number;
  /** Configured or known upper limit. */
  max: number;
}

/** An empty window of one, never to grow above `max`. */
export function createWindow(max: number): InFlightWindow {
  return { inFlight: 0, size: 1, max };
}

/** Whether one more attempt may start. */
export function hasRoom(window: InFlightWindow): boolean {
  return window.inFlight + 1 <= window.size;
}

/** Resizes within [1, max]. */
export function resize(window: InFlightWindow, size: number): void {
  window.size = Math.min(window.max, Math.max(1, size));
}
