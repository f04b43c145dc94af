/**
 * One life of the durable flow from a seed: processes that die and sleep, a store whose answers get lost and whose past may
 * go missing, a provider that swallows what it did, callers that repeat themselves, people who do things meanwhile. Then
 * calm, in which everything must come to an end.
 */
import type { Hashing, ReceiptEvent } from "@landline/core";
import { createOutbox, openSealed } from "@landline/outbox";
import type { OperationRecord, Outbox, Sealer, Store } from "@landline/outbox";
import type { MemoryStore } from "@landline/outbox/simulation";
import type { Random } from "../random.ts";
import { between, seeded } from "../random.ts";
import { workOn } from "./desk.ts";
import { clear, consentsOf, healthy, misfortuneOf, ordersOf, weatherOf } from "./draw.ts";
import type { Order } from "./draw.ts";
import { fateOf } from "./fate.ts";
import type { Loss, Wish } from "./fate.ts";
import { createWatch } from "./invariants.ts";
import type { Break } from "./invariants.ts";
import { createPast } from "./past.ts";
import { createProcess } from "./process.ts";
import type { Process } from "./process.ts";
import { createProvider, settleMs } from "./provider.ts";
import type { ProviderOptions } from "./provider.ts";
import { createScheduler } from "./scheduler.ts";
import { createSealer } from "./sealing.ts";
import { storeOver } from "./store-wire.ts";
import { contentOf, isOpen } from "./tallies.ts";

/** What a run may differ in from the real thing; only tests of the invariants make use of it. */
export interface Variant {
  readonly provider?: Partial<ProviderOptions>;
  /** Something around the store that breaks a promise. */
  readonly store?: (store: MemoryStore) => Store;
  /** Nobody is told that the store lost its past. */
  readonly lossGoesUnnoticed?: boolean;
}

