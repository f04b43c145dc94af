import { createHost, hashing } from "@landline/host";
/**
 * One measurement in a process of its own: `measure.ts WHAT FILE COUNT`. Prints one line of JSON.
 * `fill` prepares a large file; the others work on whatever the file holds, so that empty and full can be compared.
 */
import type { Account, ClaimedOperation, Host } from "@landline/outbox";
import { createOutbox } from "@landline/outbox";
import type { SqliteStore } from "@landline/outbox-sqlite";
import { sqliteStore } from "@landline/outbox-sqlite";
import { createLedgerProvider } from "@landline/outbox/testing";
import { commitsPerSecond, flushesPerSecond, groupedPerSecond } from "./limits.ts";
import { accepted, operations, requestDigest } from "./operations.ts";

const [what = "", file = "", countText = "0", fromText = "0"] = process.argv.slice(2);
const count = Number(countText);
const from = Number(fromText);
const lanes = [{ lane: "tw/messages", limit: 500 }];

/** Rates are per second, times in milliseconds unless the name says otherwise. */
type Figures = Readonly<Record<string, number>>;

const measures: Readonly<Record<string, () => Promise<Figures>>> = {
  limits: async () => ({
    flushes: flushesPerSecond(`${file}.flush`, 1),
    commits: commitsPerSecond(`${file}.raw`, 1),
    grouped: await groupedPerSecond(`${file}.grouped`, 1),
  }),
  single: () => withStore(enqueueOneByOne),
  callers: () => withStore(enqueueByCallers),
  bulk: () => withStore(enqueueInBulk),
  verbs: () => withStore(async (store) => (await prefill(store), drain(store, count))),
  verbsLarge: () => withStore((store) => drain(store, count)),
  worker: () => withStore(throughTheWorker),
  idle: () => withStore(idle),
  fill: () => withStore(fill),
  park: () => withStore(park),
  look: () => withStore(look),
  claims: () => withStore(claims),
  open: reopen,
};

async function withStore(body: (store: SqliteStore) => Promise<Figures>): Promise<Figures> {
  const store = sqliteStore(file);
  try {
    // Answers once the indexes in memory are complete: what an opening takes is measured by `reopen`.
    await store.findByKey("", "");
    return await body(store);
  } finally {
    await store.close();
  }
}

async function enqueueOneByOne(store: SqliteStore): Promise<Figures> {
  const all = operations(count, from);
  const began = start();
  for (const operation of all) await store.insert(operation);
  return rate(count, began);
}

async function enqueueByCallers(store: SqliteStore): Promise<Figures> {
  const all = operations(count, from);
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let operation = all[next++]; operation !== undefined; operation = all[next++]) await store.insert(operation);
  };
  const began = start();
  await Promise.all(Array.from({ length: 100 }, caller));
  return rate(count, began);
}

async function enqueueInBulk(store: SqliteStore): Promise<Figures> {
  const all = operations(count, from);
  const began = start();
  for (let index = 0; index < count; index += 1_000) await store.insertMany(all.slice(index, index + 1_000));
  return rate(count, began);
}

async function prefill(store: SqliteStore): Promise<void> {
  for (let done = 0; done < count; done += 1_000)
    await store.insertMany(operations(Math.min(1_000, count - done), from + done));
}

/** Claim, start, settle, 500 at a time, every operation through promises of its own. */
async function drain(store: SqliteStore, wanted: number): Promise<Figures> {
  const began = start();
  let done = 0;
  let claimed = await store.claim({ worker: "w", lanes, leaseMs: 20_000 });
  while (done < wanted && claimed.length > 0) {
    // Settlements of one batch and the starts of the next share commits.
    const following = store.claim({ worker: "w", lanes, leaseMs: 20_000 });
    await Promise.all(claimed.map((each) => deliver(store, each)));
    done += claimed.length;
    claimed = await following;
  }
  return rate(done, began);
}

async function deliver(store: SqliteStore, claimed: ClaimedOperation): Promise<void> {
  const number = claimed.attemptsStarted + 1;
  if (!(await store.start(claimed, { number, requestDigest }))) throw new Error("lease lost at start");
  if (!(await store.settle(claimed, accepted(claimed.id, Date.now())))) throw new Error("lease lost at settle");
}

