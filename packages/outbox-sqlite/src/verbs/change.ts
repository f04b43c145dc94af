/**
 * The one statement that moves an operation by an event of the lifecycle, for every verb that is not on the hot path.
 *
 * Legal only from the states of the table, takes the next lease number away from whoever holds one, closes an open
 * attempt, and passes the turn of an ordered subject.
 */
import type { AttemptHistory, Failure, LifecycleEvent, OutcomeType, ParkedReason, StoredState } from "@landline/core";
import { next } from "@landline/core";
import type { AttemptResult, OperationRecord } from "@landline/outbox";
import { codeOf } from "@landline/outbox/storing";
import type { Located } from "../row.ts";
import type { Session } from "../session.ts";
import { unfinishedMax } from "../words.ts";
import { closeAttempt, note } from "./chronicle.ts";
import { leaveDesk } from "./desk.ts";
import { passTurn } from "./turn.ts";

/** What changes besides the state. Absent: stays as it is. */
export interface Change {
  readonly due?: number | null;
  readonly deadline?: number;
  readonly history?: AttemptHistory;
  readonly failure?: Failure | null;
  readonly reason?: ParkedReason | null;
  readonly absences?: number;
  readonly lookFailures?: number;
  readonly rescues?: number;
  readonly providerId?: string | null;
  readonly providerStatus?: string | null;
  readonly receiptRank?: number;
}

/** Who, and what the history says. */
export interface Mark {
  readonly event: string;
  readonly actor: string;
  readonly because: string | null;
}

const update = `UPDATE operation SET state = ?2, version = version + 1, updated_at = ?3, lease = max(lease, ?4), due = ?5, deadline = ?6,
  tally = ?7, failure = ?8, reason = ?9, cause = ?10, absences = ?11, look_failures = ?12, rescues = ?13, provider_id = ?14,
  provider_status = ?15, receipt_rank = ?16, gate = (turn IS NOT NULL), attempt_at = NULL, attempt_lease = NULL, attempt_version = NULL,
  attempt_digest = NULL
  WHERE seq = ?1 AND version = ?17`;

/**
 * Applies events in order; an illegal one changes nothing at all.
 * @param attempt what became of the attempt that is open in the row, if one is; null when nobody knows
 * @returns the state after it, or null when an event was not legal
 */
export function change(
  session: Session,
  located: Located,
  events: readonly LifecycleEvent[],
  what: Change,
  mark: Mark,
  attempt: AttemptResult | null = null,
): StoredState | null {
  const { record, seq, turn } = located;
  let state: StoredState = record.state;
  for (const event of events) {
    const after = next(state, event);
    if (after === null) return null;
    state = after;
  }
  const open = record.state === "sending";
  if (open) closeAttempt(session, seq, attempt, mark.event, mark.because ?? mark.event);
  const failure = what.failure === undefined ? record.failure : what.failure;
  const reason = what.reason === undefined ? record.parkedReason : what.reason;
  const cause =
    failure === null && reason === null
      ? null
      : session.names.cause({
          account: record.account,
          operation: record.operation,
          reason: state === "parked" ? (reason ?? "") : "",
          failureKind: failure?.kind ?? "",
          code: failure?.code ?? "",
        });
  countSteps(session, record, events, {
    reason,
    outcome: open ? (attempt?.outcome ?? "ambiguous") : null,
    failure,
    attempt,
  });
  const history = what.history ?? record.history;
  const providerId = what.providerId ?? record.providerId;
  session
    .sql(update)
    .run(
      seq,
      codeOf(state),
      session.now(),
      session.claims.isHeld(seq, session.now()) ? session.claims.leaseOf(seq) + 1 : session.claims.leaseOf(seq),
      what.due === undefined ? record.nextAttemptAt : what.due,
      what.deadline ?? record.deadline,
      history.firstAttemptAt === 0 && history.spent === 0 ? null : JSON.stringify(history),
      failure === null ? null : JSON.stringify(failure),
      state === "parked" ? reason : null,
      cause,
      what.absences ?? record.absences,
      what.lookFailures ?? record.lookFailures,
      what.rescues ?? record.rescues,
      providerId,
      what.providerStatus === undefined ? record.providerStatus : what.providerStatus,
      what.receiptRank ?? record.receiptRank,
      record.version,
    );
  note(session, { seq, version: record.version + 1, ...mark, before: record.state, after: state });
  if (codeOf(state) <= unfinishedMax) session.deadlines.note(seq, what.deadline ?? record.deadline);
  if (record.state === "parked") leaveDesk(session, seq);
  session.claims.end(seq);
  if (turn !== null) passTurn(session, turn);
  if (state === "queued" || state === "retrying" || state === "reconciling") session.woken = true;
  return state;
}

/** Each step by itself: what is accepted and delivered at once is counted as both. */
function countSteps(
  session: Session,
  record: OperationRecord,
  events: readonly LifecycleEvent[],
  what: {
    readonly reason: ParkedReason | null;
    readonly outcome: OutcomeType | null;
    readonly failure: Failure | null;
    readonly attempt: AttemptResult | null;
  },
): void {
  const now = session.now();
  const kind = session.names.kind(record.account, record.operation);
  let before: StoredState = record.state;
  for (const event of events) {
    const after = next(before, event) ?? before;
    const ended = before === "sending" ? what.outcome : null;
    session.rollups.count(kind, {
      before,
      after,
      reason: what.reason,
      outcome: ended,
      kind: (ended === null ? what.failure?.kind : what.attempt?.failure?.kind) ?? null,
      age: now - record.createdAt,
      // Only the row knows since when; of two steps at once nobody does.
      ...(before === "accepted" && before === record.state ? { acceptedFor: now - record.updatedAt } : {}),
    });
    before = after;
  }
}
