/**
 * Tenants and classes in one saturated lane: equal tenants get equal shares, one job waits one turn behind a hundred
 * thousand, and what is critical waits for one interval of the pacer at most.
 */
import type { OperationClass } from "@landline/core";
import { noLimit } from "./limits.ts";
import { startLane } from "./policies/landline.ts";
import { plainNature } from "./provider.ts";
import type { Job, World } from "./world.ts";
import { createWorld, usualNetwork } from "./world.ts";

/** One run's numbers. */
export interface FairnessResult {
  readonly seed: number;
  /** Jain's index of what ten tenants of unequal backlog got while all had some: 1 is equal. */
  readonly jain: number;
  /** Turns a single job of a new tenant waited behind a backlog of one tenant, in tenants. */
  readonly smallTenantTurns: number;
  /** Longest wait of a critical job behind bulk, in intervals of the pacer. */
  readonly criticalIntervals: number;
  /** Least share of sends that went to bulk while critical work never ended. */
  readonly bulkShare: number;
}

const rate = 20;
const interval = 1_000 / rate;

/** Plays the four situations. */
export function fairnessRun(seed: number): FairnessResult {
  return {
    seed,
    jain: jainOfTenants(seed),
    smallTenantTurns: smallTenant(seed),
    criticalIntervals: criticalBehindBulk(seed),
    bulkShare: bulkUnderCritical(seed),
  };
}

/** Jain, Chiu and Hawe (1984): (sum x)² / (n × sum x²). */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return squares === 0 ? 1 : (sum * sum) / (values.length * squares);
}

function opened(seed: number): {
  readonly world: World;
  readonly add: (tenant: string, klass: OperationClass) => Job;
  readonly jobs: Job[];
} {
  const world = createWorld({ ...plainNature, limit: noLimit() }, usualNetwork, seed, 1_000);
  const { client } = startLane(world, { ratePerSecond: rate });
  const jobs: Job[] = [];
  const add = (tenant: string, klass: OperationClass): Job => {
    const job: Job = {
      id: jobs.length,
      tenant,
      class: klass,
      bornAt: world.clock.now(),
      deliveredAt: null,
      firstSentAt: null,
      sends: 0,
    };
    jobs.push(job);
    world.born();
    client.submit(job);
    return job;
  };
  return { world, add, jobs };
}

function jainOfTenants(seed: number): number {
  const { world, add, jobs } = opened(seed);
  for (let tenant = 0; tenant < 10; tenant += 1) {
    const backlog = 200 + Math.floor(world.random() * 2_000);
    for (let index = 0; index < backlog; index += 1) add(`t${tenant}`, "standard");
  }
  world.clock.run(60_000);
  const got = Array.from(
    { length: 10 },
    (_, tenant) => jobs.filter((job) => job.tenant === `t${tenant}` && job.deliveredAt !== null).length,
  );
  return jainIndex(got);
}

function smallTenant(seed: number): number {
  const { world, add } = opened(seed);
  for (let index = 0; index < 100_000; index += 1) add("giant", "standard");
  let small: Job | null = null;
  world.clock.at(5_000 + world.random() * 100, () => {
    small = add("small", "standard");
  });
  world.clock.run(10_000);
  const job = small as Job | null;
  return job === null || job.firstSentAt === null ? Infinity : (job.firstSentAt - job.bornAt) / (2 * interval);
}

function criticalBehindBulk(seed: number): number {
  const { world, add } = opened(seed);
  for (let index = 0; index < 2_000; index += 1) add(`t${index % 5}`, "bulk");
  const critical: Job[] = [];
  for (let index = 0; index < 40; index += 1) {
    world.clock.at(1_000 + index * 500 + world.random() * 400, () => critical.push(add("urgent", "critical")));
  }
  world.clock.run(30_000);
  return Math.max(...critical.map((job) => ((job.firstSentAt ?? Infinity) - job.bornAt) / interval));
}

function bulkUnderCritical(seed: number): number {
  const { world, add, jobs } = opened(seed);
  for (let index = 0; index < 3_000; index += 1) add(`c${index % 3}`, "critical");
  for (let index = 0; index < 500; index += 1) add("b", "bulk");
  world.clock.run(60_000);
  const sent = jobs.filter((job) => job.firstSentAt !== null);
  return sent.filter((job) => job.class === "bulk").length / sent.length;
}
