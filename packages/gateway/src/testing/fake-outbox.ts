/** The smallest outbox over the memory store that the door's tests need: it checks inputs, keeps, and looks up. */
import { fingerprintText, isIdempotencyKey } from "@landline/core";
import type { Provider } from "@landline/core";
import { createHost } from "@landline/host";
import type { EnqueueRequest, EnqueueResult, Outbox } from "@landline/outbox";
import { createMemoryStore } from "@landline/outbox/testing";
import type { MemoryStore } from "@landline/outbox/testing";

/** An outbox that never sends. */
export function createFakeOutbox(accounts: ReadonlyMap<string, { readonly provider: Provider }>): {
  readonly outbox: Outbox;
  readonly store: MemoryStore;
} {
  const host = createHost();
  const store = createMemoryStore({ now: host.now });
  const enqueue = async (request: EnqueueRequest): Promise<EnqueueResult> => {
    const invalid = (field: string, message: string): EnqueueResult => ({
      type: "invalid",
      field,
      message,
      failure: null,
    });
    const account = accounts.get(request.account);
    if (account === undefined) return invalid("account", "there is no such account");
    const operation = account.provider.operations[request.operation];
    if (operation === undefined) return invalid("operation", "there is no such operation");
    const key = request.idempotencyKey ?? host.newOperationId();
    if (!isIdempotencyKey(key)) return invalid("idempotencyKey", "is not a key");
    const prepared = operation.prepare(request.input);
    if (!prepared.ok)
      return {
        type: "invalid",
        field: `input.${prepared.failure.field ?? ""}`,
        message: prepared.failure.message,
        failure: prepared.failure,
      };
    const { actor: _actor, traceparent: _trace, idempotencyKey: _key, ...asked } = request;
    const result = await store.insert({
      id: host.newOperationId(),
      account: request.account,
      operation: request.operation,
      lane: request.account,
      input: prepared.input as Record<string, unknown>,
      reference: request.reference ?? null,
      idempotencyScope: request.idempotencyScope ?? "",
      idempotencyKey: key,
      fingerprint: host.digest(fingerprintText(asked)),
      class: request.class ?? "standard",
      guarantee: request.guarantee ?? "once",
      subject: request.subject ?? null,
      ordered: false,
      metadata: request.metadata ?? null,
      fallback: request.fallback ?? [],
      policy: request.policy ?? null,
      deadline: request.deadline ?? host.now() + 86_400_000,
      notBefore: request.notBefore ?? null,
      recipient: operation.recipient(prepared.input),
      parentId: null,
      actor: request.actor ?? "caller",
      traceparent: request.traceparent ?? null,
    });
    if (result.type === "conflict") return { type: "conflict", id: result.id };
    const record = await store.get(result.id);
    if (record === null) throw new Error("lost");
    return { type: "accepted", operation: record, replayed: result.type === "replayed" };
  };
  const outbox: Pick<Outbox, "enqueue" | "enqueueMany" | "get" | "story" | "list"> = {
    enqueue,
    enqueueMany: async (requests) => Promise.all(requests.map(enqueue)),
    get: async (id) => store.get(id),
    story: async (id) => store.story(id),
    list: async (filter, page) => store.list(filter, page),
  };
  return { outbox: outbox as Outbox, store };
}
