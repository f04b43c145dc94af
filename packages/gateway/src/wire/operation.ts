/**
 * An operation and its story in the JSON form of the contract (snake_case, instants as RFC 3339 UTC).
 */
import type {
  Guarantee,
  OperationClass,
  OperationState,
  OutcomeType,
  ParkedReason,
  Phase,
  WireFailure,
} from "@landline/core";
import { toWireFailure } from "@landline/core";
import type { FallbackStep, OperationView, StoryView } from "@landline/outbox";
import { instant } from "../schemas/instant.ts";

/** One attempt. */
export interface WireAttempt {
  /** One-based. */
  readonly number: number;
  readonly lease: number;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly outcome: OutcomeType | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly request_id: string | null;
  readonly phase: Phase | null;
  readonly decision: string | null;
  readonly because: string | null;
  readonly failure: WireFailure | null;
  /** What the provider answered when it did not accept, redacted. */
  readonly body: string | null;
}

/** One receipt, in the provider's words. */
export interface WireReceipt {
  readonly at: string;
  readonly status: string;
  readonly code: string | null;
  readonly message: string | null;
}

/** One line of an operation's past. */
export interface WireHistory {
  readonly at: string;
  readonly event: string;
  readonly actor: string;
  readonly because: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** An operation as it stands in a list. */
export interface WireOperationSummary {
  readonly id: string;
  readonly account: string;
  readonly operation: string;
  readonly state: OperationState;
  readonly version: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reference: string | null;
  readonly idempotency_key: string;
  readonly class: OperationClass;
  readonly guarantee: Guarantee;
  readonly parked_reason: ParkedReason | null;
  readonly deadline: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly next_attempt_at: string | null;
  readonly provider_id: string | null;
  readonly provider_status: string | null;
  readonly recipient: string | null;
  readonly subject: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly fallback: readonly FallbackStep[];
  /** Name of the API key that asked for it; null when it was asked for in process. */
  readonly created_by: string | null;
  readonly attempts_started: number;
  readonly parent_id: string | null;
  readonly failure: WireFailure | null;
  /** Who works on it while it is parked. */
  readonly assignee: string | null;
  /** Until when it is put off while it is parked. */
  readonly snoozed_until: string | null;
}

/** An operation with its whole story. */
export interface WireOperation extends WireOperationSummary {
  readonly child_ids: readonly string[];
  /** Where its trace is looked at; null when nobody said where traces are. */
  readonly trace_url: string | null;
  readonly attempts: readonly WireAttempt[];
  readonly receipts: readonly WireReceipt[];
  readonly history: readonly WireHistory[];
}

/** The form of a list. */
export function toWireSummary(source: OperationView): WireOperationSummary {
  return {
    id: source.id,
    account: source.account,
    operation: source.operation,
    state: source.state,
    version: source.version,
    input: source.input,
    reference: source.reference,
    idempotency_key: source.idempotencyKey,
    class: source.class,
    guarantee: source.guarantee,
    parked_reason: source.parkedReason,
    created_at: instant(source.createdAt),
    updated_at: instant(source.updatedAt),
    next_attempt_at: instant(source.nextAttemptAt),
    deadline: instant(source.deadline),
    provider_id: source.providerId,
    provider_status: source.providerStatus,
    recipient: source.recipient,
    subject: source.subject,
    metadata: source.metadata,
    fallback: source.fallback,
    created_by: source.idempotencyScope === "" ? null : source.idempotencyScope,
    attempts_started: source.attemptsStarted,
    parent_id: source.parentId,
    failure: source.failure === null ? null : toWireFailure(source.failure),
    assignee: source.assignee ?? null,
    snoozed_until: instant(source.snoozedUntil ?? null),
  };
}

const nothing: readonly never[] = [];

/** An operation that has no story yet: it was accepted this moment. */
export function toWireNew(source: OperationView): WireOperation {
  const made = toWireSummary(source) as WireOperationSummary & Partial<Writable<WireOperation>>;
  made.child_ids = nothing;
  made.trace_url = null;
  made.attempts = nothing;
  made.receipts = nothing;
  made.history = nothing;
  return made as WireOperation;
}

/** The whole story. */
export function toWireOperation(story: StoryView): WireOperation {
  return {
    ...toWireSummary(story.operation),
    child_ids: story.childIds,
    trace_url: null,
    attempts: story.attempts.map((attempt) => ({
      number: attempt.number,
      lease: attempt.lease,
      started_at: instant(attempt.startedAt),
      ended_at: instant(attempt.endedAt),
      outcome: attempt.outcome,
      status: attempt.status,
      code: attempt.code,
      request_id: attempt.requestId,
      phase: attempt.phase,
      decision: attempt.decision,
      because: attempt.because,
      failure: attempt.failure === null ? null : toWireFailure(attempt.failure),
      body: attempt.body ?? null,
    })),
    receipts: story.receipts.map(({ at, status, code, message }) => ({ at: instant(at), status, code, message })),
    history: story.history.map(({ at, event, actor, because, before, after }) => ({
      at: instant(at),
      event,
      actor,
      because,
      before: before ?? null,
      after: after ?? null,
    })),
  };
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
