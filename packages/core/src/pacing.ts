/**
 * Spaces starts so that a rate is never exceeded: in any stretch of time at most `burst + rate × time` starts.
 *
 * One number is the whole state: the instant at which the next start would be due if nothing had been saved up
 * (the virtual schedule of GCRA, ITU-T I.371). It refuses to queue, to wait, and to know why the rate is what it is.
 */

/** A pacer's state. Only the functions of this file change it. */
export interface Pacer {
  /** Starts per second; null: unpaced. */
  rate: number | null;
  /** Starts that may follow each other at once after a pause; at least 1. */
  burst: number;
  /** When the next start is due on the schedule. */
  due: number;
}

/**
 * A pacer whose burst is available at once.
 * @param rate starts per second, or null
 * @param burst starts that may follow each other at once
 */
export function createPacer(rate: number | null, burst: number): Pacer {
  return { rate, burst: Math.max(1, burst), due: -Infinity };
}

/** The earliest instant at which a start keeps the rate; not after `now` means now. */
export function pacedAt(pacer: Pacer): number {
  return pacer.rate === null ? -Infinity : pacer.due - ((pacer.burst - 1) * 1000) / pacer.rate;
}

/** One start happened. */
export function pace(pacer: Pacer, now: number): void {
  if (pacer.rate === null) pacer.due = now;
  else pacer.due = (pacer.due > now ? pacer.due : now) + 1000 / pacer.rate;
}

/** Changes the rate: the distance from the last start to the next one becomes that of the new rate. */
export function setRate(pacer: Pacer, rate: number | null): void {
  pacer.due += (rate === null ? 0 : 1000 / rate) - (pacer.rate === null ? 0 : 1000 / pacer.rate);
  pacer.rate = rate;
}
