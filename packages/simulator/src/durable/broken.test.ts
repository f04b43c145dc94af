/**
 * The simulator is only worth what it catches: each promise is broken on purpose, in a store or at the provider, and
 * must be missed by its number within some seeds.
 */
import type { ReceiptEvent } from "@landline/core";
import type { Command, Lease, NewOperation, Settlement, Store } from "@landline/outbox";
import type { MemoryStore } from "@landline/outbox/simulation";
import { describe, expect, test, vi } from "vitest";
import { live } from "./run.ts";
import type { Variant } from "./run.ts";

// Lives are counted, not seconds: how many it takes is the same on every machine.
vi.setConfig({ testTimeout: 600_000 });

/** Comes after every microtask that can run. */
const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    process.nextTick(resolve);
  });

const seedsMax = 1_500;

/**
 * The invariant that the first broken life of a variant breaks.
 * @param from a seed shortly before one that is known to catch it, to be quick
 */
async function caught(variant: Variant, from = 1): Promise<string> {
  for (let seed = from; seed < from + seedsMax; seed += 1) {
    const [found] = (await live(seed, turn, variant)).breaks;
    if (found !== undefined) return found.invariant;
  }
  return `nothing in ${seedsMax} seeds`;
}

/** A store in which some verbs are others. */
function instead(verbs: (store: MemoryStore) => Partial<Store>): NonNullable<Variant["store"]> {
  return (store) => {
    const own = verbs(store);
    return new Proxy(store, {
      get: (target, name) => Reflect.get(Object.hasOwn(own, name) ? own : target, name) as unknown,
    });
  };
}

