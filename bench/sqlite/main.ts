/**
 * The SQLite store's benchmarks: every measurement in a fresh process on a fresh file, rounds interleaved; then the same
 * on a file with a million finished and a million waiting operations.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { busyness, commandOf, machine, median, table, writeSection } from "../report.ts";

type Figures = Readonly<Record<string, number>>;

const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
const folder = mkdtempSync(path.join(process.env["BENCH_DIR"] ?? os.tmpdir(), "landline-bench-"));

/** Small, empty files; how many operations each measure takes. */
const empty: Readonly<Record<string, number>> = {
  limits: 0,
  single: 5_000,
  callers: 100_000,
  bulk: 200_000,
  verbs: 100_000,
  worker: 50_000,
  idle: 300,
};

/** Rounds on the empty store, and operations finished and waiting in the full one. */
const roundsMax = Number(process.env["BENCH_ROUNDS"] ?? 5);
const fullCount = Number(process.env["BENCH_FULL"] ?? 1_000_000);

/** Runs everything, prints it, and writes the section unless it was quick. */
export async function run({ quick }: { readonly quick: boolean }): Promise<void> {
  try {
    const share = quick ? 0.1 : 1;
    const small = measureEmpty(quick ? 1 : roundsMax, share);
    const large = measureLarge(quick ? 20_000 : fullCount, share);
    const lines = [ratesTable(small, large), goalsTable(small, large), looksTable(large)];
    console.log(lines.join("\n\n"));
    if (!quick) writeSection("SQLite", text(small, large, lines));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(what: string, file: string, count: number, from = 0): Figures {
  const args = [...flags, path.join(import.meta.dirname, "measure.ts"), what, file, String(count), String(from)];
  const line = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  process.stderr.write(`${what}: ${line}`);
  return JSON.parse(line) as Figures;
}

/** Medians of every figure by measure. */
function measureEmpty(rounds: number, share: number): ReadonlyMap<string, Figures> {
  const all = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [what, count] of Object.entries(empty)) {
      const file = path.join(folder, "small.db");
      const figures = measure(what, file, Math.max(50, Math.round(count * share)));
      all.set(what, [...(all.get(what) ?? []), figures]);
      removeStore(file);
      for (const suffix of [".raw", ".raw-wal", ".grouped", ".grouped-wal", ".flush"])
        rmSync(file + suffix, { force: true });
    }
  }
  return new Map([...all].map(([what, figures]) => [what, medians(figures)]));
}

/** One file with `count` finished and `count` waiting; each measure that writes works on a copy. */
function measureLarge(count: number, share: number): ReadonlyMap<string, Figures> {
  const file = path.join(folder, "large.db");
  const results = new Map<string, Figures>([["fill", measure("fill", file, count)]]);
  const copy = path.join(folder, "copy.db");
  const onCopy = (what: string, number: number, rounds: number): void => {
    const found: Figures[] = [];
    for (let round = 0; round < rounds; round += 1) {
      copyFileSync(file, copy);
      copyFileSync(`${file}-mark`, `${copy}-mark`);
      found.push(measure(what, copy, number, 2 * count));
      removeStore(copy);
    }
    results.set(what, medians(found));
  };
  onCopy("open", 1, 3);
  onCopy("callers", Math.round(100_000 * share), 3);
  onCopy("claims", 200, 1);
  results.set("size", { megabytes: statSync(file).size / 2 ** 20, wal: existsSync(`${file}-wal`) ? 1 : 0 });
  onCopy("verbsLarge", Math.round(100_000 * share), 3);
  results.set("park", measure("park", file, parkedCount(count)));
  results.set("look", measure("look", file, 200, Math.round(count / 2)));
  return results;
}

/** A store is its file, its log, and the mark beside it. */
function removeStore(file: string): void {
  for (const suffix of ["", "-wal", "-mark"]) rmSync(file + suffix, { force: true });
}

function parkedCount(count: number): number {
  return Math.min(100_000, count / 2);
}

function medians(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(all.map((each) => each[name] ?? Number.NaN))]));
}

function of(results: ReadonlyMap<string, Figures>, what: string, figure: string): number {
  return results.get(what)?.[figure] ?? Number.NaN;
}

function whole(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });
}

