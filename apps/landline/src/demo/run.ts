/**
 * The demonstration: hand two hundred messages to a worker that is killed twice, against a provider that refuses,
 * throttles, times out and swallows answers, and account for every single one.
 *
 * Three processes: a sandbox provider with a ledger of its own, `landline serve` with a SQLite store, and this one,
 * which behaves like an application (it posts, and posts again with the same key when nobody answers).
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { operationIdOf } from "../ledger.ts";
import { CommandError } from "../terminal.ts";
import { reckon } from "./account.ts";
import type { Account, LedgerEffect, StoredOperation } from "./account.ts";
import { Gateway } from "./gateway.ts";
import { startService } from "./processes.ts";
import type { Service } from "./processes.ts";
import type { Recipient } from "./recipients.ts";
import { accountName } from "./scenarios.ts";
import type { Scenario } from "./scenarios.ts";

/** What the demonstration tells while it runs. */
export interface DemoReporter {
  started(facts: {
    readonly sandboxUrl: string;
    readonly gatewayUrl: string;
    readonly recipients: number;
    readonly directory: string;
  }): void;
  progress(facts: DemoProgress): void;
  killed(facts: { readonly pid: number; readonly unfinished: number; readonly number: number }): void;
}

/** Where the demonstration stands. */
export interface DemoProgress {
  readonly total: number;
  readonly byState: Readonly<Record<string, number>>;
}

/** A row the gateway refused at the door. It never became an operation. */
export interface RefusedRow {
  readonly to: string;
  readonly reference: string;
  readonly field: string | null;
  readonly message: string;
}

/** How the demonstration ended. */
export interface DemoResult {
  readonly account: Account;
  readonly refused: readonly RefusedRow[];
  readonly parked: readonly StoredOperation[];
  readonly kills: number;
  readonly seconds: number;
  readonly consoleUrl: string;
  readonly apiKey: string;
  /** Keeps console and sandbox running until called. */
  close(): Promise<void>;
}

const killsWanted = 2;
// A finished demonstration takes half a minute; a busy machine and a cautious lane may take several times as long.
const patienceMs = 240_000;
const finished = new Set([
  "accepted",
  "delivered",
  "undelivered",
  "parked",
  "discarded",
  "expired",
  "cancelled",
  "superseded",
]);

/** Runs the demonstration of one provider. */
export async function runDemo(
  scenario: Scenario,
  recipients: readonly Recipient[],
  options: { readonly seed: number },
  reporter: DemoReporter,
): Promise<DemoResult> {
  const began = performance.now();
  const directory = await mkdtemp(path.join(tmpdir(), "landline-demo-"));
  const apiKey = `demo-${crypto.randomUUID()}`;
  const running: Service[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(running.map(async (service) => service.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const faultsFile = path.join(directory, "faults.json");
    await writeFile(faultsFile, JSON.stringify(scenario.faults));
    const sandbox = await startService([
      "sandbox",
      scenario.provider,
      "--port",
      "0",
      "--faults",
      faultsFile,
      "--seed",
      String(options.seed),
    ]);
    running.push(sandbox);
    const sandboxUrl = textOf(sandbox.ready, "url");
    const port = await freePort();
    const gatewayUrl = `http://127.0.0.1:${port}`;
    const configFile = path.join(directory, "landline.config.json");
    await writeFile(configFile, JSON.stringify(configuration(scenario, sandboxUrl, gatewayUrl, port, apiKey), null, 2));
    let worker = await startService(["serve", "--config", configFile]);
    running.push(worker);
    reporter.started({ sandboxUrl, gatewayUrl, recipients: recipients.length, directory });

    const gateway = new Gateway(gatewayUrl, apiKey);
    const handingOver = handOver(gateway, scenario, recipients);
    let kills = 0;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const operations = await gateway.operations();
      reporter.progress({ total: recipients.length, byState: countStates(operations) });
      const unfinished = operations.filter((operation) => !finished.has(operation.state)).length;
      const done = operations.length - unfinished;
      // Kill at a quarter and at a half of the work, and only while something is under way.
      if (kills < killsWanted && unfinished > 0 && done >= ((kills + 1) * recipients.length) / 4) {
        const pid = worker.pid;
        await worker.kill();
        kills += 1;
        reporter.killed({ pid, unfinished, number: kills });
        worker = await startService(["serve", "--config", configFile]);
        running.push(worker);
      }
      if (unfinished === 0 && (await settledWithin(handingOver, 0))) break;
      if (performance.now() > deadline)
        throw new CommandError(
          `after ${patienceMs / 1000} s ${unfinished} operations are still open; this is a defect`,
        );
      await sleep(150);
    }
    const handed = await handingOver;
    const operations = await gateway.operations();
    const account = reckon(handed.promised, operations, await ledgerEffects(sandboxUrl));
    return {
      account,
      refused: handed.refused,
      parked: operations.filter((operation) => operation.state === "parked"),
      kills,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      consoleUrl: `${gatewayUrl}/`,
      apiKey,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function configuration(
  scenario: Scenario,
  sandboxUrl: string,
  gatewayUrl: string,
  port: number,
  apiKey: string,
): unknown {
  return {
    store: "sqlite:./landline.db",
    http: { host: "127.0.0.1", port, publicUrl: gatewayUrl },
    apiKeys: [{ name: "demo", role: "admin", key: apiKey }],
    accounts: { [accountName]: { ...scenario.account, baseUrl: sandboxUrl } },
    // Short waits, so that a demonstration of minutes of trouble fits into seconds.
    policy: { backoff: { base: "200ms", max: "2s" }, attemptTimeout: "1s", deadline: "10m" },
  };
}

/** Posts every row, eight at a time, like an application that knows its keys and is not discouraged. */
async function handOver(
  gateway: Gateway,
  scenario: Scenario,
  recipients: readonly Recipient[],
): Promise<{ promised: string[]; refused: RefusedRow[] }> {
  const promised: string[] = [];
  const refused: RefusedRow[] = [];
  const rows = recipients.values();
  const one = async (): Promise<void> => {
    for (const recipient of rows) {
      const { path: route, body } = scenario.request(recipient);
      const answer = await gateway.post(
        route,
        { ...body, reference: recipient.reference, class: recipient.class },
        `demo:${recipient.reference}`,
      );
      if (answer.status === 202) promised.push(textOf(answer.body, "id"));
      else
        refused.push({
          to: recipient.to,
          reference: recipient.reference,
          field: fieldOf(answer.body),
          message: textOf(answer.body, "message"),
        });
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return { promised, refused };
}

async function ledgerEffects(sandboxUrl: string): Promise<LedgerEffect[]> {
  const response = await fetch(`${sandboxUrl}/_sandbox/ledger?effects`);
  const { entries } = (await response.json()) as {
    entries: { id: string; operation_id: string | null; idempotency_key: string | null }[];
  };
  return entries.map((effect) => ({ id: effect.id, operationId: operationIdOf(effect) }));
}

function countStates(operations: readonly StoredOperation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const operation of operations) counts[operation.state] = (counts[operation.state] ?? 0) + 1;
  return counts;
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(ms).then(() => false)]);
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("no free port"));
      });
    });
  });
}

function textOf(body: Readonly<Record<string, unknown>>, key: string): string {
  const value = body[key];
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function fieldOf(body: Readonly<Record<string, unknown>>): string | null {
  const details = body["details"];
  if (typeof details !== "object" || details === null || !("field" in details)) return null;
  return typeof details.field === "string" ? details.field : null;
}
