/**
 * Going down a route by itself: the next step is sent when the one before has certainly failed.
 *
 * Never while the first may still arrive, unless its class is `critical`, where a second message beats silence; never
 * to somebody who opted out, on any channel; never after the deadline, which the whole route shares. Where the provider's
 * page says that another channel would not help, a refused request goes on to another account only, and a message that
 * a carrier or its rules stopped goes to a person.
 */
import type { ErrorEntry, Failure, ParkedReason } from "@landline/core";
import { draftChild, hasOptedOut } from "./children.ts";
import type { Context } from "./context.ts";
import { operationChanged } from "./events.ts";
import type { OperationRecord } from "./ports/index.ts";
import { report } from "./trouble.ts";

/** Who acts when a route goes on by itself. */
export const routeActor = "landline:route";

/** Whether the next step may be sent without asking anybody. */
export function mayContinue(
  context: Context,
  operation: OperationRecord,
  reason: ParkedReason,
  failure: Failure | null,
): boolean {
  if (operation.fallback.length === 0 || failure === null) return false;
  const entry = entryOf(context, operation, failure);
  if (entry?.optedOut === true || failure.kind === "recipient_blocked") return false;
  switch (reason) {
    case "rejected":
      return failure.execution === "not_executed" && (channelHelps(entry) || accountMayHelp(entry));
    case "exhausted":
      return failure.execution === "not_executed" || operation.class === "critical";
    case "doubt":
      return operation.class === "critical";
    case "undelivered":
      return channelHelps(entry);
    case "expired":
    case "blocked_account":
    case "poison":
      return false;
    default:
      return reason satisfies never;
  }
}

function entryOf(context: Context, operation: OperationRecord, failure: Failure | null): ErrorEntry | null {
  return context.accounts.get(operation.account)?.provider.errors.get(failure?.code ?? "") ?? null;
}

function channelHelps(entry: ErrorEntry | null): boolean {
  return entry === null || entry.otherChannel === "yes";
}

/** True for what one account refused at its door; another account has senders, rights and rules of its own. */
function accountMayHelp(entry: ErrorEntry | null): boolean {
  return entry !== null && entry.otherChannel === "no" && entry.arrives !== "async";
}

/**
 * Sends the next step of a parked or undelivered operation's route, if that is allowed. Steps that cannot be sent at
 * all (a defect, an account that is gone, an opt-out there) are passed over.
 * @returns whether a child now stands in its place
 */
export async function continueRoute(
  context: Context,
  operation: OperationRecord,
  reason: ParkedReason,
  failure: Failure | null,
): Promise<boolean> {
  const at = context.clock.now();
  if (at >= operation.deadline || !mayContinue(context, operation, reason, failure)) return false;
  try {
    if (await hasOptedOut(context, operation.account, operation.recipient)) return false;
    const elsewhereOnly = reason === "rejected" && !channelHelps(entryOf(context, operation, failure));
    for (const [index, step] of operation.fallback.entries()) {
      if (elsewhereOnly && step.account === operation.account) continue;
      const fallback = operation.fallback.slice(index + 1);
      const draft = draftChild(context, operation, { step, fallback, deadline: operation.deadline, actor: routeActor });
      if (!draft.ok || (await hasOptedOut(context, draft.child.account, draft.child.recipient))) continue;
      const because = `${reason}: the next step of the route is ${step.account}:${step.operation}`;
      const command = { id: operation.id, version: null, actor: routeActor, reason: because, how: "fallback" } as const;
      const result = await context.store.command({ ...command, type: "supersede", child: draft.child });
      if (result.type !== "done") return false;
      context.events.emit(operationChanged(result.operation, { at, state: "superseded", because }));
      context.events.emit(operationChanged({ ...draft.child, version: 1 }, { at, state: "queued", because }));
      context.wake(draft.child.lane, at);
      return true;
    }
  } catch (error) {
    report(context, `continue the route of ${operation.id}`, error);
  }
  return false;
}