function ratesTable(small: ReadonlyMap<string, Figures>, large: ReadonlyMap<string, Figures>): string {
  const full = `${whole(fullCount)} finished + ${whole(fullCount)} waiting`;
  const rated = (name: string, what: string, onFull: number | null): readonly string[] => [
    `${name}, per second`,
    whole(of(small, what, "rate")),
    whole(of(small, what, "cpu")),
    onFull === null ? "" : whole(onFull),
  ];
  const both = (what: string, first: string, second: string, from: ReadonlyMap<string, Figures>): string =>
    `${whole(of(from, what, first))} / ${whole(of(from, what, second))}`;
  return table(
    ["measured", "empty store", "CPU µs/operation", full],
    [
      ["4 KiB appends, each flushed, per second (the disk)", whole(of(small, "limits", "flushes")), "", ""],
      ["raw commits of one row per second (SQLite)", whole(of(small, "limits", "commits")), "", ""],
      ["… of 100 callers, one commit a turn, per second (SQLite)", whole(of(small, "limits", "grouped")), "", ""],
      rated("enqueue one at a time", "single", null),
      rated("enqueue by 100 callers", "callers", of(large, "callers", "rate")),
      rated("enqueue in batches of 1,000", "bulk", of(large, "fill", "waiting")),
      rated("claim, start, settle (bare verbs)", "verbs", of(large, "verbsLarge", "rate")),
      rated("through outbox and worker, no-op sender", "worker", null),
      ["idle: insert to durable start, p50 / p99 ms", both("idle", "p50", "p99", small), "", ""],
      ["claim of 100, p50 / p99 ms", "", "", both("claims", "p50", "p99", large)],
      ["opening to first durable start / first insert, ms", "", "", both("open", "firstStart", "firstInsert", large)],
      ["memory after opening (RSS), MiB", "", "", whole(of(large, "open", "rss"))],
      ["file, MiB", "", "", whole(of(large, "size", "megabytes"))],
    ],
  );
}

function goalsTable(small: ReadonlyMap<string, Figures>, large: ReadonlyMap<string, Figures>): string {
  const rows: readonly (readonly [string, number, "≥" | "≤", number])[] = [
    ["one at a time ÷ raw commit", of(small, "single", "rate") / of(small, "limits", "commits"), "≥", 0.9],
    ["100 callers, per second", of(small, "callers", "rate"), "≥", 120_000],
    ["100 callers ÷ raw rows of 100 callers", of(small, "callers", "rate") / of(small, "limits", "grouped"), "≥", 0.67],
    ["bulk, per second", of(small, "bulk", "rate"), "≥", 200_000],
    ["end to end (bare verbs), per second", of(small, "verbs", "rate"), "≥", 60_000],
    ["end to end (worker), per second", of(small, "worker", "rate"), "≥", 60_000],
    ["idle p50, ms", of(small, "idle", "p50"), "≤", 0.4],
    ["idle p99, ms", of(small, "idle", "p99"), "≤", 0.8],
    ["100 callers, empty ÷ full", of(small, "callers", "rate") / of(large, "callers", "rate"), "≤", 1.05],
    ["bare verbs, empty ÷ full", of(small, "verbs", "rate") / of(large, "verbsLarge", "rate"), "≤", 1.05],
    ["slowest list query of the console, p99 ms", Math.max(...looks(large).map(([, value]) => value)), "≤", 50],
    [`RSS with ${whole(fullCount)} waiting, MiB`, of(large, "open", "rss"), "≤", 200],
    ["opening to first durable start, ms", of(large, "open", "firstStart"), "≤", 1_000],
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

function looks(large: ReadonlyMap<string, Figures>): readonly (readonly [string, number])[] {
  return Object.entries(large.get("look") ?? {}).filter(([name]) => name !== "rssAtEnd");
}

function looksTable(large: ReadonlyMap<string, Figures>): string {
  return table(
    [`query on the full store, ${whole(parkedCount(fullCount))} parked`, "p99 ms"],
    looks(large).map(([name, value]) => [name, whole(value)]),
  );
}

function text(
  small: ReadonlyMap<string, Figures>,
  large: ReadonlyMap<string, Figures>,
  tables: readonly string[],
): string {
  const db = new DatabaseSync(":memory:");
  const version = String(db.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
  db.close();
  return `\`${commandOf("sqlite")}\` on ${machine()}, SQLite ${version}. ${busyness()}

Payloads of 300 bytes, each with a random key, reference and recipient; WAL, \`synchronous=FULL\`; every promise kept only after its commit.
Medians of ${roundsMax} rounds (3 on the full store), one process each. A claim writes nothing (it is void when its process dies), so one operation costs two durable writes after its acceptance: start and settle. CPU is user + system of the process, other threads included; it is steadier than time on a machine that others use.
The figures stand for this disk at that moment: ${whole(of(small, "limits", "flushes"))} flushes a second; filling the store finished ${whole(of(large, "fill", "finished"))} operations a second.

${tables.join("\n\n")}`;
}
