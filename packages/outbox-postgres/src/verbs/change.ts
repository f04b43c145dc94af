/**
 * The one statement that moves an operation by an event of the lifecycle, for every verb that is not on the hot path.
 *
 * Runs in a transaction that has locked the row. Legal only from the states of the table; ends whatever lease there is,
 * closes an open attempt, and passes the turn of an ordered subject.
 */
import type { AttemptHistory, Failure, LifecycleEvent, OutcomeType, ParkedReason, StoredState } from "@landline/core";
import { next } from "@landline/core";
import type { AttemptResult, OperationRecord } from "@landline/outbox";
import { codeOf } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { nowMs, plain } from "../row.ts";
import type { Session } from "../session.ts";
import { closeAttempt, note } from "./chronicle.ts";
import { leaveDesk } from "./desk.ts";
import { addTo, signedCounters } from "./rollup.ts";
import { passTurn } from "./turn.ts";

/** What changes besides the state. Absent: stays as it is. */
export interface Change {
  /** Epoch milliseconds, `"now"` by the database's clock, or null when nothing is planned. */
  readonly due?: number | "now" | null;
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

/** Whose lease ends: `taken` from whoever has it, by the next number, or `spent` by its holder. */
export type LeaseEnd = "taken" | "spent";

const selectNow = `SELECT ${nowMs}`;
const update = `UPDATE landline.operation SET state = $2, before = state, version = version + 1, updated_at = ${nowMs},
  lease = CASE WHEN NOT $17 AND lease_until > ${nowMs} THEN lease + 1 ELSE lease END, settled_lease = CASE WHEN $17 THEN lease ELSE settled_lease END,
  lease_until = 0, due = CASE WHEN $4 THEN ${nowMs} ELSE $3::bigint END, deadline = $5, tally = $6::json, failure = $7::json, reason = $8, cause = $9,
  absences = $10, look_failures = $11, rescues = $12, provider_id = $13, provider_status = $14, receipt_rank = $15,
  gate = CASE WHEN turn IS NULL THEN 0 ELSE 1 END
  WHERE seq = $1 AND version = $16`;

/**
 * Applies events in order; an illegal one changes nothing at all.
 * @param attempt what became of the attempt that is open in the row, if one is; null when nobody knows
 * @returns the state after it, or null when an event was not legal
 */
export async function change(
  session: Session,
  tx: Queryable,
  located: Located,
  events: readonly LifecycleEvent[],
  what: Change,
  mark: Mark,
  attempt: AttemptResult | null = null,
  leaseEnd: LeaseEnd = "taken",
): Promise<StoredState | null> {
  const { record, seq, turn } = located;
  let state: StoredState = record.state;
  for (const event of events) {
    const after = next(state, event);
    if (after === null) return null;
    state = after;
  }
  const open = record.state === "sending";
  if (open) await closeAttempt(tx, seq, attempt, mark.event, mark.because ?? mark.event);
  const failure = what.failure === undefined ? record.failure : what.failure;
  const reason = what.reason === undefined ? record.parkedReason : what.reason;
  const history = what.history ?? record.history;
  const due = what.due === undefined ? record.nextAttemptAt : what.due;
  await tx.rows(update, [
    seq,
    codeOf(state),
    due === "now" || due === null ? null : Math.ceil(due),
    due === "now",
    Math.floor(what.deadline ?? record.deadline),
    history.firstAttemptAt === 0 && history.spent === 0 ? null : JSON.stringify(history),
    failure === null ? null : JSON.stringify(failure),
    state === "parked" ? reason : null,
    await causeOf(session, tx, located, state === "parked" ? reason : null, failure),
    what.absences ?? record.absences,
    what.lookFailures ?? record.lookFailures,
    what.rescues ?? record.rescues,
    plain(what.providerId ?? record.providerId),
    plain(what.providerStatus === undefined ? record.providerStatus : what.providerStatus),
    what.receiptRank ?? record.receiptRank,
    record.version,
    leaseEnd === "spent",
  ]);
  // A settled attempt says it all; whoever ends one from outside leaves a line of his own.
  if (!open || leaseEnd === "taken") {
    await note(tx, { seq, version: record.version + 1, ...mark, before: record.state, after: state });
  }
  await countSteps(tx, record, events, {
    reason,
    outcome: open ? (attempt?.outcome ?? "ambiguous") : null,
    failure,
    attempt,
  });
  if (record.state === "parked") await leaveDesk(tx, seq);
  if (turn !== null) await passTurn(tx, turn);
  return state;
}

/** Each step by itself: what is accepted and delivered at once is counted as both. */
async function countSteps(
  tx: Queryable,
  record: OperationRecord,
  events: readonly LifecycleEvent[],
  what: {
    readonly reason: ParkedReason | null;
    readonly outcome: OutcomeType | null;
    readonly failure: Failure | null;
    readonly attempt: AttemptResult | null;
  },
): Promise<void> {
  const [now] = (await tx.rows(selectNow))[0] ?? [];
  const counters: number[] = [];
  let before: StoredState = record.state;
  for (const event of events) {
    const after = next(before, event) ?? before;
    const ended = before === "sending" ? what.outcome : null;
    const step = signedCounters({
      before,
      after,
      reason: what.reason,
      outcome: ended,
      kind: (ended === null ? what.failure?.kind : what.attempt?.failure?.kind) ?? null,
      age: Number(now) - record.createdAt,
      // Only the row knows since when; of two steps at once nobody does.
      ...(before === "accepted" && before === record.state ? { acceptedFor: Number(now) - record.updatedAt } : {}),
    });
    counters.push(...step);
    before = after;
  }
  await addTo(tx, record, counters);
}

async function causeOf(
  session: Session,
  tx: Queryable,
  { record }: Located,
  reason: ParkedReason | null,
  failure: Failure | null,
): Promise<number | null> {
  if (failure === null && reason === null) return null;
  return session.names.causes.numberWithin(tx, {
    account: record.account,
    operation: record.operation,
    reason: reason ?? "",
    failureKind: failure?.kind ?? "",
    code: plain(failure?.code ?? ""),
  });
}
