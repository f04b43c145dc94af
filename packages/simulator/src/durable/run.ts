/**
 * One life of the durable flow from a seed: processes that die and sleep, a store whose answers get lost, a provider that
 * swallows what it did, callers that repeat themselves. Then calm, in which everything must come to an end.
 */
import type { Hashing, ReceiptEvent } from "@landline/core";
import { createOutbox } from "@landline/outbox";
import type { Outbox, Store } from "@landline/outbox";
import { createMemoryStore } from "@landline/outbox/simulation";
import { between, seeded } from "../random.ts";
import { clear, healthy, misfortuneOf, ordersOf, weatherOf } from "./draw.ts";
import type { Order } from "./draw.ts";
import { createWatch } from "./invariants.ts";
import type { Break } from "./invariants.ts";
import { createProcess } from "./process.ts";
import type { Process } from "./process.ts";
import { createProvider, settleMs } from "./provider.ts";
import type { ProviderOptions } from "./provider.ts";
import { createScheduler } from "./scheduler.ts";
import { storeOver } from "./store-wire.ts";

/** What a run may differ in from the real thing; only tests of the invariants make use of it. */
export interface Variant {
  readonly provider?: Partial<ProviderOptions>;
  /** Something around the store that breaks a promise. */
  readonly store?: (store: Store) => Store;
}

/** How a run ended. */
export interface Life {
  readonly seed: number;
  readonly breaks: readonly Break[];
  readonly steps: number;
  readonly operations: number;
  readonly deaths: number;
  /** Number of operations by how they ended. */
  readonly ends: Readonly<Record<string, number>>;
}

/** Lets every microtask run that can; a turn of the event loop does. */
export type Turn = () => Promise<void>;

const startAt = Date.UTC(2026, 0, 1);

/** How long things go wrong, in milliseconds. */
const troubleMs = 60_000;

/** How long a calm may last until everything must be over. */
const calmMs = 1_800_000;

/** A caller asks again after so long without an answer. */
const impatientMs = 6_000;

const noHashing: Hashing = { hmac: () => new Uint8Array(), digest: () => new Uint8Array(), equal: () => true };
const open: ReadonlySet<string> = new Set(["queued", "sending", "retrying", "reconciling"]);

interface Running {
  readonly process: Process;
  readonly outbox: Outbox;
}

/** Lives the life of a seed. It ends early at the first break. */
export async function live(seed: number, turn: Turn, variant: Variant = {}): Promise<Life> {
  const random = seeded(seed);
  const scheduler = createScheduler(startAt, seeded(seed ^ 0x5bd1e995));
  const truth = createMemoryStore({ now: () => Math.floor(scheduler.now) });
  const watch = createWatch(truth, variant.store?.(truth) ?? truth);
  const weather = weatherOf(random);
  const misfortune = misfortuneOf(random);
  const running: (Running | null)[] = [];
  const visibleAfterMs = between(random, 0, settleMs - 200);
  const provider = createProvider(
    scheduler,
    seeded(seed ^ 0x2545f491),
    misfortune,
    {
      departed: (departure) => watch.departed(departure),
      happened: (effect) => watch.happened(effect),
      callback: (event) => deliver(event, 1),
    },
    { visibleAfterMs, deduplicates: true, optimistic: false, ...variant.provider },
  );
  let born = 0;
  let deaths = 0;

  const start = (): Running => {
    born += 1;
    const process = createProcess(scheduler, `p${born}`, seed * 31 + born);
    const outbox = createOutbox({
      store: storeOver(scheduler, watch.store, process, weather),
      accounts: [provider.accountFor(process)],
      host: process.host,
      hashing: noHashing,
      worker: process.name,
      pollMs: 4_000,
      probeEveryMs: 30_000,
      pollReceiptsEveryMs: 600_000,
      concurrency: 8,
    });
    const begin = (): void => {
      outbox.run().catch(() => scheduler.at(scheduler.now + 500, begin, process));
    };
    begin();
    return { process, outbox };
  };

  const someone = (): Running | null => running[Math.floor(random() * running.length)] ?? null;

  /** Takes a callback to whoever answers; the provider tries a few times. */
  const deliver = (event: ReceiptEvent, attempt: number): void => {
    const again = (): void => {
      if (attempt < 4) scheduler.at(scheduler.now + 5_000 * attempt, () => deliver(event, attempt + 1));
    };
    const receiver = someone();
    if (receiver === null) return again();
    const body = new TextEncoder().encode(JSON.stringify([event]));
    receiver.outbox.receive("lg", { method: "POST", url: "x", headers: { signature: "good" }, body }).catch(again);
  };

  const orders = ordersOf(random, startAt);
  const unanswered = new Set<Order>(orders);
  /** A caller: asks, and asks again with its key until it is told something. */
  const ask = (order: Order): void => {
    const patient = scheduler.at(scheduler.now + impatientMs, () => ask(order));
    const { operation, input, idempotencyKey, guarantee, deadline } = order;
    someone()
      ?.outbox.enqueue({ account: "lg", operation, input, idempotencyKey, guarantee, deadline })
      .then(
        (result) => {
          patient();
          unanswered.delete(order);
          if (result.type === "accepted") watch.promised(result.operation.id, idempotencyKey);
        },
        () => undefined,
      );
  };
  for (const order of orders) scheduler.at(startAt + order.afterMs, () => ask(order));

  const workers = 1 + Math.floor(random() * 3);
  for (let index = 0; index < workers; index += 1) running.push(start());

  const strike = (place: number, sort: number): void => {
    const victim = running[place];
    if (victim === null || victim === undefined) return;
    if (sort < 0.65) {
      victim.process.alive = false;
      running[place] = null;
      deaths += 1;
      scheduler.at(scheduler.now + between(random, 100, 15_000), () => {
        running[place] = start();
      });
    } else if (sort < 0.9) {
      victim.process.asleepUntil = scheduler.now + between(random, 100, 30_000);
    } else {
      const rows = [...truth.rows.values()];
      const record = rows[Math.floor(random() * rows.length)]?.record;
      if (record === undefined) return;
      const by = { actor: "a person", reason: "no", version: record.version };
      victim.outbox.cancel(record.id, by).catch(() => undefined);
    }
  };
  const blows = Math.floor(between(random, 0, 8));
  for (let blow = 0; blow < blows; blow += 1) {
    const place = Math.floor(random() * workers);
    const sort = random();
    scheduler.at(startAt + between(random, 0, troubleMs), () => strike(place, sort));
  }
  scheduler.at(startAt + troubleMs, () => {
    Object.assign(weather, clear);
    Object.assign(misfortune, healthy);
  });

  const isOver = (): boolean =>
    scheduler.now > startAt + troubleMs &&
    unanswered.size === 0 &&
    scheduler.underWay === 0 &&
    [...truth.rows.values()].every(({ record }) => !open.has(record.state));

  let steps = 0;
  await turn();
  while (watch.breaks.length === 0 && scheduler.step(startAt + troubleMs + calmMs)) {
    steps += 1;
    await turn();
    watch.look(scheduler.now - startAt, provider.effects);
    if (isOver()) break;
  }
  if (watch.breaks.length === 0) await watch.close(provider.effects);
  const ends: Record<string, number> = {};
  for (const { record } of truth.rows.values()) {
    const name = record.state === "parked" ? `parked as ${record.parkedReason}` : record.state;
    ends[name] = (ends[name] ?? 0) + 1;
  }
  return { seed, breaks: watch.breaks, steps, operations: truth.rows.size, deaths, ends };
}
