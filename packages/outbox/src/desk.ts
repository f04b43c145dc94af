/**
 * What people note about a parked operation while they work through the queue: whose it is, until when it may wait, and
 * what they have to say. Nothing is sent and nothing is decided by any of it.
 */
import type { VerbContext, VerbResult } from "./api.ts";
import type { Context } from "./context.ts";
import { operationChanged } from "./events.ts";
import type { DeskCommand, OperationRecord } from "./ports/index.ts";
import { deskLine } from "./ports/index.ts";
import { viewOf } from "./view.ts";

/** Makes it somebody's, or nobody's (null). */
export async function assign(
  context: Context,
  id: string,
  assignee: string | null,
  by: VerbContext,
): Promise<VerbResult> {
  return note(context, { type: "assign", id, assignee, ...by });
}

/** Puts it off until an instant (epoch milliseconds) at which it is back by itself; null: it is back now. */
export async function snooze(context: Context, id: string, until: number | null, by: VerbContext): Promise<VerbResult> {
  if (until !== null && until <= context.clock.now()) {
    return { type: "invalid", field: "until", message: "until must be an instant to come", failure: null };
  }
  return note(context, { type: "snooze", id, until, ...by });
}

/** Says something about it; the reason is what is said. */
export async function comment(context: Context, id: string, by: VerbContext): Promise<VerbResult> {
  return note(context, { type: "comment", id, ...by });
}

async function note(context: Context, order: DeskCommand): Promise<VerbResult> {
  const result = await context.store.command(order);
  if (result.type === "not_found") return result;
  const { operation } = result;
  if (result.type === "conflict") return refused(context, order, operation);
  const { event, because } = deskLine(order);
  context.events.emit(
    operationChanged(operation, {
      at: context.clock.now(),
      state: operation.state,
      event: `operation.${event}`,
      because: order.type === "comment" ? order.actor : `${order.actor}: ${because}`,
      parkedReason: operation.parkedReason,
    }),
  );
  return { type: "done", operation: viewOf(context, operation), child: null };
}

function refused(context: Context, order: DeskCommand, operation: OperationRecord): VerbResult {
  const message =
    operation.state !== "parked"
      ? `only what is parked is worked on: it is ${operation.state}`
      : `it has changed since: version ${operation.version}, not ${order.version}`;
  return { type: "conflict", message, operation: viewOf(context, operation) };
}
