/**
 * Two gateways on one sealed PostgreSQL, started at once: one shows the first key, and a key that one of them revokes is
 * refused by the other within seconds, the session begun with it too.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { migratePostgres } from "@landline/outbox-postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startCluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";
import type { Cluster } from "../../packages/outbox-postgres/src/testing/cluster.ts";

const launcher = path.resolve(import.meta.dirname, "../../apps/landline/bin/landline.js");

interface Gateway {
  readonly url: string;
  readonly child: ChildProcess;
  log(): string;
}

let cluster: Cluster;
let directory: string;
let here: Gateway;
let there: Gateway;

beforeAll(async () => {
  cluster = await startCluster();
  await migratePostgres(cluster.url);
  directory = await mkdtemp(path.join(tmpdir(), "landline-keys-"));
  const config = path.join(directory, "landline.config.json");
  const key = Buffer.alloc(32, 5).toString("base64");
  await writeFile(config, JSON.stringify({ store: cluster.url, encryption: { key } }));
  [here, there] = await Promise.all([serve(config), serve(config)]);
}, 60_000);

afterAll(async () => {
  await Promise.all(
    [here, there].map(async ({ child }) => {
      child.kill("SIGTERM");
      await once(child, "exit");
    }),
  );
  await cluster.destroy();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

async function serve(config: string): Promise<Gateway> {
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning", launcher];
  const args = ["serve", "--no-dispatch", "--config", config, "--port", "0", "--json"];
  const child = spawn(process.execPath, [...flags, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { url: (JSON.parse(line) as { url: string }).url, child, log: () => log };
}

async function statusOf(gateway: Gateway, headers: Record<string, string>): Promise<number> {
  return (await fetch(`${gateway.url}/v1/session`, { headers })).status;
}

test("one first key is shown, it opens both, and what one gateway revokes the other refuses soon", async () => {
  const shown = `${here.log()}\n${there.log()}`.match(/ll_[\w-]{43}/g);
  expect(shown).toHaveLength(1);
  const admin = { authorization: `Bearer ${shown?.[0]}`, "content-type": "application/json" };
  await vi.waitFor(async () => expect(await statusOf(there, admin)).toBe(200), 10_000);
  await vi.waitFor(async () => expect(await statusOf(here, admin)).toBe(200), 10_000);

  const made = await fetch(`${here.url}/v1/keys`, {
    method: "POST",
    headers: admin,
    body: JSON.stringify({ name: "web", role: "operator" }),
  });
  const { id, key } = (await made.json()) as { id: string; key: string };
  const web = { authorization: `Bearer ${key}` };
  expect(await statusOf(here, web)).toBe(200);
  await vi.waitFor(async () => expect(await statusOf(there, web)).toBe(200), 10_000);
  const begun = await fetch(`${there.url}/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
  const session = { cookie: begun.headers.get("set-cookie")?.split(";")[0] ?? "" };
  expect([await statusOf(there, session), await statusOf(here, session)]).toEqual([200, 200]);

  const revoked = await fetch(`${here.url}/v1/keys/${id}`, {
    method: "DELETE",
    headers: { authorization: admin.authorization },
  });
  expect(revoked.status).toBe(204);
  expect([await statusOf(here, web), await statusOf(here, session)]).toEqual([401, 401]);
  await vi.waitFor(async () => expect(await statusOf(there, web)).toBe(401), 10_000);
  expect(await statusOf(there, session)).toBe(401);
});
