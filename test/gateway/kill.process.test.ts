/**
 * `kill -9` of the gateway in the middle of ten thousand posts: every 202 is in the store, and every repetition with
 * its key is answered with the same operation.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const operationsTotal = 10_000;
const killAfter = 3_000;
const connections = 64;
const key = "kill-test-key";

let directory = "";
let server: ChildProcess | null = null;
let agent = new Agent({ keepAlive: true, maxSockets: connections });

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "landline-kill-"));
  await writeFile(
    path.join(directory, "landline.config.json"),
    JSON.stringify({
      store: "sqlite:./landline.db",
      http: { host: "127.0.0.1", port: 0 },
      apiKeys: [{ name: "app", role: "sender", key }],
      accounts: {
        tw: { provider: "twilio", accountSid: `AC${"0".repeat(32)}`, authToken: "0".repeat(32), from: "+15005550006" },
      },
    }),
  );
});

afterAll(async () => {
  server?.kill("SIGKILL");
  agent.destroy();
  await rm(directory, { recursive: true, force: true });
});

/** Starts a gateway on the same store and returns its port. */
async function start(): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      path.join(root, "apps/landline/src/main.ts"),
      "serve",
      "--no-dispatch",
      "--json",
      "--port=0",
      `--config=${path.join(directory, "landline.config.json")}`,
    ],
    { cwd: directory, stdio: ["ignore", "pipe", "inherit"] },
  );
  server = child;
  agent.destroy();
  agent = new Agent({ keepAlive: true, maxSockets: connections });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { readonly event?: string; readonly url?: string };
    if (said.event === "listening") return Number(new URL(said.url ?? "").port);
  }
  throw new Error("the gateway ended before it listened");
}

interface Answered {
  readonly status: number;
  readonly replayed: boolean;
  readonly id: string;
}

/** Hands in operation number `index`; null when no answer came. */
async function post(port: number, index: number): Promise<Answered | null> {
  const body = JSON.stringify({
    account: "tw",
    operation: "messages.create",
    input: { To: "+14155552671", Body: `message ${index}` },
  });
  return new Promise((resolve) => {
    const out = request(
      {
        host: "127.0.0.1",
        port,
        agent,
        method: "POST",
        path: "/v1/operations",
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "idempotency-key": `kill-${index}`,
        },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        answer.on("close", () => {
          if (!answer.complete) return resolve(null);
          const { id = "" } = JSON.parse(text) as { readonly id?: string };
          resolve({ status: answer.statusCode ?? 0, replayed: answer.headers["idempotent-replayed"] === "true", id });
        });
      },
    );
    out.on("error", () => resolve(null));
    out.end(body);
  });
}

/** Posts all of `indexes`, so many at once; `onAnswer` hears each. */
async function postAll(
  port: number,
  indexes: readonly number[],
  onAnswer: (index: number, answer: Answered | null) => void,
): Promise<void> {
  const left = indexes.values();
  const worker = async (): Promise<void> => {
    for (const index of left) onAnswer(index, await post(port, index));
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

test("nothing that was promised is lost, nothing is made twice", { timeout: 180_000 }, async () => {
  const all = Array.from({ length: operationsTotal }, (_, index) => index);
  const promised = new Map<number, string>();
  const first = await start();
  const dying = server;
  await postAll(first, all, (index, answer) => {
    if (answer?.status === 202) promised.set(index, answer.id);
    if (promised.size === killAfter) dying?.kill("SIGKILL");
  });
  const before = promised.size;
  expect(before).toBeGreaterThanOrEqual(killAfter);
  expect(before).toBeLessThan(operationsTotal);

  const second = await start();
  const faults: string[] = [];
  let unheard = 0;
  await postAll(second, all, (index, answer) => {
    const known = promised.get(index);
    if (answer?.status !== 202) faults.push(`${index}: ${answer?.status}`);
    else if (known !== undefined && (answer.id !== known || !answer.replayed))
      faults.push(`${index}: ${known} is now ${answer.id}`);
    else if (known === undefined && answer.replayed) unheard += 1;
    if (answer !== null) promised.set(index, answer.id);
  });
  expect(faults).toEqual([]);
  expect(new Set(promised.values()).size).toBe(operationsTotal);
  // At most what was on the wire when the process died was kept without being heard of.
  expect(unheard).toBeLessThanOrEqual(connections);
});