/** How a run ended. */
export interface Life {
  readonly seed: number;
  readonly breaks: readonly Break[];
  readonly steps: number;
  readonly operations: number;
  readonly deaths: number;
  /** What befell it besides, in words. */
  readonly befell: readonly string[];
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

interface Running {
  readonly process: Process;
  /** Null while it opens its store, or has to say first that it is a backup. */
  outbox: Outbox | null;
}

/** Lives the life of a seed. It ends early at the first break. */
export async function live(seed: number, turn: Turn, variant: Variant = {}): Promise<Life> {
  const random = seeded(seed);
  const chance = seeded(seed ^ 0x6c078965);
  const fate = fateOf(chance);
  const scheduler = createScheduler(startAt, seeded(seed ^ 0x5bd1e995));
  const past = createPast(() => Math.floor(scheduler.now), fate.loss !== null);
  const truth = past.store;
  const sealer = createSealer();
  const sealed = fate.isSealed ? await openSealed(truth, sealer) : null;
  // A sealed text means something only together with its id, so it is opened by whoever knows how.
  const contentIn = (record: OperationRecord): string => contentOf(sealed === null ? record.input : inputIn(record));
  const inputs = new WeakMap<object, OperationRecord["input"]>();
  const inputIn = ({ id, input }: OperationRecord): OperationRecord["input"] => {
    const known = inputs.get(input) ?? plainInput(sealer, id, input);
    inputs.set(input, known);
    return known;
  };
  const watch = createWatch(truth, variant.store?.(truth) ?? truth, contentIn);
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
  /** Grows when the past is lost: an answer from before says nothing about the store there is now. */
  let epoch = 0;
  let mend: ((outbox: Outbox) => Promise<void>) | null = null;

  const create = (process: Process, store: Store): Outbox =>
    createOutbox({
      store,
      accounts: [provider.accountFor(process)],
      host: process.host,
      hashing: noHashing,
      worker: process.name,
      pollMs: 4_000,
      probeEveryMs: 30_000,
      pollReceiptsEveryMs: 600_000,
      restoreEveryMs: fate.loss === null ? 600_000 : 5_000,
      concurrency: 8,
    });
  /** Starts a process; `first` is done before it listens to anybody. */
  const start = (first: ((outbox: Outbox) => Promise<void>) | null = null): Running => {
    born += 1;
    const process = createProcess(scheduler, `p${born}`, seed * 31 + born);
    const wire = storeOver(scheduler, watch.store, process, weather, () => epoch);
    let outbox = sealed === null ? create(process, wire) : null;
    const begun: Running = { process, outbox: first === null ? outbox : null };
    const begin = async (): Promise<void> => {
      outbox ??= create(process, await openSealed(wire, sealer));
      await first?.(outbox);
      begun.outbox = outbox;
      await outbox.run();
    };
    const persist = (): void => {
      begin().catch(() => scheduler.at(scheduler.now + 500, persist, process));
    };
    persist();
    return begun;
  };
  const revive = (place: number): void => {
    if (running[place] !== null) return;
    // While a backup is being put back only one is started, to say so.
    if (mend === null) running[place] = start();
    else if (place === 0) running[place] = start(mend);
  };
  const kill = (place: number): void => {
    const victim = running[place];
    if (victim === null || victim === undefined) return;
    victim.process.alive = false;
    running[place] = null;
    deaths += 1;
  };

  const someone = (by: Random = random): Outbox | null => running[Math.floor(by() * running.length)]?.outbox ?? null;

  /** Takes a callback to whoever answers; the provider tries a few times. */
  const deliver = (event: ReceiptEvent, attempt: number, by: Random = random, kept?: () => void): void => {
    const again = (): void => {
      if (attempt < 4) scheduler.at(scheduler.now + 5_000 * attempt, () => deliver(event, attempt + 1, by, kept));
    };
    const receiver = someone(by);
    if (receiver === null) return again();
    const body = new TextEncoder().encode(JSON.stringify([event]));
    const then = epoch;
    receiver.receive("lg", { method: "POST", url: "x", headers: { signature: "good" }, body }).then(() => {
      if (then === epoch) kept?.();
    }, again);
  };

  const orders = [...ordersOf(random, startAt), ...consentsOf(fate)];
  const unanswered = new Set<Order>(orders);
  /** A caller: asks, and asks again with its key until it is told something. */
  const ask = (order: Order): void => {
    const patient = scheduler.at(scheduler.now + impatientMs, () => ask(order));
    const { operation, input, idempotencyKey, guarantee, deadline } = order;
    someone()
      ?.enqueue({ account: "lg", operation, input, idempotencyKey, guarantee, deadline })
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

  if (fate.wishes.length > 0) {
    // Somebody else has opted out before, so nobody has to hear first that there is such a thing.
    await (sealed ?? truth).optOut("lg", "+15559999999", "long ago");
  }
  for (const wish of fate.wishes) {
    scheduler.at(startAt + wish.afterMs, () => {
      if (!wish.out) watch.optsIn(wish.recipient);
      deliver(wordOf(wish), 1, chance, () => {
        if (wish.out) watch.optedOut(wish.recipient);
      });
    });
  }

  const workers = 1 + Math.floor(random() * 3);
  for (let index = 0; index < workers; index += 1) running.push(start());

  const strike = (place: number, sort: number): void => {
    const victim = running[place];
    if (victim === null || victim === undefined) return;
    if (sort < 0.65) {
      kill(place);
      scheduler.at(scheduler.now + between(random, 100, 15_000), () => revive(place));
    } else if (sort < 0.9) {
      victim.process.asleepUntil = scheduler.now + between(random, 100, 30_000);
    } else {
      const rows = [...truth.rows.values()];
      const record = rows[Math.floor(random() * rows.length)]?.record;
      if (record === undefined) return;
      const by = { actor: "a person", reason: "no", version: record.version };
      victim.outbox?.cancel(record.id, by).catch(() => undefined);
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

  for (const afterMs of fate.deskAtMs) {
    scheduler.at(startAt + afterMs, () => {
      const rows = [...truth.rows.values()].filter(({ record }) => record.state === "parked");
      const row = rows[Math.floor(chance() * rows.length)];
      const outbox = someone(chance);
      if (row === undefined || outbox === null) return;
      workOn(outbox, row, chance, Math.floor(scheduler.now), fate.loss === null).catch(() => undefined);
    });
  }

  /** The past is gone. Who runs goes on with what is left, or is started again with it. */
  const lose = ({ how, keptAtMs }: Loss): void => {
    epoch += 1;
    const isTold = variant.lossGoesUnnoticed !== true;
    if (how === "failover") {
      past.lose(isTold ? "another server took over" : null);
      watch.lost(provider.effects);
      return;
    }
    for (const place of running.keys()) kill(place);
    past.lose(null);
    watch.lost(provider.effects);
    const since = chance() < 0.5 ? null : Math.floor(startAt + keptAtMs);
    mend = async (outbox) => {
      if (isTold) await outbox.restored({ actor: "a person", because: "the backup was put back", since });
      mend = null;
      for (const place of running.keys()) revive(place);
    };
    scheduler.at(scheduler.now + between(chance, 100, 20_000), () => revive(0));
  };
  const { loss } = fate;
  if (loss !== null) {
    scheduler.at(startAt + loss.keptAtMs, () => past.keep());
    scheduler.at(startAt + loss.lostAtMs, () => lose(loss));
  }

  const isOver = (): boolean => {
    if (scheduler.now <= startAt + troubleMs || unanswered.size > 0 || scheduler.underWay > 0) return false;
    for (const { record } of truth.rows.values()) if (isOpen(record.state)) return false;
    return true;
  };

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
  const befell = [
    ...(loss === null ? [] : [loss.how]),
    ...(fate.wishes.length > 0 ? ["opt-out"] : []),
    ...(fate.consents.length > 0 ? ["consents in order"] : []),
    ...(fate.isSealed ? ["sealed texts"] : []),
    ...(fate.deskAtMs.length > 0 ? ["people at their desks"] : []),
  ];
  return { seed, breaks: watch.breaks, steps, operations: truth.rows.size, deaths, befell, ends };
}

/** What the provider reports when somebody says STOP or START. */
function wordOf({ recipient, out }: Wish): ReceiptEvent {
  const word = out ? "STOP" : "START";
  return {
    providerId: null,
    operationId: null,
    status: word,
    rank: 0,
    meaning: "inbound",
    code: null,
    message: null,
    at: null,
    dedupeKey: `${recipient} ${word}`,
    optedOut: out ? recipient : null,
    optedIn: out ? null : recipient,
  };
}

/** What a sealed row asks for. */
function plainInput(sealer: Sealer, id: string, input: OperationRecord["input"]): OperationRecord["input"] {
  const [envelope] = Object.values(input);
  const opened = sealer.unseal(String(envelope), `request:${id}`);
  if (!opened.ok) throw new Error(`${id} is not sealed`);
  return (JSON.parse(opened.text) as { readonly input: OperationRecord["input"] }).input;
}
