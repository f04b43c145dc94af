/**
 * Starts other `landline` processes and stops them: politely, or with SIGKILL as a power cut would.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../bin/landline.js", import.meta.url));

/** A running process that has said that it is ready. */
export interface Service {
  readonly pid: number;
  /** The first JSON line it printed. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Whether it is still running. */
  alive(): boolean;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM and patience; SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

/**
 * Starts a `landline` process and waits until it is ready.
 * @param args the command line after `landline`; `--json` is added
 * @throws when it ends before it is ready; the message carries what it said on stderr
 */
export async function startService(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Service> {
  return startProgram(launcher, [...args, "--json"], environment);
}

/**
 * Starts any program that prints a JSON line when it is ready. See {@link startService}.
 * @param file the path of its main module
 */
export async function startProgram(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Service> {
  // The fourth descriptor ends with this process, however it ends, and takes the child along (see bin/landline.js).
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment, LANDLINE_LAUNCHER_FD: "3" },
  });
  const said: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => {
    said.push(chunk.toString());
    if (said.length > 200) said.shift();
  });
  const ready = await firstJsonLine(child, said);
  child.stdout?.resume();
  const gone = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    ready,
    alive: () => child.exitCode === null && child.signalCode === null,
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(patience);
    },
  };
}

async function firstJsonLine(child: ChildProcess, said: readonly string[]): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`a process ended with ${code ?? "a signal"} before it was ready: ${said.join("").trim()}`));
    });
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => {
      lines.close();
      try {
        resolve(JSON.parse(line) as Record<string, unknown>);
      } catch {
        reject(new Error(`a process began with "${line}" instead of JSON`));
      }
    });
  });
}
