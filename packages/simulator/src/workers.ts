/**
 * Several workers, one configured limit: each leases a share of the rate through a port and paces its own lane. One
 * of them is killed on the way; its share comes back when its lease ends.
 */
import { createShares, leaseShare, setLaneRate } from "@landline/core";
import type { Share, Shares } from "@landline/core";
import { tokenBucket } from "./limits.ts";
import { startLane } from "./policies/landline.ts";
import { plainNature } from "./provider.ts";
import type { Job } from "./world.ts";
import { createWorld, usualNetwork } from "./world.ts";

/** Where shares are kept: one read and one write per worker and half lease, never per message. */
export interface SharePort {
  lease(worker: string): Share;
}

/** The port as a store would offer it, in memory. */
export function sharesInMemory(
  total: number,
  leaseMs: number,
  now: () => number,
): SharePort & { readonly writes: () => number; readonly peek: () => Shares } {
  let state = createShares(total, leaseMs);
  let writes = 0;
  return {
    lease(worker) {
      const leased = leaseShare(state, worker, now());
      state = leased.state;
      writes += 1;
      return leased.share;
    },
    writes: () => writes,
    peek: () => state,
  };
}

/** One run's numbers. */
export interface WorkersResult {
  readonly seed: number;
  readonly workers: number;
  readonly delivered: number;
  readonly refusedShare: number;
  /** Time to the last answer, in ideals. */
  readonly makespan: number;
  /** Most sends in one second, in limits. */
  readonly peak: number;
  /** Writes of the shared row per send. */
  readonly writesPerSend: number;
}

const rate = 40;
const count = 1_200;
const leaseMs = 2_000;

/** Plays it. The last worker dies after ten seconds, with nothing under way lost. */
export function workersRun(workers: number, seed: number): WorkersResult {
  // The provider allows a little burst: pacers of different workers do not know of each other's instants.
  const world = createWorld({ ...plainNature, limit: tokenBucket(rate, workers * 2) }, usualNetwork, seed, 1_000);
  const port = sharesInMemory(rate, leaseMs, () => world.clock.now());
  const waiting: Job[] = Array.from({ length: count }, (_, id) => ({
    id,
    tenant: `t${id % 10}`,
    class: "standard",
    bornAt: 0,
    deliveredAt: null,
    firstSentAt: null,
    sends: 0,
  }));
  for (const _ of waiting) world.born();
  let head = 0;

  for (let index = 0; index < workers; index += 1) {
    const name = `worker-${index}`;
    const { client, lane, wake } = startLane(world, { ratePerSecond: 1e-3, concurrencyMax: 100 });
    const dies = index === workers - 1 && workers > 1 ? 10_000 : Infinity;
    const renew = (): void => {
      const now = world.clock.now();
      if (now >= dies || head >= count) return;
      const share = port.lease(name);
      if (share.rate > 0) {
        setLaneRate(lane, share.rate);
        // As much work as the share can send until the next renewal.
        const take = Math.ceil((share.rate * leaseMs) / 2_000);
        for (let taken = 0; taken < take && head < count; taken += 1) {
          const job = waiting[head];
          head += 1;
          if (job !== undefined) client.submit(job);
        }
        wake();
      }
      world.clock.at(now + leaseMs / 2, renew);
    };
    world.clock.at(world.random() * 200, renew);
  }
  world.clock.run(600_000);
  const { notebook } = world;
  const delivered = notebook.delivered.reduce((sum, value) => sum + value, 0);
  return {
    seed,
    workers,
    delivered: delivered / count,
    refusedShare: notebook.refusals / notebook.sends,
    makespan: notebook.lastDeliveryAt / ((count * 1_000) / rate),
    peak: Math.max(...notebook.sent) / rate,
    writesPerSend: port.writes() / notebook.sends,
  };
}
