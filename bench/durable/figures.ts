/** Rates, processor time and percentiles, the same for every store. */

/** Rates are per second, `cpu` in microseconds, times in milliseconds unless the name says otherwise. */
export type Figures = Readonly<Record<string, number>>;

/** The beginning of a measurement. */
export interface Began {
  readonly at: number;
  readonly cpu: NodeJS.CpuUsage;
}

/** Begins one. */
export function start(): Began {
  return { at: performance.now(), cpu: process.cpuUsage() };
}

/** Operations a second, and what one cost in microseconds of processor time: that is steadier on a busy machine. */
export function rate(done: number, began: Began): { readonly rate: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage(began.cpu);
  return { rate: (done / (performance.now() - began.at)) * 1_000, cpu: (user + system) / done };
}

/** Median, 99th percentile and worst of some times. */
export function percentiles(times: readonly number[]): {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
} {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** A hundred callers who each wait for their answer. */
export async function byCallers<T>(all: readonly T[], send: (each: T) => Promise<unknown>): Promise<Figures> {
  const left = all.values();
  const began = start();
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      for (const each of left) await send(each);
    }),
  );
  return rate(all.length, began);
}
