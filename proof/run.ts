/**
 * One proof: real processes on loopback, an application that posts, a seed that decides what goes wrong, and a reckoning
 * after everything has come to rest.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "@landline/outbox";
import type { LedgerEntry } from "@landline/sandbox";
import { compareWithLedger, readLedger } from "../apps/landline/src/ledger.ts";
import { openStore } from "../apps/landline/src/wire.ts";
import { beginPosting, openOperations } from "./application.ts";
import { planOf, unleash } from "./chaos.ts";
import type { Blow, Incident } from "./chaos.ts";
import { startMember } from "./fleet.ts";
import type { Member } from "./fleet.ts";
import { freePorts, openWire } from "./proxy.ts";
import { reckon } from "./reckoning.ts";
import type { Fault, Reckoning, Story } from "./reckoning.ts";
import { accountsAt, ordinaryFaults, policy } from "./workload.ts";

/** What a proof is made of. */
export interface ProofOptions {
  readonly store: "sqlite" | "postgres";
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  /** Time in which everything is posted and goes wrong, in seconds. */
  readonly seconds: number;
  /** Workers beside the gateway; SQLite has none. */
  readonly workers: number;
  readonly say?: (line: string) => void;
}

/** How a proof ended. */
export interface ProofResult extends Reckoning {
  readonly options: ProofOptions;
  readonly blows: Readonly<Partial<Record<Blow, number>>>;
  readonly seconds: number;
  /** From the last blow to the last settlement, in seconds. */
  readonly restSeconds: number;
}

const patienceMs = 600_000;

/** What a blow takes by itself. Alone it waits for the new start of what was killed; one of several does not. */
const blowMs = { sqlite: 1_500, postgres: 500 } as const;

