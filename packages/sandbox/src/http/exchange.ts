/**
 * The life of one request, top to bottom: received, written down, judged by the rules, performed or not, answered or not.
 */
import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Answer, Call, Fake, Performance, Received } from "../fake.ts";
import { idempotencyKeyOf } from "../faults/engine.ts";
import type { FaultEngine, Plan } from "../faults/engine.ts";
import type { RequestEntry, Told } from "../ledger-entry.ts";
import type { Ledger } from "../ledger.ts";
import { htmlAnswer, reply, whole } from "./reply.ts";

/** What an exchange works with. */
export interface Desk {
  readonly ledger: Ledger;
  now(): number;
  faults(): FaultEngine;
  /** Called after a wait; not at all when the sandbox was reset or closed meanwhile. */
  later(ms: number, run: () => void): void;
  /** Requests under way. */
  inFlight: number;
}

/** Serves one request. The answer may go out later; nothing is thrown. */
export function exchange(desk: Desk, fake: Fake, received: Received, response: ServerResponse): void {
  const call = fake.identify(received);
  const request = desk.ledger.request(factsOf(fake, call, received));
  const plan = desk.faults().plan(fake.name, call, received);
  desk.inFlight += 1;
  response.once("close", () => {
    desk.inFlight -= 1;
    plan.release();
    if (request.answer === null) desk.ledger.told(request, { status: null, ending: "gone", rule: plan.rule });
  });
  const truth = (): Answer => call.perform(performanceOf(desk, fake, request, plan));

  let answer: Answer | null = null;
  if (plan.accept && plan.acceptDelayMs > 0) desk.later(plan.acceptDelayMs, () => void truth());
  else if (plan.accept) answer = truth();
  const shaped = shape(fake, received, plan, answer);
  const send = (): void => tell(desk, fake, request, plan, shaped, response);
  if (plan.delayMs > 0) desk.later(plan.delayMs, send);
  else send();
}

function factsOf(fake: Fake, call: Call, received: Received): Parameters<Ledger["request"]>[0] {
  return {
    at: received.at,
    provider: fake.name,
    operation: call.operation,
    method: received.method,
    path: received.search === "" ? received.path : `${received.path}?${received.search}`,
    to: call.to,
    from: call.from,
    idempotency_key: idempotencyKeyOf(received),
    operation_id: call.operationId,
    body_sha256: hash("sha256", received.body, "hex"),
    body_bytes: received.body.length,
  };
}

function performanceOf(desk: Desk, fake: Fake, request: RequestEntry, plan: Plan): Performance {
  return {
    now: desk.now(),
    busyMs: plan.delayMs,
    callbacks: plan.callbacks,
    rejectRecipients: plan.fault.reject_recipients ?? [],
    effect(effect) {
      desk.ledger.effect(request, effect);
      fake.apply(effect);
      fake.announce(effect, plan.callbacks);
    },
  };
}

/** The answer the rules leave of the truth. */
function shape(fake: Fake, received: Received, plan: Plan, truth: Answer | null): Answer {
  const { fault } = plan;
  const status = fault.status ?? truth?.status ?? 200;
  const extra = { ...(plan.retryAfter === null ? {} : { "Retry-After": plan.retryAfter }), ...fault.headers };
  const base = baseAnswer(fake, received, plan, truth, status);
  return Object.keys(extra).length === 0 ? base : { ...base, headers: withHeaders(base.headers, extra) };
}

function baseAnswer(fake: Fake, received: Received, plan: Plan, truth: Answer | null, status: number): Answer {
  const { fault } = plan;
  if (fault.html === true) return htmlAnswer(status);
  if (typeof fault.body === "string") return { status, headers: {}, body: fault.body };
  if (fault.body !== undefined)
    return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(fault.body) };
  if (fault.status === undefined) return truth ?? { status, headers: {}, body: "" };
  if (status >= 400) return fake.refusal(status, fault, received);
  return truth === null ? { status, headers: {}, body: "" } : { ...truth, status };
}

function withHeaders(
  headers: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const replaced = new Set(Object.keys(extra).map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...extra };
}

function tell(
  desk: Desk,
  fake: Fake,
  request: RequestEntry,
  plan: Plan,
  answer: Answer,
  response: ServerResponse,
): void {
  if (response.destroyed || response.socket?.destroyed === true) return;
  const { type } = plan.ending;
  const status = type === "answer" || type === "truncate" ? answer.status : null;
  const told: Told = { status, ending: type, rule: plan.rule };
  const speak = (): void => reply(response, answer, plan.ending, fake.ambientHeaders(desk.inFlight));
  desk.ledger.told(request, told);
  const disk = desk.ledger.durable();
  if (disk === null) return speak();
  disk.then(speak, () => {
    const body = "The sandbox cannot write its ledger.\n";
    whole(response, { status: 500, headers: { "content-type": "text/plain" }, body }, {});
  });
}
