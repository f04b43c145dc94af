/**
 * One simulated world: a clock, chance, a network, a provider, and a notebook in which everything that crosses the
 * wire is written down. Policies see only what a real client would see.
 */
import type { OperationClass } from "@landline/core";
import type { VirtualClock } from "./clock.ts";
import { createClock } from "./clock.ts";
import type { ProviderAnswer, ProviderNature, SimulatedProvider } from "./provider.ts";
import { createProvider } from "./provider.ts";
import type { Random } from "./random.ts";
import { between, seeded } from "./random.ts";

/** One thing to be sent. */
export interface Job {
  readonly id: number;
  readonly tenant: string;
  readonly class: OperationClass;
  /** When it was asked for. */
  readonly bornAt: number;
  /** When the caller learned that it was accepted, or null. */
  deliveredAt: number | null;
  /** When it was first sent, or null. */
  firstSentAt: number | null;
  sends: number;
}

/** What a client sees of an answer. `lost`: nothing came within the timeout. */
export interface SeenAnswer {
  readonly type: ProviderAnswer["type"] | "lost";
  /** The instant a header asked to wait for, or null. */
  readonly retryAt: number | null;
  readonly concurrency: number | null;
  readonly remaining: number | null;
  /** The instant from which the provider takes more, or null. */
  readonly resetAt: number | null;
}

/** What was sent and what came back, by slices of time. */
export interface Notebook {
  readonly sliceMs: number;
  readonly sent: number[];
  readonly throttled: number[];
  readonly delivered: number[];
  readonly backlog: number[];
  sends: number;
  refusals: number;
  /** Sends of a client before an instant a header had asked it to wait for. */
  early: number;
  lastDeliveryAt: number;
}

/** The network; one way, in milliseconds. */
export interface Network {
  readonly oneWayMs: number;
  /** Each way varies by this share around the mean. */
  readonly jitter: number;
  /** A client gives up waiting after this. */
  readonly timeoutMs: number;
}

/** 100 ms there and back, ±20 %; patience of 15 s. */
export const usualNetwork: Network = { oneWayMs: 50, jitter: 0.2, timeoutMs: 15_000 };

/** A client's connection: sends jobs and remembers what it was told to wait for. */
export type Send = (job: Job, ended: (answer: SeenAnswer) => void) => void;

/** See the module comment. */
export interface World {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly provider: SimulatedProvider;
  readonly notebook: Notebook;
  /** A new connection, for one process that shares nothing with others. */
  connect(): Send;
  /** A job came into being, and waits. */
  born(): void;
  readonly delivered: (job: Job) => void;
}

/** Creates a world from a seed. */
export function createWorld(nature: ProviderNature, network: Network, seed: number, sliceMs: number): World {
  const clock = createClock();
  const random = seeded(seed);
  const provider = createProvider(nature, clock, random);
  const notebook: Notebook = {
    sliceMs,
    sent: [],
    throttled: [],
    delivered: [],
    backlog: [],
    sends: 0,
    refusals: 0,
    early: 0,
    lastDeliveryAt: 0,
  };
  let waiting = 0;
  const write = (row: number[], value = 1): void => {
    const slice = Math.floor(clock.now() / sliceMs);
    while (row.length <= slice) row.push(0);
    row[slice] = (row[slice] ?? 0) + value;
  };
  const sketchBacklog = (): void => {
    const slice = Math.floor(clock.now() / sliceMs);
    const last = notebook.backlog.at(-1) ?? 0;
    while (notebook.backlog.length < slice) notebook.backlog.push(last);
    notebook.backlog[slice] = waiting;
  };
  const oneWay = (): number => network.oneWayMs * between(random, 1 - network.jitter, 1 + network.jitter);

  return {
    clock,
    random,
    provider,
    notebook,
    connect() {
      let askedToWaitUntil = -Infinity;
      return (job, ended) => {
        const now = clock.now();
        notebook.sends += 1;
        if (now < askedToWaitUntil - 1e-6) notebook.early += 1;
        write(notebook.sent);
        job.sends += 1;
        job.firstSentAt ??= now;
        let open = true;
        const stopWaiting = clock.at(now + network.timeoutMs, () => {
          open = false;
          ended({ type: "lost", retryAt: null, concurrency: null, remaining: null, resetAt: null });
        });
        clock.at(now + oneWay(), () =>
          provider.arrive(String(job.id), (answer) => {
            clock.at(clock.now() + oneWay(), () => {
              if (!open) return;
              stopWaiting();
              const retryAt = answer.retryAfterMs === null ? null : clock.now() + answer.retryAfterMs;
              if (retryAt !== null) askedToWaitUntil = Math.max(askedToWaitUntil, retryAt);
              if (answer.type === "throttled") {
                notebook.refusals += 1;
                write(notebook.throttled);
              }
              const resetAt = answer.resetMs === null ? null : clock.now() + answer.resetMs;
              ended({
                type: answer.type,
                retryAt,
                concurrency: answer.concurrency,
                remaining: answer.remaining,
                resetAt,
              });
            });
          }),
        );
      };
    },
    born() {
      waiting += 1;
      sketchBacklog();
    },
    delivered(job) {
      if (job.deliveredAt !== null) return;
      job.deliveredAt = clock.now();
      notebook.lastDeliveryAt = clock.now();
      waiting -= 1;
      write(notebook.delivered);
      sketchBacklog();
    },
  };
}
