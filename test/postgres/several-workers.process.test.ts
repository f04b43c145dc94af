/**
 * One PostgreSQL, one gateway that only listens, several workers, all real processes; `kill -9` of the workers in the
 * middle. Everything that was promised ends exactly once at the provider, and the store agrees with its ledger.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createSandbox } from "@landline/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startService } from "../../apps/landline/src/demo/processes.ts";
import type { Service } from "../../apps/landline/src/demo/processes.ts";
import { administer, startCluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";
import type { Cluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";

const launcher = fileURLToPath(new URL("../../apps/landline/bin/landline.js", import.meta.url));
const run = promisify(execFile);
const key = "several-workers-key";

let cluster: Cluster;
let directory = "";
let sandbox: Awaited<ReturnType<typeof createSandbox>>;
const services: Service[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  sandbox = await createSandbox({ provider: "twilio", seed: 1 });
  directory = await mkdtemp(path.join(tmpdir(), "landline-several-"));
  const account = {
    provider: "twilio",
    accountSid: `AC${"1".repeat(32)}`,
    authToken: "t".repeat(32),
    baseUrl: sandbox.url,
  };
  await writeFile(
    path.join(directory, "landline.config.json"),
    JSON.stringify({
      store: cluster.url,
      http: { publicUrl: "http://127.0.0.1:9" },
      apiKeys: [{ name: "app", role: "admin", key }],
      accounts: { tw: { ...account, lookupSettle: "200ms" } },
      policy: { attemptTimeout: "1500ms", backoff: { base: "50ms", max: "200ms" } },
      concurrency: 16,
    }),
  );
});

afterAll(async () => {
  await Promise.all(services.map(async (service) => service.stop()));
  await sandbox.close();
  await cluster.destroy();
  await rm(directory, { recursive: true, force: true });
});

async function start(...args: readonly string[]): Promise<Service> {
  const service = await startService([...args, `--config=${path.join(directory, "landline.config.json")}`]);
  services.push(service);
  return service;
}

/** A command to its end: what it printed, and its exit code. */
async function command(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const config = `--config=${path.join(directory, "landline.config.json")}`;
  try {
    return { code: 0, ...(await run(process.execPath, [...process.execArgv, launcher, ...args, config])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

async function post(url: string, number: number): Promise<string> {
  const response = await fetch(`${url}/v1/operations`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "idempotency-key": `several-${number}`,
    },
    body: JSON.stringify({
      account: "tw",
      operation: "messages.create",
      input: { To: `+1212${2_000_000 + number}`, From: "+15005550006", Body: `message ${number}` },
    }),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { readonly id: string }).id;
}

/** Operations by state. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const names = ["queued", "sending", "retrying", "reconciling", "accepted", "delivered", "undelivered", "parked"];
  const rows = await administer(cluster.url, "SELECT state, count(*)::int FROM landline.operation GROUP BY state");
  return Object.fromEntries(rows.map(([state, count]) => [names[Number(state)] ?? String(state), Number(count)]));
}

async function until(what: string, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come about: ${JSON.stringify(await counts())}`);
    await sleep(50);
  }
}

test("a store that was never migrated says what to do, and migrating says what it does", async () => {
  const refused = await command("work");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("landline migrate");
  expect(refused.stderr).not.toMatch(/^\s+at /m);
  const planned = await command("migrate", "--dry-run", "--json");
  const { dry_run, migrations } = JSON.parse(planned.stdout) as { dry_run: boolean; migrations: string[] };
  expect(dry_run).toBe(true);
  expect(migrations[0]).toBe("0001-initial");
  const together = await Promise.all([1, 2, 3, 4].map(() => command("migrate", "--json")));
  expect(together.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  const applied = together.flatMap(({ stdout }) => (JSON.parse(stdout) as { migrations: string[] }).migrations);
  expect(applied).toEqual(migrations);
});

test("serve alone accepts and delivers", { timeout: 60_000 }, async () => {
  const gateway = await start("serve", "--port=0");
  await post(String(gateway.ready["url"]), 1);
  await until("delivery", async () => ((await counts())["accepted"] ?? 0) === 1, 20_000);
  expect(sandbox.effects()).toHaveLength(1);
  await gateway.stop();
});

test("workers are killed again and again; all that was promised ends once", { timeout: 180_000 }, async () => {
  const total = 600;
  const gateway = await start("serve", "--no-dispatch", "--port=0");
  const url = String(gateway.ready["url"]);
  sandbox.setFaults([{ when: { operation: "messages.create" }, do: { delay: "20ms" } }]);
  let workers = await Promise.all([1, 2, 3].map(async () => start("work")));
  const numbers = Array.from({ length: total }, (_, index) => 100 + index).values();
  const posting = Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const number of numbers) {
        await post(url, number);
        await sleep(20);
      }
    }),
  );
  for (let kill = 0; kill < 6; kill += 1) {
    await sleep(250);
    const [victim, ...others] = workers;
    await victim?.kill();
    workers = [...others, await start("work")];
  }
  await posting;
  await until(
    "an end for everything",
    async () => {
      const now = await counts();
      return (now["queued"] ?? 0) + (now["sending"] ?? 0) + (now["retrying"] ?? 0) + (now["reconciling"] ?? 0) === 0;
    },
    60_000,
  );
  const states = await counts();
  expect(states["parked"] ?? 0).toBe(0);
  expect((states["accepted"] ?? 0) + (states["delivered"] ?? 0)).toBe(total + 1);
  expect(sandbox.effects()).toHaveLength(total + 1);
  const rescues = await administer(cluster.url, "SELECT count(*)::int FROM landline.history WHERE event = 'rescue'");
  expect(Number(rescues[0]?.[0])).toBeGreaterThan(0);
  const verified = await command("verify", `--ledger=${sandbox.url}`);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.stdout).toContain("every invariant holds");
  await Promise.all(workers.map(async (worker) => worker.stop()));
});
