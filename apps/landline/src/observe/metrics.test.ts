/**
 * The metrics say what happened, and the dashboard asks only for metrics that exist.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

const quiet = {
  accounts: async () => Promise.resolve([]),
  counts: async () => Promise.resolve({ queued: 2, "parked:doubt": 1 }),
};

test("counts attempts by what they claim", async () => {
  const metrics = createMetrics(quiet);
  metrics.event({
    type: "operation.attempted",
    at: 0,
    id: "op_1",
    account: "tw",
    provider: "twilio",
    operation: "messages.create",
    reference: null,
    idempotencyKey: "k",
    attempt: 1,
    endpoint: "https://api.twilio.com",
    method: "POST",
    requestTimestamp: 0,
    durationMs: 120,
    status: 503,
    code: "20503",
    requestId: null,
    messageId: null,
    outcome: "ambiguous",
    decision: "reconcile",
    because: "",
    failure: null,
  });
  const text = await metrics.text();
  expect(text).toContain(
    'landline_attempts_total{account="tw",operation="messages.create",outcome="ambiguous",status="503"} 1',
  );
  expect(text).toContain('landline_operations{state="parked:doubt"} 1');
});

test("every metric on the dashboard exists", async () => {
  const text = await createMetrics(quiet).text();
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? ""));
  const dashboard = readFileSync(new URL("../../../../deploy/grafana.json", import.meta.url), "utf8");
  const asked = new Set([...dashboard.matchAll(/landline_[a-z_]+/g)].map((match) => match[0].replace(/_bucket$/, "")));
  expect(asked.size).toBeGreaterThan(8);
  expect([...asked].filter((name) => !known.has(name))).toEqual([]);
});
