/**
 * The life of one call, top to bottom. The stages and their order are fixed and documented:
 *
 *   deadline → idempotency key → authorisation → lane (pace, window, breaker) → attempt timeout → transport →
 *   classify → retry budget → back-off → deadline again …
 *
 * Deciding is core's (`decide`), with every answer counting as an attempt, so that a call is finite. What may have been
 * executed is asked about, never repeated blindly. It never rejects, and an abort ends it in the same tick in every stage.
 */
import type { AttemptEnd, Decision, DecisionInput, Failure, Outcome } from "@landline/core";
import { decide, decideAfterAbsence } from "@landline/core";
import { ask } from "./ask.ts";
import type { AttemptReport } from "./attempt.ts";
import { explained, judge, neverSent } from "./attempt.ts";
import { accepted, failed, givenUp, settled } from "./call-end.ts";
import { Call, named } from "./call-state.ts";
import { pause } from "./in-time.ts";
import type { CallRequest, Line } from "./line.ts";
import type { CallFailure, CallResult } from "./result.ts";
import { cancelled, expired } from "./result.ts";

/** Makes the call. */
export function runCall(line: Line, request: CallRequest): Promise<CallResult<unknown>> {
  const call = new Call(line, request);
  if (call.isTracked) line.known.begin(call);
  return attemptUntilEnded(call);
}

/**
 * On the way to an accepted answer only the exchange itself is waited for; every other stage answers at once unless it
 * has something to wait for.
 */
async function attemptUntilEnded(call: Call): Promise<CallResult<unknown>> {
  const { line, request } = call;
  const { link } = line;
  let reading: number | null = link.authorise === null ? request.reading : null;
  for (let now = request.begunAt; ; now = link.clock.now(), reading = null) {
    const stopped = stoppedBefore(call, now);
    if (stopped !== null) return stopped;
    let report = link.authorise === null ? null : await authorise(call, now);
    if (report === null) {
      if (!request.gate.tryEnter(reading ?? link.clock.monotonic())) {
        const refused = await queue(call, now);
        if (refused !== null) return refused;
        now = link.clock.now();
      }
      const timeoutMs = Math.min(line.policy.attemptTimeoutMs, request.deadline - now);
      const seen = await link.exchange(request.request, { timeoutMs, signal: request.signal });
      report = judge(link, request.operation, request.input, seen);
      leaveLane(call, report);
      if (line.diagnoses !== null && report.outcome.type === "rejected")
        report = await diagnose(call, report, now + timeoutMs);
    }
    call.record(report, now);
    const { outcome } = report;
    if (outcome.type === "accepted") return accepted(call, outcome);
    const cut = cutShort(call, report);
    if (cut !== null) return failed(call, cut);
    const result = await carryOut(call, decideOn(call, outcome));
    if (result !== null) return result;
  }
}

/** Stage 1, the deadline: nothing is begun for somebody who has gone, or too late. */
function stoppedBefore(call: Call, now: number): CallFailure<unknown> | null {
  if (call.isGivenUp) return givenUp(call);
  if (now < call.request.deadline) return null;
  return failed(call, call.expired(null, "the deadline passed before it could be sent"));
}

/** Stage 2, authorisation: a token first, so that no turn in the lane is spent on waiting for one. */
async function authorise(call: Call, now: number): Promise<AttemptReport | null> {
  const { line, request } = call;
  const timeoutMs = Math.min(line.policy.attemptTimeoutMs, request.deadline - now);
  const outcome = (await line.link.authorise?.({ timeoutMs, signal: request.signal })) ?? null;
  return outcome === null ? null : neverSent(outcome);
}

/** Stage 3, the lane, where it did not let the call in at once. */
async function queue(call: Call, since: number): Promise<CallFailure<unknown> | null> {
  const { line, request } = call;
  const entrance = await request.gate.enter({ timeoutMs: request.deadline - since, signal: call.waitSignal });
  switch (entrance.type) {
    case "entered":
      line.on?.({ ...named(call), type: "lane.waited", ms: line.link.clock.now() - since });
      return null;
    case "aborted":
      return givenUp(call);
    case "timeout":
      return failed(call, call.expired(entrance.at, `the deadline passed while it waited: ${entrance.because}`));
    default:
      return entrance satisfies never;
  }
}

/** How nearly every attempt ends. */
const plainlyAccepted: AttemptEnd = { outcome: "accepted", retryAt: null, concurrency: null };

/** Stage 4: the lane learns how the attempt ended. */
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

/** Stage 5: the provider's own explanation of a refusal. */
function diagnose(call: Call, report: AttemptReport, until: number): Promise<AttemptReport> {
  const { line, request } = call;
  if (line.diagnoses === null) return Promise.resolve(report);
  const timeoutMs = until - line.link.clock.now();
  return explained(line.link, line.diagnoses, report, request.input, { timeoutMs, signal: request.signal });
}

/** An attempt that its caller or its deadline ended is not judged as the network's fault. */
function cutShort(call: Call, { outcome, phase }: AttemptReport): Failure | null {
  if (outcome.type === "accepted" || outcome.type === "rejected" || phase === "done") return null;
  if (call.isGivenUp) return cancelled(call.execution, outcome.failure);
  if (call.line.link.clock.now() < call.request.deadline) return null;
  return call.expired(null, "the deadline passed before the provider had answered");
}

/** Stage 6: what next. A retry that the lane's budget does not pay for is decided upon again. */
function decideOn(call: Call, outcome: Outcome): Decision {
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

/** Stage 7: carries a decision out. A result, or null when another attempt is due. */
async function carryOut(call: Call, decision: Decision): Promise<CallResult<unknown> | null> {
  switch (decision.type) {
    case "retry":
      call.waitedMs += decision.backoffMs;
      return backOff(call, decision.at, decision.because);
    case "hold":
      return backOff(call, decision.at, decision.because);
    case "reconcile":
      return reconcile(call, decision.at);
    case "park":
    case "expire":
      return failed(call, decision.failure);
    case "accept":
      return null;
    default:
      return decision satisfies never;
  }
}

async function backOff(call: Call, at: number, because: string): Promise<CallFailure<unknown> | null> {
  const { clock } = call.line.link;
  const delayMs = at - clock.now();
  call.line.on?.({ ...named(call), type: "retry.scheduled", at, delayMs, because });
  return (await pause(delayMs, call.waitSignal, clock)) ? null : givenUp(call);
}

async function reconcile(call: Call, at: number): Promise<CallResult<unknown> | null> {
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
