/** Runs scenarios over seeds and writes the tables: the median, the worst seed, and whether the promise was kept. */
import type { DrainResult } from "./drain.ts";
import { drain } from "./drain.ts";
import { fairnessRun } from "./fairness.ts";
import { outage, outages } from "./outage.ts";
import type { OutageResult, OutageScenario } from "./outage.ts";
import { landline } from "./policies/landline.ts";
import {
  awsAdaptive,
  awsStandard,
  documentedLoop,
  fullJitter,
  threeRetries,
  twilioAutoRetry,
} from "./policies/others.ts";
import type { SendPolicy } from "./policies/policy.ts";
import type { DrainScenario } from "./scenarios.ts";
import { workersRun } from "./workers.ts";

/** Everybody in the comparison, ours first. */
export const policies: readonly SendPolicy[] = [
  landline,
  fullJitter,
  awsAdaptive,
  awsStandard,
  twilioAutoRetry,
  documentedLoop,
  threeRetries,
];

/** What many seeds of one drain came to. */
export interface DrainSummary {
  readonly delivered: number;
  readonly makespanMedian: number;
  readonly makespanWorst: number;
  readonly refusedMedian: number;
  readonly refusedWorst: number;
  readonly early: number;
  /** The seed with the worst makespan or, among equals, the most 429s. */
  readonly worstSeed: number;
  readonly results: readonly DrainResult[];
}

/** Runs one drain over `seeds` seeds from `first` on. */
export function drainOver(scenario: DrainScenario, policy: SendPolicy, first: number, seeds: number): DrainSummary {
  const results = Array.from({ length: seeds }, (_, index) => drain(scenario, policy, first + index));
  const worst = results.reduce((a, b) =>
    b.makespan > a.makespan || (b.makespan === a.makespan && b.refusedShare > a.refusedShare) ? b : a,
  );
  return {
    delivered: Math.min(...results.map((one) => one.delivered)),
    makespanMedian: median(results.map((one) => one.makespan)),
    makespanWorst: worst.makespan,
    refusedMedian: median(results.map((one) => one.refusedShare)),
    refusedWorst: Math.max(...results.map((one) => one.refusedShare)),
    early: Math.max(...results.map((one) => one.early)),
    worstSeed: worst.seed,
    results,
  };
}

/** The middle value; of an even number the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const number = (value: number, digits = 3): string => (Number.isFinite(value) ? value.toFixed(digits) : "never");
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** Whether the median meets the goal, and what does not. */
function judged(scenario: DrainScenario, all: DrainSummary): string {
  const { goal } = scenario;
  if (goal === null) return "none";
  const missed = [
    ...(all.delivered === 1 ? [] : ["delivered"]),
    ...(all.makespanMedian <= goal.makespan ? [] : [`makespan ≤ ${goal.makespan}`]),
    ...(all.refusedMedian <= goal.refusedShare ? [] : [`429 ≤ ${percent(goal.refusedShare)}`]),
    ...(all.early === 0 ? [] : ["early 0"]),
  ];
  return missed.length === 0 ? "met" : `**missed**: ${missed.join(", ")}`;
}

/** A table of drains, as Markdown. */
export function drainTable(
  scenarios: readonly DrainScenario[],
  who: readonly SendPolicy[],
  first: number,
  seeds: number,
): string {
  const lines = [
    "| scenario | policy | delivered (least) | makespan / ideal, median · worst | 429 share, median · worst | early (most) | worst seed | goal |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const scenario of scenarios) {
    for (const policy of who) {
      const all = drainOver(scenario, policy, first, seeds);
      const spans = `${number(all.makespanMedian)} · ${number(all.makespanWorst)}`;
      const shares = `${percent(all.refusedMedian)} · ${percent(all.refusedWorst)}`;
      lines.push(
        `| ${scenario.name} | ${policy.name} | ${percent(all.delivered)} | ${spans} | ${shares} | ${all.early} | ${all.worstSeed} | ${judged(scenario, all)} |`,
      );
    }
  }
  return lines.join("\n");
}

/** A table of bad times, as Markdown; worst values over the seeds. */
export function outageTable(who: readonly SendPolicy[], first: number, seeds: number): string {
  const lines = [
    "| scenario | policy | sends per call, healthy · during | back to 90 % after, s | overshoot | delivered | goal |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const scenario of outages) {
    for (const policy of who) {
      const all = Array.from({ length: seeds }, (_, index) => outage(scenario, policy, first + index));
      const worst = (pick: (one: (typeof all)[number]) => number): number => Math.max(...all.map(pick));
      const least = Math.min(...all.map((one) => one.delivered));
      lines.push(
        `| ${scenario.name} | ${policy.name} | ${number(worst((one) => one.healthy))} · ${number(worst((one) => one.during))} | ${number(
          worst((one) => one.backAfter),
          0,
        )} | ${number(
          worst((one) => one.overshoot),
          2,
        )} | ${percent(least)} | ${judgedOutage(scenario, worst, least)} |`,
      );
    }
  }
  return lines.join("\n");
}

/** Whether the worst seed meets the goals of a bad time. While the server is only slow there is no breaker to stay open. */
function judgedOutage(
  scenario: OutageScenario,
  worst: (pick: (one: OutageResult) => number) => number,
  least: number,
): string {
  const hard = scenario.speed === 0;
  const missed = [
    ...(worst((one) => one.healthy) <= 1.02 ? [] : ["healthy ≤ 1.02"]),
    ...(!hard || worst((one) => one.during) <= 0.3 ? [] : ["during ≤ 0.3"]),
    ...(worst((one) => one.backAfter) <= (hard ? 5 : 2) ? [] : [`back ≤ ${hard ? 5 : 2} s`]),
    ...(worst((one) => one.overshoot) <= 1.2 ? [] : ["overshoot ≤ 1.2"]),
    ...(least === 1 ? [] : ["delivered"]),
  ];
  return missed.length === 0 ? "met" : `**missed**: ${missed.join(", ")}`;
}

/** Several workers sharing 40/s through leased shares, as Markdown; worst values over the seeds. */
export function workersTable(first: number, seeds: number): string {
  const lines = [
    "| workers | delivered | makespan / ideal | 429 share | peak / limit | writes per send |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const workers of [1, 2, 4, 8]) {
    const all = Array.from({ length: seeds }, (_, index) => workersRun(workers, first + index));
    const worst = (pick: (one: (typeof all)[number]) => number): number => Math.max(...all.map(pick));
    lines.push(
      `| ${workers} | ${percent(Math.min(...all.map((one) => one.delivered)))} | ${number(worst((one) => one.makespan))} | ${percent(worst((one) => one.refusedShare))} | ${number(
        worst((one) => one.peak),
        2,
      )} | ${number(worst((one) => one.writesPerSend))} |`,
    );
  }
  return lines.join("\n");
}

/** Tenants and classes, as Markdown; worst values over the seeds. */
export function fairnessTable(first: number, seeds: number): string {
  const all = Array.from({ length: seeds }, (_, index) => fairnessRun(first + index));
  return [
    "| measure | worst |",
    "| --- | --- |",
    `| Jain's index, ten tenants of unequal backlog | ${number(Math.min(...all.map((one) => one.jain)), 4)} |`,
    `| one job behind a tenant with 100,000, in turns | ${number(Math.max(...all.map((one) => one.smallTenantTurns)), 2)} |`,
    `| critical behind bulk, in pacing intervals | ${number(Math.max(...all.map((one) => one.criticalIntervals)), 2)} |`,
    `| share of bulk under endless critical work | ${percent(Math.min(...all.map((one) => one.bulkShare)))} |`,
  ].join("\n");
}