/** The real outbox and worker with a sender that answers at once. */
async function throughTheWorker(store: SqliteStore): Promise<Figures> {
  const host: Host = createHost();
  const { account } = createLedgerProvider(host, { name: "tw" });
  const quick: Account = {
    ...account,
    sender: {
      ...account.sender,
      digest: () => requestDigest,
      attempt: async ({ operationId }) => ({
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
        rateLimit: null,
      }),
    },
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
  const began = start();
  await outbox.run();
  await finished;
  const figures = rate(count, began);
  await outbox.stop();
  return figures;
}

/** From the call of insert to the durable start, one at a time after a pause. */
async function idle(store: SqliteStore): Promise<Figures> {
  const times: number[] = [];
  for (const operation of operations(count, from)) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    const began = performance.now();
    const started = new Promise<ClaimedOperation>((resolve, reject) => {
      const leave = store.subscribe(() => {
        leave();
        store
          .claim({ worker: "w", lanes: [{ lane: operation.lane, limit: 1 }], leaseMs: 20_000 })
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
async function fill(store: SqliteStore): Promise<Figures> {
  await prefill(store);
  const { rate: finished = 0 } = await drain(store, count);
  const began = start();
  for (let done = 0; done < count; done += 1_000) await store.insertMany(operations(1_000, count + done));
  const { rate: waiting = 0 } = rate(count, began);
  return { finished, waiting, rss: process.memoryUsage.rss() / 2 ** 20 };
}

async function park(store: SqliteStore): Promise<Figures> {
  const began = start();
  for (let done = 0; done < count;) {
    const claimed = await store.claim({ worker: "w", lanes, leaseMs: 20_000 });
    if (claimed.length === 0) break;
    await Promise.all(
      claimed.map((each, index) =>
        store.settle(each, {
          type: "park",
          because: "refused",
          reason: "rejected",
          history: each.history,
          attempt: null,
          failure: {
            kind: "invalid_request",
            category: "A",
            shape: "api",
            execution: "not_executed",
            remedy: "fix_request",
            responsible: "caller",
            status: 400,
            code: String(21_000 + (index % 20)),
            message: "refused",
            field: "To",
            requestId: "RQ1",
            retryAt: null,
            guidance: "Look at the number.",
            docs: null,
          } as const,
        }),
      ),
    );
    done += claimed.length;
  }
  return rate(count, began);
}

/** What the console asks for. */
async function look(store: SqliteStore): Promise<Figures> {
  const some = operations(count, from);
  const page = { limit: 50, cursor: null };
  const queries: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
    groups: () => store.reviewGroups(),
    newest: () => store.list({}, page),
    parked: () => store.list({ states: ["parked"] }, page),
    parkedCode: (index) => store.list({ states: ["parked"], code: String(21_000 + (index % 20)) }, page),
    accepted: () => store.list({ states: ["accepted"] }, page),
    queued: () => store.list({ states: ["queued"], account: "tw" }, page),
    expired: () => store.list({ states: ["expired"] }, page),
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

/** One claim of 100, given back again. */
async function claims(store: SqliteStore): Promise<Figures> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    const claimed = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 100 }], leaseMs: 20_000 });
    times.push(performance.now() - began);
    await Promise.all(claimed.map((each) => deliver(store, each)));
  }
  return percentiles(times);
}

/** From nothing to the first durable start, and to the first insert (which waits for the index of keys). */
async function reopen(): Promise<Figures> {
  const began = performance.now();
  const store = sqliteStore(file);
  const [claimed] = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 1 }], leaseMs: 20_000 });
  if (claimed !== undefined) await store.start(claimed, { number: 1, requestDigest });
  const firstStart = performance.now() - began;
  await store.insertMany(operations(1, from));
  const firstInsert = performance.now() - began;
  const rss = process.memoryUsage.rss() / 2 ** 20;
  await store.close();
  return { firstStart, firstInsert, rss };
}

interface Began {
  readonly at: number;
  readonly cpu: NodeJS.CpuUsage;
}

function start(): Began {
  return { at: performance.now(), cpu: process.cpuUsage() };
}

/** Operations a second, and what one cost in microseconds of processor time: that is steadier on a busy machine. */
function rate(done: number, began: Began): Figures {
  const { user, system } = process.cpuUsage(began.cpu);
  return { rate: (done / (performance.now() - began.at)) * 1_000, cpu: (user + system) / done };
}

function percentiles(times: readonly number[]): Figures {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const figures = await measures[what]?.();
if (figures === undefined) throw new Error(`no measure is called ${what}`);
process.stdout.write(`${JSON.stringify({ ...figures, rssAtEnd: process.memoryUsage.rss() / 2 ** 20 })}\n`);
