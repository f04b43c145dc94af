/**
 * What a person may do to one operation, and what is refused because it could send twice, or send to somebody who does
 * not want it.
 *
 * The store checks version and state in the statement that writes, so two people cannot both win. What is checked here
 * first is what a state does not show: doubt, opt-outs, newer consent, the provider's memory of keys. A refusal says
 * in a sentence what to do instead.
 */
import { next } from "@landline/core";
import type { LifecycleEvent } from "@landline/core";
import type { BulkVerb, VerbContext, VerbResult } from "./api.ts";
import { draftChild, hasOptedOut } from "./children.ts";
import type { Context } from "./context.ts";
import { operationOf, policyOf } from "./context.ts";
import { operationChanged } from "./events.ts";
import type { Command, FallbackStep, OperationRecord } from "./ports/index.ts";
import { isPastKnown } from "./presumed.ts";
import { viewOf } from "./view.ts";

/** Puts a parked operation back: the same operation, the next attempt number. What failed after acceptance gets a child. */
export async function retry(context: Context, id: string, by: VerbContext): Promise<VerbResult> {
  return within(context, id, "redrive", by, async (operation) => {
    const refusal = doubtRefusal(context, operation) ?? (await sendRefusal(context, operation));
    if (refusal !== null) return conflict(context, operation, refusal);
    if (operation.parkedReason === "undelivered" || operation.failure?.execution === "executed") {
      const { account, operation: name, input } = operation;
      return supersede(context, operation, by, { account, operation: name, input }, operation.fallback, "fix");
    }
    return command(context, { type: "redrive", deadline: newDeadline(context, operation), ...identity(operation, by) });
  });
}

/** Sends a corrected input as a child with a key of its own; the parent is kept as it was. */
export async function fix(context: Context, id: string, input: unknown, by: VerbContext): Promise<VerbResult> {
  return within(context, id, "supersede", by, async (operation) => {
    const refusal = doubtRefusal(context, operation) ?? (await newerRefusal(context, operation));
    if (refusal !== null) return conflict(context, operation, refusal);
    const { account, operation: name } = operation;
    return supersede(context, operation, by, { account, operation: name, input }, operation.fallback, "fix");
  });
}

/** Sends on another channel or account. Without a step the next one of the route is taken. */
export async function fallback(
  context: Context,
  id: string,
  step: Partial<FallbackStep>,
  by: VerbContext,
): Promise<VerbResult> {
  return within(context, id, "supersede", by, async (operation) => {
    const doubt = operation.class === "critical" ? null : doubtRefusal(context, operation);
    const refusal = doubt ?? (await sendRefusal(context, operation));
    if (refusal !== null) return conflict(context, operation, refusal);
    const planned = operation.fallback.find((each) => step.account === undefined || each.account === step.account);
    const account = step.account ?? planned?.account;
    if (account === undefined) {
      return {
        type: "invalid",
        field: "account",
        message: "the route has no further step: name an account",
        failure: null,
      };
    }
    const full = {
      account,
      operation: step.operation ?? planned?.operation ?? operation.operation,
      input: step.input ?? planned?.input ?? operation.input,
    };
    const rest =
      planned === undefined ? operation.fallback : operation.fallback.slice(operation.fallback.indexOf(planned) + 1);
    return supersede(context, operation, by, full, rest, "fallback");
  });
}

/** Ends a parked operation on purpose. */
export async function discard(context: Context, id: string, by: VerbContext): Promise<VerbResult> {
  return within(context, id, "discard", by, async (operation) =>
    command(context, { type: "discard", ...identity(operation, by) }),
  );
}

/** Ends doubt with evidence: `sent` makes it accepted, `not_sent` puts it back. */
export async function resolve(
  context: Context,
  id: string,
  verdict: "sent" | "not_sent",
  evidence: string,
  by: VerbContext,
): Promise<VerbResult> {
  const event = verdict === "sent" ? "resolve_sent" : "resolve_not_sent";
  return within(context, id, event, by, async (operation) => {
    if (!isInDoubt(operation)) return conflict(context, operation, "nothing about it is in doubt");
    const base = { evidence, ...identity(operation, by) };
    if (verdict === "sent") return command(context, { type: "resolve_sent", providerId: null, ...base });
    const refusal = await sendRefusal(context, operation);
    if (refusal !== null) return conflict(context, operation, refusal);
    return command(context, { type: "resolve_not_sent", deadline: newDeadline(context, operation), ...base });
  });
}

