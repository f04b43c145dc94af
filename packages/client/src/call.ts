/**
 * The life of one call, top to bottom. The stages and their order are fixed and documented:
 *
 *   deadline → idempotency key → authorisation → lane (pace, window, breaker) → attempt timeout → transport →
 *   classify → retry budget → back-off → deadline again …
 *
 * Deciding is core's (`decide`), with every answer counting as an attempt, so that a call is finite. What may have been
 * executed is asked about, never repeated blindly. It never rejects, and an abort ends it in the same tick in every stage.
 */
import type { AttemptEnd, DecisionAfterFailure, DecisionInput, Failure, Outcome } from "@landline/core";
import { decide, decideAfterAbsence } from "@landline/core";
import { ask } from "./ask.ts";
import type { AttemptReport } from "./attempt.ts";
import { explained, judge, neverSent } from "./attempt.ts";
import { accepted, failed, givenUp, settled } from "./call-end.ts";
import { Call, named } from "./call-state.ts";
import { pause } from "./in-time.ts";
import type { CallRequest, Line } from "./line.ts";
import type { Exchanged } from "./link.ts";
import type { CallFailure, CallResult } from "./result.ts";
import { cancelled, expired } from "./result.ts";

/** Makes the call. */
export function runCall(line: Line, request: CallRequest): Promise<CallResult<unknown>> {
  const call = new Call(line, request);
  if (call.isTracked) line.known.begin(call);
  return attempt(call, request.begunAt, request.reading);
}

/**
 * One attempt, from the deadline to what comes of it: the call's result, or the next attempt. Each stage hands on to the
 * next one, so that on the way to an accepted answer only the exchange itself is waited for.
 * @param now epoch milliseconds
 * @param reading the monotonic clock at the same moment
 */
function attempt(call: Call, now: number, reading: number): Promise<CallResult<unknown>> {
  const stopped = stoppedBefore(call, now);
  if (stopped !== null) return Promise.resolve(stopped);
  return call.line.link.authorise === null ? enterLane(call, now, reading) : authorise(call, now);
}

/** Stage 1, the deadline: nothing is begun for somebody who has gone, or too late. */
function stoppedBefore(call: Call, now: number): CallFailure<unknown> | null {
  if (call.isGivenUp) return givenUp(call);
  if (now < call.request.deadline) return null;
  return failed(call, call.expired(null, "the deadline passed before it could be sent"));
}

/** Stage 2, authorisation: a token first, so that no turn in the lane is spent on waiting for one. */
async function authorise(call: Call, now: number): Promise<CallResult<unknown>> {
  const { link } = call.line;
  const refusal = (await link.authorise?.({ timeoutMs: timeoutOf(call, now), signal: call.request.signal })) ?? null;
  if (refusal !== null) return conclude(call, neverSent(refusal), now);
  return enterLane(call, link.clock.now(), link.clock.monotonic());
}

/** Stage 3, the lane: its pace, its window and its breaker let the call in at once, or it waits for its turn. */
function enterLane(call: Call, now: number, reading: number): Promise<CallResult<unknown>> {
  return call.request.gate.tryEnter(reading) ? exchange(call, now) : queue(call, now);
}

async function queue(call: Call, since: number): Promise<CallResult<unknown>> {
  const { line, request } = call;
  const entrance = await request.gate.enter({ timeoutMs: request.deadline - since, signal: call.waitSignal });
  const now = line.link.clock.now();
  switch (entrance.type) {
    case "entered":
      line.on?.({ ...named(call), type: "lane.waited", ms: now - since });
      return exchange(call, now);
    case "aborted":
      return givenUp(call);
    case "timeout":
      return failed(call, call.expired(entrance.at, `the deadline passed while it waited: ${entrance.because}`));
    default:
      return entrance satisfies never;
  }
}

/** Stage 4, the exchange within its time. */
function exchange(call: Call, startedAt: number): Promise<CallResult<unknown>> {
  const { request, signal } = call.request;
  const limits = { timeoutMs: timeoutOf(call, startedAt), signal };
  return call.line.link.exchange(request, limits).then((seen) => read(call, seen, startedAt));
}

/** Stage 5, the answer: read, judged, and where it is a refusal explained by the provider itself. */
function read(call: Call, seen: Exchanged, startedAt: number): CallResult<unknown> | Promise<CallResult<unknown>> {
  const { link, diagnoses } = call.line;
  const { operation, input, signal } = call.request;
  const report = judge(link, operation, input, seen);
  leaveLane(call, report);
  if (diagnoses === null || report.outcome.type !== "rejected") return conclude(call, report, startedAt);
  const left = { timeoutMs: startedAt + timeoutOf(call, startedAt) - link.clock.now(), signal };
  return explained(link, diagnoses, report, input, left).then((told) => conclude(call, told, startedAt));
}

