/**
 * The life of one call, top to bottom. The stages and their order are fixed and documented:
 *
 *   deadline → idempotency key → authorisation → lane (pace, window, breaker) → attempt timeout → transport →
 *   classify → retry budget → back-off → deadline again …
 *
 * Deciding is core's (`decide`), with every answer counting as an attempt, so that a call is finite. What may have been
 * executed is asked about, never repeated blindly. It never rejects, and an abort ends it in the same tick in every stage.
 */
import type {
  AttemptHistory,
  Decision,
  Failure,
  Guarantee,
  Operation,
  Outcome,
  Policy,
  RequestContext,
  RequestDescription,
  ResponseObservation,
} from "@landline/core";
import { decide, decideAfterAbsence } from "@landline/core";
import type { AttemptReport } from "./attempt.ts";
import { explained, judge, neverSent } from "./attempt.ts";
import type { CallsUnderWay, CallUnderWay } from "./calls-under-way.ts";
import type { Diagnoses } from "./diagnosis.ts";
import type { Doubt, Settled } from "./doubt.ts";
import { settleDoubt } from "./doubt.ts";
import type { CallAttempt, ClientListener } from "./events.ts";
import { pause } from "./in-time.ts";
import type { LaneGate } from "./lane-gate.ts";
import type { Link } from "./link.ts";
import { readDeadline } from "./options.ts";
import type { CallFailure, CallResult, CallSuccess, ReconcileOptions } from "./result.ts";
import { cancelled, expired, invalid } from "./result.ts";

/** What all calls of one client share. */
export interface Line {
  readonly link: Link;
  readonly policy: Policy;
  readonly diagnoses: Diagnoses | null;
  readonly known: CallsUnderWay;
  readonly on: ClientListener | null;
  /** Fires when the client is closed. */
  readonly closing: AbortSignal;
}

/** A call, ready to be made. */
export interface CallRequest {
  readonly operation: Operation;
  readonly gate: LaneGate;
  readonly input: unknown;
  readonly context: RequestContext & { readonly operationId: string };
  /** Described once: every attempt carries identical bytes. */
  readonly request: RequestDescription;
  readonly signal: AbortSignal | null;
  /** Epoch milliseconds. */
  readonly begunAt: number;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly guarantee: Guarantee;
}

const reconcileMsMax = 300_000;

/** Makes the call. */
export function runCall(line: Line, request: CallRequest): Promise<CallResult<unknown>> {
  return new Call(line, request).run();
}

class Call implements CallUnderWay {
  doubtfulSince: number | null = null;
  readonly operation: string;
  readonly input: unknown;

  readonly #line: Line;
  readonly #request: CallRequest;
  readonly #attempts: CallAttempt[] = [];
  #spent = 0;
  #waitedMs = 0;
  #startedAt = 0;
  #lastDoubt: Doubt["last"] | null = null;
  #response: ResponseObservation | null = null;
  #failure: Failure | null = null;

  constructor(line: Line, request: CallRequest) {
    this.#line = line;
    this.#request = request;
    this.operation = request.operation.name;
    this.input = request.input;
  }

  run(): Promise<CallResult<unknown>> {
    if (this.#isTracked()) this.#line.known.begin(this);
    return this.#tryOn();
  }

  async #tryOn(): Promise<CallResult<unknown>> {
    const { link, policy, diagnoses } = this.#line;
    const { operation, input, request, gate, signal, deadline } = this.#request;
    const { clock } = link;
    for (let now = this.#request.begunAt; ; now = clock.now()) {
      const stopped = this.#stopped(now);
      if (stopped !== null) return stopped;
      let report: AttemptReport | null = null;
      if (link.authorise !== null) {
        const outcome = await link.authorise({ timeoutMs: Math.min(policy.attemptTimeoutMs, deadline - now), signal });
        if (outcome !== null) report = neverSent(outcome);
      }
      if (report === null) {
        if (!gate.tryEnter()) {
          const refused = await this.#queue(now);
          if (refused !== null) return refused;
          now = clock.now();
        }
        const timeoutMs = Math.min(policy.attemptTimeoutMs, deadline - now);
        report = judge(link, operation, input, await link.exchange(request, { timeoutMs, signal }));
        this.#leave(report);
        if (diagnoses !== null && report.outcome.type === "rejected") {
          report = await explained(link, diagnoses, report, input, {
            timeoutMs: now + timeoutMs - clock.now(),
            signal,
          });
        }
      }
      this.#record(report, now);
      const { outcome } = report;
      if (outcome.type === "accepted") return this.#accepted(outcome);
      this.#failure = outcome.failure;
      const cut = this.#cutShort(report);
      if (cut !== null) return this.#failed(cut);
      const result = await this.#next(this.#decide(outcome));
      if (result !== null) return result;
    }
  }

