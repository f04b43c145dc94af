/** Real processes of the command line, for tests: one run with its exit code and streams, or one that stays. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

const launcher = path.resolve(import.meta.dirname, "../bin/landline.js");
const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning", launcher];

/** What a run came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on standard input; default: nothing. */
  readonly input?: string;
}

/** Compiled once for all runs: starting costs a third. */
const compiled = path.join(tmpdir(), "landline-compiled");

/** Nothing of the machine's own configuration reaches a test. */
function environment(over: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NO_COLOR: "1", NODE_COMPILE_CACHE: compiled, ...over };
}

/** Runs one command to its end. */
export async function landline(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: environment(options.env),
    stdio: "pipe",
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

/** A command that stays until it is told to go. */
export interface Staying {
  /** The first line on stdout, parsed. */
  readonly said: Readonly<Record<string, unknown>>;
  /** All lines on stdout so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly url: string;
  /** Everything on stderr so far. */
  log(): string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** Starts a command that says in one JSON line that it is ready. */
export async function stay(args: readonly string[], options: RunOptions = {}): Promise<Staying> {
  const child = spawn(process.execPath, [...flags, ...args, "--json"], {
    cwd: options.cwd ?? tmpdir(),
    env: environment(options.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = once(child, "close").finally(() => running.delete(child));
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const lines: Staying["said"][] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(JSON.parse(line) as Staying["said"]));
  await Promise.race([once(reader, "line"), ended]);
  const [said] = lines;
  if (said === undefined) throw new Error(`it ended before it was ready: ${log}`);
  return {
    said,
    lines,
    url: typeof said["url"] === "string" ? said["url"] : "",
    log: () => log,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      return child.exitCode;
    },
  };
}

/** A folder that is gone when the test is over. */
export interface Place {
  readonly directory: string;
  /** Writes `landline.config.json` and returns its path. */
  configure(config: Readonly<Record<string, unknown>>): Promise<string>;
  /** Ends what was left running, and removes the folder. */
  leave(): Promise<void>;
}

/** Makes one. */
export async function makePlace(): Promise<Place> {
  const directory = await mkdtemp(path.join(tmpdir(), "landline-cli-"));
  return {
    directory,
    configure: async (config) => {
      const file = path.join(directory, "landline.config.json");
      await writeFile(file, JSON.stringify(config));
      return file;
    },
    leave: async () => {
      for (const child of running) child.kill("SIGKILL");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Asks until an answer is good enough, for ten seconds. */
export async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + 10_000; ;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error("it did not come about within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
