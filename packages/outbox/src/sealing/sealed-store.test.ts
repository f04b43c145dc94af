/** A sealed store is a store like any other; that it hides what it must is shown on real disks, by the stores. */
import { createSealer } from "@landline/host";
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../testing/memory-store.ts";
import { newOperation } from "../testing/store-conformance/build.ts";
import { storeConformance } from "../testing/store-conformance/suite.ts";
import { SealingTrouble, openSealed, refuseSealed } from "./open-sealed.ts";

const [a, b, c] = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill)) as [Uint8Array, Uint8Array, Uint8Array];
const instant = Date.UTC(2026, 0, 1);
const operationOf = (overrides: Parameters<typeof newOperation>[1]) => newOperation(instant, overrides);
const memory = () => createMemoryStore({ now: () => Date.UTC(2026, 0, 1) });

storeConformance("a sealed store", async () => {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const store = createMemoryStore({ now: () => clock.now });
  const open = async () => openSealed(store, createSealer([a]), { hidePeople: false });
  return {
    store: await open(),
    advance(ms: number) {
      clock.now += ms;
    },
    async reopen() {
      store.crash();
      return open();
    },
    close: async () => store.close(),
  };
});

describe("keys", () => {
  test("rotation: old keys are read, new texts carry the new one, and search goes on", async () => {
    const disk = memory();
    const first = await openSealed(disk, createSealer([a]));
    const old = operationOf({ recipient: "+14155550100", idempotencyKey: "k1" });
    await first.insert(old);
    const second = await openSealed(disk, createSealer([b, a]));
    const young = operationOf({ recipient: "+14155550100", idempotencyKey: "k2" });
    await second.insert(young);
    const { operations } = (await second.list({ recipient: "+14155550100" }, { limit: 10, cursor: null })) as {
      operations: readonly { id: string; input: unknown }[];
    };
    expect(new Map(operations.map(({ id, input }) => [id, input]))).toEqual(
      new Map([
        [old.id, old.input],
        [young.id, young.input],
      ]),
    );
    const stored = JSON.stringify((await disk.get(young.id))?.input);
    expect(stored).toContain(`ls1.${createSealer([b]).keyId}.`);
    expect(await second.insert(old)).toMatchObject({ type: "replayed", id: old.id });
    expect(await second.insert({ ...old, id: "op_x", fingerprint: "another" })).toMatchObject({ type: "conflict" });
  });

  test("a missing key stops the start, names itself, and changes nothing; given back, everything is there", async () => {
    const disk = memory();
    const operation = operationOf({});
    await (await openSealed(disk, createSealer([a]))).insert(operation);
    const before = await disk.listDocuments("sealing");
    const { keyId } = createSealer([a]);
    for (const start of [async () => openSealed(disk, createSealer([b])), async () => refuseSealed(disk)]) {
      const error = await start().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(SealingTrouble);
      expect(String(error)).toContain(keyId);
      expect(String(error)).toContain("encryption.oldKeys");
    }
    expect(await disk.listDocuments("sealing")).toEqual(before);
    const again = await openSealed(disk, createSealer([b, a]));
    expect((await again.get(operation.id))?.input).toEqual(operation.input);
    await expect(refuseSealed(memory())).resolves.toBeUndefined();
  });

  test("a key that is gone for good: its operations are sent to nobody and wait for people, others go on", async () => {
    const disk = memory();
    const lost = operationOf({ idempotencyKey: "k1" });
    await (await openSealed(disk, createSealer([a]))).insert(lost);
    // The secret is sealed anew with each new key, so that the first can be given up.
    await openSealed(disk, createSealer([b, a]));
    const store = await openSealed(disk, createSealer([b]), { forgotten: [createSealer([a]).keyId] });
    const fine = operationOf({ idempotencyKey: "k2" });
    await store.insert(fine);
    const claimed = await store.claim({ worker: "w", lanes: [{ lane: fine.lane, limit: 10 }], leaseMs: 60_000 });
    expect(claimed.map(({ id }) => id)).toEqual([fine.id]);
    expect(claimed[0]?.input).toEqual(fine.input);
    const parked = await store.get(lost.id);
    expect(parked).toMatchObject({
      state: "parked",
      parkedReason: "poison",
      failure: { kind: "internal", execution: "not_executed", message: expect.stringContaining("is not here") },
      input: { "landline:unreadable": expect.stringContaining(createSealer([a]).keyId) },
    });
    const back = await openSealed(disk, createSealer([b, a]));
    expect((await back.get(lost.id))?.input).toEqual(lost.input);
  });

  test("a document of a key that is gone for good is not there, instead of being nothing in a list of something", async () => {
    const disk = memory();
    const first = await openSealed(disk, createSealer([a]));
    await first.putDocument("bulk", "lost", { total: 3 });
    await first.putDocument("bulk", "nothing", null);
    await openSealed(disk, createSealer([b, a]));
    const store = await openSealed(disk, createSealer([b]), { forgotten: [createSealer([a]).keyId] });
    await store.putDocument("bulk", "found", { total: 1 });
    expect(await store.getDocument("bulk", "lost")).toBeNull();
    expect(await store.listDocuments("bulk")).toEqual([
      { id: "nothing", document: null },
      { id: "found", document: { total: 1 } },
    ]);
  });

  test("of processes that begin at once one decides for all", async () => {
    const disk = memory();
    const stores = await Promise.all([1, 2, 3].map(async () => openSealed(disk, createSealer([c]))));
    const operation = operationOf({ recipient: "+14155550100" });
    await stores[0]?.insert(operation);
    for (const store of stores) {
      expect(await store.insert(operation)).toMatchObject({ type: "replayed" });
      const page = await store.list({ recipient: "+14155550100" }, { limit: 1, cursor: null });
      expect(page === "bad_cursor" ? page : page.operations).toHaveLength(1);
    }
  });
});

