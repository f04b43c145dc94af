/**
 * Works bulk work off, at its rate, beside live traffic: it acts as a patient person would, one small step after the
 * other, and writes down each step. A restart goes on where the last step was written; a step that was done and not
 * written is recognised by its actor in the operation's history.
 */
import type { Outbox } from "@landline/outbox";
import type { GatewayHost } from "../options.ts";
import { act } from "./act.ts";
import type { BulkRecord, BulkResult, BulkStore } from "./record.ts";
import { chunkSize } from "./record.ts";

/** Steps a second: how finely the rate is spread. */
const stepsPerSecond = 5;
/** How long a process counts as working on something after its last sign, in milliseconds. */
const ownerMs = 10_000;
/** How often abandoned work is looked for. */
const scanMs = 5_000;
/** Pause after the store failed. */
const troubleMs = 1_000;

/** What the runner needs. */
export interface RunnerPorts {
  readonly outbox: Outbox;
  readonly store: BulkStore;
  readonly host: Pick<GatewayHost, "now" | "after">;
  /** Unique to this process. */
  readonly name: string;
  /** True: the store has one process at a time, so that what runs when this one starts is nobody's any more. */
  readonly alone: boolean;
  readonly onError: (error: unknown, id: string) => void;
}

/** Works off bulk work. */
export interface Runner {
  /** Takes work up; returns at once. */
  take(id: string): void;
  /** Looks for work nobody is on, now and from time to time. */
  start(): Promise<void>;
  /** Ends after the step under way. */
  stop(): Promise<void>;
}

/** Makes a runner. */
export function createRunner(ports: RunnerPorts): Runner {
  const { host, store } = ports;
  const working = new Map<string, Promise<void>>();
  const waits = new Set<() => void>();
  const life = { stopped: false };
  let cancelScan = (): void => {};

  const wait = async (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        waits.delete(done);
        cancel();
        resolve();
      };
      const cancel = host.after(ms, done, false);
      waits.add(done);
    });

  const work = async (id: string): Promise<void> => {
    while (!life.stopped) {
      try {
        const view = await store.get(id);
        // Whoever resumes or approves it hands it over anew.
        if (view?.state !== "running") return;
        const { record } = view;
        await store.own(id, ports.name, host.now() + ownerMs);
        const after = await step(ports, record);
        if (after.state !== "running") return;
        await wait(Math.min(ownerMs / 2, (1_000 * (after.done - record.done)) / after.rate));
      } catch (error) {
        ports.onError(error, id);
        await wait(troubleMs);
      }
    }
  };

  const take = (id: string): void => {
    if (life.stopped) return;
    // One that is about to stop because it was paused a moment ago is followed by the next.
    const before = working.get(id);
    const own = (before === undefined ? work(id) : before.then(async () => work(id))).finally(() => {
      if (working.get(id) === own) working.delete(id);
    });
    working.set(id, own);
  };

  const scan = async (ownersAreGone: boolean): Promise<void> => {
    for (const { record, state } of await store.list()) {
      if (state !== "running" || working.has(record.id)) continue;
      const owner = await store.owner(record.id);
      if (ownersAreGone || owner === null || owner.until <= host.now()) take(record.id);
    }
  };

  const scanLater = (): void => {
    cancelScan = host.after(
      scanMs,
      () => {
        if (life.stopped) return;
        void scan(false)
          .catch((error: unknown) => {
            ports.onError(error, "scan");
          })
          .then(scanLater);
      },
      false,
    );
  };

  return {
    take,
    start: async () => {
      await scan(ports.alone);
      scanLater();
    },
    stop: async () => {
      life.stopped = true;
      cancelScan();
      for (const done of waits) done();
      await Promise.all(working.values());
    },
  };
}

/** A few members, then the record of them. */
async function step({ outbox, store, host }: RunnerPorts, record: BulkRecord): Promise<BulkRecord> {
  if ((await store.cancelled(record.id)) !== null) return finished(store, record, "cancelled", host.now());
  if (record.done >= record.total) return finished(store, record, "completed", host.now());
  const chunk = Math.floor(record.done / chunkSize);
  const offset = record.done % chunkSize;
  const members = await store.members(record.id, chunk);
  const results: BulkResult[] = [...(await store.results(record.id, chunk))].slice(0, offset);
  const count = Math.max(1, Math.round(record.rate / stepsPerSecond));
  for (const member of members.slice(offset, offset + count)) results.push(await act(outbox, record, member));
  const fresh = results.slice(offset);
  if (fresh.length === 0) throw new Error(`members ${record.done} and after of ${record.id} are not there`);
  const succeeded = fresh.filter(({ status }) => status === "done").length;
  const done = record.done + fresh.length;
  const after: BulkRecord = {
    ...record,
    state: done >= record.total ? "completed" : "running",
    done,
    succeeded: record.succeeded + succeeded,
    failed: record.failed + fresh.length - succeeded,
    updatedAt: host.now(),
  };
  await store.progress(after, chunk, results);
  return after;
}

async function finished(
  store: BulkStore,
  record: BulkRecord,
  state: "completed" | "cancelled",
  now: number,
): Promise<BulkRecord> {
  const after: BulkRecord = { ...record, state, updatedAt: now };
  await store.put(after);
  return after;
}
