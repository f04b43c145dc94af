/**
 * What each verb does to a row of the memory store. Every change of state asks `core/lifecycle` first; a change that
 * is not legal leaves the row as it was and says so.
 */
import { next } from "@landline/core";
import type { Failure, LifecycleEvent, ReceiptEvent } from "@landline/core";
import { deskLine } from "../../ports/index.ts";
import type { AttemptResult, DeskCommand, LifecycleCommand, ReceiptRecord, Settlement } from "../../ports/index.ts";
import { leaseLeap } from "../../storing/leap.ts";
import { eventsOfReceipt } from "../../storing/receipt-events.ts";
import { openAttempt } from "./row.ts";
import type { Row } from "./row.ts";

/** Who caused a change, and why. */
interface Cause {
  readonly at: number;
  readonly actor: string;
  readonly because: string | null;
}

/** Moves a row on; false and nothing changed when the event is not legal in its state. */
export function move(row: Row, event: LifecycleEvent, cause: Cause): boolean {
  const { record } = row;
  const before = record.state;
  const after = next(before, event);
  if (after === null) return false;
  record.state = after;
  record.version += 1;
  record.updatedAt = cause.at;
  row.history.push({ ...cause, event: `operation.${after}`, before, after });
  if (before === "parked" && after !== "parked") record.snoozedUntil = null;
  return true;
}

/** Notes what people do at their desk; false when it is not parked. */
export function atDesk(row: Row, command: DeskCommand, at: number): boolean {
  const { record } = row;
  if (record.state !== "parked") return false;
  if (command.type === "assign") record.assignee = command.assignee;
  if (command.type === "snooze") record.snoozedUntil = command.until;
  record.version += 1;
  const { event, because } = deskLine(command);
  row.history.push({
    at,
    event: `operation.${event}`,
    actor: command.actor,
    because,
    before: "parked",
    after: "parked",
  });
  return true;
}

/** Writes an attempt's outcome into the journal. */
export function journal(row: Row, result: AttemptResult, decision: string, because: string): void {
  const attempt = row.attempts.find((candidate) => candidate.number === result.number);
  if (attempt !== undefined && attempt.endedAt === null) Object.assign(attempt, result, { decision, because });
}

/** Gives a row that waits the record of an attempt nobody saw. */
export function presumeStarted(row: Row, cause: Cause, begun: number): void {
  const { record } = row;
  if (!move(row, "start", cause)) return;
  record.lease += leaseLeap;
  openAttempt(row, begun, null);
}

/** Begins the looks at an operation in doubt again. */
export function askAnew({ record }: Row, at: number): void {
  record.lease += leaseLeap;
  record.absences = 0;
  record.lookFailures = 0;
  record.nextAttemptAt = Math.max(record.nextAttemptAt ?? 0, at);
}

const eventOf: Record<Settlement["type"], LifecycleEvent> = {
  accept: "accept",
  retry: "retry",
  hold: "hold",
  reconcile: "reconcile",
  park: "park",
  expire: "expire",
};

/** Applies a settlement; false when it is not legal any more. */
export function settle(row: Row, settlement: Settlement, at: number): boolean {
  const { record } = row;
  if (!move(row, eventOf[settlement.type], { at, actor: "landline", because: settlement.because })) return false;
  if (settlement.attempt !== null) journal(row, settlement.attempt, settlement.type, settlement.because);
  row.leaseUntil = 0;
  switch (settlement.type) {
    case "accept":
      accepted(row, settlement.providerId, settlement.providerStatus);
      break;
    case "retry":
    case "hold":
      record.nextAttemptAt = settlement.at;
      record.history = settlement.history;
      record.failure = settlement.failure;
      record.absences = 0;
      record.lookFailures = 0;
      break;
    case "reconcile":
      record.nextAttemptAt = settlement.at;
      record.history = settlement.history;
      record.failure = settlement.failure;
      record.absences = settlement.absences;
      record.lookFailures = settlement.lookFailures;
      break;
    case "park":
      record.nextAttemptAt = null;
      record.history = settlement.history;
      record.failure = settlement.failure;
      record.parkedReason = settlement.reason;
      break;
    case "expire":
      record.nextAttemptAt = null;
      record.history = settlement.history;
      record.failure = settlement.failure;
      break;
    default:
      settlement satisfies never;
  }
  return true;
}

