/** graphile-worker: a queue in PostgreSQL. What a dead worker had taken is given back by hand, or after four hours. */
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import type { WorkerUtils } from "graphile-worker";
import type { Belief, Message, Rival } from "./rival.ts";

const logger = new Logger(() => () => undefined);
let tools: WorkerUtils | null = null;

async function rows<Row>(text: string): Promise<readonly Row[]> {
  if (tools === null) return [];
  return tools.withPgClient(async (client) => (await client.query(text)).rows as readonly Row[]);
}

/** With its own exponential back-off, and workers unlocked by force after each kill. */
export const graphileWorker: Rival = {
  name: "graphile-worker",
  recipe: "12 attempts, `exp(attempt)` seconds apart, `forceUnlockWorkers` after each kill",
  async prepare({ url }) {
    tools = await makeWorkerUtils({ connectionString: url, logger });
    await tools.migrate();
    // A job that succeeds is deleted: the books of what was done are the application's to keep.
    await rows("CREATE TABLE books (number int PRIMARY KEY)");
  },
  async post(_target, message) {
    await tools?.addJob("message", message, { maxAttempts: 12 });
  },
  async work({ url }, send) {
    await run({
      connectionString: url,
      logger,
      noHandleSignals: true,
      concurrency: 16,
      pollInterval: 500,
      taskList: {
        message: async (payload, helpers) => {
          const message = payload as Message;
          await send(message);
          await helpers.query("INSERT INTO books VALUES ($1) ON CONFLICT DO NOTHING", [message.number]);
        },
      },
    });
  },
  async afterKill() {
    const locked = await rows<{ readonly worker: string }>(
      "SELECT DISTINCT locked_by AS worker FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL",
    );
    if (locked.length > 0) await tools?.forceUnlockWorkers(locked.map(({ worker }) => worker));
  },
  async leave() {
    await tools?.release();
    tools = null;
  },
  async books() {
    const sent = await rows<{ readonly number: number }>("SELECT number FROM books");
    const left = await rows<{ readonly number: number; readonly over: boolean }>(
      "SELECT (payload->>'number')::int AS number, attempts >= max_attempts AS over FROM graphile_worker._private_jobs",
    );
    return new Map<number, Belief>([
      ...left.map(({ number, over }): [number, Belief] => [number, over ? "failed" : "open"]),
      ...sent.map(({ number }): [number, Belief] => [number, "sent"]),
    ]);
  },
  async open() {
    const [row] = await rows<{ readonly open: number }>(
      "SELECT count(*)::int AS open FROM graphile_worker._private_jobs WHERE attempts < max_attempts",
    );
    return row?.open ?? 0;
  },
};
