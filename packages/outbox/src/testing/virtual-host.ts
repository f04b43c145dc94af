/**
 * A host whose time stands still until a test moves it, with seeded chance and counted ids.
 */
import { createHash } from "node:crypto";
import type { Host } from "../ports/index.ts";

/** A host under a test's control. */
export interface VirtualHost extends Host {
  /** Moves time on, running every timer at its instant and everything that follows from it. */
  advance(ms: number): Promise<void>;
  /** Lets everything happen that can happen now. */
  settle(): Promise<void>;
  /** The instant of the next timer; Infinity when there is none. */
  nextAt(): number;
  /** Timers not yet due. */
  readonly pending: number;
  /** Forgets all timers: what a process leaves behind when it is killed. */
  kill(): void;
}

/** Options of a virtual host. */
export interface VirtualHostOptions {
  /** Epoch milliseconds at the beginning. Default 2026-01-01. */
  readonly startAt?: number;
  readonly seed?: number;
  /** A clock shared with other hosts, so that a restarted process goes on in the same time. */
  readonly time?: VirtualTime;
  /** What ids of this host begin with, so that two hosts never make the same. */
  readonly idPrefix?: string;
}

/** Time itself, shared by all hosts of one test. */
export interface VirtualTime {
  now: number;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Makes a host. */
export function createVirtualHost(options: VirtualHostOptions = {}): VirtualHost {
  const time = options.time ?? { now: options.startAt ?? Date.UTC(2026, 0, 1) };
  const startAt = time.now;
  const timers = new Set<Timer>();
  let order = 0;
  let ids = 0;
  let seed = (options.seed ?? 1) >>> 0;
  let alive = true;

  const settle = async (): Promise<void> => {
    // A turn of the event loop runs every microtask that is ready, however long its chain is.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };

  const nextTimer = (until: number): Timer | null => {
    let next: Timer | null = null;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (next === null || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  };

  return {
    now: () => time.now,
    monotonic: () => time.now - startAt,
    random() {
      // mulberry32
      seed = (seed + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
    newOperationId() {
      ids += 1;
      return `${options.idPrefix ?? "op_"}${String(ids).padStart(6, "0")}`;
    },
    after(ms, callback) {
      const timer = { at: time.now + Math.max(0, ms), order: (order += 1), callback };
      if (alive) timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    digest: (text) => createHash("sha256").update(text).digest("hex"),
    async advance(ms) {
      const until = time.now + ms;
      await settle();
      for (let timer = nextTimer(until); timer !== null; timer = nextTimer(until)) {
        timers.delete(timer);
        time.now = Math.max(time.now, timer.at);
        timer.callback();
        await settle();
      }
      time.now = Math.max(time.now, until);
      await settle();
    },
    settle,
    nextAt: () => Math.min(Infinity, ...[...timers].map((timer) => timer.at)),
    get pending() {
      return timers.size;
    },
    kill() {
      alive = false;
      timers.clear();
    },
  };
}
