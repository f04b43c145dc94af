/**
 * Who is woken, and for what.
 */
import { failure } from "@landline/core";
import type { OutboxEvent } from "@landline/outbox";
import { describe, expect, test } from "vitest";
import { createRuleState, doubtThreshold, judgeBacklog, judgeEvent } from "./rules.ts";

const parked = (parkedReason: string, because: string, at = 0): OutboxEvent => ({
  type: "operation.changed",
  at,
  id: "op_1",
  account: "rc",
  operation: "messages.send",
  state: "parked",
  event: "operation.parked",
  because,
  version: 3,
  failure: failure({
    kind: "unavailable",
    execution: "unknown",
    remedy: "reconcile",
    responsible: "provider",
    status: 500,
    code: "SERVER_ERROR",
    message: "",
  }),
  parkedReason,
});

const keys = (event: OutboxEvent): readonly string[] =>
  judgeEvent(createRuleState(), event).map((finding) => finding.key);

describe("alerts", () => {
  test("exhausted retries page at once", () => {
    expect(keys(parked("exhausted", "all 6 attempts are spent"))).toEqual(["exhausted:rc:messages.send:SERVER_ERROR"]);
  });

  test("so do exhausted retries that end in doubt, at a provider that de-duplicates", () => {
    expect(keys(parked("doubt", "all 6 attempts are spent"))).toEqual(["exhausted:rc:messages.send:SERVER_ERROR"]);
    expect(keys(parked("doubt", "the next try would exceed 60 s of waiting in all"))).toHaveLength(1);
  });

  test("a refused request pages nobody", () => {
    expect(keys(parked("rejected", "invalid_request (400/21211) would be refused again unchanged"))).toEqual([]);
  });

  test("single doubt is bad luck, doubt above a rate is not", () => {
    const state = createRuleState();
    const findings = Array.from({ length: doubtThreshold }, (_, index) =>
      judgeEvent(state, parked("doubt", "nobody knows", index * 1_000)),
    );
    expect(findings.slice(0, -1).flat()).toEqual([]);
    expect(findings.at(-1)).toMatchObject([{ key: "doubt:rc", status: "opened" }]);
  });

  test("doubt spread over hours stays quiet", () => {
    const state = createRuleState();
    const findings = Array.from({ length: 20 }, (_, index) =>
      judgeEvent(state, parked("doubt", "nobody knows", index * 3_600_000)),
    );
    expect(findings.flat()).toEqual([]);
  });

  test("due work that nobody claims pages, closed lanes do not", () => {
    const due = new Map([["tw/messages", 0]]);
    expect(judgeBacklog(due, new Set(), 120_000)).toMatchObject({ key: "unclaimed", status: "opened" });
    expect(judgeBacklog(due, new Set(["tw"]), 120_000)).toMatchObject({ status: "resolved" });
    expect(judgeBacklog(due, new Set(), 30_000)).toMatchObject({ status: "resolved" });
  });
});
