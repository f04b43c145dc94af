/**
 * The door: everything that can be known to be wrong is said here, before anything is promised, and costs no request.
 *
 * What passes is stored as the provider will see it (completed by `prepare`), so that every attempt of it is the same
 * bytes even when the account's defaults change. The fingerprint is of what was asked for, before completion.
 */
import {
  effectiveDeadline,
  fingerprintText,
  guarantees,
  isIdempotencyKey,
  operationClasses,
  parsePolicy,
} from "@landline/core";
import type { Failure, Policy } from "@landline/core";
import type { EnqueueRequest } from "./api.ts";
import { inputField } from "./children.ts";
import type { Context } from "./context.ts";
import { operationOf } from "./context.ts";
import { laneName } from "./lanes.ts";
import type { NewOperation } from "./ports/index.ts";

/** A defect, with the path of the field in the request. */
export interface Defect {
  readonly type: "invalid";
  readonly field: string;
  readonly message: string;
  readonly failure: Failure | null;
}

/** The operation a request asks for, complete; or the first thing that is wrong with it. */
export function draft(context: Context, request: EnqueueRequest): NewOperation | Defect {
  const account = context.accounts.get(request.account);
  if (account === undefined)
    return invalid(
      "account",
      `there is no account ${show(request.account)}; known are ${[...context.accounts.keys()].join(", ")}`,
    );
  const operation = operationOf(account, request.operation);
  if (operation === null) {
    const known = Object.keys(account.provider.operations).join(", ");
    return invalid(
      "operation",
      `${account.provider.name} has no operation ${show(request.operation)}; it has ${known}`,
    );
  }
  const key = request.idempotencyKey;
  if (key !== undefined && !isIdempotencyKey(key)) {
    return invalid("idempotencyKey", "must be 1 to 255 visible ASCII characters");
  }
  const base = account.operationPolicies?.[request.operation] ?? account.policy;
  const policy = parsePolicy(request.policy, base);
  if (!policy.ok) {
    const [fault] = policy.faults;
    return invalid(fault?.path ?? "policy", fault?.message ?? "is not a policy");
  }
  const options = optionDefect(
    context,
    request,
    policy.policy,
    context.leases.leaseMs(account) - context.leases.marginMs,
  );
  if (options !== null) return options;
  const prepared = operation.prepare(request.input);
  if (!prepared.ok)
    return { ...invalid(inputField(prepared.failure.field), prepared.failure.message), failure: prepared.failure };
  const steps = stepDefect(context, request);
  if (steps !== null) return steps;

  const id = context.host.newOperationId();
  const { traits } = operation;
  const subject = request.subject ?? (traits.ordered ? operation.subject(prepared.input) : null);
  return {
    id,
    account: account.name,
    operation: request.operation,
    lane: laneName(account.name, traits.family, operation.sender(prepared.input)),
    input: prepared.input as Record<string, unknown>,
    reference: request.reference ?? null,
    idempotencyScope: request.idempotencyScope ?? "",
    idempotencyKey: key ?? id,
    fingerprint: context.host.digest(fingerprintText(askedFor(request))),
    class: request.class ?? "standard",
    guarantee: request.guarantee ?? policy.policy.guarantee,
    subject,
    ordered: traits.ordered && subject !== null,
    metadata: request.metadata ?? null,
    fallback: request.fallback ?? [],
    policy: request.policy ?? null,
    deadline: effectiveDeadline(
      context.clock.now(),
      request.deadline ?? null,
      policy.policy.deadlineMs,
      request.notBefore ?? null,
    ),
    notBefore: request.notBefore ?? null,
    recipient: operation.recipient(prepared.input),
    parentId: null,
    actor: request.actor ?? "caller",
    traceparent: request.traceparent ?? null,
  };
}

/** What makes two requests the same. Who asks, in which trace and under which key is not part of it. */
function askedFor(request: EnqueueRequest): Readonly<Record<string, unknown>> {
  const { idempotencyKey: _key, idempotencyScope: _scope, actor: _actor, traceparent: _trace, ...asked } = request;
  return asked;
}

function optionDefect(context: Context, request: EnqueueRequest, policy: Policy, attemptMaxMs: number): Defect | null {
  const now = context.clock.now();
  const { deadline = null, notBefore = null } = request;
  if (request.class !== undefined && !operationClasses.includes(request.class)) {
    return invalid("class", `must be one of ${operationClasses.join(", ")}`);
  }
  if (request.guarantee !== undefined && !guarantees.includes(request.guarantee)) {
    return invalid("guarantee", `must be one of ${guarantees.join(", ")}`);
  }
  if (policy.attemptTimeoutMs > attemptMaxMs) {
    return invalid(
      "policy.attemptTimeout",
      `must be at most ${attemptMaxMs} ms: leases are made for attempts of that length`,
    );
  }
  if (deadline !== null && !(deadline > now)) return invalid("deadline", "has passed");
  if (notBefore !== null && !Number.isFinite(notBefore)) return invalid("notBefore", "is not an instant");
  if (notBefore !== null && notBefore >= effectiveDeadline(now, deadline, policy.deadlineMs, notBefore)) {
    return invalid("notBefore", "is not before the deadline");
  }
  return null;
}

function stepDefect(context: Context, request: EnqueueRequest): Defect | null {
  for (const [index, step] of (request.fallback ?? []).entries()) {
    const path = `fallback.${index}`;
    const account = context.accounts.get(step.account);
    if (account === undefined) return invalid(`${path}.account`, `there is no account ${show(step.account)}`);
    const operation = operationOf(account, step.operation);
    if (operation === null)
      return invalid(`${path}.operation`, `${account.provider.name} has no operation ${show(step.operation)}`);
    const prepared = operation.prepare(step.input);
    if (!prepared.ok) {
      const { failure } = prepared;
      return { ...invalid(`${path}.${inputField(failure.field)}`, failure.message), failure };
    }
  }
  return null;
}

function invalid(field: string, message: string): Defect {
  return { type: "invalid", field, message, failure: null };
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
