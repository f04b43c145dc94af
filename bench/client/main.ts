/** The HTTP client's benchmarks: every variant in a fresh process, rounds interleaved, server and client on one core each. */
import { execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { machine, median, table, writeSection } from "../report.ts";
import type { Measurement } from "./measure.ts";
import { measurePolicy } from "./policy.ts";
import { variants } from "./variants.ts";

const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
const pinned = spawnSync("taskset", ["-c", "0", "true"]).status === 0;

/** What the server of a measurement does. */
interface Setting {
  /** Share of requests it refuses. */
  readonly failing?: number;
  readonly status?: number;
  /** Key and certificate, where it speaks TLS. */
  readonly pem?: string;
}

const call = "landline client.call";
const create = "landline twilio messages.create";
const sdk = "twilio SDK, autoRetry";
const dropIn = "twilio SDK + landlineHttpClient";
const wrapped = "landline reliableFetch";

/** Measures, prints, and writes the section unless it was quick. */
export async function run({ quick }: { readonly quick: boolean }): Promise<void> {
  const only = process.env["VARIANTS"]?.split(";");
  const chosen = (names: readonly string[]): readonly string[] =>
    names.filter((name) => only === undefined || only.includes(name));
  const names = chosen(Object.keys(variants));
  const rounds = quick ? 3 : 7;
  const plain = await measureAll(names, rounds, quick ? 0.4 : 1, {});
  const main = table(mainColumns, rowsOf(plain));
  const goals = table(["goal", "median of the rounds", "best round", "met"], goalRows(plain));
  console.log(`${main}\n\n${goals}`);
  const policy = await measurePolicy();
  console.log(policy.join("\n"));
  const secured = await overTls(chosen(secureVariants), quick ? 1 : 5, quick ? 0.4 : 1);
  console.log(secured);
  const failing = await whereSomeFail(chosen(failingVariants), quick ? 1 : 3);
  console.log(failing);
  if (!quick) writeSection("HTTP client", text({ main, goals, policy, secured, failing }));
}

const mainColumns = [
  "variant",
  "requests/s, 50 in flight",
  "CPU µs/request",
  "best round",
  "p50 µs, one at a time",
  "p99 µs",
  "CPU µs, one at a time",
];

const secureVariants = ["undici Pool request", "undici.request", call, "fetch", wrapped, create, sdk, dropIn];

/** The same over TLS, with the ratios that the goals name. */
async function overTls(names: readonly string[], rounds: number, seconds: number): Promise<string> {
  const pem = certificate();
  if (pem === null) return "Not measured: there is no openssl here to make a certificate with.";
  const results = await measureAll(names, rounds, seconds, { pem });
  return `${table(mainColumns, rowsOf(results))}\n\n${table(["goal", "median of the rounds", "best round", "met"], goalRows(results))}`;
}

const failingVariants = ["undici.request", "undici RetryAgent", "undici.request + cockatiel", call];

/** Throughput where a share of the requests is refused at random, with nothing behind it. */
async function whereSomeFail(names: readonly string[], rounds: number): Promise<string> {
  const rows: string[][] = [];
  for (const status of [503, 429]) {
    for (const failing of [0.01, 0.02, 0.05]) {
      const results = await measureAll(names, rounds, 1, { failing, status });
      for (const [name, row] of [...results.keys()].map((each) => [each, rowOf(each, results)] as const))
        rows.push([`${failing * 100} % with ${status}`, name, row[1] ?? "", row[2] ?? ""]);
    }
  }
  return table(["refused", "variant", "requests/s", "CPU µs/request"], rows);
}

/** A key and a certificate for 127.0.0.1, made for this run; null where openssl cannot be had. */
function certificate(): string | null {
  const directory = mkdtempSync(path.join(tmpdir(), "landline-bench-"));
  const [key, cert, pem] = ["key.pem", "cert.pem", "both.pem"].map((name) => path.join(directory, name)) as [
    string,
    string,
    string,
  ];
  const wanted = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1";
  const named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
  const made = spawnSync("openssl", [...wanted.split(" "), ...named]);
  if (made.status !== 0) return null;
  writeFileSync(pem, `${readFileSync(key, "utf8")}${readFileSync(cert, "utf8")}`);
  return pem;
}

type Results = ReadonlyMap<string, readonly Measurement[]>;

async function measureAll(
  names: readonly string[],
  rounds: number,
  seconds: number,
  { failing = 0, status = 503, pem = "" }: Setting,
): Promise<Results> {
  const given = [String(failing), String(status), pem];
  const server = fork(path.join(import.meta.dirname, "server.ts"), given, { execArgv: flags });
  if (pinned && server.pid !== undefined) spawnSync("taskset", ["-cp", "0", String(server.pid)]);
  const [port] = (await once(server, "message")) as [number];
  const results = new Map<string, Measurement[]>(names.map((name) => [name, []]));
  const env = pem === "" ? process.env : { ...process.env, NODE_EXTRA_CA_CERTS: pem };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const command = [
        process.execPath,
        ...flags,
        path.join(import.meta.dirname, "measure.ts"),
        `${pem === "" ? "http" : "https"}://127.0.0.1:${port}`,
        name,
        String(seconds),
      ];
      const [program = "", ...args] = pinned ? ["taskset", "-c", "1", ...command] : command;
      const line = execFileSync(program, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "inherit"] });
      results.get(name)?.push(JSON.parse(line) as Measurement);
      process.stderr.write(`round ${round + 1} ${name}: ${line}`);
    }
  }
  server.disconnect();
  return results;
}

