/**
 * What is measured of a store, whichever it is: handing over, claiming and settling, the real worker, idle latency, what
 * the console asks for. They work on whatever the store holds, so that empty and full can be compared.
 */
import { createHost, hashing } from "@landline/host";
import type { Account, ClaimedOperation, Host, Outbox, Store, Waker } from "@landline/outbox";
import { createOutbox } from "@landline/outbox";
import { createLedgerProvider } from "@landline/outbox/testing";
import { byCallers, percentiles, rate, start } from "./figures.ts";
import type { Figures } from "./figures.ts";
import { accepted, operations, requestDigest } from "./operations.ts";

/** A store, and how many operations from which number on. */
export interface Subject {
  readonly store: Store & Waker;
  readonly count: number;
  readonly from: number;
}

/** One flow. */
export type Flow = (subject: Subject) => Promise<Figures>;

const leaseMs = 60_000;
const claimOf = (lane: string, limit: number) => ({ worker: "w", lanes: [{ lane, limit }], leaseMs });
const batch = claimOf("tw/messages", 500);

/** The flows by name. */
export const flows = {
  single: async ({ store, count, from }) => {
    const all = operations(count, from);
    const began = start();
    for (const operation of all) await store.insert(operation);
    return rate(count, began);
  },
  callers: async ({ store, count, from }) =>
    byCallers(operations(count, from), async (operation) => store.insert(operation)),
  bulk: async ({ store, count, from }) => {
    const all = operations(count, from);
    const began = start();
    for (let index = 0; index < count; index += 1_000) await store.insertMany(all.slice(index, index + 1_000));
    return rate(count, began);
  },
  /** What is there, claimed, started and settled. */
  drain: async ({ store, count }) => drain(store, count),
  worker: throughTheWorker,
  idle,
  /** `count` finished, then `count` waiting. */
  fill: async ({ store, count, from }) => {
    await prefill({ store, count, from });
    const finished = await drain(store, count);
    const began = start();
    await prefill({ store, count, from: from + count });
    return { finished: finished.rate, waiting: rate(count, began).rate, rss: process.memoryUsage.rss() / 2 ** 20 };
  },
  /** One claim of 100, started and settled. */
  claims: async ({ store, count }) => {
    const times: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const began = performance.now();
      const claimed = await store.claim(claimOf("tw/messages", 100));
      times.push(performance.now() - began);
      await Promise.all(claimed.map(async (each) => deliver(store, each)));
    }
    return percentiles(times);
  },
  park,
  look,
} satisfies Readonly<Record<string, Flow>>;

/** Hands over in batches. */
export async function prefill({ store, count, from }: Subject): Promise<void> {
  for (let done = 0; done < count; done += 1_000)
    await store.insertMany(operations(Math.min(1_000, count - done), from + done));
}

/** From an open store to the first durable start. */
export async function firstStart(store: Store): Promise<void> {
  const [claimed] = await store.claim(claimOf("tw/messages", 1));
  if (claimed !== undefined) await store.start(claimed, { number: 1, requestDigest });
}

/** Claim, start, settle, 500 at a time, every operation through promises of its own. */
async function drain(store: Store, wanted: number): Promise<{ readonly rate: number; readonly cpu: number }> {
  const began = start();
  let done = 0;
  let claimed = await store.claim(batch);
  while (done < wanted && claimed.length > 0) {
    // Settlements of one batch and the starts of the next share commits.
    const following = store.claim(batch);
    await Promise.all(claimed.map(async (each) => deliver(store, each)));
    done += claimed.length;
    claimed = await following;
  }
  return rate(done, began);
}

async function deliver(store: Store, claimed: ClaimedOperation): Promise<void> {
  const number = claimed.attemptsStarted + 1;
  if (!(await store.start(claimed, { number, requestDigest }))) throw new Error("lease lost at start");
  if (!(await store.settle(claimed, accepted(claimed.id, Date.now())))) throw new Error("lease lost at settle");
}

/** The real outbox and worker with a sender that answers at once. */
async function throughTheWorker({ store, count, from }: Subject): Promise<Figures> {
  await handToWorkers({ store, count, from });
  const outbox = quickOutbox(store);
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

/** Hands over in batches what {@link quickOutbox} delivers. */
export async function handToWorkers({ store, count, from }: Subject): Promise<void> {
  const all = operations(count, from).map((each) => ({ ...each, operation: "create.lookup", lane: "tw/send" }));
  for (let done = 0; done < count; done += 1_000) await store.insertMany(all.slice(done, done + 1_000));
}

/** An outbox whose only account accepts everything at once. */
export function quickOutbox(store: Store & Waker): Outbox {
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
  const concurrency = Number(process.env["CONCURRENCY"] ?? 512);
  return createOutbox({ store, waker: store, accounts: [quick], host, hashing, concurrency });
}

/** From the call of insert to the durable start, one at a time after a pause. */
async function idle({ store, count, from }: Subject): Promise<Figures> {
  const times: number[] = [];
  for (const operation of operations(count, from)) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    const began = performance.now();
    const started = new Promise<ClaimedOperation>((resolve, reject) => {
      const leave = store.subscribe(() => {
        leave();
        store
          .claim(claimOf(operation.lane, 1))
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

async function park({ store, count }: Subject): Promise<Figures> {
  const began = start();
  for (let done = 0; done < count;) {
    const claimed = await store.claim(batch);
    if (claimed.length === 0) break;
    await Promise.all(
      claimed.map(async (each, index) =>
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

/** What the console asks for, as 99th percentiles. */
async function look({ store, count, from }: Subject): Promise<Figures> {
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
    result[name] = percentiles(times).p99;
  }
  return result;
}
