/**
 * How many attempts may be under way at once.
 *
 * The size grows while every answer is good and the window is really used, and is cut by a 429. It refuses to cut
 * twice for one flight: answers to requests that left before the last cut are old news.
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

/** Whether the window, and nothing else, kept the last attempt's followers back (one of them has just ended). */
export function isFull(window: InFlightWindow): boolean {
  return window.inFlight + 2 > window.size;
}

/** Resizes within [1, max]. */
export function resize(window: InFlightWindow, size: number): void {
  window.size = Math.min(window.max, Math.max(1, size));
}