/** What acceptance leaves behind, whatever proved it. */
export function accepted(row: Row, providerId: string | null, providerStatus: string | null): void {
  const { record } = row;
  record.providerId = providerId ?? record.providerId;
  record.providerStatus = providerStatus ?? record.providerStatus;
  record.nextAttemptAt = null;
  record.parkedReason = null;
  record.failure = null;
  record.history = { ...record.history, doubtOpen: false };
}

/** Applies a command other than `supersede`; false when it is not legal. */
export function obey(
  row: Row,
  command: Exclude<LifecycleCommand, { readonly type: "supersede" }>,
  at: number,
): boolean {
  const cause = { at, actor: command.actor, because: command.reason };
  const { record } = row;
  const done = (event: LifecycleEvent): boolean => {
    if (!move(row, event, cause)) return false;
    record.lease += 1;
    row.leaseUntil = 0;
    return true;
  };
  switch (command.type) {
    case "cancel":
      if (!done("cancel")) return false;
      record.nextAttemptAt = null;
      record.parkedReason = null;
      return true;
    case "discard":
      if (!done("discard")) return false;
      record.nextAttemptAt = null;
      record.parkedReason = null;
      return true;
    case "redrive":
      return done("redrive") && anew(row, at, command.deadline);
    case "resolve_not_sent":
      cause.because = `${command.reason}: ${command.evidence}`;
      return done("resolve_not_sent") && anew(row, at, command.deadline);
    case "resolve_sent":
      cause.because = `${command.reason}: ${command.evidence}`;
      if (!done("resolve_sent")) return false;
      accepted(row, command.providerId, null);
      return true;
    case "reconcile":
      // There is nothing to ask about when nothing was ever started.
      if (record.attemptsStarted === 0 || !done("reconcile")) return false;
      record.nextAttemptAt = at;
      record.absences = 0;
      record.lookFailures = 0;
      record.parkedReason = null;
      return true;
    case "park":
      if (!done("park")) return false;
      record.nextAttemptAt = null;
      record.parkedReason = command.parkedReason;
      record.failure = command.failure;
      return true;
    default:
      return command satisfies never;
  }
}

function anew(row: Row, at: number, deadline: number): true {
  const { record } = row;
  record.history = { spent: 0, waitedMs: 0, firstAttemptAt: record.history.firstAttemptAt, doubtOpen: false };
  record.absences = 0;
  record.lookFailures = 0;
  record.rescues = 0;
  record.parkedReason = null;
  record.failure = null;
  record.nextAttemptAt = at;
  record.deadline = deadline;
  return true;
}

/** Applies a receipt. Returns whether the state changed. */
export function applyReceipt(row: Row, event: ReceiptEvent, failure: Failure | null, at: number): boolean {
  const { record } = row;
  const before = record.state;
  const { version } = record;
  const stale = event.rank < record.receiptRank;
  const cause = { at, actor: "provider", because: `receipt: ${event.status}` };
  if (provesAcceptance(row, event) && move(row, "accept", cause)) {
    accepted(row, event.providerId, event.status);
    record.lease += 1;
    row.leaseUntil = 0;
  }
  if (event.meaning === "delivered" && move(row, "deliver", cause)) {
    accepted(row, event.providerId, event.status);
  } else if (event.meaning === "undelivered" && move(row, "fail_delivery", cause)) {
    record.providerStatus = event.status;
    record.failure = failure;
  } else if (event.meaning === "progress" && record.state === "accepted" && !stale) {
    record.providerStatus = event.status;
  }
  record.receiptRank = Math.max(record.receiptRank, event.rank);
  // One receipt is one change to people, however many events it stands for.
  record.version = Math.min(record.version, version + 1);
  return record.state !== before;
}

function provesAcceptance(row: Row, event: ReceiptEvent): boolean {
  const { record } = row;
  if (event.meaning === "inbound" || record.state === "accepted") return false;
  return eventsOfReceipt(record, event)[0] === "accept";
}

/** A receipt as it is stored. */
export function receiptOf(event: ReceiptEvent, at: number, sequence: number): ReceiptRecord {
  return { at, status: event.status, code: event.code, message: event.message, rank: event.rank, sequence };
}
