/** A checker that finds nothing has to be seen finding something: each lie in turn, told on purpose. */
import type { AttemptRecord, OperationRecord } from "@landline/outbox";
import type { EffectEntry, RequestEntry } from "@landline/sandbox";
import { describe, expect, test } from "vitest";
import { reckon } from "./reckoning.ts";
import type { Evidence, Story } from "./reckoning.ts";
import type { DoubtClass } from "./workload.ts";

const id = "op_1";

function attempt(number: number, facts: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    number,
    lease: number,
    startedAt: number * 10_000,
    endedAt: number * 10_000 + 50,
    outcome: "accepted",
    status: 201,
    code: null,
    requestId: null,
    phase: "done",
    failure: null,
    decision: null,
    because: null,
    requestDigest: null,
    ...facts,
  };
}

function request(number: number, facts: Partial<RequestEntry> = {}): RequestEntry {
  return {
    seq: number * 2,
    type: "request",
    at: number * 10_000 + 10,
    provider: "twilio",
    operation: "messages.create",
    method: "POST",
    path: "/",
    to: null,
    from: null,
    idempotency_key: id,
    operation_id: id,
    body_sha256: "same",
    body_bytes: 1,
    answer: { status: 201, ending: "answer", rule: null },
    ...facts,
  };
}

function effect(number: number): EffectEntry {
  const { seq, at, provider, operation, idempotency_key: key, operation_id: operationId } = request(number);
  return {
    seq: seq + 1,
    type: "effect",
    request: seq,
    at,
    provider,
    operation,
    id: `SM${number}`,
    to: null,
    from: null,
    input: {},
    idempotency_key: key,
    operation_id: operationId,
    body_sha256: "same",
  };
}

function story(facts: Partial<OperationRecord>, attempts: readonly AttemptRecord[] = [attempt(1)]): Story {
  return {
    operation: {
      id,
      operation: "messages.create",
      state: "accepted",
      parkedReason: null,
      providerId: null,
      ...facts,
    } as OperationRecord,
    attempts,
  };
}

const lost = { outcome: "ambiguous", status: null } as const;
const reset = { answer: { status: null, ending: "reset", rule: 1 } } as const;
const parked = { state: "parked", parkedReason: "doubt" } as const;

function found(evidence: Partial<Evidence>, doubt: DoubtClass = "asked"): readonly string[] {
  const promised = [{ id, doubt }];
  const whole = { promised, stories: [story({})], ledger: [request(1), effect(1)], incidents: [], ...evidence };
  return reckon(whole).faults.map(({ kind }) => kind);
}

test("the truth has no faults", () => {
  expect(found({})).toEqual([]);
});

test("equal operations in doubt are settled one match each, whichever was meant", () => {
  const promised = [
    { id, doubt: "asked" },
    { id: "op_2", doubt: "asked" },
  ] as const;
  const stories = [
    story({ providerId: "SM2" }, [attempt(1, lost), attempt(2)]),
    story({ id: "op_2", providerId: "SM1" }),
  ];
  const ledger = [
    request(1, reset),
    effect(1),
    request(2),
    effect(2),
    request(3, { ...reset, idempotency_key: "op_2", operation_id: "op_2" }),
  ];
  expect(found({ promised, stories, ledger })).toEqual([]);
});

describe("each lie is found", () => {
  test("a promise the store forgot", () => {
    expect(found({ stories: [], ledger: [] })).toEqual(["lost"]);
  });

  test("believed sent, never happened", () => {
    expect(found({ ledger: [request(1)] })).toEqual(["lost"]);
  });

  test("parked as certainly not sent, and it happened", () => {
    expect(found({ stories: [story({ state: "parked", parkedReason: "rejected" })] })).toEqual(["lost"]);
  });

  test("happened twice", () => {
    const ledger = [request(1), effect(1), request(2), effect(2)];
    expect(found({ stories: [story({}, [attempt(1), attempt(2)])], ledger })).toEqual(["duplicate"]);
  });

  test("not at rest", () => {
    expect(found({ stories: [story({ state: "retrying" })], ledger: [] })).toEqual(["unsettled"]);
  });

  test("happened, and nobody asked for it", () => {
    expect(found({ promised: [], stories: [] })).toEqual(["invented"]);
  });

  test("other bytes or another key at the second attempt", () => {
    const attempts = [attempt(1, { outcome: "unavailable", status: 503 }), attempt(2)];
    const refused = { answer: { status: 429, ending: "answer", rule: 1 } } as const;
    const first = request(1, { ...refused, body_sha256: "other" });
    expect(found({ stories: [story({}, attempts)], ledger: [first, request(2), effect(2)] })).toEqual(["changed"]);
    const second = request(1, { ...refused, idempotency_key: "other" });
    expect(found({ stories: [story({}, attempts)], ledger: [second, request(2), effect(2)] })).toEqual(["changed"]);
  });

  test("sent again into a doubt nobody could settle", () => {
    const evidence = {
      stories: [story({}, [attempt(1, lost), attempt(2)])],
      ledger: [request(1, reset), request(2), effect(2)],
    };
    expect(found(evidence, "neither")).toEqual(["blind"]);
    expect(found(evidence, "asked")).toEqual([]);
  });
});

describe("a doubt left to a person", () => {
  const stories = [story(parked, [attempt(1, lost)])];

  test("is explained by an answer the provider did not give whole", () => {
    expect(found({ stories, ledger: [request(1, reset), effect(1)] }, "neither")).toEqual([]);
  });

  test("is explained by what was done to a process meanwhile", () => {
    const incidents = [{ blow: "kill", target: "serve", from: 10_020, to: 10_030 }] as const;
    expect(found({ stories, incidents }, "neither")).toEqual([]);
  });

  test("may be poison as well", () => {
    const failure = { execution: "unknown" } as OperationRecord["failure"];
    const poison = [story({ state: "parked", parkedReason: "poison", failure }, [attempt(1, lost)])];
    expect(found({ stories: poison, ledger: [request(1, reset), effect(1)] }, "key")).toEqual([]);
  });

  test("is a false alarm when the answer arrived and nothing happened then", () => {
    const incidents = [{ blow: "kill", target: "serve", from: 60_000, to: 61_000 }] as const;
    expect(found({ stories, incidents }, "neither")).toEqual(["unexplained"]);
  });
});

test("the row counts what was lost, settled and left", () => {
  const evidence = {
    promised: [{ id, doubt: "neither" }],
    stories: [story(parked, [attempt(1, lost)])],
    ledger: [request(1, reset)],
    incidents: [],
  } as const;
  const row = reckon(evidence).rows.find(({ doubt }) => doubt === "neither");
  expect(row).toMatchObject({ promised: 1, sentOnce: 0, doubts: 1, resolved: 0, parkedAsDoubt: 1, requests: 1 });
});
