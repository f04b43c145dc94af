/**
 * A provider that stands still for a while under load, and whether a client lets it come back. The server works
 * through one queue, also through requests whose callers have given up; that is what keeps a storm alive.
 */
import { noLimit } from "./limits.ts";
import type { SendPolicy } from "./policies/policy.ts";
import { plainNature } from "./provider.ts";
import { exponential, seeded } from "./random.ts";
import type { Job, Notebook } from "./world.ts";
import { createWorld } from "./world.ts";

/** Requests per second the server can serve. */
export const capacity = 60;
/** Requests per second that are asked for: 83 % of {@link capacity}. */
export const load = 50;

/** A bad time. */
export interface OutageScenario {
  readonly kind: "outage";
  readonly name: string;
  readonly about: string;
  readonly from: number;
  readonly to: number;
  /** Share of its speed the server keeps. */
  readonly speed: number;
  /** Share of requests that fail for no reason, all the time. */
  readonly faultShare: number;
}

/** The bad times of the comparison; milliseconds. */
export const outages: readonly OutageScenario[] = [
  {
    kind: "outage",
    name: "outage",
    about: "stands still for 30 s at 83 % load, 1 % faults",
    from: 30_000,
    to: 60_000,
    speed: 0,
    faultShare: 0.01,
  },
  {
    kind: "outage",
    name: "brown-out",
    about: "a third of its speed for 30 s at 83 % load, 1 % faults",
    from: 30_000,
    to: 60_000,
    speed: 1 / 3,
    faultShare: 0.01,
  },
];

/** One run's numbers. */
export interface OutageResult {
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  /** Sends per call asked for, before the bad time. */
  readonly healthy: number;
  /** The same during it, from its fifth second on. */
  readonly during: number;
  /** Seconds after its end until 90 % of the load is delivered per second; infinite: never. */
  readonly backAfter: number;
  /** Most sends in one second after the end, in capacities. */
  readonly overshoot: number;
  /** Share of all calls that were delivered in the end. */
  readonly delivered: number;
  readonly notebook: Notebook;
}

const second = 1_000;
const end = 150_000;

/** Plays one bad time. Equal arguments give equal results. */
export function outage(scenario: OutageScenario, policy: SendPolicy, seed: number): OutageResult {
  const world = createWorld(
    {
      ...plainNature,
      limit: noLimit(),
      serverRate: capacity,
      spells: [{ from: scenario.from, to: scenario.to, speed: scenario.speed }],
      faultShare: scenario.faultShare,
      deduplicates: true,
    },
    { oneWayMs: 25, jitter: 0.2, timeoutMs: 2_000 },
    seed,
    second,
  );
  const client = policy.start(world, { ratePerSecond: null, concurrencyMax: null });
  const arrivals = seeded(seed + 1_000_003);
  const asked: number[] = [];
  const jobs: Job[] = [];
  const next = (at: number): void => {
    if (at >= end) return;
    world.clock.at(at, () => {
      const job: Job = {
        id: jobs.length,
        tenant: `t${jobs.length % 10}`,
        class: "standard",
        bornAt: at,
        deliveredAt: null,
        firstSentAt: null,
        sends: 0,
      };
      jobs.push(job);
      const slice = Math.floor(at / second);
      asked[slice] = (asked[slice] ?? 0) + 1;
      world.born();
      client.submit(job);
      next(at + exponential(arrivals, second / load));
    });
  };
  next(0);
  world.clock.run(end + 120_000);

  const { notebook } = world;
  const sum = (row: readonly number[], from: number, to: number): number =>
    row.slice(from / second, to / second).reduce((total, value) => total + (value ?? 0), 0);
  let back = Infinity;
  for (let at = scenario.to; at < end; at += second) {
    if (sum(notebook.delivered, at, at + second) >= load * 0.9) {
      back = (at + second - scenario.to) / second;
      break;
    }
  }
  const after = notebook.sent.slice(scenario.to / second, end / second);
  return {
    scenario: scenario.name,
    policy: policy.name,
    seed,
    healthy: sum(notebook.sent, 0, scenario.from) / sum(asked, 0, scenario.from),
    during: sum(notebook.sent, scenario.from + 5_000, scenario.to) / sum(asked, scenario.from + 5_000, scenario.to),
    backAfter: back,
    overshoot: Math.max(...after) / capacity,
    delivered: jobs.filter((job) => job.deliveredAt !== null).length / jobs.length,
    notebook,
  };
}
