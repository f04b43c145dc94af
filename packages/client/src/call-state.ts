/**
 * What has become of one call so far: its attempts, its waits, its doubt, its last answer and its last failure. It
 * remembers and names; it decides nothing and waits for nothing.
 */
import type { AttemptHistory, Failure, ResponseObservation } from "@landline/core";
import type { AttemptReport } from "./attempt.ts";
import type { CallUnderWay } from "./calls-under-way.ts";
import type { Doubt } from "./doubt.ts";
import type { CallAttempt, ClientEvent } from "./events.ts";
import type { CallRequest, Line } from "./line.ts";
import { expired } from "./result.ts";

/** A call under way. */
export class Call implements CallUnderWay {
  readonly line: Line;
  readonly request: CallRequest;
  doubtfulSince: number | null = null;
  attempts: readonly CallAttempt[] = nothing;
  /** Milliseconds spent in back-off. */
  waitedMs = 0;
  /** The last attempt in doubt; null: nothing to ask about. */
  lastDoubt: Doubt["last"] | null = null;
  response: ResponseObservation | null = null;
  failure: Failure | null = null;

  constructor(line: Line, request: CallRequest) {
    this.line = line;
    this.request = request;
  }

  get operation(): string {
    return this.request.operation.name;
  }

  get input(): unknown {
    return this.request.input;
  }

  /** Whether it could be taken for another call when the provider is asked. */
  get isTracked(): boolean {
    const { lookup, traits } = this.request.operation;
    return lookup !== null && traits.effect === "create";
  }

  /** Its caller gave it up, or its client was closed. */
  get isGivenUp(): boolean {
    return this.line.closing.isClosed || this.request.signal?.aborted === true;
  }

  /** Whether anything may have happened so far; repeating an idempotent operation does no harm, but it is still unknown. */
  get execution(): "unknown" | "not_executed" {
    return this.doubtfulSince === null ? "not_executed" : "unknown";
  }

  /** As core's decisions want it. */
  get history(): AttemptHistory {
    return {
      spent: this.attempts.length,
      waitedMs: this.waitedMs,
      firstAttemptAt: this.attempts[0]?.startedAt ?? 0,
      doubtOpen: this.doubtfulSince !== null,
    };
  }

  /** Ends a wait. For waits only: an exchange is ended by its transport when the client is closed. */
  get waitSignal(): AbortSignal {
    const { signal } = this.request;
    const closing = this.line.closing.signal;
    return signal === null ? closing : AbortSignal.any([signal, closing]);
  }

  /** Adds an attempt that has ended. */
  record(report: AttemptReport, startedAt: number): void {
    const { outcome, status, requestId, phase, response } = report;
    const endedAt = response === null ? this.line.link.clock.now() : response.at;
    const failure = outcome.type === "accepted" ? null : outcome.failure;
    const attempt: CallAttempt = {
      number: this.attempts.length + 1,
      outcome: outcome.type,
      status,
      code: failure === null ? null : failure.code,
      requestId,
      phase,
      startedAt,
      endedAt,
    };
    // Nearly every call has one attempt, and a list that grows would be given room for sixteen more.
    this.attempts = this.attempts.length === 0 ? [attempt] : [...this.attempts, attempt];
    if (response !== null) this.response = response;
    if (failure !== null) this.failure = failure;
    if (outcome.type === "ambiguous") {
      this.doubtfulSince ??= startedAt;
      this.lastDoubt = { startedAt, endedAt, answered: outcome.answered };
    }
    this.line.on?.({ ...named(this), type: "attempt.ended", attempt, failure });
  }

  /** The provider was asked and has nothing of it. */
  clearDoubt(): void {
    this.doubtfulSince = null;
    this.lastDoubt = null;
  }

  /** The failure of a deadline that passed, with what is known from the attempts. */
  expired(at: number | null, because: string): Failure {
    const base = expired(at, because);
    if (this.failure === null) return base;
    const { status, code, requestId, shape, docs } = this.failure;
    const known = { ...base, status, code, requestId, shape, docs };
    if (this.execution === "not_executed") return known;
    return {
      ...known,
      execution: "unknown",
      remedy: "reconcile",
      guidance: "The deadline passed and the request may have been executed. Ask the provider before sending it again.",
    };
  }
}

const nothing: readonly CallAttempt[] = [];

/** What every event of a call begins with. */
export function named({ line, request }: Call): Pick<ClientEvent, "provider" | "operation" | "operationId"> {
  return {
    provider: line.link.provider.name,
    operation: request.operation.name,
    operationId: request.context.operationId,
  };
}
