/**
 * From a request that was read to an answer that is durable; shared by the three ways to hand in an operation.
 */
import type { EnqueueRequest, EnqueueResult, FallbackStep } from "@landline/outbox";
import type { Caller } from "../permissions.ts";
import { reaches } from "../permissions.ts";
import type { Answer, Problem } from "../reply.ts";
import { json, problem, unavailable } from "../reply.ts";
import type { OperationOptions } from "../schemas/operation-request.ts";
import { snake } from "../schemas/policy-input.ts";
import type { WireOperation } from "../wire/operation.ts";
import { toWireNew } from "../wire/operation.ts";
import { showStory } from "../wire/show.ts";
import type { RoutePorts } from "./ports.ts";

const traceparentForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}/;

/** The caller's trace context, if it is one. */
export function traceparentOf(headers: Headers): string | null {
  const given = headers.get("traceparent");
  return given !== null && traceparentForm.test(given) ? given.slice(0, 55) : null;
}

/** The outbox's request for one operation. */
export function enqueueRequest(
  caller: Caller,
  idempotencyKey: string,
  traceparent: string | null,
  steps: FallbackStep & { readonly fallback: readonly FallbackStep[] },
  options: OperationOptions,
): EnqueueRequest & { readonly idempotencyKey: string } {
  return {
    account: steps.account,
    operation: steps.operation,
    input: steps.input,
    fallback: steps.fallback,
    idempotencyKey,
    idempotencyScope: caller.name,
    reference: options.reference,
    ...(options.class === undefined ? {} : { class: options.class }),
    ...(options.guarantee === undefined ? {} : { guarantee: options.guarantee }),
    deadline: options.deadline,
    notBefore: options.notBefore,
    subject: options.subject,
    metadata: options.metadata,
    policy: options.policy,
    actor: caller.name,
    traceparent,
  };
}

/** Refuses accounts outside the key's scope; what does not exist at all is left to the outbox. */
export function outsideScope(
  caller: Caller,
  request: EnqueueRequest,
  ports: Pick<RoutePorts, "accounts">,
): Problem | null {
  if (caller.accounts === null) return null;
  const named = [request.account, ...(request.fallback ?? []).map((step) => step.account)];
  const at = named.findIndex((account) => !reaches(caller, account) && ports.accounts.has(account));
  if (at < 0) return null;
  const field = at === 0 ? "account" : `fallback.${at - 1}.account`;
  return problem("FORBIDDEN", `This key does not reach the account ${named[at]}`, { field });
}

/** Hands one operation in and answers: 202, 400, 409 while running, 422. */
export async function enqueueOne(
  caller: Caller,
  request: EnqueueRequest & { readonly idempotencyKey: string },
  ports: RoutePorts,
  fieldOf: (field: string) => string = wireField,
): Promise<Answer> {
  if (ports.isDraining()) return unavailable("This gateway is shutting down: repeat the request with the same key");
  const foreign = outsideScope(caller, request, ports);
  if (foreign !== null) return foreign;
  const result = await ports.running.once(caller.name, request.idempotencyKey, () => ports.outbox.enqueue(request));
  if (result.type === "problem") return result;
  if (result.type !== "accepted") return refusalOf(result, fieldOf);
  const operation = result.replayed ? await replayed(result.operation.id, ports) : null;
  const headers = { location: `/v1/operations/${result.operation.id}` };
  return operation === null
    ? json(202, toWireNew(result.operation), result.replayed ? { ...headers, "idempotent-replayed": "true" } : headers)
    : json(202, operation, { ...headers, "idempotent-replayed": "true" });
}

/** The problem of a refused request. */
export function refusalOf(
  result: Exclude<EnqueueResult, { type: "accepted" }>,
  fieldOf: (field: string) => string = wireField,
): Problem {
  switch (result.type) {
    case "invalid": {
      const field = fieldOf(result.field);
      const guidance = result.failure?.guidance ?? "";
      return problem("VALIDATION_ERROR", result.message, {
        field,
        ...(result.failure === null ? {} : { kind: result.failure.kind }),
        ...(guidance === "" ? {} : { guidance }),
      });
    }
    case "conflict":
      return problem("IDEMPOTENCY_CONFLICT", "This idempotency key was used for another request", { id: result.id });
    default:
      return result satisfies never;
  }
}

/** `notBefore` → `not_before`; what lies inside an input keeps the provider's own names. */
export function wireField(field: string): string {
  const dot = field.indexOf(".");
  const head = dot < 0 ? field : field.slice(0, dot);
  return `${snake(head)}${dot < 0 ? "" : field.slice(dot)}`;
}

async function replayed(id: string, ports: RoutePorts): Promise<WireOperation | null> {
  const story = await ports.outbox.story(id);
  return story === null ? null : showStory(story, ports, false);
}
