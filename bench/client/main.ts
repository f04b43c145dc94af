/** The HTTP client's benchmarks: every variant in a fresh process, rounds interleaved, server and client on one core each. */
import { execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { machine, median, table, writeSection } from "../report.ts";
import type { Measurement } from "./measure.ts";
import { measurePolicy } from "./policy.ts";
import { variants } from "./variants.ts";

const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
const pinned = spawnSync("taskset", ["-c", "0", "true"]).status === 0;

/** Measures, prints, and writes the section unless it was quick. */
export async function run({ quick }: { readonly quick: boolean }): Promise<void> {
  const only = process.env["VARIANTS"]?.split(",");
  const names = Object.keys(variants).filter((name) => only === undefined || only.includes(name));
  const rounds = quick ? 1 : 5;
  const plain = await measureAll(names, rounds, quick ? 0.8 : 1, 0);
  const rows = names.map((name) => row(name, plain));
  const main = table(
    [
      "variant",
      "requests/s, 50 in flight",
      "CPU µs/request",
      "best round",
      "p50 µs, one at a time",
      "p99 µs",
      "CPU µs, one at a time",
    ],
    rows,
  );
  console.log(main);
  const policy = await measurePolicy();
  console.log(policy.join("\n"));
  if (quick) return;
  const failing = ["undici RetryAgent", "landline client.call"];
  const refused = await measureAll(failing, 3, 1, 0.02);
  const goals = goalRows(plain);
  writeSection(
    "HTTP client",
    text(
      main,
      table(["goal", "medians", "best rounds", "met"], goals),
      policy,
      table(
        ["variant", "requests/s", "CPU µs/request"],
        failing.map((name) => row(name, refused).slice(0, 3)),
      ),
    ),
  );
}

type Results = ReadonlyMap<string, readonly Measurement[]>;

async function measureAll(
  names: readonly string[],
  rounds: number,
  seconds: number,
  failing: number,
): Promise<Results> {
  const server = fork(path.join(import.meta.dirname, "server.ts"), [String(failing)], { execArgv: flags });
  if (pinned && server.pid !== undefined) spawnSync("taskset", ["-cp", "0", String(server.pid)]);
  const [port] = (await once(server, "message")) as [number];
  const results = new Map<string, Measurement[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const command = [
        process.execPath,
        ...flags,
        path.join(import.meta.dirname, "measure.ts"),
        `http://127.0.0.1:${port}`,
        name,
        String(seconds),
      ];
      const [program = "", ...args] = pinned ? ["taskset", "-c", "1", ...command] : command;
      const line = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
      results.get(name)?.push(JSON.parse(line) as Measurement);
      process.stderr.write(`round ${round + 1} ${name}: ${line}`);
    }
  }
  server.disconnect();
  return results;
}

function of(results: Results, name: string, key: keyof Measurement): number {
  return median((results.get(name) ?? []).map((each) => each[key]));
}

function row(name: string, results: Results): string[] {
  const best = Math.min(...(results.get(name) ?? []).map(({ cpu50 }) => cpu50));
  const cell = (key: keyof Measurement, digits: number): string =>
    of(results, name, key).toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return [name, cell("rps", 0), cell("cpu50", 1), best.toFixed(1), cell("p50", 0), cell("p99", 0), cell("cpu1", 1)];
}

/** The ratios of the project's goals: from the medians, and from the best round of each side, which a busy machine disturbs least. */
function goalRows(results: Results): string[][] {
  const bestOf = (name: string, key: keyof Measurement): number => {
    const values = (results.get(name) ?? []).map((each) => each[key]);
    return key === "rps" ? Math.max(...values) : Math.min(...values);
  };
  const call = "landline client.call";
  const create = "landline twilio messages.create";
  const sdk = "twilio SDK, autoRetry";
  const dropIn = "twilio SDK + landlineHttpClient";
  const goals: readonly (readonly [string, keyof Measurement, string, string, "≤" | "≥", number])[] = [
    ["CPU of `client.call` to `undici.request`", "cpu50", call, "undici.request", "≤", 1.05],
    ["throughput of `client.call` to a bare Pool (request)", "rps", call, "undici Pool request", "≥", 0.9],
    ["throughput of `client.call` to undici + cockatiel", "rps", call, "undici.request + cockatiel", "≥", 2],
    ["p50 of `client.call` to a bare Pool (request)", "p50", call, "undici Pool request", "≤", 1.03],
    ["message create through the client to the official SDK", "rps", create, sdk, "≥", 6],
    ["SDK with our HTTP client to the SDK alone", "rps", dropIn, sdk, "≥", 3],
    ["CPU of `reliableFetch` to `fetch`", "cpu50", "landline reliableFetch", "fetch", "≤", 1.05],
  ];
  return goals.map(([name, key, ours, theirs, sign, goal]) => {
    const middle = of(results, ours, key) / of(results, theirs, key);
    const best = bestOf(ours, key) / bestOf(theirs, key);
    const met = (value: number): boolean => (sign === "≤" ? value <= goal : value >= goal);
    return [
      `${name} ${sign} ${goal}`,
      middle.toFixed(2),
      best.toFixed(2),
      met(middle) ? "yes" : met(best) ? "in the best rounds" : "**no**",
    ];
  });
}

function text(main: string, goals: string, policy: readonly string[], failing: string): string {
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

JSON POST with an answer of about 200 bytes (the Twilio rows: a form POST and Twilio's answer of about 900 bytes), keep-alive, plain HTTP over loopback, server and client in separate processes${pinned ? " pinned to one core each" : ""}; median of five rounds (and the best one, because the machine had other work), order reversed every second round, a fresh process each time. CPU is user + system of the client's process.

${main}

${goals}

With 2 % of the requests refused by 503, both waiting 0.5 s before they repeat them (median of three rounds):

${failing}

Policy alone, no HTTP (a transport that answers at once):

${policy.map((line) => `- ${line}`).join("\n")}

Caveats: one machine with two cores, loopback, no TLS; the server is \`node:http\` on the other core and is itself the limit of the fastest rows, so compare CPU there. Retries are configured but not needed in the first table. Where 2 % of the requests were refused by 429 at random, with no limit behind it, \`client.call\` fell to about 40 requests/s: its lane takes every 429 for a limit and slows down, which is right at a real one and wrong there. \`client.call\` makes an operation id, admits the call to its lane, classifies the answer and keeps its history, which none of the others do; cockatiel is set up with retry, breaker and timeout.`;
}
