/** What `landline verify --ledger` calls broken, and what it does not. */
import type { OperationRecord, OperationStory } from "@landline/outbox";
import { describe, expect, test } from "vitest";
import { compareWithLedger } from "./ledger.ts";
import type { LedgerEffect } from "./ledger.ts";

const effect = (id: string, operationId: string, at = 150): LedgerEffect => ({
  id,
  operation: "messages.create",
  at,
  operationId,
});

async function breaks(
  records: readonly Partial<OperationRecord>[],
  effects: readonly LedgerEffect[],
): Promise<readonly string[]> {
  const operations = records.map((record, index) => ({
    id: `op_${index + 1}`,
    operation: "messages.create",
    state: "accepted",
    guarantee: "once",
    parkedReason: null,
    providerId: null,
    deadline: 1_000,
    ...record,
  })) as OperationRecord[];
  const store = {
    list: async () => ({ operations, nextCursor: null }),
    story: async () => ({ attempts: [{ startedAt: 100 }] }) as unknown as OperationStory,
  };
  return (await compareWithLedger(store, effects)).map(({ invariant, operationId }) => `${invariant} ${operationId}`);
}

test("agreement", async () => {
  expect(await breaks([{ providerId: "SM1" }], [effect("SM1", "op_1")])).toEqual([]);
});

test("equal operations in doubt may have got each other's match", async () => {
  const records = [{ providerId: "SM2" }, { providerId: "SM1" }];
  expect(await breaks(records, [effect("SM1", "op_1"), effect("SM2", "op_1")])).toEqual([]);
});

test("poison that may have been sent is not called unsent", async () => {
  const failure = { execution: "unknown" } as OperationRecord["failure"];
  expect(await breaks([{ state: "parked", parkedReason: "poison", failure }], [effect("SM1", "op_1")])).toEqual([]);
});

describe("broken", () => {
  test.each<[string, Partial<OperationRecord>, readonly LedgerEffect[], string]>([
    ["twice", { providerId: "SM1" }, [effect("SM1", "op_1"), effect("SM2", "op_1")], "I4 op_1"],
    ["believed, never happened", { providerId: "SM1" }, [], "I13 op_1"],
    ["happened, said not sent", { state: "parked", parkedReason: "rejected" }, [effect("SM1", "op_1")], "I13 op_1"],
    ["happened, said expired", { state: "expired" }, [effect("SM1", "op_1")], "I13 op_1"],
    ["before its intent", { providerId: "SM1" }, [effect("SM1", "op_1", 50)], "I5 op_1"],
    ["after its deadline", { providerId: "SM1" }, [effect("SM1", "op_1", 2_000)], "I10 op_1"],
    ["of nobody", { state: "parked" }, [effect("SM1", "op_9")], "I1 op_9"],
  ])("%s", async (_title, record, effects, expected) => {
    expect(await breaks([record], effects)).toEqual([expected]);
  });
});