/** Runs one. @throws when something does not start, or does not come to rest */
export async function prove(options: ProofOptions): Promise<ProofResult> {
  const began = performance.now();
  const say = options.say ?? (() => undefined);
  const directory = await mkdtemp(path.join(tmpdir(), "landline-proof-"));
  const closing: (() => Promise<unknown>)[] = [async () => rm(directory, { recursive: true, force: true })];
  try {
    const ports = await freePorts(6);
    const sandboxUrl = `http://127.0.0.1:${ports}`;
    const faultsFile = path.join(directory, "faults.json");
    await writeFile(faultsFile, JSON.stringify(ordinaryFaults));
    const ledger = ["--ledger", path.join(directory, "ledger.jsonl")];
    const from = ["--faults", faultsFile, "--seed", String(options.seed), "--port", String(ports)];
    const sandbox = await startMember({
      name: "sandbox",
      args: ["sandbox", "twilio", "red-cloud", "noticia", ...from, ...ledger],
    });
    closing.push(async () => sandbox.stop());
    await openShop(sandboxUrl);
    const wire = await openWire(ports);
    closing.push(async () => wire.close());

    const gatewayUrl = `http://127.0.0.1:${ports + 5}`;
    const apiKey = `proof-${crypto.randomUUID()}`;
    const place = await import("./places.ts").then(async ({ openPlace }) => openPlace(options.store, directory));
    closing.push(async () => place.close());
    const configFile = path.join(directory, "landline.config.json");
    await writeFile(
      configFile,
      JSON.stringify({
        store: place.configured,
        http: { host: "127.0.0.1", port: ports + 5, publicUrl: gatewayUrl },
        apiKeys: [{ name: "proof", role: "admin", key: apiKey }],
        accounts: accountsAt(`http://127.0.0.1:${wire.port}`),
        policy,
      }),
    );
    const members = await startMembers(options, configFile);
    closing.push(async () => Promise.all(members.map(async (member) => member.stop())));

    const incidents: Incident[] = [];
    const plan = planOf(
      {
        seed: options.seed,
        kills: options.kills,
        everyMs: Math.max(200, (options.seconds * 1_000) / (options.kills * 1.4) - blowMs[options.store]),
      },
      place.victim !== null,
    );
    say(`${options.store}, seed ${options.seed}: ${options.operations} operations, ${plan.length} blows to come`);
    const pace = options.operations / options.seconds;
    let progress = 0;
    const { operations } = options;
    const application = beginPosting({ gatewayUrl, apiKey, operations, pace, progress: () => progress });
    await Promise.all([
      application.done,
      unleash(
        plan,
        { members, sandbox, sandboxUrl, wire, database: place.victim },
        (incident) => {
          incidents.push(incident);
          if (incidents.length % 20 === 0)
            say(`  ${incidents.length} blows, ${application.promised.length} operations promised`);
        },
        (part) => {
          progress = part;
        },
      ),
    ]);
    const restBegan = performance.now();
    await untilRest(gatewayUrl, apiKey);
    const restSeconds = (performance.now() - restBegan) / 1_000;
    say(`  at rest after ${restSeconds.toFixed(1)} s`);

    const text = await fetch(`${sandboxUrl}/_sandbox/ledger`).then(async (response) => response.text());
    for (const member of members) await member.stop();
    const { store } = await openStore(place.config);
    const stories = await storiesOf(store);
    const entries = (JSON.parse(text) as { readonly entries: readonly LedgerEntry[] }).entries;
    const reckoning = reckon({ promised: application.promised, stories, ledger: entries, incidents });
    const broken = [...(await store.verify()), ...(await compareWithLedger(store, readLedger(text)))];
    await store.close();
    const faults = broken.map(({ invariant, operationId, message }): Fault => ({
      kind: "invariant",
      operationId,
      message: `${invariant}: ${message}`,
    }));
    return {
      rows: reckoning.rows,
      faults: [...reckoning.faults, ...faults],
      options,
      blows: Object.fromEntries(
        [...Map.groupBy(incidents, ({ blow }) => blow)].map(([blow, those]) => [blow, those.length]),
      ),
      seconds: (performance.now() - began) / 1_000,
      restSeconds,
    };
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

/** Gateway and dispatcher in one process, or apart with as many workers as wanted. */
async function startMembers(options: ProofOptions, configFile: string): Promise<readonly Member[]> {
  const at = ["--config", configFile];
  if (options.store === "sqlite") return [await startMember({ name: "serve", args: ["serve", ...at] })];
  const names = Array.from({ length: options.workers }, (_, index) => `worker ${index + 1}`);
  return Promise.all([
    startMember({ name: "gateway", args: ["serve", "--no-dispatch", ...at] }),
    ...names.map(async (name) => startMember({ name, args: ["work", ...at] })),
  ]);
}

/** Noticia takes sales of known stores only. */
async function openShop(sandboxUrl: string): Promise<void> {
  const response = await fetch(`${sandboxUrl}/noticia/v1/stores`, {
    method: "POST",
    headers: { "x-api-key": "ntca_proof-api-key", "content-type": "application/json", "idempotency-key": "store-1" },
    body: JSON.stringify({
      external_id: "store-1",
      name: "Mitte",
      address: { address_line1: "Main St 1", postal_code: "10115", locality: "Berlin", country_code: "DE" },
    }),
  });
  if (!response.ok) throw new Error(`the shop could not be opened: ${response.status} ${await response.text()}`);
}

async function untilRest(gatewayUrl: string, apiKey: string): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const open = await openOperations(gatewayUrl, apiKey);
    if (open === 0) return;
    if (performance.now() > until)
      throw new Error(`${open ?? "nobody knows how many"} operations are still open; this is a defect`);
    await sleep(250);
  }
}

async function storiesOf(store: Pick<Store, "list" | "story">): Promise<readonly Story[]> {
  const stories: Story[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await store.list({}, { limit: 200, cursor });
    if (page === "bad_cursor") throw new Error("the store does not know its own cursor");
    for (const { id } of page.operations) {
      const story = await store.story(id);
      if (story !== null) stories.push(story);
    }
    if (page.nextCursor === null) return stories;
    cursor = page.nextCursor;
  }
}
