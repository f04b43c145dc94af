/** Runs a backlog through a policy and measures what came of it. */
import type { SendPolicy } from "./policies/policy.ts";
import type { DrainScenario } from "./scenarios.ts";
import { backlogSize } from "./scenarios.ts";
import type { Job, Notebook } from "./world.ts";
import { createWorld } from "./world.ts";

/** One run's numbers. */
export interface DrainResult {
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  /** Share of the jobs that were accepted. */
  readonly delivered: number;
  readonly sendsPerDelivered: number;
  readonly refusedShare: number;
  /** Time to the last answer, in ideals; infinite unless everything was delivered. */
  readonly makespan: number;
  readonly early: number;
  /** Executions beyond one per job. */
  readonly duplicates: number;
  readonly notebook: Notebook;
}

/** Plays one scenario. Equal arguments give equal results. */
export function drain(scenario: DrainScenario, policy: SendPolicy, seed: number): DrainResult {
  const world = createWorld(scenario.nature(seed), scenario.network, seed, Math.max(200, scenario.idealMs / 300));
  const client = policy.start(world, { ratePerSecond: null, concurrencyMax: null });
  const jobs: Job[] = [];
  for (let id = 0; id < backlogSize; id += 1) {
    jobs.push({
      id,
      tenant: `t${id % 10}`,
      class: "standard",
      bornAt: 0,
      deliveredAt: null,
      firstSentAt: null,
      sends: 0,
    });
    world.born();
  }
  for (const job of jobs) client.submit(job);
  let delivered = 0;
  const all = (): boolean => {
    while (delivered < jobs.length && jobs[delivered]?.deliveredAt !== null) delivered += 1;
    return delivered === jobs.length;
  };
  world.clock.run(scenario.idealMs * 10 + 600_000, all);
  const done = jobs.filter((job) => job.deliveredAt !== null).length;
  const { notebook } = world;
  let duplicates = 0;
  for (const executions of world.provider.ledger.values()) duplicates += executions - 1;
  return {
    scenario: scenario.name,
    policy: policy.name,
    seed,
    delivered: done / jobs.length,
    sendsPerDelivered: notebook.sends / Math.max(1, done),
    refusedShare: notebook.refusals / notebook.sends,
    makespan: done === jobs.length ? notebook.lastDeliveryAt / scenario.idealMs : Infinity,
    early: notebook.early,
    duplicates,
    notebook,
  };
}
