/**
 * One measurement in a process of its own: `measure.ts WHAT URL COUNT FROM`. Prints one line of JSON.
 * `prepare` makes the schema anew, `fill` a large one; the others work on whatever is there, so that empty and full can
 * be compared.
 */
import { createHost, hashing } from "@landline/host";
import type { Account, ClaimedOperation, Host } from "@landline/outbox";
import { createOutbox } from "@landline/outbox";
import type { PostgresStore } from "@landline/outbox-postgres";
import { migratePostgres, openPostgresStore } from "@landline/outbox-postgres";
import { createLedgerProvider } from "@landline/outbox/testing";
import { Client } from "pg";
import { accepted, operations, requestDigest } from "../sqlite/operations.ts";

const [what = "", url = "", countText = "0", fromText = "0"] = process.argv.slice(2);
const count = Number(countText);
const from = Number(fromText);
const lanes = [{ lane: "tw/messages", limit: 500 }];
const leaseMs = 60_000;

/** Rates are per second, times in milliseconds unless the name says otherwise. */
type Figures = Readonly<Record<string, number>>;

const measures: Readonly<Record<string, () => Promise<Figures>>> = {
  prepare,
  raw,
  single: () => withStore(enqueueOneByOne),
  callers: () => withStore(enqueueByCallers),
  bulk: () => withStore(enqueueInBulk),
  verbs: () => withStore((store) => drain(store, count)),
  worker: () => withStore(throughTheWorker),
  idle: () => withStore(idle),
  claims: () => withStore(claims),
  fill: () => withStore(fill),
  look: () => withStore(look),
  open: reopen,
  boss: throughPgBoss,
  graphile: throughGraphile,
};

async function withStore(body: (store: PostgresStore) => Promise<Figures>): Promise<Figures> {
  const store = await openPostgresStore(url, { listen: false });
  try {
    return await body(store);
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
  const began = performance.now();
  for (const { input } of all) {
    await client.query({ name: "raw", text: "INSERT INTO raw (payload) VALUES ($1)", values: [JSON.stringify(input)] });
  }
  const figures = { rate: rate(count, began) };
  await client.end();
  return figures;
}

async function enqueueOneByOne(store: PostgresStore): Promise<Figures> {
  const all = operations(count, from);
  const began = performance.now();
  for (const operation of all) await store.insert(operation);
  return { rate: rate(count, began) };
}

async function enqueueByCallers(store: PostgresStore): Promise<Figures> {
  const all = operations(count, from);
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let operation = all[next++]; operation !== undefined; operation = all[next++]) await store.insert(operation);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 100 }, caller));
  return { rate: rate(count, began) };
}

async function enqueueInBulk(store: PostgresStore): Promise<Figures> {
  const all = operations(count, from);
  const began = performance.now();
  for (let index = 0; index < count; index += 1_000) await store.insertMany(all.slice(index, index + 1_000));
  return { rate: rate(count, began) };
}

/** Claim, start, settle, 500 at a time, every operation through promises of its own. */
async function drain(store: PostgresStore, wanted: number): Promise<Figures> {
  const began = performance.now();
  let done = 0;
  let claimed = await store.claim({ worker: "w", lanes, leaseMs });
  while (done < wanted && claimed.length > 0) {
    const following = store.claim({ worker: "w", lanes, leaseMs });
    await Promise.all(claimed.map((each) => deliver(store, each)));
    done += claimed.length;
    claimed = await following;
  }
  const cpu = process.cpuUsage();
  return { rate: rate(done, began), done, cpuUs: (cpu.user + cpu.system) / done };
}

async function deliver(store: PostgresStore, claimed: ClaimedOperation): Promise<void> {
  const number = claimed.attemptsStarted + 1;
  if (!(await store.start(claimed, { number, requestDigest }))) throw new Error("lease lost at start");
  if (!(await store.settle(claimed, accepted(claimed.id, Date.now())))) throw new Error("lease lost at settle");
}

/** The real outbox and worker with a sender that answers at once. */
async function throughTheWorker(store: PostgresStore): Promise<Figures> {
  const host: Host = createHost();
  const { account } = createLedgerProvider(host, { name: "tw" });
  const answer = (operationId: string): Awaited<ReturnType<Account["sender"]["attempt"]>> => ({
    outcome: {
      type: "accepted",
      providerId: `SM${operationId}`,
      providerStatus: "queued",
      value: null,
      requestId: "RQ1",
      status: 201,
    },
    status: 201,
    requestId: "RQ1",
    phase: "done",
  });
  const quick: Account = {
    ...account,
    sender: { ...account.sender, digest: () => requestDigest, attempt: async ({ operationId }) => answer(operationId) },
  };
  const all = operations(count, from).map((each) => ({ ...each, operation: "create.lookup", lane: "tw/send" }));
  for (let done = 0; done < count; done += 1_000) await store.insertMany(all.slice(done, done + 1_000));
  const concurrency = Number(process.env["CONCURRENCY"] ?? 512);
  const outbox = createOutbox({ store, waker: store, accounts: [quick], host, hashing, concurrency });
  let done = 0;
  const finished = new Promise<void>((resolve) => {
    outbox.subscribe((event) => {
      if (event.type === "operation.attempted" && (done += 1) === count) resolve();
    });
  });
  const began = performance.now();
  await outbox.run();
  await finished;
  const figure = rate(count, began);
  await outbox.stop();
  return { rate: figure };
}

