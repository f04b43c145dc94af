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

/** A window that starts at `size`, never above `max`. */
export function createWindow(size: number, max: number): InFlightWindow {
  return { inFlight: 0, size: Math.min(size, max), max };
}

/** Whether one more attempt may start. */
export function hasRoom(window: InFlightWindow): boolean {
  return window.inFlight + 1 <= window.size;
}

/** Resizes within [1, max]. */
export function resize(window: InFlightWindow, size: number): void {
  window.size = Math.min(window.max, Math.max(1, size));
}