  #stopped(now: number): CallFailure<unknown> | null {
    if (this.#isGivenUp()) return this.#givenUp();
    if (now < this.#request.deadline) return null;
    return this.#failed(this.#expired(null, "the deadline passed before it could be sent"));
  }

  async #queue(since: number): Promise<CallFailure<unknown> | null> {
    const { clock } = this.#line.link;
    const { gate, deadline } = this.#request;
    const entrance = await gate.enter({ timeoutMs: deadline - since, signal: this.#waitSignal() });
    if (entrance.type === "aborted") return this.#givenUp();
    if (entrance.type === "timeout") {
      return this.#failed(this.#expired(entrance.at, `the deadline passed while it waited: ${entrance.because}`));
    }
    this.#line.on?.({ ...this.#named(), type: "lane.waited", ms: clock.now() - since });
    return null;
  }

  #leave({ outcome, phase, concurrency, remaining, resetAt }: AttemptReport): void {
    const { gate } = this.#request;
    if (phase !== "done" && this.#isGivenUp()) return gate.abandoned();
    gate.ended({
      outcome: outcome.type,
      retryAt: outcome.type === "accepted" || outcome.type === "rejected" ? null : outcome.retryAt,
      concurrency,
      remaining,
      resetAt,
      quota: outcome.type !== "accepted" && outcome.failure.kind === "quota",
    });
  }

  #record(report: AttemptReport, startedAt: number): void {
    const { outcome, status, requestId, phase, response } = report;
    const endedAt = response === null ? this.#line.link.clock.now() : response.at;
    const failure = outcome.type === "accepted" ? null : outcome.failure;
    this.#spent += 1;
    if (this.#startedAt === 0) this.#startedAt = startedAt;
    if (response !== null) this.#response = response;
    const attempt: CallAttempt = {
      number: this.#spent,
      outcome: outcome.type,
      status,
      code: failure === null ? null : failure.code,
      requestId,
      phase,
      startedAt,
      endedAt,
    };
    this.#attempts.push(attempt);
    if (outcome.type === "ambiguous") {
      this.doubtfulSince ??= startedAt;
      this.#lastDoubt = { startedAt, endedAt, answered: outcome.answered };
    }
    this.#line.on?.({ ...this.#named(), type: "attempt.ended", attempt, failure });
  }

  /** Calls that could be taken for one another when the provider is asked. */
  #isTracked(): boolean {
    const { lookup, traits } = this.#request.operation;
    return lookup !== null && traits.effect === "create";
  }

  /** An attempt that its caller or its deadline ended is not judged as the network's fault. */
  #cutShort({ outcome, phase }: AttemptReport): Failure | null {
    if (outcome.type === "accepted" || outcome.type === "rejected" || phase === "done") return null;
    if (this.#isGivenUp()) return cancelled(this.#execution(), outcome.failure);
    if (this.#line.link.clock.now() >= this.#request.deadline)
      return this.#expired(null, "the deadline passed before the provider had answered");
    return null;
  }

  #decide(outcome: Outcome): Decision {
    const { link, policy } = this.#line;
    const { operation, guarantee, deadline, gate } = this.#request;
    const input = {
      outcome,
      traits: operation.traits,
      policy,
      guarantee,
      history: this.#history(),
      deadline,
      now: link.clock.now(),
      random: link.clock.random(),
      budget: true,
      mode: "call" as const,
    };
    const decision = decide(input);
    return decision.type !== "retry" || gate.payRetry() ? decision : decide({ ...input, budget: false });
  }

  #history(): AttemptHistory {
    return {
      spent: this.#spent,
      waitedMs: this.#waitedMs,
      firstAttemptAt: this.#startedAt,
      doubtOpen: this.doubtfulSince !== null,
    };
  }