/** From the call of insert to the durable start, one at a time after a pause. */
async function idle(store: PostgresStore): Promise<Figures> {
  const times: number[] = [];
  for (const operation of operations(count, from)) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    const began = performance.now();
    const started = new Promise<ClaimedOperation>((resolve, reject) => {
      const leave = store.subscribe(() => {
        leave();
        store
          .claim({ worker: "w", lanes: [{ lane: operation.lane, limit: 1 }], leaseMs })
          .then(async ([claimed]) => {
            if (claimed === undefined) throw new Error("nothing to claim");
            await store.start(claimed, { number: 1, requestDigest });
            resolve(claimed);
          })
          .catch(reject);
      });
    });
    await store.insert(operation);
    const claimed = await started;
    times.push(performance.now() - began);
    await store.settle(claimed, accepted(claimed.id, Date.now()));
  }
  return percentiles(times);
}

/** `count` finished, then `count` waiting. */
async function fill(store: PostgresStore): Promise<Figures> {
  await enqueueInBulk(store);
  const { rate: finished = 0 } = await drain(store, count);
  const began = performance.now();
  for (let done = 0; done < count; done += 1_000) await store.insertMany(operations(1_000, from + count + done));
  return { finished, waiting: rate(count, began), rss: process.memoryUsage.rss() / 2 ** 20 };
}

/** One claim of 100, started and settled. */
async function claims(store: PostgresStore): Promise<Figures> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    const claimed = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 100 }], leaseMs });
    times.push(performance.now() - began);
    await Promise.all(claimed.map((each) => deliver(store, each)));
  }
  return percentiles(times);
}

/** What the console asks for. */
async function look(store: PostgresStore): Promise<Figures> {
  const some = operations(count, from);
  const page = { limit: 50, cursor: null };
  const queries: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
    groups: () => store.reviewGroups(),
    newest: () => store.list({}, page),
    parked: () => store.list({ states: ["parked"] }, page),
    accepted: () => store.list({ states: ["accepted"] }, page),
    queued: () => store.list({ states: ["queued"], account: "tw" }, page),
    reference: (index) => store.list({ reference: some[index]?.reference ?? "" }, page),
    recipient: (index) => store.list({ recipient: some[index]?.recipient ?? "" }, page),
    prefix: (index) => store.list({ q: (some[index]?.idempotencyKey ?? "").slice(0, 16) }, page),
    nothing: () => store.list({ q: "no such thing" }, page),
  };
  const result: Record<string, number> = {};
  for (const [name, query] of Object.entries(queries)) {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const began = performance.now();
      await query(index);
      times.push(performance.now() - began);
    }
    result[name] = percentiles(times)["p99"] ?? 0;
  }
  return result;
}

/** From nothing to the first durable start. */
async function reopen(): Promise<Figures> {
  const began = performance.now();
  const store = await openPostgresStore(url);
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 1 }], leaseMs });
  if (claimed !== undefined) await store.start(claimed, { number: 1, requestDigest });
  const firstStart = performance.now() - began;
  if (claimed !== undefined) await store.settle(claimed, accepted(claimed.id, Date.now()));
  const rss = process.memoryUsage.rss() / 2 ** 20;
  await store.close();
  return { firstStart, rss };
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
  const callers = await byCallers(payloads.slice(0, some), (payload) => boss.send("bench", payload));
  for (let index = some; index < count; index += 1_000) {
    await boss.insert(
      "bench",
      payloads.slice(index, index + 1_000).map((data) => ({ data })),
    );
  }
  let done = 0;
  const began = performance.now();
  await new Promise<void>((resolve, reject) => {
    const options = { batchSize: 500, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
    boss
      .work("bench", options, async (jobs) => {
        done += jobs.length;
        if (done >= count) resolve();
      })
      .catch(reject);
  });
  const figure = rate(count, began);
  await boss.stop({ graceful: true });
  return { rate: figure, callers };
}

/** graphile-worker as its documentation tunes it: a local queue of 500 and completions in batches. */
async function throughGraphile(): Promise<Figures> {
  const { Logger, makeWorkerUtils, run } = await import("graphile-worker");
  const logger = new Logger(() => () => undefined);
  const tools = await makeWorkerUtils({ connectionString: url, logger });
  await tools.migrate();
  const payloads = operations(count, from).map(({ input }) => input);
  const some = Math.min(2_000, count);
  const callers = await byCallers(payloads.slice(0, some), (payload) => tools.addJob("bench", payload));
  for (let index = some; index < count; index += 1_000) {
    const jobs = payloads.slice(index, index + 1_000).map((payload) => ({ identifier: "bench", payload }));
    await tools.addJobs(jobs);
  }
  let done = 0;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const began = performance.now();
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
  const figure = rate(count, began);
  await runner.stop();
  await tools.release();
  return { rate: figure, callers };
}

/** Rate of 100 callers who each wait for their answer. */
async function byCallers<T>(all: readonly T[], send: (each: T) => Promise<unknown>): Promise<number> {
  const left = all.values();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      for (const each of left) await send(each);
    }),
  );
  return rate(all.length, began);
}

function rate(done: number, began: number): number {
  return (done / (performance.now() - began)) * 1_000;
}

function percentiles(times: readonly number[]): Figures {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const figures = await measures[what]?.();
if (figures === undefined) throw new Error(`no measure is called ${what}`);
process.stdout.write(`${JSON.stringify(figures)}\n`);
