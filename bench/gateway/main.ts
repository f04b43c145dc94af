/**
 * `POST /v1/operations` next to servers that store nothing. The server has core 1 to itself and the load core 0, each
 * round a fresh server on a fresh file, order reversed every second round.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { busyness, commandOf, machine, median, table, writeSection } from "../report.ts";
import type { Load } from "./load.ts";

interface Round extends Load {
  readonly rate: number;
  /** Microseconds of the server's processor time for a request, system included. */
  readonly cpu: number;
}

const kinds = ["node:http", "hono", "landline"] as const;
const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
const pinned = spawnSync("taskset", ["-c", "1", "true"]).status === 0;

/** Measures, prints, and writes the section unless it was quick. */
export async function run({ quick }: { readonly quick: boolean }): Promise<void> {
  const folder = mkdtempSync(path.join(process.env["BENCH_DIR"] ?? os.tmpdir(), "landline-gateway-"));
  const rounds = quick ? 1 : Number(process.env["BENCH_ROUNDS"] ?? 5);
  const all = new Map<string, Round[]>(kinds.map((kind) => [kind, []]));
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
        const file = path.join(folder, `${round}.db`);
        const measured = await measure(kind, file, quick ? 1 : 4);
        all.get(kind)?.push(measured);
        process.stderr.write(`round ${round + 1} ${kind}: ${JSON.stringify(measured)}\n`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const lines = [ratesTable(all), goalsTable(all)];
  console.log(lines.join("\n\n"));
  if (!quick) writeSection("Gateway", text(rounds, lines));
}

async function measure(kind: string, file: string, seconds: number): Promise<Round> {
  const server = start("1", "server.ts", kind, file);
  const port = (await heard(server)) as number;
  const load = start("0", "load.ts", `http://127.0.0.1:${port}`, String(seconds));
  await heard(load);
  const before = await cpuOf(server);
  load.send("go");
  const found = (await heard(load)) as Load;
  const spent = (await cpuOf(server)) - before;
  server.disconnect();
  await once(server, "exit");
  return { ...found, rate: found.requests / found.seconds, cpu: spent / found.requests };
}

function start(core: string, name: string, ...args: readonly string[]): ChildProcess {
  const command = [process.execPath, ...flags, path.join(import.meta.dirname, name), ...args];
  const [program = "", ...rest] = pinned ? ["taskset", "-c", core, ...command] : command;
  return spawn(program, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

async function cpuOf(server: ChildProcess): Promise<number> {
  server.send("cpu");
  return (await heard(server)) as number;
}

/** The next message of a child; rejects when it ends instead. */
async function heard(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`a process of the benchmark ended with ${code ?? "a signal"}`));
    };
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message);
    });
  });
}

type Rounds = ReadonlyMap<string, readonly Round[]>;

function of(all: Rounds, kind: string, key: keyof Round): number {
  return median((all.get(kind) ?? []).map((each) => each[key]));
}

function whole(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}

function ratesTable(all: Rounds): string {
  return table(
    ["server", "requests/s", "best round", "p50 / p99 ms", "server CPU µs/request", "least"],
    kinds.map((kind) => [
      kind === "landline" ? "landline, durable before the 202" : `${kind}, storing nothing`,
      whole(of(all, kind, "rate")),
      whole(Math.max(...(all.get(kind) ?? []).map((each) => each.rate))),
      `${whole(of(all, kind, "p50"))} / ${whole(of(all, kind, "p99"))}`,
      whole(of(all, kind, "cpu")),
      whole(Math.min(...(all.get(kind) ?? []).map((each) => each.cpu))),
    ]),
  );
}

function goalsTable(all: Rounds): string {
  const least = (kind: string): number => Math.min(...(all.get(kind) ?? []).map((each) => each.cpu));
  const rows: readonly (readonly [string, number, boolean])[] = [
    [
      "throughput ÷ hono storing nothing ≥ 0.8",
      of(all, "landline", "rate") / of(all, "hono", "rate"),
      of(all, "landline", "rate") >= 0.8 * of(all, "hono", "rate"),
    ],
    [
      "CPU of hono storing nothing ÷ ours, least of all rounds ≥ 0.8",
      least("hono") / least("landline"),
      least("hono") >= 0.8 * least("landline"),
    ],
    ["requests/s ≥ 15,000", of(all, "landline", "rate"), of(all, "landline", "rate") >= 15_000],
    ["p99, ms ≤ 10", of(all, "landline", "p99"), of(all, "landline", "p99") <= 10],
  ];
  return table(
    ["goal", "measured", "met"],
    rows.map(([name, value, met]) => [
      name,
      value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 }),
      met ? "yes" : "**no**",
    ]),
  );
}

function text(rounds: number, tables: readonly string[]): string {
  return `\`${commandOf("gateway")}\` on ${machine()}. ${busyness()}

\`POST /v1/operations\`, bodies of about 300 bytes, 64 keep-alive connections with one request each at a time, every request with an \`Idempotency-Key\` of its own; ${pinned ? "the server pinned to one core, the load to the other" : "nothing pinned"}. Medians of ${rounds} rounds. \`landline\` authenticates, validates, checks the key and commits to SQLite (\`synchronous=FULL\`) before it answers; the others parse the body, check three fields and answer as many bytes. CPU time is steadier than time on a machine that others use as well.

${tables.join("\n\n")}`;
}