  /** Carries a decision out: a result, or null when another attempt is due. */
  async #next(decision: Decision): Promise<CallResult<unknown> | null> {
    const { link } = this.#line;
    switch (decision.type) {
      case "retry":
      case "hold": {
        const delayMs = decision.at - link.clock.now();
        this.#line.on?.({
          ...this.#named(),
          type: "retry.scheduled",
          at: decision.at,
          delayMs,
          because: decision.because,
        });
        this.#waitedMs += decision.type === "retry" ? decision.backoffMs : 0;
        return (await pause(delayMs, this.#waitSignal(), link.clock)) ? null : this.#givenUp();
      }
      case "reconcile":
        return this.#reconcile(decision.at);
      case "park":
      case "expire":
        return this.#failed(decision.failure);
      case "accept":
        return null;
      default:
        return decision satisfies never;
    }
  }

  async #reconcile(at: number): Promise<CallResult<unknown> | null> {
    const { link, policy } = this.#line;
    const { operation, deadline, guarantee, gate } = this.#request;
    const settled = await this.#ask(at, deadline, this.#waitSignal(), false);
    if (settled.type !== "absent") return this.#settled(settled);
    const failure = this.#failure ?? expired(null, settled.because);
    this.doubtfulSince = null;
    this.#lastDoubt = null;
    // The refusal stands; only what an earlier attempt did was in doubt.
    if (this.#attempts.at(-1)?.outcome === "rejected") return this.#failed({ ...failure, execution: "not_executed" });
    const input = {
      traits: operation.traits,
      policy,
      guarantee,
      history: this.#history(),
      deadline,
      now: link.clock.now(),
      random: link.clock.random(),
      budget: true,
      mode: "call" as const,
    };
    const decision = decideAfterAbsence(failure, input);
    return this.#next(
      decision.type !== "retry" || gate.payRetry()
        ? decision
        : decideAfterAbsence(failure, { ...input, budget: false }),
    );
  }

  async #ask(at: number, deadline: number, signal: AbortSignal | null, patient: boolean): Promise<Settled> {
    const { link, policy, known } = this.#line;
    const { operation, input, context } = this.#request;
    if (operation.lookup === null || this.#lastDoubt === null)
      return { type: "doubt", because: "the provider cannot be asked" };
    const doubt: Doubt = {
      lookup: operation.lookup,
      settleMs: operation.traits.lookupSettleMs,
      policy,
      input,
      context,
      firstStartedAt: this.doubtfulSince ?? this.#lastDoubt.startedAt,
      last: this.#lastDoubt,
      call: this,
    };
    const looked = (finding: "found" | "absent" | "again" | "doubt", because: string): void => {
      this.#line.on?.({ ...this.#named(), type: "doubt.looked", finding, because });
    };
    return settleDoubt(doubt, { link, known, signal, at, deadline, patient, looked });
  }

  #settled(settled: Exclude<Settled, { readonly type: "absent" }>): CallResult<unknown> {
    const last = this.#failure;
    switch (settled.type) {
      case "found": {
        const { providerId, providerStatus, value } = settled.candidate;
        return this.#succeeded(providerId, providerStatus, value);
      }
      case "aborted":
        return this.#failed(cancelled("unknown", last));
      case "doubt":
        return this.#failed({
          ...(last ?? expired(null, settled.because)),
          execution: "unknown",
          remedy: "reconcile",
          guidance: `${sentence(settled.because)} Look in the provider's console, or call reconcile() later.`,
        });
      default:
        return settled satisfies never;
    }
  }

  #accepted(outcome: Extract<Outcome, { readonly type: "accepted" }>): CallSuccess<unknown> {
    if (this.#request.operation.lookup !== null) this.#line.known.own(outcome.providerId);
    return this.#succeeded(outcome.providerId, outcome.providerStatus, outcome.value);
  }

  #succeeded(providerId: string, providerStatus: string | null, value: unknown): CallSuccess<unknown> {
    const { operationId, idempotencyKey } = this.#request.context;
    if (this.#isTracked()) this.#line.known.end(this);
    if (this.#line.on !== null) this.#tellEnd(true, null);
    return {
      ok: true,
      value,
      providerId,
      providerStatus,
      operationId,
      idempotencyKey,
      attempts: this.#attempts,
      response: this.#response,
    };
  }

  #failed(failure: Failure): CallFailure<unknown> {
    const { operationId, idempotencyKey } = this.#request.context;
    if (this.#isTracked()) this.#line.known.end(this);
    if (this.#line.on !== null) this.#tellEnd(false, failure);
    const result: CallFailure<unknown> = {
      ok: false,
      failure,
      operationId,
      idempotencyKey,
      attempts: this.#attempts,
      response: this.#response,
      reconcile: (options = {}) => this.#reconcileLater(result, options),
    };
    return result;
  }

  async #reconcileLater(result: CallFailure<unknown>, options: ReconcileOptions): Promise<CallResult<unknown>> {
    if (result.failure.execution !== "unknown" || this.#lastDoubt === null || this.#request.operation.lookup === null)
      return result;
    const { clock } = this.#line.link;
    const now = clock.now();
    if (this.#isTracked()) this.#line.known.begin(this);
    const ms =
      options.deadline === undefined
        ? Math.min(reconcileMsMax, this.#line.policy.deadlineMs)
        : readDeadline(options.deadline);
    if (ms === null)
      return this.#failed({ ...invalid("deadline", "deadline must be a duration such as 30s"), execution: "unknown" });
    const { closing } = this.#line;
    const signal = options.signal === undefined ? closing : AbortSignal.any([options.signal, closing]);
    const settled = await this.#ask(now, now + ms, signal, true);
    if (settled.type !== "absent") return this.#settled(settled);
    this.#lastDoubt = null;
    return this.#failed({
      ...result.failure,
      execution: "not_executed",
      remedy: "retry",
      guidance: `${sentence(settled.because)} It can be sent again.`,
    });
  }

  #isGivenUp(): boolean {
    return this.#request.signal?.aborted === true || this.#line.closing.aborted;
  }

  #givenUp(): CallFailure<unknown> {
    return this.#failed(cancelled(this.#execution(), this.#failure));
  }

  /** For waits only: an exchange is ended by its transport when the client is closed. */
  #waitSignal(): AbortSignal {
    const { signal } = this.#request;
    return signal === null ? this.#line.closing : AbortSignal.any([signal, this.#line.closing]);
  }

  #expired(at: number | null, because: string): Failure {
    const execution = this.#execution();
    const base = expired(at, because);
    if (this.#failure === null) return base;
    const { status, code, requestId, shape, docs } = this.#failure;
    const known = { ...base, status, code, requestId, shape, docs };
    if (execution !== "unknown") return known;
    return {
      ...known,
      execution,
      remedy: "reconcile",
      guidance: "The deadline passed and the request may have been executed. Ask the provider before sending it again.",
    };
  }

  /** Whether anything may have happened so far; repeating an idempotent operation does no harm, but it is still unknown. */
  #execution(): Failure["execution"] {
    return this.doubtfulSince === null ? "not_executed" : "unknown";
  }

  #named(): { provider: string; operation: string; operationId: string } {
    return {
      provider: this.#line.link.provider.name,
      operation: this.operation,
      operationId: this.#request.context.operationId,
    };
  }

  #tellEnd(ok: boolean, failure: Failure | null): void {
    const endedAt = this.#line.link.clock.now();
    const startedAt = this.#startedAt === 0 ? endedAt : this.#startedAt;
    this.#line.on?.({
      ...this.#named(),
      type: "call.ended",
      ok,
      failure,
      attempts: this.#attempts.length,
      startedAt,
      endedAt,
    });
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
