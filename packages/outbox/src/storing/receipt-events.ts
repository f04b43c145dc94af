/**
 * What a receipt does to the state of an operation.
 *
 * Any word of the provider about our operation proves that it was taken. That settles every doubt, whatever an operation
 * is parked as: a poison operation, or one whose attempts are spent, may have been sent all the same. Only what was
 * certainly not executed stays where a person finds it, whatever a callback says of progress.
 */
import { next } from "@landline/core";
import type { LifecycleEvent, ReceiptEvent, StoredState } from "@landline/core";
import type { OperationRecord } from "../ports/index.ts";

/** The lifecycle events a receipt brings, each legal after the one before. */
export function eventsOfReceipt(
  record: Pick<OperationRecord, "state" | "parkedReason" | "failure">,
  event: Pick<ReceiptEvent, "meaning">,
): readonly LifecycleEvent[] {
  const events: LifecycleEvent[] = [];
  let state: StoredState = record.state;
  const step = (what: LifecycleEvent): void => {
    const after = next(state, what);
    if (after === null) return;
    events.push(what);
    state = after;
  };
  if (mayHaveLeft(record)) step("accept");
  if (event.meaning === "delivered") step("deliver");
  if (event.meaning === "undelivered") step("fail_delivery");
  return events;
}

function mayHaveLeft({ state, parkedReason, failure }: Parameters<typeof eventsOfReceipt>[0]): boolean {
  return state !== "parked" || parkedReason === "doubt" || failure?.execution === "unknown";
}