/** Asks the provider again, now. */
export async function reconcile(context: Context, id: string, by: VerbContext): Promise<VerbResult> {
  return within(context, id, "reconcile", by, async (operation) => {
    const refusal = reconcileRefusal(context, operation);
    if (refusal !== null) return conflict(context, operation, refusal);
    const result = await command(context, { type: "reconcile", ...identity(operation, by) });
    if (result.type === "done") context.wakeReconciler(context.clock.now());
    return result;
  });
}

/** Ends an operation that has certainly not left. */
export async function cancel(
  context: Context,
  id: string,
  by: { readonly actor: string; readonly reason: string; readonly version: number | null },
): Promise<VerbResult> {
  return within(context, id, "cancel", by, async (operation) => {
    if (isInDoubt(operation)) return conflict(context, operation, cancelMessage);
    if (!(await isPastKnown(context))) return conflict(context, operation, movedMessage);
    return command(context, { type: "cancel", ...identity(operation, by) });
  });
}

/**
 * Why a verb would be refused, as far as the operation itself shows it; null: nothing speaks against it. What only the
 * moment shows (opt-outs, newer consent, another's click) is found when its turn comes.
 */
export function foreseenRefusal(context: Context, verb: BulkVerb, operation: OperationRecord): string | null {
  if (next(operation.state, eventOfVerb[verb]) === null) return `not possible while it is ${operation.state}`;
  switch (verb) {
    case "retry":
      return doubtRefusal(context, operation);
    case "fallback": {
      const doubt = operation.class === "critical" ? null : doubtRefusal(context, operation);
      return doubt ?? (operation.fallback.length === 0 ? "the route has no further step" : null);
    }
    case "reconcile":
      return reconcileRefusal(context, operation);
    case "cancel":
      return isInDoubt(operation) ? cancelMessage : null;
    case "discard":
      return null;
    default:
      return verb satisfies never;
  }
}

const eventOfVerb: Record<BulkVerb, LifecycleEvent> = {
  retry: "redrive",
  discard: "discard",
  cancel: "cancel",
  reconcile: "reconcile",
  fallback: "supersede",
};

const cancelMessage = "it may already have been sent: reconcile or resolve it first";

const movedMessage =
  "the store lost part of its past, in which it may have been sent: it is being doubted, try again soon";

function reconcileRefusal(context: Context, operation: OperationRecord): string | null {
  if (!isInDoubt(operation)) return "nothing about it is in doubt";
  const traits = operationOf(context.accounts.get(operation.account), operation.operation)?.traits;
  if (traits?.doubt !== "lookup") return "the provider cannot be asked: look there yourself and resolve it";
  return operation.attemptsStarted === 0 ? "nothing was ever sent" : null;
}

type Actor = { readonly actor: string; readonly reason: string; readonly version: number | null };

async function within(
  context: Context,
  id: string,
  event: LifecycleEvent,
  by: Actor,
  verb: (operation: OperationRecord) => Promise<VerbResult>,
): Promise<VerbResult> {
  const operation = await context.store.get(id);
  if (operation === null) return { type: "not_found" };
  if (by.version !== null && by.version !== operation.version) {
    return conflict(context, operation, `it has changed since: version ${operation.version}, not ${by.version}`);
  }
  if (next(operation.state, event) === null)
    return conflict(context, operation, `not possible while it is ${operation.state}`);
  return verb(operation);
}

function identity(
  operation: OperationRecord,
  by: Actor,
): { readonly id: string; readonly version: number; readonly actor: string; readonly reason: string } {
  return { id: operation.id, version: operation.version, actor: by.actor, reason: by.reason };
}

function conflict(context: Context, operation: OperationRecord, message: string): VerbResult {
  return { type: "conflict", message, operation: viewOf(context, operation) };
}

async function command(context: Context, order: Command): Promise<VerbResult> {
  const result = await context.store.command(order);
  if (result.type === "not_found") return result;
  if (result.type === "conflict") return conflict(context, result.operation, "it has changed in the meantime");
  const { operation, childId } = result;
  const at = context.clock.now();
  const because = `${order.actor}: ${order.reason}`;
  context.events.emit(
    operationChanged(operation, { at, state: operation.state, because, parkedReason: operation.parkedReason }),
  );
  if (operation.state === "queued") context.wake(operation.lane, at);
  else if (operation.ordered) context.wakeAll();
  const child = childId === null ? null : await context.store.get(childId);
  if (child !== null) {
    context.events.emit(operationChanged(child, { at, state: child.state, because }));
    context.wake(child.lane, at);
  }
  return { type: "done", operation: viewOf(context, operation), child: child === null ? null : viewOf(context, child) };
}

