/**
 * `npm run simulate -- --scenario NAME|all --seed N --seeds K [--policy NAME|all] [--svg FILE]`: prints tables, and
 * draws one run of each policy when a file is given. `--durable --seed N --seeds K` lives K lives of the durable flow.
 * The only file of the package that touches the world.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { drain } from "./drain.ts";
import { campaign, campaignText } from "./durable/campaign.ts";
import { outage, outages } from "./outage.ts";
import { plot } from "./plot.ts";
import type { PlotRun } from "./plot.ts";
import type { SendPolicy } from "./policies/policy.ts";
import { drainTable, fairnessTable, outageTable, policies, workersTable } from "./report.ts";
import { drains } from "./rough.ts";
import type { Notebook } from "./world.ts";

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "all" },
    policy: { type: "string", default: "landline" },
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "10" },
    svg: { type: "string" },
    durable: { type: "boolean", default: false },
  },
});

const first = Number(values.seed);
const seeds = Number(values.seeds);
const names = [...drains.map((one) => one.name), ...outages.map((one) => one.name), "workers", "fairness", "all"];
const who = values.policy === "all" ? policies : policies.filter((policy) => policy.name.startsWith(values.policy));

if (values.durable) {
  await liveThrough(first, seeds);
} else if (
  !names.includes(values.scenario) ||
  who.length === 0 ||
  !Number.isInteger(first) ||
  !(Number.isInteger(seeds) && seeds > 0)
) {
  console.error(`Scenarios: ${names.join(", ")}\nPolicies: ${policies.map((policy) => policy.name).join("; ")}; all`);
  process.exitCode = 2;
} else {
  const every = values.scenario === "all";
  const chosen = drains.filter((one) => every || one.name === values.scenario);
  const bad = outages.filter((one) => every || one.name === values.scenario);
  if (chosen.length > 0) console.log(`${drainTable(chosen, who, first, seeds)}\n`);
  if (bad.length > 0) console.log(`${outageTable(who, first, seeds)}\n`);
  if (every || values.scenario === "workers") console.log(`${workersTable(first, seeds)}\n`);
  if (every || values.scenario === "fairness") console.log(`${fairnessTable(first, seeds)}\n`);
  if (values.svg !== undefined) draw(values.svg, values.scenario);
}

async function liveThrough(from: number, count: number): Promise<void> {
  const began = performance.now();
  // Comes after every microtask that can run, as a turn of the event loop does, and costs no system call.
  const turn = async (): Promise<void> =>
    new Promise((resolve) => {
      process.nextTick(resolve);
    });
  const result = await campaign(from, count, turn, (done) => console.error(`${done} seeds`));
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${campaignText(result)}\n${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} seeds a second`);
  if (result.broken.length > 0) process.exitCode = 1;
}

function draw(file: string, name: string): void {
  const scenario = drains.find((one) => one.name === name);
  const badTime = outages.find((one) => one.name === name);
  const run = (policy: SendPolicy): Notebook | null => {
    if (scenario !== undefined) return drain(scenario, policy, first).notebook;
    return badTime === undefined ? null : outage(badTime, policy, first).notebook;
  };
  const runs: PlotRun[] = [];
  for (const policy of who) {
    const notebook = run(policy);
    if (notebook !== null) runs.push({ title: policy.name, ...notebook });
  }
  if (runs.length === 0) {
    console.error("A picture needs one scenario with a course over time: --scenario NAME");
    process.exitCode = 2;
    return;
  }
  writeFileSync(file, plot(`${name}: ${scenario?.about ?? badTime?.about ?? ""} (seed ${first})`, runs));
  console.log(`wrote ${file}`);
}