function rowsOf(results: Results): string[][] {
  return [...results.keys()].map((name) => rowOf(name, results));
}

function rowOf(name: string, results: Results): string[] {
  const rounds = results.get(name) ?? [];
  const best = Math.min(...rounds.map(({ cpu50 }) => cpu50));
  const cell = (key: keyof Measurement, digits: number): string =>
    median(rounds.map((each) => each[key])).toLocaleString("en", {
      maximumFractionDigits: digits,
      minimumFractionDigits: digits,
    });
  return [name, cell("rps", 0), cell("cpu50", 1), best.toFixed(1), cell("p50", 0), cell("p99", 0), cell("cpu1", 1)];
}

const goalsOf: readonly (readonly [string, keyof Measurement, string, string, "≤" | "≥", number])[] = [
  ["CPU of `client.call` to `undici.request`", "cpu50", call, "undici.request", "≤", 1.05],
  ["throughput of `client.call` to a bare Pool (request)", "rps", call, "undici Pool request", "≥", 0.9],
  ["throughput of `client.call` to undici + cockatiel", "rps", call, "undici.request + cockatiel", "≥", 2],
  ["p50 of `client.call` to a bare Pool (request)", "p50", call, "undici Pool request", "≤", 1.03],
  ["message create through the client to the official SDK", "rps", create, sdk, "≥", 6],
  ["the same in CPU (SDK to client)", "cpu50", sdk, create, "≥", 6],
  ["SDK with our HTTP client to the SDK alone", "rps", dropIn, sdk, "≥", 3],
  ["the same in CPU (alone to ours)", "cpu50", sdk, dropIn, "≥", 3],
  ["CPU of `reliableFetch` to `fetch`", "cpu50", wrapped, "fetch", "≤", 1.05],
];

/** The ratios of the project's goals, each taken within a round, where both sides met the same machine. */
function goalRows(results: Results): string[][] {
  return goalsOf.flatMap(([name, key, ours, theirs, sign, goal]) => {
    const [left, right] = [results.get(ours) ?? [], results.get(theirs) ?? []];
    if (left.length === 0 || right.length === 0) return [];
    const ratios = left.map((each, round) => each[key] / (right[round]?.[key] ?? Number.NaN));
    const middle = median(ratios);
    const best = sign === "≤" ? Math.min(...ratios) : Math.max(...ratios);
    const met = (value: number): boolean => (sign === "≤" ? value <= goal : value >= goal);
    const verdict = met(middle) ? "yes" : met(best) ? "in the best round" : "**no**";
    return [[`${name} ${sign} ${goal}`, middle.toFixed(2), best.toFixed(2), verdict]];
  });
}

/** The parts of the section. */
interface Parts {
  readonly main: string;
  readonly goals: string;
  readonly policy: readonly string[];
  readonly secured: string;
  readonly failing: string;
}

function text({ main, goals, policy, secured, failing }: Parts): string {
  const version = (name: string): string => {
    const found = createRequire(import.meta.url).resolve.paths(name) ?? [];
    for (const folder of found) {
      try {
        return (createRequire(import.meta.url)(path.join(folder, name, "package.json")) as { version: string }).version;
      } catch {
        continue;
      }
    }
    return "?";
  };
  const versions = ["undici", "cockatiel", "got", "ky", "axios", "axios-retry", "p-retry", "opossum", "twilio"]
    .map((name) => `${name} ${version(name)}`)
    .join(", ");
  return `\`npm run bench -- client\` on ${machine()}.
${versions}.

JSON POST with an answer of about 200 bytes (the Twilio rows: a form POST and Twilio's answer of about 900 bytes), keep-alive, plain HTTP over loopback, server and client in separate processes${pinned ? " pinned to one core each" : ""}; median of seven rounds (and the best one, because the machine had other work), order reversed every second round, a fresh process each time. CPU is user + system of the client's process. Ratios are taken within each round.

${main}

${goals}

### TLS

${secured}

### Where some requests are refused at random

All but the plain \`undici.request\` wait before they repeat: RetryAgent and \`client.call\` 0.5 s, cockatiel 0.1–0.2 s. \`client.call\` takes every 429 for a limit of the provider and slows its lane down, which is right at a real limit and loses badly here, where there is none.

${failing}

### The policy alone

No HTTP: a transport that answers at once.

${policy.map((line) => `- ${line}`).join("\n")}

Caveats: one machine with two cores, loopback; the server is \`node:http\` on the other core and is itself the limit of the fastest rows, so compare CPU there. Retries are configured but not needed in the first table. \`client.call\` makes an operation id, admits the call to its lane, classifies the answer and keeps its history, which none of the others do; cockatiel is set up with retry, breaker and timeout.`;
}