/** Milliseconds an attempt has that starts then. */
function timeoutOf(call: Call, startedAt: number): number {
  return Math.min(call.line.policy.attemptTimeoutMs, call.request.deadline - startedAt);
}

/** How nearly every attempt ends. */
const plainlyAccepted: AttemptEnd = { outcome: "accepted", retryAt: null, concurrency: null };

/** The lane learns how the attempt ended. */
function leaveLane(call: Call, { outcome, phase, concurrency, remaining, resetAt }: AttemptReport): void {
  const { gate } = call.request;
  if (outcome.type === "accepted" && concurrency === null && remaining === null) return gate.ended(plainlyAccepted);
  if (phase !== "done" && call.isGivenUp) return gate.abandoned();
  gate.ended({
    outcome: outcome.type,
    retryAt: outcome.type === "accepted" || outcome.type === "rejected" ? null : outcome.retryAt,
    concurrency,
    remaining,
    resetAt,
    quota: outcome.type !== "accepted" && outcome.failure.kind === "quota",
  });
}

/** Stage 6: the attempt is written down, and decided upon. */
function conclude(
  call: Call,
  report: AttemptReport,
  startedAt: number,
): CallResult<unknown> | Promise<CallResult<unknown>> {
  call.record(report, startedAt);
  const { outcome } = report;
  if (outcome.type === "accepted") return accepted(call, outcome);
  const cut = cutShort(call, report);
  return cut === null ? carryOut(call, decideOn(call, outcome)) : failed(call, cut);
}

/** An attempt that its caller or its deadline ended is not judged as the network's fault. */
function cutShort(call: Call, { outcome, phase }: AttemptReport): Failure | null {
  if (outcome.type === "accepted" || outcome.type === "rejected" || phase === "done") return null;
  if (call.isGivenUp) return cancelled(call.execution, outcome.failure);
  if (call.line.link.clock.now() < call.request.deadline) return null;
  return call.expired(null, "the deadline passed before the provider had answered");
}

/** What next. A retry that the lane's budget does not pay for is decided upon again. */
function decideOn(call: Call, outcome: Exclude<Outcome, { readonly type: "accepted" }>): DecisionAfterFailure {
  const input = { ...decisionInput(call), outcome };
  const decision = decide(input);
  return decision.type !== "retry" || call.request.gate.payRetry() ? decision : decide({ ...input, budget: false });
}

function decisionInput(call: Call): Omit<DecisionInput, "outcome"> {
  const { policy, link } = call.line;
  const { operation, guarantee, deadline } = call.request;
  return {
    traits: operation.traits,
    policy,
    guarantee,
    history: call.history,
    deadline,
    now: link.clock.now(),
    random: link.clock.random(),
    budget: true,
    mode: "call",
  };
}

/** Stage 7: carries a decision out. */
async function carryOut(call: Call, decision: DecisionAfterFailure): Promise<CallResult<unknown>> {
  switch (decision.type) {
    case "retry":
      call.waitedMs += decision.backoffMs;
      return attemptAgain(call, decision.at, decision.because);
    case "hold":
      return attemptAgain(call, decision.at, decision.because);
    case "reconcile":
      return reconcile(call, decision.at);
    case "park":
    case "expire":
      return failed(call, decision.failure);
    default:
      return decision satisfies never;
  }
}

async function attemptAgain(call: Call, at: number, because: string): Promise<CallResult<unknown>> {
  const { clock } = call.line.link;
  const delayMs = at - clock.now();
  call.line.on?.({ ...named(call), type: "retry.scheduled", at, delayMs, because });
  const isOver = await pause(delayMs, call.waitSignal, clock);
  return isOver ? attempt(call, clock.now(), clock.monotonic()) : givenUp(call);
}

async function reconcile(call: Call, at: number): Promise<CallResult<unknown>> {
  const { deadline, gate } = call.request;
  const finding = await ask(call, { at, deadline, signal: call.waitSignal, patient: false });
  if (finding.type !== "absent") return settled(call, finding);
  const failure = call.failure ?? expired(null, finding.because);
  call.clearDoubt();
  // The refusal stands; only what an earlier attempt did was in doubt.
  if (call.attempts.at(-1)?.outcome === "rejected") return failed(call, { ...failure, execution: "not_executed" });
  const input = decisionInput(call);
  const decision = decideAfterAbsence(failure, input);
  const isPaid = decision.type !== "retry" || gate.payRetry();
  return carryOut(call, isPaid ? decision : decideAfterAbsence(failure, { ...input, budget: false }));
}
