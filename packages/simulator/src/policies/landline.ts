/**
 * Landline: one lane from `@landline/core`, fed by its fair queue. A 429 puts the job back; a failure is a retry that
 * the budget must pay for, after a back-off.
 */
import {
  admit,
  backoffDelay,
  createFairQueue,
  createLane,
  defaultPolicy,
  depositSuccess,
  enqueue,
  laneEnded,
  laneStarted,
  putBack,
  take,
  withdrawRetry,
} from "@landline/core";
import type { BackoffPolicy, Lane, LaneOptions, OutcomeType, Ticket } from "@landline/core";
import type { Job, SeenAnswer, World } from "../world.ts";
import type { Client, SendPolicy } from "./policy.ts";
import { callersMax } from "./policy.ts";

/** The unchanged controller, as every scenario uses it. */
export const landline: SendPolicy = {
  name: "landline",
  source: "packages/core/src/lane.ts",
  start: (world, limits) =>
    startLane(
      world,
      {
        ratePerSecond: limits.ratePerSecond,
        concurrencyMax: limits.concurrencyMax ?? callersMax,
        // The outbox spends an operation's own retries, not the lane's budget (packages/outbox/src/deliver.ts).
        ...(limits.durable === true ? { budget: { reservePerSecond: 1_000, reserveMax: 1_000 } } : {}),
      },
      limits.durable === true ? hasty : defaultPolicy.backoff,
    ).client,
};

/** The back-off of the demonstration, where minutes of trouble have to fit into seconds. */
const hasty: BackoffPolicy = { ...defaultPolicy.backoff, baseMs: 200, maxMs: 2_000 };

const outcomes: Readonly<Record<SeenAnswer["type"], OutcomeType>> = {
  accepted: "accepted",
  throttled: "throttled",
  failed: "unavailable",
  lost: "ambiguous",
};

/** A client around one lane. `observe` is told of every change, for plots and tests. */
export function startLane(
  world: World,
  options: LaneOptions,
  backoff: BackoffPolicy = defaultPolicy.backoff,
  observe?: (lane: Lane) => void,
): { readonly client: Client; readonly lane: Lane; readonly wake: () => void } {
  const { clock } = world;
  const send = world.connect();
  const lane = createLane(options, clock.now());
  const queue = createFairQueue<Job>();
  let stopTimer: (() => void) | null = null;
  let timerAt = Infinity;

  function pump(): void {
    while (queue.size > 0) {
      const admission = admit(lane, clock.now());
      if (!admission.go) {
        wakeAt(admission.at);
        return;
      }
      const ticket = take(queue);
      if (ticket === null) return;
      laneStarted(lane, clock.now());
      send(ticket.item, (answer) => ended(ticket, answer));
      observe?.(lane);
    }
  }

  function wakeAt(at: number): void {
    if (at >= timerAt) return;
    stopTimer?.();
    timerAt = at;
    stopTimer = clock.at(at, () => {
      timerAt = Infinity;
      pump();
    });
  }

  function ended(ticket: Ticket<Job>, answer: SeenAnswer): void {
    const now = clock.now();
    laneEnded(lane, now, { ...answer, outcome: outcomes[answer.type] });
    observe?.(lane);
    switch (answer.type) {
      case "accepted":
        depositSuccess(lane, now);
        world.delivered(ticket.item);
        break;
      case "throttled":
        putBack(queue, ticket);
        break;
      case "failed":
      case "lost":
        retryLater(ticket.item, 1);
        break;
      default:
        answer.type satisfies never;
    }
    pump();
  }

  /** Waits out the back-off, then until the budget can pay. */
  function retryLater(job: Job, retryNumber: number): void {
    clock.at(clock.now() + backoffDelay(retryNumber, backoff, world.random()), () => {
      if (!withdrawRetry(lane, clock.now())) return retryLater(job, retryNumber + 1);
      enqueue(queue, job, job.class, job.tenant);
      return pump();
    });
  }

  return {
    lane,
    wake: pump,
    client: {
      submit(job) {
        enqueue(queue, job, job.class, job.tenant);
        pump();
      },
    },
  };
}
