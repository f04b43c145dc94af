/** Runs a backlog through a policy and measures what came of it. */
import type { SendPolicy } from "./policies/policy.ts";
import type { DrainScenario } from "./scenarios.ts";
import type { Job, Notebook, World } from "./world.ts";
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
  const limits = { ratePerSecond: null, concurrencyMax: null, ...scenario.limits };
  const jobs: Job[] = Array.from({ length: scenario.jobs }, (_, id) => ({
    id,
    tenant: `t${id % 10}`,
    class: "standard" as const,
    bornAt: 0,
    deliveredAt: null,
    firstSentAt: null,
    sends: 0,
  }));
  for (const _ of jobs) world.born();
  let life = startLife(world);
  const begin = (): void => {
    const client = policy.start(life.world, limits);
    for (const job of jobs) if (job.deliveredAt === null) client.submit(job);
  };
  begin();
  const deaths = [...(scenario.deaths?.at ?? [])];
  let delivered = 0;
  const all = (): boolean => {
    while (delivered < jobs.length && jobs[delivered]?.deliveredAt !== null) delivered += 1;
    const [next] = deaths;
    if (next !== undefined && jobs.filter((job) => job.deliveredAt !== null).length >= next * jobs.length) {
      deaths.shift();
      life.end();
      life = startLife(world);
      world.clock.at(world.clock.now() + (scenario.deaths?.downMs ?? 0), begin);
    }
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

/** A process in the world: when it ends it hears nothing any more and does nothing any more. */
function startLife(world: World): { readonly world: World; readonly end: () => void } {
  let alive = true;
  const whileAlive = (event: () => void) => (): void => {
    if (alive) event();
  };
  const { clock } = world;
  return {
    end: () => {
      alive = false;
    },
    world: {
      ...world,
      clock: { ...clock, at: (instant, event) => clock.at(instant, whileAlive(event)) },
      connect() {
        const send = world.connect();
        return (job, ended) => send(job, (answer) => whileAlive(() => ended(answer))());
      },
    },
  };
}
