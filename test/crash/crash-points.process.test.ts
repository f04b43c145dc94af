/**
 * `kill -9` of a real worker at every crash point: nothing lost, nothing twice, doubt resolved by asking.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createSandbox } from "@landline/sandbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { crashPoints, meaning } from "./points.ts";
import type { CrashPoint } from "./points.ts";

const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
const launcher = fileURLToPath(new URL("../../apps/landline/bin/landline.js", import.meta.url));
const messages = 5;

let directory: string;
let sandbox: Awaited<ReturnType<typeof createSandbox>>;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "landline-crash-"));
  sandbox = await createSandbox({ provider: "twilio", seed: 1 });
});

afterEach(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function runWorker(config: string, point: CrashPoint | "none", count: number): Promise<Ended> {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--disable-warning=ExperimentalWarning", worker, config, point, String(count)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, stdout, stderr };
}

async function configure(): Promise<string> {
  const file = path.join(directory, "landline.config.json");
  const account = {
    provider: "twilio",
    accountSid: `AC${"1".repeat(32)}`,
    authToken: "crash-test-token",
    baseUrl: sandbox.url,
    lookupSettle: "200ms",
  };
  await writeFile(
    file,
    JSON.stringify({
      store: "sqlite:./crash.db",
      http: { publicUrl: "http://127.0.0.1:9" },
      accounts: { tw: account },
      policy: { attemptTimeout: "1500ms", backoff: { base: "50ms", max: "200ms" } },
      concurrency: 2,
    }),
  );
  return file;
}

const faultsAt: Partial<Record<CrashPoint, readonly Record<string, unknown>[]>> = {
  C6: [{ when: { operation: "messages.create", nth: [1, 2] }, do: { delay: "1s" } }],
  C9: [
    { when: { operation: "messages.create", nth: [1] }, do: { status: 503, code: 20503 } },
    { when: { operation: "messages.create", nth: [2] }, do: { status: 429, code: 20429 } },
  ],
};

describe("a worker killed with SIGKILL", () => {
  for (const point of crashPoints) {
    test(`${point}: ${meaning[point]}`, async () => {
      sandbox.setFaults({ rules: [...(faultsAt[point] ?? [])] as never });
      const config = await configure();
      const first = await runWorker(config, point, messages);
      expect(first).toMatchObject({ signal: "SIGKILL" });

      const second = await runWorker(config, "none", 0);
      expect(second).toMatchObject({ code: 0, stderr: "" });
      const result = JSON.parse(second.stdout) as {
        operations: { id: string; state: string; parkedReason: string | null }[];
        broken: unknown[];
      };
      const effects = sandbox.effects().filter((effect) => effect.operation === "messages.create");
      const perOperation = new Map<string | null, number>();
      for (const effect of effects)
        perOperation.set(effect.operation_id, (perOperation.get(effect.operation_id) ?? 0) + 1);

      expect(result.broken).toEqual([]);
      expect(result.operations.map((operation) => operation.state)).toEqual(
        Array.from({ length: messages }, () => expect.stringMatching(/^(accepted|delivered)$/)),
      );
      expect(effects).toHaveLength(messages);
      expect([...perOperation.values()]).toEqual(Array.from({ length: messages }, () => 1));
      expect(new Set(perOperation.keys())).toEqual(new Set(result.operations.map((operation) => operation.id)));
    });
  }
});

describe("C20: a backup is put back after everything in it was sent", () => {
  const store = (): string => path.join(directory, "crash.db");
  const backup = (): string => path.join(directory, "backup.db");

  /** Backs up five messages that wait (the worker died with them in hand), sends them, and puts the backup back. */
  async function sentAndPutBack(config: string): Promise<void> {
    expect(await runWorker(config, "C4", messages)).toMatchObject({ signal: "SIGKILL" });
    for (const suffix of ["", "-wal"]) await copyFile(store() + suffix, backup() + suffix);
    expect(await runWorker(config, "none", 0)).toMatchObject({ code: 0, stderr: "" });
    expect(sandbox.effects()).toHaveLength(messages);
    for (const suffix of ["", "-wal"]) await rm(store() + suffix, { force: true });
    for (const suffix of ["", "-wal"]) await copyFile(backup() + suffix, store() + suffix);
  }

  /** Works until all is settled; returns how often the provider did something in all. */
  async function effectsInTheEnd(config: string): Promise<number> {
    const last = await runWorker(config, "none", 0);
    expect(last).toMatchObject({ code: 0, stderr: "" });
    const result = JSON.parse(last.stdout) as { operations: { state: string }[]; broken: unknown[] };
    expect(result.broken).toEqual([]);
    expect(result.operations.map(({ state }) => state)).toEqual(Array.from({ length: messages }, () => "accepted"));
    return sandbox.effects().length;
  }

  test("the mark beside the database tells, the provider is asked, and nothing is sent twice", async () => {
    const config = await configure();
    await sentAndPutBack(config);
    expect(await effectsInTheEnd(config)).toBe(messages);
  });

  test("on another machine nothing tells: `landline restore` does", async () => {
    const config = await configure();
    await sentAndPutBack(config);
    await rm(`${store()}-mark`);
    const child = spawn(process.execPath, [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      launcher,
      "restore",
      "--json",
      `--config=${config}`,
    ]);
    const [[code], stdout] = await Promise.all([once(child, "exit"), text(child.stdout)]);
    expect([code, JSON.parse(stdout)]).toEqual([0, { moved: null, trusted: false, doubted: messages }]);
    expect(await effectsInTheEnd(config)).toBe(messages);
  });
});
