/**
 * Operations that follow from another one: a corrected input, the next step of a route, a new try of what failed after
 * acceptance. A child has an id and therefore a key of its own; its parent is kept as it was.
 */
import type { Failure } from "@landline/core";
import type { Context } from "./context.ts";
import { operationOf } from "./context.ts";
import { laneName } from "./lanes.ts";
import type { Account, FallbackStep, NewOperation, OperationRecord } from "./ports/index.ts";
import { recipientAddress } from "./recipient.ts";

/** A child that could be handed to the store, or the first thing that is wrong with it. */
export type ChildDraft =
  | { readonly ok: true; readonly child: NewOperation }
  | { readonly ok: false; readonly field: string; readonly message: string; readonly failure: Failure | null };

/** What differs from the parent. */
export interface ChildPlan {
  readonly step: { readonly account: string; readonly operation: string; readonly input: unknown };
  readonly fallback: readonly FallbackStep[];
  readonly deadline: number;
  readonly actor: string;
}

/** Drafts a child. Costs no request: the input is checked like any other at the door. */
export function draftChild(context: Context, parent: OperationRecord, plan: ChildPlan): ChildDraft {
  const { step } = plan;
  const account = context.accounts.get(step.account);
  if (account === undefined) return refused("account", `there is no account ${step.account}`);
  const operation = operationOf(account, step.operation);
  if (operation === null) return refused("operation", `${account.provider.name} has no operation ${step.operation}`);
  const prepared = operation.prepare(step.input);
  if (!prepared.ok) {
    const { failure } = prepared;
    return { ok: false, field: inputField(failure.field), message: failure.message, failure };
  }
  const id = context.host.newOperationId();
  const { traits } = operation;
  const subject = traits.ordered ? operation.subject(prepared.input) : parent.subject;
  const child: NewOperation = {
    id,
    account: account.name,
    operation: step.operation,
    lane: laneName(account.name, traits.family, operation.sender(prepared.input)),
    input: prepared.input as Record<string, unknown>,
    reference: parent.reference,
    idempotencyScope: parent.idempotencyScope,
    idempotencyKey: id,
    fingerprint: context.host.digest(`landline-child-1\n${parent.id}\n${id}`),
    class: parent.class,
    guarantee: parent.guarantee,
    subject,
    ordered: traits.ordered && subject !== null,
    metadata: parent.metadata,
    fallback: plan.fallback,
    policy: step.account === parent.account ? parent.policy : null,
    deadline: plan.deadline,
    notBefore: null,
    recipient: operation.recipient(prepared.input),
    parentId: parent.id,
    actor: plan.actor,
    traceparent: parent.traceparent,
  };
  return { ok: true, child };
}

/** The path of an input's field in a request: `input.To`. */
export function inputField(field: string | null): string {
  return field === null ? "input" : `input.${field}`;
}

/** Whether a recipient opted out of an account's messages. */
export async function hasOptedOut(
  context: Context,
  account: Account | string,
  recipient: string | null,
): Promise<boolean> {
  if (recipient === null) return false;
  const name = typeof account === "string" ? account : account.name;
  return context.store.isOptedOut(name, recipientAddress(recipient));
}

function refused(field: string, message: string): ChildDraft {
  return { ok: false, field, message, failure: null };
}
