/**
 * Claims what is due and delivers it, within bounds.
 *
 * It claims only what it can start at once: from lanes that admit, no more than each has room for, no more than the
 * worker has places. It sleeps until something is due, a wake comes, or a place becomes free; a slow poll is only the
 * backstop for wakes that got lost. A place is free again as soon as the provider has answered, so the settlement of
 * one batch and the claim of the next can share a commit; how much may wait for its settlement is bounded as well.
 */
import { admit, laneHealth, laneStarted } from "@landline/core";
import type { Context } from "./context.ts";
import { deliver } from "./deliver.ts";
import type { LaneEntry } from "./lanes.ts";
import { createLeaseGuard } from "./lease.ts";
import type { LeaseGuard } from "./lease.ts";
import { lookForOptOuts } from "./opt-outs.ts";
import type { ClaimedOperation } from "./ports/index.ts";
import { report, troubleDelay } from "./trouble.ts";

/** Bounds of a worker. */
export interface WorkerOptions {
  /** Operations under way at once. */
  readonly concurrency: number;
  /** Operations claimed at once, at most. */
  readonly claimMax: number;
  /** How often the store is asked although nobody woke us, in milliseconds. */
  readonly pollMs: number;
}

/** A worker that can be started once and stopped once. */
export interface Worker {
  /** Reads holds and due lanes; resolves when the first claim can be made. */
  start(): Promise<void>;
  /** Something in `lane` is due at `at`. */
  wake(lane: string, at: number): void;
  /** Something somewhere became due, or a hold changed: look at the store again. */
  wakeAll(): void;
  /** Claims nothing more, gives back what is not started, waits for the rest up to `graceMs`, then aborts it. */
  stop(graceMs: number): Promise<void>;
  /** Operations under way. */
  inFlight(): number;
}

interface Buffered {
  readonly operation: ClaimedOperation;
  readonly guard: LeaseGuard;
}

/** The store is not asked more often than this which lanes have something due. */
const refreshMs = 5;

