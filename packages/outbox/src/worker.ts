/**
 * Claims what is due and delivers it, within bounds.
 *
 * It claims only what it can start at once (`worker/plan.ts`): from lanes that admit, no more than each has room for, no
 * more than the worker has places (`worker/places.ts`). What cannot start after all waits a moment or is given back
 * (`worker/waiting.ts`). It sleeps until something is due, a wake comes, or a place becomes free; a slow poll is only the
 * backstop for wakes that got lost.
 */
import { lookForOptOuts } from "./barred.ts";
import type { Context } from "./context.ts";
import { createLeaseGuard } from "./lease.ts";
import type { ClaimedOperation } from "./ports/index.ts";
import { report, troubleDelay } from "./trouble.ts";
import { createAlarm } from "./worker/alarm.ts";
import { createPlaces } from "./worker/places.ts";
import type { Plan } from "./worker/plan.ts";
import { planClaim } from "./worker/plan.ts";
import { createWaiting } from "./worker/waiting.ts";

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

/** The store is not asked more often than this which lanes have something due. */
const refreshMs = 5;

/** Makes a worker. */
export function createWorker(context: Context, options: WorkerOptions): Worker {
  const { clock, host, lanes, holds, optOuts, store } = context;
  const { now } = clock;
  let running = false;
  let stopping = false;
  let pumping = false;
  /** Asked for another round while one was under way. */
  let again = false;
  /** Something became due that nobody can name: the store has to be asked. */
  let stale = false;
  let failures = 0;
  let troubledUntil = 0;
  let turn = 0;
  let polledAt = 0;
  let current: Promise<void> = Promise.resolve();
  const dispatching = (): boolean => running && !stopping;

  let soon = false;
  /** Many ends of one commit make one round. */
  const later = (): void => {
    if (soon || !dispatching()) return;
    soon = true;
    void Promise.resolve().then(() => {
      soon = false;
      pump();
    });
  };

  const alarm = createAlarm(host, now, () => pump());
  const places = createPlaces(context, options.concurrency, later);
  const waiting = createWaiting(context, places, alarm.by);

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

  /** What the plan got, counted by lane: a lane that gave less than it could has nothing due any more. */
  const noteGot = (plan: Plan, operations: readonly ClaimedOperation[]): void => {
    const counts = new Map<string, number>();
    for (const { lane } of operations) counts.set(lane, (counts.get(lane) ?? 0) + 1);
    for (const [index, entry] of plan.entries.entries()) {
      if ((counts.get(entry.name) ?? 0) >= (plan.lanes[index]?.limit ?? 0) || entry.woken) continue;
      entry.dueAt = Infinity;
      if (entry.later) stale = true;
    }
  };

  /** Claims once and starts what it got; false: nothing could start now. */
  const claim = async (at: number): Promise<boolean> => {
    turn += 1;
    const free = Math.min(options.claimMax, places.free());
    const plan = planClaim(context, at, turn, free, alarm.by);
    if (plan.lanes.length === 0) return false;
    for (const entry of plan.entries) entry.woken = false;
    const since = host.monotonic();
    const operations = await store.claim({ worker: context.worker, lanes: plan.lanes, leaseMs: plan.leaseMs });
    const guard = createLeaseGuard(host, since, plan.leaseMs, context.leases.marginMs);
    if (operations.length > 0) {
      await lookForOptOuts(context, operations).catch(async (error: unknown) => {
        // Without an answer nothing is sent.
        await store.release(operations.map(({ id, lease }) => ({ id, lease }))).catch(() => undefined);
        throw error;
      });
    }
    for (const operation of operations) waiting.add({ operation, guard });
    noteGot(plan, operations);
    await waiting.startAll(stopping);
    return true;
  };

  const round = async (): Promise<void> => {
    await waiting.startAll(stopping);
    do {
      again = false;
      while (dispatching() && (await claim(now())));
      const age = now() - polledAt;
      if (!dispatching() || !(stale || age >= options.pollMs)) continue;
      if (age >= refreshMs) {
        await refresh();
        again = true;
      } else alarm.by(polledAt + refreshMs);
    } while (again && dispatching());
  };

  const pump = (): void => {
    if (!dispatching()) return;
    // After trouble with the store nobody hurries: the timer comes.
    if (now() < troubledUntil) return alarm.by(troubledUntil);
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
          alarm.by(troubledUntil);
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
    const full = places.isFull();
    for (const entry of lanes.all()) {
      if (!full && entry.dueAt > now() && !holds.isHeld(entry.account.name)) at = Math.min(at, entry.dueAt);
    }
    alarm.by(Math.max(at, now() + 1));
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
      else if (dispatching()) alarm.by(at);
    },
    wakeAll() {
      stale = true;
      later();
    },
    async stop(graceMs) {
      stopping = true;
      alarm.cancel();
      // A claim under way may still bring something to give back.
      await current;
      const drained = places.drained();
      await waiting.startAll(stopping);
      const cancel = host.after(graceMs, () => places.abort());
      await drained;
      cancel();
      running = false;
    },
    inFlight: () => places.underWay(),
  };
}
