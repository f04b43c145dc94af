/** What commands do to a row, and what they say in its history: alike in every store. */
import type { AttemptHistory, Failure, ParkedReason } from "@landline/core";
import type { LifecycleCommand, OperationRecord } from "../ports/index.ts";

/** What changes besides the state. Absent: stays as it is. */
export interface Effect {
  /** `"now"` by the store's clock, or null when nothing is planned. */
  readonly due?: "now" | null;
  readonly deadline?: number;
  readonly history?: AttemptHistory;
  readonly failure?: Failure | null;
  readonly reason?: ParkedReason | null;
  readonly absences?: number;
  readonly lookFailures?: number;
  readonly rescues?: number;
  readonly providerId?: string | null;
}

/** What a command changes, given that it is legal. */
export function effectOf({ history }: Pick<OperationRecord, "history">, order: LifecycleCommand): Effect {
  switch (order.type) {
    case "cancel":
    case "discard":
    case "supersede":
      return { due: null, reason: null };
    case "redrive":
    case "resolve_not_sent":
      return { ...anew(history), due: "now", deadline: order.deadline };
    case "resolve_sent": {
      // Evidence settles doubt.
      const settled = { ...history, doubtOpen: false };
      return { due: null, failure: null, reason: null, providerId: order.providerId, history: settled };
    }
    case "reconcile":
      return { due: "now", reason: null, absences: 0, lookFailures: 0 };
    case "park":
      return { due: null, failure: order.failure, reason: order.parkedReason };
    default:
      return order satisfies never;
  }
}

/** What the history says of a command: the reason, and what it rests on. */
export function reasonOf(order: LifecycleCommand): string {
  switch (order.type) {
    case "resolve_sent":
    case "resolve_not_sent":
      return `${order.reason} (evidence: ${order.evidence})`;
    case "supersede":
      return `${order.reason} (${order.how}: ${order.child.id})`;
    case "cancel":
    case "redrive":
    case "discard":
    case "reconcile":
    case "park":
      return order.reason;
    default:
      return order satisfies never;
  }
}

/** Begins anew; `firstAttemptAt` and the attempt numbers go on. */
function anew(history: AttemptHistory): Effect {
  return {
    history: { spent: 0, waitedMs: 0, firstAttemptAt: history.firstAttemptAt, doubtOpen: false },
    failure: null,
    reason: null,
    absences: 0,
    lookFailures: 0,
    rescues: 0,
  };
}
