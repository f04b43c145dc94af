/**
 * The provider's later word: verified, made durable, then acted upon.
 *
 * Durable comes before everything else, so that an answer of 2xx never lies. What a failed delivery leads to (the next
 * step of the route, a person, only a record) is `core/receipts`' judgement; this file carries it out. An event whose
 * operation is not known yet is kept and applied when it is.
 */
import { applyReceipt, receiptFailure } from "@landline/core";
import type { Failure, ReceiptEvent, WebhookRequest } from "@landline/core";
import type { WebhookResult } from "./api.ts";
import type { Context } from "./context.ts";
import { operationChanged } from "./events.ts";
import type { Account, OperationRecord, ReceiptResult } from "./ports/index.ts";
import { continueRoute } from "./routes.ts";

const actor = "landline:receipts";

/** Verifies, stores and applies a callback. Rejects only when the store does: then the provider shall come again. */
export async function receive(context: Context, name: string, request: WebhookRequest): Promise<WebhookResult> {
  const account = context.accounts.get(name);
  if (account === undefined) return { type: "unknown_account" };
  const { webhooks } = account.provider;
  if (webhooks === null) return { type: "unreadable", message: `${account.provider.name} sends no callbacks` };
  const reading = webhooks.read(request, context.hashing, context.clock.now());
  if (!reading.ok) {
    const { reason, message } = reading;
    return { type: reason === "unreadable" ? "unreadable" : "forbidden", message };
  }
  const counts = { applied: 0, duplicates: 0, unmatched: 0 };
  for (const event of reading.events) {
    const result = await applyReceiptEvent(context, account, event);
    if (result === "duplicate") counts.duplicates += 1;
    else if (result === "unmatched") counts.unmatched += 1;
    else counts.applied += 1;
  }
  return { type: "stored", ...counts };
}

/** Stores one event and does what follows from it. */
export async function applyReceiptEvent(
  context: Context,
  account: Account,
  event: ReceiptEvent,
): Promise<ReceiptResult["type"] | "inbound"> {
  // Before anything else, so that a death in between leaves it undone and the provider comes again.
  const said = `${event.status}: ${event.dedupeKey}`;
  if (event.optedOut !== null) await context.optOuts.keep(account.name, event.optedOut, said);
  const { optedIn = null } = event;
  if (optedIn !== null) await context.optOuts.lift(account.name, optedIn, said);
  if (event.meaning === "inbound") {
    told(context, account, event, null, "inbound");
    return "inbound";
  }
  const entry = account.provider.errors.get(event.code ?? "") ?? null;
  const failure = event.meaning === "undelivered" ? receiptFailure(event, entry) : null;
  const result = await context.store.receive(account.name, event, failure);
  told(context, account, event, "operation" in result ? result.operation.id : null, result.type);
  if (result.type === "unmatched" && event.providerId !== null)
    context.earlyReceipts.note(account.name, event.providerId);
  if (result.type === "recorded") await keepOptOut(context, result, event.code);
  await followReceipt(context, result, failure);
  if (result.type === "recorded" && event.meaning === "delivered") await cancelChildren(context, result.operation);
  return result.type;
}

/** What follows from a receipt that was just applied. */
export async function followReceipt(
  context: Context,
  result: ReceiptResult,
  failure: Failure | null = null,
): Promise<void> {
  if (result.type !== "applied") return;
  await keepOptOut(context, result, result.receipt.code);
  const { operation, before } = result;
  const shown = context.showing.get(operation.account)?.(operation.failure) ?? null;
  const because = `receipt: ${result.receipt.status}`;
  context.events.emit(
    operationChanged(operation, { at: context.clock.now(), state: operation.state, because, failure: shown }),
  );
  if (before !== "accepted" && operation.ordered) context.wakeAll();
  if (operation.state === "undelivered") await considerUndelivered(context, operation, failure);
  else if (operation.state === "delivered") await cancelChildren(context, operation);
}

/** A receipt's code can say that the recipient opted out, also one that found its operation only later. */
async function keepOptOut(
  context: Context,
  result: Extract<ReceiptResult, { readonly operation: OperationRecord }>,
  code: string | null,
): Promise<void> {
  const { account, recipient, id } = result.operation;
  const entry = context.accounts.get(account)?.provider.errors.get(code ?? "");
  if (entry?.optedOut === true && recipient !== null)
    await context.optOuts.keep(account, recipient, `receipt ${code ?? ""} of ${id}`);
}

/** By class: down the route, to a person, or only recorded. Harmless when it was considered before. */
export async function considerUndelivered(
  context: Context,
  operation: OperationRecord,
  known: Failure | null = null,
): Promise<void> {
  const seen = known ?? operation.failure;
  const entry = context.accounts.get(operation.account)?.provider.errors.get(seen?.code ?? "") ?? null;
  const event: ReceiptEvent = {
    providerId: operation.providerId,
    operationId: operation.id,
    status: operation.providerStatus ?? "undelivered",
    rank: operation.receiptRank,
    meaning: "undelivered",
    code: seen?.code ?? null,
    message: seen?.message ?? null,
    at: null,
    dedupeKey: operation.id,
    optedOut: null,
  };
  const hasFallback = operation.fallback.length > 0;
  const step = applyReceipt(
    { state: "accepted", receiptRank: 0, parkedReason: null, class: operation.class, hasFallback },
    event,
    entry,
  );
  const failure = seen ?? step.failure;
  if (step.fallback && (await continueRoute(context, operation, "undelivered", failure))) return;
  // A route that could not go on ends where an operation without one would have.
  const ended = step.fallback
    ? applyReceipt(
        { state: "accepted", receiptRank: 0, parkedReason: null, class: operation.class, hasFallback: false },
        event,
        entry,
      )
    : step;
  if (!ended.events.includes("park") || failure === null) return;
  const reason = ended.because;
  const { id, version } = operation;
  const result = await context.store.command({
    type: "park",
    id,
    version,
    actor,
    reason,
    parkedReason: "undelivered",
    failure,
  });
  if (result.type !== "done") return;
  const shown = context.showing.get(operation.account)?.(failure) ?? null;
  const parked = {
    at: context.clock.now(),
    state: "parked",
    because: reason,
    failure: shown,
    parkedReason: "undelivered",
  } as const;
  context.events.emit(operationChanged(result.operation, parked));
}

/** The parent arrived after all: what was to replace it is stopped where it has not been sent. */
async function cancelChildren(context: Context, parent: OperationRecord): Promise<void> {
  if (parent.fallback.length === 0 && parent.state !== "superseded") return;
  const story = await context.store.story(parent.id);
  const reason = `${parent.id}, which it was to replace, was delivered`;
  for (const id of story?.childIds ?? []) {
    const result = await context.store.command({ type: "cancel", id, version: null, actor, reason });
    if (result.type === "not_found") continue;
    const { operation } = result;
    if (result.type === "done") {
      context.events.emit(
        operationChanged(operation, { at: context.clock.now(), state: "cancelled", because: reason }),
      );
    }
    await cancelChildren(context, operation);
  }
}

function told(context: Context, account: Account, event: ReceiptEvent, id: string | null, result: string): void {
  const { status, code } = event;
  const at = context.clock.now();
  context.events.emit({ type: "receipt.received", at, account: account.name, id, status, code, result });
}
