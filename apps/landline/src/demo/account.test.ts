import { accountFaults, fromAccount } from "@landline/providers";
import { parseFaults } from "@landline/sandbox";
import { describe, expect, test } from "vitest";
import { operationIdOf } from "../ledger.ts";
import { reckon, summed } from "./account.ts";
import type { StoredOperation } from "./account.ts";
import { scenarios } from "./scenarios.ts";

const operation = (id: string, state: string, parked_reason: string | null = null): StoredOperation => ({
  id,
  state,
  parked_reason,
  failure: null,
});
const effect = (operationId: string | null): { id: string; operationId: string | null } => ({ id: "x", operationId });

describe("the reckoning", () => {
  test("believes neither side alone", () => {
    const operations = [operation("a", "accepted"), operation("b", "delivered"), operation("c", "parked", "rejected")];
    expect(reckon(["a", "b", "c"], operations, [effect("a")])).toMatchObject({
      accepted_once: 1,
      lost: 1,
      duplicates: 0,
    });
    expect(reckon(["a", "b", "c", "d"], operations, [effect("a"), effect("b"), effect("b")])).toEqual({
      operations: 3,
      accepted_once: 2,
      parked: { rejected: 1 },
      cancelled: 0,
      expired: 0,
      duplicates: 1,
      lost: 1,
    });
  });

  test("what was parked as not sent and yet happened is lost; what is parked as doubt may have", () => {
    expect(reckon([], [operation("a", "parked", "rejected")], [effect("a")]).lost).toBe(1);
    expect(reckon([], [operation("a", "parked", "doubt")], [effect("a")]).lost).toBe(0);
  });

  test("an effect of nobody's is a duplicate", () => {
    expect(reckon([], [], [effect(null)]).duplicates).toBe(1);
  });

  test("several runs add up", () => {
    const one = reckon(["a"], [operation("a", "accepted")], [effect("a")]);
    const other = reckon(["b"], [operation("b", "parked", "doubt"), operation("c", "parked", "rejected")], []);
    expect(summed([one, other, other])).toEqual({
      operations: 5,
      accepted_once: 1,
      parked: { doubt: 2, rejected: 2 },
      cancelled: 0,
      expired: 0,
      duplicates: 0,
      lost: 0,
    });
  });

  test("an operation is known by its reference, or by the key that the provider was given", () => {
    expect(operationIdOf({ operation_id: "op_1", idempotency_key: "op_2" })).toBe("op_1");
    expect(operationIdOf({ operation_id: null, idempotency_key: "op_2" })).toBe("op_2");
    expect(operationIdOf({ operation_id: null, idempotency_key: "somebody-else" })).toBeNull();
  });
});

describe.each(Object.entries(scenarios))("the scenario %s", (name, scenario) => {
  const account = { ...scenario.account, baseUrl: "http://127.0.0.1:1" };

  test("has an account without faults, and rules that the sandbox understands", () => {
    expect(scenario.provider).toBe(name);
    expect(accountFaults(account, "accounts.demo")).toEqual([]);
    expect(parseFaults(scenario.faults)).toMatchObject({ ok: true });
  });

  test("turns a row into a request that its provider takes", () => {
    const row = { to: "+13125550150", body: "Hello", reference: "order-1", class: "standard" } as const;
    const provider = fromAccount(account);
    const { path, body } = scenario.request(row);
    const translated = provider.message({ to: row.to, body: row.body, channel: "sms" });
    const direct = { ok: true as const, operation: String(body["operation"]), input: body["input"] };
    const asked = path === "/v1/messages" ? translated : direct;
    expect(asked.ok && provider.operations[asked.operation]?.prepare(asked.input)).toMatchObject({ ok: true });
  });
});
