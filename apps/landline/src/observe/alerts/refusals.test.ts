import { createRedactor, failure } from "@landline/core";
import type { OutboxEvent } from "@landline/outbox";
import { expect, test } from "vitest";
import type { Refusal, Sink } from "./alert.ts";
import { createRefusalReporter, toldMax, windowMs } from "./refusals.ts";

type Attempted = Extract<OutboxEvent, { type: "operation.attempted" }>;

const refused: Attempted = {
  type: "operation.attempted",
  at: 1_000,
  id: "op_1",
  account: "tw",
  provider: "twilio",
  operation: "messages.create",
  reference: "order of +15551230000",
  idempotencyKey: "op_1",
  attempt: 1,
  endpoint: "https://api.twilio.com/Messages.json",
  method: "POST",
  requestTimestamp: 900,
  durationMs: 100,
  status: 400,
  code: "21211",
  requestId: "RQ1",
  messageId: null,
  outcome: "rejected",
  decision: "park",
  because: "would be refused again",
  failure: failure({
    kind: "invalid_request",
    execution: "not_executed",
    remedy: "fix_request",
    responsible: "caller",
    message: "bad number",
  }),
  body: '{"secret-of-ours":"hush-hush","to":"+15551230000"}',
  traceparent: null,
};

function reporter(fails = false) {
  const told: Refusal[] = [];
  const logged: string[] = [];
  const tracker: Sink = {
    name: "tracker",
    send: async () => Promise.reject(new Error("a refusal is no alert")),
    refused: async (refusal) => {
      told.push(refusal);
      if (fails) throw new Error("the tracker is down");
    },
  };
  const pager: Sink = { name: "pager", send: async () => Promise.reject(new Error("nobody is paged")) };
  const made = createRefusalReporter([pager, tracker], {
    log: (_, event) => void logged.push(event),
    redactor: createRedactor(["hush-hush"]),
    link: (id) => `https://landline.example/operations/${id}`,
  });
  return { ...made, told, logged };
}

test("a refusal goes to the error tracker alone, grouped, linked and redacted once more", async () => {
  const { event, told, logged, close } = reporter();
  event(refused);
  await close();
  expect(logged).toEqual([]);
  expect(told).toMatchObject([
    {
      group: ["tw", "messages.create", "21211"],
      count: 1,
      body: '{"secret-of-ours":"[redacted]","to":"+1********00"}',
      reference: "order of +1********00",
      link: "https://landline.example/operations/op_1",
    },
  ]);
});

test("a 429 is told as a warning, with the answer that names the limit", () => {
  const { event, told } = reporter();
  event({ ...refused, outcome: "throttled", status: 429, code: "20429", body: '{"message":"30 per second"}' });
  expect(told).toMatchObject([
    { group: ["tw", "messages.create", "20429"], level: "warning", status: 429, body: '{"message":"30 per second"}' },
  ]);
  event(refused);
  expect(told.at(-1)).toMatchObject({ level: "error" });
});

test("a 5xx, a success and what never arrived are no refusals", () => {
  const { event, told } = reporter();
  event({ ...refused, outcome: "accepted", status: 201, failure: null });
  event({ ...refused, outcome: "throttled", status: 503 });
  event({ ...refused, outcome: "ambiguous", status: 503 });
  event({ ...refused, outcome: "unavailable", status: null });
  event({ type: "worker.trouble", at: 1, message: "no store" });
  expect(told).toEqual([]);
  event({ ...refused, outcome: "ambiguous", status: 408, code: null });
  event({ ...refused, status: null, code: null, body: null, reference: null });
  event({ ...refused, status: null, code: null, failure: null });
  expect(told.map(({ group }) => group[2])).toEqual(["408", "invalid_request", "none"]);
});

test("a storm of one refusal is told in part and counted in full; another group is not held up by it", () => {
  const { event, told } = reporter();
  for (let index = 0; index < 500; index += 1) event({ ...refused, at: 1_000 + index });
  expect(told).toHaveLength(toldMax);
  event({ ...refused, at: 1_600, code: "21610" });
  expect(told).toHaveLength(toldMax + 1);
  event({ ...refused, at: 1_000 + windowMs });
  expect(told.at(-1)).toMatchObject({ count: 500 - toldMax + 1 });
  event({ ...refused, at: 1_001 + windowMs });
  expect(told.at(-1)).toMatchObject({ count: 1 });
  const sum = told.filter(({ code }) => code === "21211").reduce((total, { count }) => total + count, 0);
  expect(sum).toBe(502);
});

test("groups without number are forgotten, oldest first", () => {
  const { event, told } = reporter();
  for (let index = 0; index < 1_200; index += 1) event({ ...refused, code: `c${index}` });
  expect(told).toHaveLength(1_200);
});

test("a tracker that is down is written into the log and harms nothing", async () => {
  const { event, logged, close } = reporter(true);
  event(refused);
  await close();
  expect(logged).toEqual(["refusal.not_delivered"]);
});