describe("a store that", () => {
  test("forgets an insert it acknowledged breaks I1", async () => {
    let inserts = 0;
    const store = instead((truth) => ({
      insert: async (operation: NewOperation) => {
        inserts += 1;
        return inserts % 5 === 0
          ? { type: "inserted", id: operation.id, createdAt: await truth.now() }
          : truth.insert(operation);
      },
    }));
    expect(await caught({ store })).toBe("I1");
  });

  test("acknowledges an intent it did not write breaks I5", async () => {
    const store = instead(() => ({ start: async () => true }));
    expect(await caught({ store })).toBe("I5");
  });

  test("never rescues breaks I3", async () => {
    expect(await caught({ store: instead(() => ({ rescue: async () => [] })) })).toBe("I3");
  });

  test("lets a lost lease settle breaks I8", async () => {
    const store = instead((truth) => ({
      settle: async (lease: Lease, settlement) => {
        const row = await truth.get(lease.id);
        return truth.settle({ id: lease.id, lease: row?.lease ?? lease.lease }, settlement);
      },
    }));
    expect(await caught({ store }, 100)).toBe("I8");
  });

  test("hands out a lease number that is not its own breaks I9", async () => {
    const store = instead((truth) => ({
      claim: async (request) => (await truth.claim(request)).map((taken) => ({ ...taken, lease: taken.lease - 1 })),
    }));
    expect(await caught({ store })).toBe("I9");
  });

  test("forgets what a lost lease witnessed breaks I14", async () => {
    expect(await caught({ store: instead(() => ({ witness: async () => undefined })) }, 170)).toBe("I14");
  });

  test("takes each receipt for the latest word breaks I2", async () => {
    const store = instead((truth) => ({
      receive: async (account: string, event: ReceiptEvent, failure) => {
        const result = await truth.receive(account, event, failure);
        const row = "operation" in result ? truth.rows.get(result.operation.id) : undefined;
        if (row?.record.state === "delivered" && event.meaning === "progress") row.record.state = "accepted";
        return result;
      },
    }));
    expect(await caught({ store })).toBe("I2");
  });

  test("settles without writing down what the attempt came to breaks I6", async () => {
    const store = instead((truth) => ({
      settle: async (lease: Lease, settlement: Settlement) => truth.settle(lease, { ...settlement, attempt: null }),
    }));
    expect(await caught({ store })).toBe("I6");
  });

  test("keeps only the last attempt breaks I7", async () => {
    const store = instead((truth) => ({
      start: async (lease: Lease, attempt) => {
        const begun = await truth.start(lease, attempt);
        const attempts = truth.rows.get(lease.id)?.attempts ?? [];
        attempts.splice(0, attempts.length - 1);
        return begun;
      },
    }));
    expect(await caught({ store })).toBe("I7");
  });

  test("rescues without asking whether somebody still holds the lease breaks I11", async () => {
    const store = instead((truth) => ({
      rescue: async (request) => {
        for (const row of truth.rows.values()) if (row.record.state === "sending") row.leaseUntil = 0;
        return truth.rescue(request);
      },
    }));
    expect(await caught({ store })).toBe("I11");
  });

  test("lets ordered operations overtake breaks I11", async () => {
    const store = instead((truth) => ({
      claim: async (request) => {
        const rows = [...truth.rows.values()].filter(({ record }) => record.ordered);
        for (const { record } of rows) record.ordered = false;
        const taken = await truth.claim(request);
        for (const { record } of rows) record.ordered = true;
        return taken.map((operation) => ({ ...operation, ordered: operation.operation.startsWith("consent.") }));
      },
    }));
    expect(await caught({ store })).toBe("I11");
  });

  test("lets expire what is in doubt breaks I13", async () => {
    const store = instead((truth) => ({
      expireDue: async (limit: number) => {
        for (const { record } of truth.rows.values()) {
          if (record.state !== "retrying") continue;
          record.history = { ...record.history, doubtOpen: false };
          record.failure = null;
        }
        return truth.expireDue(limit);
      },
    }));
    expect(await caught({ store }, 40)).toBe("I13");
  });

  test("does not know a receipt again breaks I16", async () => {
    let receipts = 0;
    const store = instead((truth) => ({
      receive: async (account: string, event: ReceiptEvent, failure) => {
        receipts += 1;
        return truth.receive(account, { ...event, dedupeKey: `${event.dedupeKey} ${receipts}` }, failure);
      },
    }));
    expect(await caught({ store })).toBe("I16");
  });

  test("notes what people do without their reason breaks I18", async () => {
    const store = instead((truth) => ({
      command: async (command: Command) => {
        const result = await truth.command(command);
        const row = truth.rows.get(command.id);
        const last = row?.history.pop();
        if (last !== undefined) row?.history.push({ ...last, because: null });
        return result;
      },
    }));
    expect(await caught({ store })).toBe("I18");
  });

  test("puts something into the review queue without a reason breaks I19", async () => {
    const store = instead((truth) => ({
      settle: async (lease: Lease, settlement: Settlement) => {
        const done = await truth.settle(lease, settlement);
        const row = truth.rows.get(lease.id);
        if (done && settlement.type === "park" && row !== undefined) row.record.parkedReason = null;
        return done;
      },
    }));
    expect(await caught({ store })).toBe("I19");
  });

  test("takes something out of the review queue without a word breaks I19", async () => {
    const store = instead((truth) => ({
      command: async (command: Command) => {
        const result = await truth.command(command);
        if (result.type === "done" && command.type === "discard") truth.rows.get(command.id)?.history.pop();
        return result;
      },
    }));
    expect(await caught({ store }, 95)).toBe("I19");
  });

  test("does not say who has opted out breaks I22", async () => {
    expect(await caught({ store: instead(() => ({ optedOutOf: async () => new Set<string>() })) })).toBe("I22");
  });

  test("has a clock that is slow breaks I10", async () => {
    const store = instead((truth) => ({ now: async () => (await truth.now()) - 60_000 }));
    expect(await caught({ store })).toBe("I10");
  });

  test("lets a key make two operations breaks I15", async () => {
    let inserts = 0;
    const store = instead((truth) => ({
      insert: async (operation: NewOperation) => {
        inserts += 1;
        const idempotencyScope = `${operation.idempotencyScope}${inserts}`;
        return truth.insert({ ...operation, idempotencyScope });
      },
    }));
    expect(await caught({ store })).toBe("I15");
  });

  test("does not say whose a provider id is lets a match be tried for ever: I3", async () => {
    const store = instead(() => ({ ownedProviderIds: async () => new Set<string>() }));
    expect(await caught({ store }, 60)).toBe("I3");
  });
});

describe("a provider that", () => {
  test("shows what it did later than it promises makes duplicates: I4", async () => {
    expect(await caught({ provider: { visibleAfterMs: 60_000 } })).toBe("I4");
  });

  test("does not know its keys again makes duplicates: I4", async () => {
    expect(await caught({ provider: { deduplicates: false } })).toBe("I4");
  });

  test('is read as "not sent" where nobody knows makes duplicates: I4', async () => {
    expect(await caught({ provider: { optimistic: true } })).toBe("I4");
  });
});

describe("a past that is missing", () => {
  test("and nobody says so: it is sent twice, I4", async () => {
    expect(await caught({ lossGoesUnnoticed: true }, 235)).toBe("I4");
  });
});
