/**
 * One measurement in a process of its own: `measure.ts WHAT URL COUNT FROM`. Prints one line of JSON.
 * `prepare` makes the schema anew, `fill` a large one; the others work on whatever is there, so that empty and full can
 * be compared.
 */
import { migratePostgres, openPostgresStore } from "@landline/outbox-postgres";
import { Client } from "pg";
import { byCallers, rate, start } from "../durable/figures.ts";
import type { Figures } from "../durable/figures.ts";
import { firstStart, flows } from "../durable/flows.ts";
import type { Flow } from "../durable/flows.ts";
import { operations } from "../durable/operations.ts";
import { crewOf } from "./crew.ts";

const [what = "", url = "", countText = "0", fromText = "0"] = process.argv.slice(2);
const count = Number(countText);
const from = Number(fromText);

const measures: Readonly<Record<string, () => Promise<Figures>>> = {
  ...Object.fromEntries(Object.entries(flows).map(([name, flow]) => [name, async () => withStore(flow)])),
  prepare,
  raw,
  verbs: async () => withStore(flows.drain),
  crew1: async () => withStore(async (subject) => crewOf(1, url, subject)),
  crew2: async () => withStore(async (subject) => crewOf(2, url, subject)),
  crew4: async () => withStore(async (subject) => crewOf(4, url, subject)),
  open: reopen,
  boss: throughPgBoss,
  graphile: throughGraphile,
};

async function withStore(flow: Flow): Promise<Figures> {
  const store = await openPostgresStore(url, { listen: false });
  try {
    return await flow({ store, count, from });
  } finally {
    await store.close();
  }
}

async function prepare(): Promise<Figures> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const schema of ["landline", "pgboss", "graphile_worker"]) {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  }
  await client.query("DROP TABLE IF EXISTS raw");
  await client.query("CREATE TABLE raw (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload json NOT NULL)");
  await migratePostgres(url);
  await client.query("CHECKPOINT");
  await client.end();
  return {};
}

/** What one durable row costs without us: a prepared INSERT of the payload into a table with a primary key. */
async function raw(): Promise<Figures> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const all = operations(count, from);
  const began = start();
  for (const { input } of all) {
    await client.query({ name: "raw", text: "INSERT INTO raw (payload) VALUES ($1)", values: [JSON.stringify(input)] });
  }
  const figures = rate(count, began);
  await client.end();
  return figures;
}

/** From nothing to the first durable start. */
async function reopen(): Promise<Figures> {
  const began = performance.now();
  const store = await openPostgresStore(url);
  await firstStart(store);
  const started = performance.now() - began;
  const rss = process.memoryUsage.rss() / 2 ** 20;
  await store.close();
  return { firstStart: started, rss };
}

/** pg-boss as its documentation tunes it: batches, two local fetchers, no wait when a batch was full. */
async function throughPgBoss(): Promise<Figures> {
  const { PgBoss } = await import("pg-boss");
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on("error", () => undefined);
  await boss.start();
  await boss.createQueue("bench");
  const payloads = operations(count, from).map(({ input }) => input);
  const some = Math.min(2_000, count);
  const { rate: callers = 0 } = await byCallers(payloads.slice(0, some), async (payload) =>
    boss.send("bench", payload),
  );
  for (let index = some; index < count; index += 1_000) {
    await boss.insert(
      "bench",
      payloads.slice(index, index + 1_000).map((data) => ({ data })),
    );
  }
  let done = 0;
  const began = start();
  await new Promise<void>((resolve, reject) => {
    const options = { batchSize: 500, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
    boss
      .work("bench", options, async (jobs) => {
        done += jobs.length;
        if (done >= count) resolve();
      })
      .catch(reject);
  });
  const figures = rate(count, began);
  await boss.stop({ graceful: true });
  return { ...figures, callers };
}

/** graphile-worker as its documentation tunes it: a local queue of 500 and completions in batches. */
async function throughGraphile(): Promise<Figures> {
  const { Logger, makeWorkerUtils, run } = await import("graphile-worker");
  const logger = new Logger(() => () => undefined);
  const tools = await makeWorkerUtils({ connectionString: url, logger });
  await tools.migrate();
  const payloads = operations(count, from).map(({ input }) => input);
  const some = Math.min(2_000, count);
  const { rate: callers = 0 } = await byCallers(payloads.slice(0, some), async (payload) =>
    tools.addJob("bench", payload),
  );
  for (let index = some; index < count; index += 1_000) {
    const jobs = payloads.slice(index, index + 1_000).map((payload) => ({ identifier: "bench", payload }));
    await tools.addJobs(jobs);
  }
  let done = 0;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const began = start();
  const runner = await run({
    connectionString: url,
    logger,
    noHandleSignals: true,
    concurrency: 24,
    preset: { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList: {
      bench: () => {
        done += 1;
        if (done === count) finish();
      },
    },
  });
  await finished;
  const figures = rate(count, began);
  await runner.stop();
  await tools.release();
  return { ...figures, callers };
}

const figures = await measures[what]?.();
if (figures === undefined) throw new Error(`no measure is called ${what}`);
process.stdout.write(`${JSON.stringify(figures)}\n`);
