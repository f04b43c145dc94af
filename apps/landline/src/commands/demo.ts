/**
 * `landline demo`: the main job on this machine alone, with an account of every message at the end.
 */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { summed } from "../demo/account.ts";
import { readRecipients } from "../demo/recipients.ts";
import { runDemo } from "../demo/run.ts";
import type { DemoProgress, DemoReporter, DemoResult } from "../demo/run.ts";
import { scenarios } from "../demo/scenarios.ts";
import type { Scenario } from "../demo/scenarios.ts";
import { CommandError, exit, isInteractive, print, printJson, say } from "../terminal.ts";
import type { CommonOptions } from "../terminal.ts";

/** The list lies beside the program where that is installed, and at the root of a checkout. */
const installedList = fileURLToPath(new URL("../../examples/recipients.csv", import.meta.url));
const ownList = existsSync(installedList)
  ? installedList
  : fileURLToPath(new URL("../../../../examples/recipients.csv", import.meta.url));

interface DemoOptions extends CommonOptions {
  readonly exit?: boolean;
  readonly recipients: string;
  readonly seed: string;
  readonly provider: string;
}

/** Adds the command. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "run the main job on this machine alone: flaky sandbox provider, killed worker, every message accounted for",
    )
    .option("--exit", "end when the account is printed instead of leaving the console running")
    .option("--recipients <file>", "CSV with to, body, reference, class", ownList)
    .option("--seed <number>", "seed of the sandbox's faults", "7")
    .option("--provider <name>", `one of ${choices}; all runs one after the other`, "twilio")
    .action(async (options: DemoOptions) => {
      const chosen = scenariosOf(options.provider);
      if (chosen.length === 0)
        throw new CommandError(`unknown provider "${options.provider}"; there are ${choices}`, exit.usage);
      const seed = Number(options.seed);
      if (!Number.isSafeInteger(seed))
        throw new CommandError(`--seed must be a whole number, not "${options.seed}"`, exit.usage);
      const recipients = await readRecipients(options.recipients);
      const results: DemoResult[] = [];
      try {
        for (const scenario of chosen) {
          if (chosen.length > 1) say(`${scenario.provider}:`);
          const result = await runDemo(scenario, recipients, { seed }, reporter());
          results.push(result);
          if (options.json !== true) print(summary(result, scenario.provider, options.exit !== true));
          if (options.exit === true) await result.close();
        }
        if (options.json === true) printJson(document(results));
        const { duplicates, lost } = summed(results.map(({ account }) => account));
        process.exitCode = duplicates === 0 && lost === 0 ? exit.done : exit.failed;
        if (options.exit !== true) {
          say(
            `The console${results.length > 1 ? "s keep" : " keeps"} running. Ctrl-C ends ${results.length > 1 ? "them" : "it"}.`,
          );
          await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
        }
      } finally {
        await Promise.all(results.map(async (result) => result.close()));
      }
    });
}

const choices = [...Object.keys(scenarios), "all"].join(", ");

/** Empty for an unknown name. */
function scenariosOf(name: string): readonly Scenario[] {
  if (name === "all") return Object.values(scenarios);
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined;
  return scenario === undefined ? [] : [scenario];
}

/** Several runs are summed; the console is that of the last. */
function document(results: readonly DemoResult[]): unknown {
  const sum = (of: (result: DemoResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  return {
    ...summed(results.map(({ account }) => account)),
    refused: sum(({ refused }) => refused.length),
    kills: sum(({ kills }) => kills),
    seconds: Math.round(sum(({ seconds }) => seconds) * 10) / 10,
    console_url: results.at(-1)?.consoleUrl ?? null,
  };
}

function reporter(): DemoReporter {
  const live = isInteractive(process.stderr);
  let lastLine = "";
  return {
    started: ({ sandboxUrl, gatewayUrl, recipients, directory }) => {
      say(`${recipients} recipients · provider sandbox ${sandboxUrl} · gateway ${gatewayUrl} · store ${directory}`);
    },
    progress: (facts) => {
      const line = progressLine(facts);
      if (live) process.stderr.write(`\r\u001b[2K${line}`);
      else if (line !== lastLine && everyTenth(facts)) say(line);
      lastLine = line;
    },
    killed: ({ pid, unfinished, number }) => {
      if (live) process.stderr.write("\r\u001b[2K");
      say(
        `kill -9 of the worker (pid ${pid}), number ${number}, with ${unfinished} operations unfinished; starting it again`,
      );
    },
  };
}

let lastTenth = -1;

/** Without a terminal one line per tenth of the work is enough. */
function everyTenth({ total, byState }: DemoProgress): boolean {
  const done = (byState["accepted"] ?? 0) + (byState["delivered"] ?? 0) + (byState["parked"] ?? 0);
  const tenth = Math.floor((done * 10) / Math.max(1, total));
  if (tenth === lastTenth) return false;
  lastTenth = tenth;
  return true;
}

const shownStates = [
  "queued",
  "sending",
  "retrying",
  "reconciling",
  "held",
  "accepted",
  "delivered",
  "parked",
] as const;

function progressLine({ byState }: DemoProgress): string {
  return shownStates
    .flatMap((state) => (byState[state] === undefined ? [] : [`${state} ${byState[state]}`]))
    .join(" · ");
}

function summary(
  { account, refused, parked, kills, seconds, consoleUrl, apiKey }: DemoResult,
  provider: string,
  stays: boolean,
): string {
  const causes = new Map<string, { count: number; guidance: string }>();
  for (const operation of parked) {
    const cause = [operation.parked_reason, operation.failure?.code, operation.failure?.kind]
      .filter((part) => typeof part === "string")
      .join(" ");
    const known = causes.get(cause);
    causes.set(cause, { count: (known?.count ?? 0) + 1, guidance: operation.failure?.guidance ?? "" });
  }
  const parkedTotal = Object.values(account.parked).reduce((sum, count) => sum + count, 0);
  const row = (name: string, count: number): string => `  ${name.padEnd(20)}${String(count).padStart(5)}`;
  return [
    "",
    `${account.operations} operations through ${provider} in ${seconds} s, worker killed ${kills} times`,
    "",
    row("accepted once", account.accepted_once),
    row("parked", parkedTotal),
    ...[...causes].map(([cause, { count, guidance }]) => `    ${String(count).padStart(3)} × ${cause}: ${guidance}`),
    row("cancelled", account.cancelled),
    row("expired", account.expired),
    row("duplicates", account.duplicates),
    row("lost", account.lost),
    "",
    `${refused.length} rows were refused at the door and never became operations:`,
    ...refused.map((entry) => `    ${entry.to} (${entry.reference}): ${entry.message}`),
    ...(stays ? ["", `Console: ${consoleUrl}   key: ${apiKey}`] : []),
  ].join("\n");
}