describe("what was there before", () => {
  test("a store that had operations reads them as they stand, finds them, and knows their keys", async () => {
    const disk = memory();
    const plain = operationOf({ recipient: "+14155550100", reference: "order_1" });
    await disk.insert(plain);
    const store = await openSealed(disk, createSealer([a]));
    const sealed = operationOf({ recipient: "+14155550100", idempotencyKey: "k2" });
    await store.insert(sealed);
    expect((await store.get(plain.id))?.input).toEqual(plain.input);
    expect(await store.insert(plain)).toMatchObject({ type: "replayed", id: plain.id });
    expect(await store.insertMany([plain])).toMatchObject([{ type: "replayed", id: plain.id }]);
    const page = await store.list({ recipient: "+14155550100" }, { limit: 9, cursor: null });
    expect(page === "bad_cursor" ? page : page.operations.map(({ id }) => id).toSorted()).toEqual(
      [plain.id, sealed.id].toSorted(),
    );
    // People are not hidden here, so that an earlier opt-out and an ordered subject still count.
    expect((await disk.get(sealed.id))?.recipient).toBe("+14155550100");
  });

  test("a store whose operations were pruned and whose opt-outs were not: whoever opted out has", async () => {
    const disk = memory();
    await disk.optOut("tw", "+14155550100", "STOP");
    const store = await openSealed(disk, createSealer([a]));
    expect(await store.isOptedOut("tw", "+14155550100")).toBe(true);
    expect(await store.optedOutOf("tw", ["+14155550100"])).toEqual(new Set(["+14155550100"]));
  });

  test("a repeat whose first was pruned between two looks is accepted like any other", async () => {
    const disk = memory();
    const plain = operationOf({});
    await disk.insert(plain);
    let isPruned = false;
    const pruned: typeof disk = {
      ...disk,
      insert: async (operation) => {
        const result = await disk.insert(isPruned ? { ...operation, idempotencyKey: "free again" } : operation);
        isPruned = true;
        return result;
      },
    };
    const store = await openSealed(pruned, createSealer([a]));
    const repeat = { ...plain, id: `${plain.id}2` };
    expect(await store.insert(repeat)).toMatchObject({ type: "inserted", id: repeat.id });
    expect((await store.get(repeat.id))?.input).toEqual(repeat.input);
  });

  test("an envelope that was moved to another operation is not read", async () => {
    const disk = memory();
    const store = await openSealed(disk, createSealer([a]));
    const [one, two] = [operationOf({ idempotencyKey: "k1" }), operationOf({ idempotencyKey: "k2" })];
    await store.insert(one);
    const stolen = (await disk.get(one.id))?.input ?? {};
    await disk.insert({ ...two, input: stolen });
    expect((await store.get(two.id))?.input).toEqual({ "landline:unreadable": expect.stringContaining("changed") });
  });
});

test("people are hidden in a store that began empty, and still found whole, by search, filter and opt-out", async () => {
  const disk = memory();
  const store = await openSealed(disk, createSealer([a]));
  const number = "+14155550100";
  const operation = operationOf({ recipient: number, subject: "ada@example.com", reference: "order_1" });
  await store.insert(operation);
  await store.optOut("tw", number, "21610");
  expect(JSON.stringify([await disk.get(operation.id), await disk.listDocuments("sealing")])).not.toContain(number);
  expect(JSON.stringify(await disk.get(operation.id))).not.toContain("ada@example.com");
  expect(await store.get(operation.id)).toMatchObject({ recipient: number, subject: "ada@example.com" });
  const found = async (filter: Parameters<typeof store.list>[0]): Promise<number> => {
    const page = await store.list(filter, { limit: 9, cursor: null });
    return page === "bad_cursor" ? -1 : page.operations.length;
  };
  expect(
    await Promise.all(
      [{ recipient: number }, { q: number }, { q: "order_" }, { subject: "ada@example.com" }].map(found),
    ),
  ).toEqual([1, 1, 1, 1]);
  expect(await found({ q: operation.id.slice(0, 12) })).toBe(1);
  // Plainly: the beginning of a number finds nobody here.
  expect(await found({ q: number.slice(0, 6) })).toBe(0);
  expect(await store.isOptedOut("tw", number)).toBe(true);
  expect(await store.optedOutOf("tw", [number, "+14155550101"])).toEqual(new Set([number]));
  expect(await disk.isOptedOut("tw", number)).toBe(false);
});