/** Makes a worker. */
export function createWorker(context: Context, options: WorkerOptions): Worker {
  const { clock, host, lanes, holds, optOuts, store } = context;
  const guards = new Set<LeaseGuard>();
  const buffers = new Map<LaneEntry, Buffered[]>();
  let running = false;
  let stopping = false;
  let pumping = false;
  let again = false;
  let stale = false;
  let busy = 0;
  let underWay = 0;
  let failures = 0;
  let troubledUntil = 0;
  let turn = 0;
  let polledAt = 0;
  let cancelTimer: (() => void) | null = null;
  let timerAt = Infinity;
  let idle: (() => void) | null = null;
  let current: Promise<void> = Promise.resolve();

  const { now } = clock;
  const dispatching = (): boolean => running && !stopping;

  const sleepUntil = (at: number): void => {
    if (at >= timerAt && cancelTimer !== null) return;
    cancelTimer?.();
    timerAt = at;
    cancelTimer = host.after(Math.max(0, at - now()), () => {
      cancelTimer = null;
      timerAt = Infinity;
      pump();
    });
  };

  const refresh = async (): Promise<void> => {
    stale = false;
    polledAt = now();
    const [due] = await Promise.all([store.dueLanes(), holds.refresh(), clock.sync(), optOuts.refresh()]);
    for (const entry of lanes.all()) {
      const at = due.get(entry.name) ?? Infinity;
      entry.dueAt = entry.woken ? Math.min(entry.dueAt, at) : at;
      entry.later = at !== Infinity;
    }
    for (const [name, at] of due) {
      const entry = lanes.get(name);
      if (entry === null) continue;
      entry.dueAt = Math.min(entry.dueAt, at);
      entry.later = true;
    }
  };

  /** How many operations of a lane could start now; 0 also notes when to ask again. */
  const roomOf = (entry: LaneEntry, at: number): number => {
    if (holds.isHeld(entry.account.name)) return 0;
    const admission = admit(entry.lane, at);
    if (!admission.go) {
      sleepUntil(admission.at);
      return 0;
    }
    const { breaker, rate, window, inFlight } = laneHealth(entry.lane, at);
    if (breaker !== "closed") return entry.buffered > 0 ? 0 : 1;
    const share = context.incidents.share(entry.account, at);
    // What a paced lane can start within a twentieth of a second: more would only wait under a lease.
    const paced = rate === null ? Infinity : Math.max(1, Math.ceil(rate / 20));
    const room = Math.min(window - inFlight, paced) - entry.buffered;
    return share < 1 ? Math.min(room, Math.max(1, Math.floor(window * share) - inFlight)) : room;
  };

  /** The lanes to claim from next, all of one lease length, with their limits. */
  const plan = (
    at: number,
  ): { readonly entries: LaneEntry[]; readonly lanes: { lane: string; limit: number }[]; readonly leaseMs: number } => {
    const entries: LaneEntry[] = [];
    const wanted: { lane: string; limit: number }[] = [];
    let free = Math.min(options.claimMax, options.concurrency - busy, 2 * options.concurrency - underWay);
    let leaseMs = 0;
    const all = lanes.all();
    turn = all.length === 0 ? 0 : (turn + 1) % all.length;
    const due: LaneEntry[] = [];
    for (let index = 0; index < all.length; index += 1) {
      const entry = all[(turn + index) % all.length];
      if (entry !== undefined && entry.dueAt <= at) due.push(entry);
    }
    let left = due.length;
    for (const entry of due) {
      if (free <= 0) break;
      // What one lane does not use is left for those after it.
      const fair = Math.ceil(free / left);
      left -= 1;
      const limit = Math.min(fair, roomOf(entry, at));
      const ownLease = context.leases.leaseMs(entry.account);
      if (limit <= 0 || (leaseMs !== 0 && leaseMs !== ownLease)) continue;
      leaseMs = ownLease;
      entries.push(entry);
      wanted.push({ lane: entry.name, limit });
      free -= limit;
    }
    return { entries, lanes: wanted, leaseMs };
  };

  const finish = (guard: LeaseGuard): void => {
    if (guard.free()) guards.delete(guard);
    underWay -= 1;
    if (underWay === 0) idle?.();
  };

  const begin = (entry: LaneEntry, { operation, guard }: Buffered): void => {
    laneStarted(entry.lane, now());
    busy += 1;
    let occupied = true;
    const answered = (): void => {
      if (!occupied) return;
      occupied = false;
      busy -= 1;
      later();
    };
    const ended = (): void => {
      answered();
      finish(guard);
      later();
    };
    deliver(context, { operation, entry, guard, answered }).then(ended, (error: unknown) => {
      report(context, `deliver ${operation.id}`, error);
      ended();
    });
  };

  /** Starts what is buffered for a lane, and gives back what would have to wait too long. */
  const drain = (entry: LaneEntry, buffer: Buffered[]): Buffered[] => {
    const returned: Buffered[] = [];
    const closed = stopping || holds.isHeld(entry.account.name);
    while (buffer.length > 0) {
      const next = buffer[0];
      if (next === undefined) break;
      const at = now();
      const admission = closed ? null : admit(entry.lane, at);
      const needed = context.leases.leaseMs(entry.account) - context.leases.marginMs;
      const spare = next.guard.left() - needed;
      if (admission?.go === true && spare >= 0) {
        buffer.shift();
        entry.buffered -= 1;
        begin(entry, next);
        continue;
      }
      if (admission !== null && !admission.go && admission.at - at < spare / 2) {
        sleepUntil(admission.at);
        break;
      }
      entry.buffered -= buffer.length;
      returned.push(...buffer.splice(0));
    }
    return returned;
  };

  const drainAll = async (): Promise<void> => {
    const returned: Buffered[] = [];
    for (const [entry, buffer] of buffers) {
      returned.push(...drain(entry, buffer));
      if (buffer.length === 0) buffers.delete(entry);
    }
    if (returned.length === 0) return;
    // What cannot be given back comes back by itself when its lease ends: it was never started.
    await store
      .release(returned.map(({ operation }) => ({ id: operation.id, lease: operation.lease })))
      .catch((error: unknown) => report(context, "give back what was claimed", error));
    for (const { operation, guard } of returned) {
      finish(guard);
      const entry = lanes.get(operation.lane);
      if (entry === null || stopping) continue;
      const admission = admit(entry.lane, now());
      entry.dueAt = Math.min(entry.dueAt, admission.go ? now() : admission.at);
    }
  };

  const claim = async (at: number): Promise<boolean> => {
    const { entries, lanes: wanted, leaseMs } = plan(at);
    if (wanted.length === 0) return false;
    for (const entry of entries) entry.woken = false;
    const since = host.monotonic();
    const operations = await store.claim({ worker: context.worker, lanes: wanted, leaseMs });
    const guard = createLeaseGuard(host, since, leaseMs, context.leases.marginMs);
    if (optOuts.anybody() && operations.length > 0) {
      await lookForOptOuts(context, operations).catch(async (error: unknown) => {
        // Without an answer nothing is sent.
        await store.release(operations.map(({ id, lease }) => ({ id, lease }))).catch(() => undefined);
        throw error;
      });
    }
    if (operations.length > 0) guards.add(guard);
    const counts = new Map<string, number>();
    for (const operation of operations) {
      const entry = lanes.get(operation.lane);
      if (entry === null) continue;
      guard.hold();
      underWay += 1;
      counts.set(operation.lane, (counts.get(operation.lane) ?? 0) + 1);
      const buffer = buffers.get(entry);
      if (buffer === undefined) buffers.set(entry, [{ operation, guard }]);
      else buffer.push({ operation, guard });
      entry.buffered += 1;
    }
    for (const [index, entry] of entries.entries()) {
      if ((counts.get(entry.name) ?? 0) >= (wanted[index]?.limit ?? 0) || entry.woken) continue;
      entry.dueAt = Infinity;
      if (entry.later) stale = true;
    }
    await drainAll();
    return true;
  };

  const round = async (): Promise<void> => {
    await drainAll();
    do {
      again = false;
      while (dispatching() && (await claim(now())));
      const age = now() - polledAt;
      if (!dispatching() || !(stale || age >= options.pollMs)) continue;
      if (age >= refreshMs) {
        await refresh();
        again = true;
      } else sleepUntil(polledAt + refreshMs);
    } while (again && dispatching());
  };

  const pump = (): void => {
    if (!dispatching()) return;
    // After trouble with the store nobody hurries: the timer comes.
    if (now() < troubledUntil) return sleepUntil(troubledUntil);
    if (pumping) {
      again = true;
      return;
    }
    pumping = true;
    current = round()
      .then(
        () => {
          failures = 0;
          rest();
        },
        (error: unknown) => {
          report(context, "claim", error);
          troubledUntil = now() + troubleDelay(failures, host.random());
          sleepUntil(troubledUntil);
          failures += 1;
        },
      )
      .finally(() => {
        pumping = false;
        if (again && failures === 0) pump();
      });
  };

  /** Sleeps until the next instant at which something could be claimed. */
  const rest = (): void => {
    let at = polledAt + options.pollMs;
    const full = busy >= options.concurrency;
    for (const entry of lanes.all()) {
      if (!full && entry.dueAt > now() && !holds.isHeld(entry.account.name)) at = Math.min(at, entry.dueAt);
    }
    sleepUntil(Math.max(at, now() + 1));
  };

  let soon = false;
  /** Many ends of one commit make one round. */
  const later = (): void => {
    if (soon || !running || stopping) return;
    soon = true;
    void Promise.resolve().then(() => {
      soon = false;
      pump();
    });
  };

  return {
    async start() {
      await refresh();
      running = true;
      pump();
    },
    wake(name, at) {
      const entry = lanes.get(name);
      if (entry === null) return;
      if (at > now()) entry.later = true;
      entry.dueAt = Math.min(entry.dueAt, at);
      entry.woken = true;
      if (at <= now()) later();
      else if (running && !stopping) sleepUntil(at);
    },
    wakeAll() {
      stale = true;
      later();
    },
    async stop(graceMs) {
      stopping = true;
      cancelTimer?.();
      cancelTimer = null;
      // A claim under way may still bring something to give back.
      await current;
      const drained = new Promise<void>((resolve) => {
        idle = resolve;
        if (underWay === 0) resolve();
      });
      await drainAll();
      const cancel = host.after(graceMs, () => {
        for (const guard of guards) guard.abort();
      });
      await drained;
      cancel();
      running = false;
    },
    inFlight: () => underWay,
  };
}
