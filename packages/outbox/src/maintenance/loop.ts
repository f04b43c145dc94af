/**
 * Runs one kind of neglect's cure again and again: at its pace, sooner when woken, slower when it fails.
 *
 * The cures themselves only know `runOnce`; nothing in them waits.
 */
import type { Context } from "../context.ts";
import { report, troubleDelay } from "../trouble.ts";

/** A cure. */
export interface Service {
  /** For reports: what could not be done. */
  readonly what: string;
  /** Milliseconds between two runs when nothing wakes it. */
  readonly everyMs: number;
  /** One bounded run. Returns true when there is more to do at once. */
  runOnce(): Promise<boolean>;
}

/** A running cure. */
export interface Loop {
  start(): void;
  /** Run at `at` (epoch milliseconds) or sooner. */
  wakeAt(at: number): void;
  /** Ends it; resolves when a run under way has ended. */
  stop(): Promise<void>;
}

/** Makes a loop; it runs for the first time as soon as it is started. */
export function createLoop(context: Context, service: Service): Loop {
  const { clock, host } = context;
  let running = false;
  let active: Promise<void> | null = null;
  let failures = 0;
  let wantedAt = Infinity;
  let timerAt = Infinity;
  let cancel: (() => void) | null = null;

  const isRunning = (): boolean => running;

  const sleepUntil = (at: number): void => {
    if (!running || at >= timerAt) return;
    cancel?.();
    timerAt = at;
    cancel = host.after(Math.max(0, at - clock.now()), () => {
      cancel = null;
      timerAt = Infinity;
      run();
    });
  };

  const once = async (): Promise<void> => {
    wantedAt = Infinity;
    let more: boolean;
    try {
      do more = await service.runOnce();
      while (more && isRunning());
      failures = 0;
      sleepUntil(Math.min(wantedAt, clock.now() + service.everyMs));
    } catch (error) {
      report(context, service.what, error);
      sleepUntil(clock.now() + troubleDelay(failures, host.random()));
      failures += 1;
    }
  };

  const run = (): void => {
    if (!running || active !== null) return;
    active = once().finally(() => {
      active = null;
    });
  };

  return {
    start() {
      running = true;
      run();
    },
    wakeAt(at) {
      wantedAt = Math.min(wantedAt, at);
      if (active === null) sleepUntil(at);
    },
    async stop() {
      running = false;
      cancel?.();
      cancel = null;
      await active;
    },
  };
}
