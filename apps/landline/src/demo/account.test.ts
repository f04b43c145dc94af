/**
 * The reckoning believes neither side: every lie it exists to find is told to it here.
 */
import { expect, test } from "vitest";
import { reckon } from "./account.ts";
import type { StoredOperation } from "./account.ts";

const operation = (id: string, state: string, reason: string | null = null): StoredOperation => ({
  id,
  state,
  parked_reason: reason,
  failure: null,
});
const effect = (
  operationId: string | null,
  id = `SM-${operationId ?? "x"}`,
): { id: string; operationId: string | null } => ({ id, operationId });

test("all is well when every accepted operation has one effect and nothing else has any", () => {
  const operations = [
    operation("a", "accepted"),
    operation("b", "delivered"),
    operation("c", "parked", "rejected"),
    operation("d", "expired"),
    operation("e", "cancelled"),
  ];
  expect(reckon(["a", "b", "c", "d", "e"], operations, [effect("a"), effect("b")])).toEqual({
    operations: 5,
    accepted_once: 2,
    parked: { rejected: 1 },
    cancelled: 1,
    expired: 1,
    duplicates: 0,
    lost: 0,
  });
});

test("an operation that happened twice is a duplicate", () => {
  expect(reckon(["a"], [operation("a", "accepted")], [effect("a", "SM1"), effect("a", "SM2")])).toMatchObject({
    accepted_once: 1,
    duplicates: 1,
  });
});

test("an effect nobody asked for is a duplicate", () => {
  expect(reckon([], [], [effect(null)])).toMatchObject({ duplicates: 1 });
});

test.each([
  ["promised and not stored", ["a"], [], []],
  ["called accepted and never happened", ["a"], [operation("a", "accepted")], []],
  ["called certainly not sent and yet it was", ["a"], [operation("a", "parked", "exhausted")], [effect("a")]],
  ["still open", ["a"], [operation("a", "sending")], []],
])("what is %s is lost", (_, promised, operations, effects) => {
  expect(reckon(promised, operations, effects)).toMatchObject({ lost: 1 });
});

test("doubt may have happened or not: neither is a loss", () => {
  expect(
    reckon(["a", "b"], [operation("a", "parked", "doubt"), operation("b", "parked", "doubt")], [effect("a")]),
  ).toMatchObject({ parked: { doubt: 2 }, lost: 0, duplicates: 0 });
});
