import type { ReceiptEvent } from "@landline/core";
/**
 * Whatever goes wrong in whatever order: refusals, lost answers, crashes, store errors, receipts. Afterwards the store
 * and the provider's ledger must agree (durable-queues §4.5: I1, I3, I4, I5, I6, I7, I9, I10, I11, I13, I15, I16).
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { OperationRecord, Store } from "./ports/index.ts";
import type { Fate } from "./testing/ledger-provider.ts";
import type { MemoryStore } from "./testing/memory-store.ts";
import { createWorld } from "./testing/world.ts";

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("accept" as const), delayMs: fc.nat(3_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("accept_late" as const), delayMs: fc.integer({ min: 1, max: 14_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("accept_then_reset" as const), delayMs: fc.nat(3_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reset" as const), delayMs: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hang" as const), done: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), done: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Fate>({ do: "refused" }, { do: "throttle" }, { do: "throttle", retryAfterMs: 5_000 }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Fate>({ do: "reject" }, { do: "reject", code: "useless" }) },
);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("crash" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("receipt" as const),
      of: fc.nat(20),
      meaning: fc.constantFrom("progress" as const, "delivered" as const, "undelivered" as const),
      byOperation: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const), of: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("restart" as const) }) },
);

const scenario = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  operations: fc.array(
    fc.record({
      operation: fc.constantFrom("create.lookup", "create.lookup", "create.deduplicate", "create.park"),
      to: fc.constantFrom("+15550000001", "+15550000002", "+15550000003"),
      twin: fc.boolean(),
      deadlineMs: fc.constantFrom(null, 5_000, 60_000),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
  steps: fc.array(step, { minLength: 1, maxLength: 20 }),
  storeErrors: fc.array(fc.record({ at: fc.nat(300), committed: fc.boolean() }), { maxLength: 6 }),
});

/** Fails some calls, before or after they took effect. */
function flaky(
  errors: readonly { readonly at: number; readonly committed: boolean }[],
  on: { active: boolean; calls: number },
) {
  return (store: MemoryStore): Store =>
    new Proxy<Store>(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return async (...args: readonly unknown[]) => {
          on.calls += 1;
          const error = on.active ? errors.find((each) => each.at === on.calls) : undefined;
          if (error?.committed === false) throw new Error("database or disk is full");
          const answer: unknown = await Reflect.apply(value as (...all: readonly unknown[]) => unknown, target, args);
          if (error !== undefined) throw new Error("connection lost during commit");
          return answer;
        };
      },
    });
}

const runs = Number(process.env["LANDLINE_RUNS"] ?? 150);

test("store and ledger agree, whatever happened", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ seed, operations, fates, steps, storeErrors }) => {
      const trouble = { active: true, calls: 0 };
      const world = createWorld({ seed, around: flaky(storeErrors, trouble), pollMs: 5_000, probeEveryMs: 5_000 });
      const { provider, store } = world;
      let used = 0;
      provider.fate = () => {
        used += 1;
        return fates[used - 1] ?? { do: "accept" };
      };
      const promised: string[] = [];
      for (const [index, each] of operations.entries()) {
        const input = { to: each.to, text: each.twin ? "same" : `own ${index}` };
        const deadline = each.deadlineMs === null ? null : world.time.now + each.deadlineMs;
        const result = await world.outbox
          .enqueue({ account: "lg", operation: each.operation, input, deadline, idempotencyKey: `k${index}` })
          .catch(() => null);
        if (result?.type === "accepted") promised.push(result.operation.id);
      }
      await world.outbox.run().catch(() => undefined);
      for (const [index, each] of steps.entries()) {
        switch (each.type) {
          case "wait":
            await world.advance(each.ms);
            break;
          case "crash":
            world.crash();
            await world.outbox.run().catch(() => undefined);
            break;
          case "restart": {
            const stopped = world.outbox.stop({ graceMs: 1_000 });
            await world.advance(20_000);
            await stopped;
            world.crash();
            await world.outbox.run().catch(() => undefined);
            break;
          }
          case "cancel": {
            const id = promised[each.of % Math.max(1, promised.length)];
            if (id !== undefined)
              await world.outbox.cancel(id, { actor: "me", reason: "no", version: null }).catch(() => null);
            break;
          }
          case "receipt": {
            const effect = provider.effects[each.of % Math.max(1, provider.effects.length)];
            if (effect === undefined) break;
            const event: ReceiptEvent = {
              providerId: effect.providerId,
              operationId: each.byOperation ? effect.operationId : null,
              status: each.meaning,
              rank: each.meaning === "progress" ? 2 : 9,
              meaning: each.meaning,
              code: null,
              message: null,
              at: null,
              dedupeKey: `${effect.providerId}-${each.meaning}-${index % 3}`,
              optedOut: null,
            };
            const request = {
              method: "POST",
              url: "x",
              headers: { signature: "good" },
              body: new TextEncoder().encode(JSON.stringify([event])),
            };
            await world.outbox.receive("lg", request).catch(() => null);
            break;
          }
          default:
            each satisfies never;
        }
      }
      // Calm: everything heals, and a fresh process finishes what is left.
      trouble.active = false;
      provider.fate = () => ({ do: "accept" });
      world.crash();
      await world.outbox.run();
      await world.advance(900_000);

      expect(await store.verify()).toEqual([]);
      const rows = [...store.rows.values()];
      const byId = new Map(rows.map((row) => [row.record.id, row.record]));
      for (const id of promised) expect(byId.has(id), `I1: ${id} was promised`).toBe(true);
      for (const { record } of rows) {
        expect(["queued", "sending", "retrying", "reconciling"], `I3: ${record.id} is finished`).not.toContain(
          record.state,
        );
      }
      for (const [key, members] of groups(rows.map((row) => row.record))) {
        const effects = provider.effects.filter((effect) => `${effect.operation} ${effect.content}` === key);
        expect(effects.length, `I4: effects of ${key}`).toBeLessThanOrEqual(members.length);
        const mayBe = members.filter(
          (record) =>
            ["accepted", "delivered", "undelivered"].includes(record.state) || record.failure?.execution === "unknown",
        );
        expect(mayBe.length, `I13: every effect of ${key} has an owner`).toBeGreaterThanOrEqual(effects.length);
        const sure = members.filter((record) => ["accepted", "delivered", "undelivered"].includes(record.state));
        expect(sure.length, `I13: nothing of ${key} is called sent that was not`).toBeLessThanOrEqual(effects.length);
      }
      const owned = rows.map((row) => row.record.providerId).filter((id) => id !== null);
      expect(new Set(owned).size, "I2: an effect has one owner").toBe(owned.length);
      for (const received of provider.received) {
        const record = byId.get(received.operationId);
        expect(record, "I5: what was sent is known").toBeDefined();
        expect(received.at, `I10: ${received.operationId} was sent in time`).toBeLessThan(record?.deadline ?? 0);
        expect(received.key).toBe(received.operationId);
      }
      for (const [id, requests] of Map.groupBy(provider.received, (each) => each.operationId)) {
        expect(new Set(requests.map((each) => each.digest)).size, `${id} sent the same bytes`).toBe(1);
        expect(
          store.rows.get(id)?.attempts.length ?? 0,
          `I5: every request of ${id} has an intent`,
        ).toBeGreaterThanOrEqual(requests.length);
      }
    }),
    { numRuns: runs, seed: Number(process.env["LANDLINE_SEED"] ?? 20_260_101) },
  );
});

function groups(records: readonly OperationRecord[]): Map<string, OperationRecord[]> {
  return Map.groupBy(records, (record) => `${record.operation} ${JSON.stringify(record.input)}`);
}
