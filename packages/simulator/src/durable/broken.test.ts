/**
 * The simulator is only worth what it catches: each promise is broken on purpose, in a store or at the provider, and
 * must be missed by its number within some seeds.
 */
import type { Lease, NewOperation, Store } from "@landline/outbox";
import { describe, expect, test, vi } from "vitest";
import { live } from "./run.ts";
import type { Variant } from "./run.ts";

vi.setConfig({ testTimeout: 120_000 });

const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
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
function instead(verbs: (store: Store) => Partial<Store>): NonNullable<Variant["store"]> {
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
    expect(await caught({ store: instead(() => ({ rescue: async () => [] })) }, 21)).toBe("I3");
  });

  test("lets a lost lease settle breaks I8", async () => {
    const store = instead((truth) => ({
      settle: async (lease: Lease, settlement) => {
        const row = await truth.get(lease.id);
        return truth.settle({ id: lease.id, lease: row?.lease ?? lease.lease }, settlement);
      },
    }));
    expect(await caught({ store }, 76)).toBe("I8");
  });

  test("hands out a lease number that is not its own breaks I9", async () => {
    const store = instead((truth) => ({
      claim: async (request) => (await truth.claim(request)).map((taken) => ({ ...taken, lease: taken.lease - 1 })),
    }));
    expect(await caught({ store })).toBe("I9");
  });

  test("forgets what a lost lease witnessed breaks I14", async () => {
    expect(await caught({ store: instead(() => ({ witness: async () => undefined })) }, 482)).toBe("I14");
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
    expect(await caught({ store }, 117)).toBe("I3");
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