async function supersede(
  context: Context,
  parent: OperationRecord,
  by: Actor,
  step: { readonly account: string; readonly operation: string; readonly input: unknown },
  rest: readonly FallbackStep[],
  how: "fix" | "fallback",
): Promise<VerbResult> {
  const plan = { step, fallback: rest, deadline: newDeadline(context, parent), actor: by.actor };
  const draft = draftChild(context, parent, plan);
  if (!draft.ok) {
    const { field, message, failure } = draft;
    return { type: "invalid", field, message, failure };
  }
  const { child } = draft;
  if (
    (await hasOptedOut(context, child.account, child.recipient)) ||
    (child.recipient === parent.recipient && (await optedOut(context, parent)))
  ) {
    return conflict(context, parent, optOutMessage);
  }
  return command(context, { type: "supersede", child, how, ...identity(parent, by) });
}

/** Whether it may have been sent and nobody knows. */
function isInDoubt(operation: OperationRecord): boolean {
  return (
    operation.parkedReason === "doubt" ||
    operation.state === "reconciling" ||
    operation.history.doubtOpen ||
    operation.failure?.execution === "unknown"
  );
}

/** Why sending again could send twice, or null. */
function doubtRefusal(context: Context, operation: OperationRecord): string | null {
  if (!isInDoubt(operation)) return null;
  const account = context.accounts.get(operation.account);
  const traits = operationOf(account, operation.operation)?.traits;
  if (traits?.effect === "idempotent") return null;
  const { firstAttemptAt } = operation.history;
  const remembered =
    traits?.keyLifetimeMs === null || context.clock.now() < firstAttemptAt + (traits?.keyLifetimeMs ?? 0);
  if (traits?.doubt === "deduplicate" && remembered && operation.parkedReason !== "doubt") return null;
  return "it may already have been sent: reconcile it, or resolve it with evidence, before anything is sent again";
}

const optOutMessage = "the recipient has opted out: nothing may be sent to them again, on no channel";

async function sendRefusal(context: Context, operation: OperationRecord): Promise<string | null> {
  if (await optedOut(context, operation)) return optOutMessage;
  return newerRefusal(context, operation);
}

async function optedOut(context: Context, operation: OperationRecord): Promise<boolean> {
  // What a refusal said was stored with it, and the person may have opted in again since.
  if (operation.recipient !== null) return hasOptedOut(context, operation.account, operation.recipient);
  const entry = context.accounts.get(operation.account)?.provider.errors.get(operation.failure?.code ?? "");
  return entry?.optedOut === true;
}

/** Consent must not go backwards: an opt-in is not repeated after a newer opt-out, nor the other way round. */
async function newerRefusal(context: Context, operation: OperationRecord): Promise<string | null> {
  const { account, subject, ordered } = operation;
  if (!ordered || subject === null) return null;
  const page = await context.store.list(
    { account, subject, createdAfter: operation.createdAt },
    { limit: 50, cursor: null },
  );
  if (page === "bad_cursor") return null;
  const withdrawn = new Set<string>(["cancelled", "discarded", "superseded", "expired"]);
  const newer = page.operations.find(
    (other) =>
      other.id !== operation.id &&
      other.ordered &&
      other.operation !== operation.operation &&
      comesAfter(other, operation) &&
      !withdrawn.has(other.state),
  );
  return newer === undefined
    ? null
    : `a newer ${newer.operation} (${newer.id}) exists for the same subject: this one would undo it`;
}

function comesAfter(other: OperationRecord, operation: OperationRecord): boolean {
  return other.createdAt > operation.createdAt || (other.createdAt === operation.createdAt && other.id > operation.id);
}

/** A deadline that has passed is set anew by the policy: a person wants it sent now. */
function newDeadline(context: Context, operation: OperationRecord): number {
  const now = context.clock.now();
  const account = context.accounts.get(operation.account);
  if (operation.deadline > now || account === undefined) return operation.deadline;
  return now + policyOf(account, operation.operation, operation.policy).deadlineMs;
}
