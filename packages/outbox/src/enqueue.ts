/**
 * Handing over: what passed the door (`draft.ts`) is written, and only then promised.
 */
import type { EnqueueRequest, EnqueueResult } from "./api.ts";
import type { Context } from "./context.ts";
import type { Defect } from "./draft.ts";
import { draft } from "./draft.ts";
import { operationChanged } from "./events.ts";
import type { InsertResult, NewOperation, OperationRecord } from "./ports/index.ts";
import { viewOf } from "./view.ts";

/** Hands over one operation. Rejects only when the store does; then nothing was promised. */
export async function enqueue(context: Context, request: EnqueueRequest): Promise<EnqueueResult> {
  const drafted = draft(context, request);
  if ("type" in drafted) return (await repeated(context, request, drafted)) ?? drafted;
  return answer(context, drafted, await context.store.insert(drafted));
}

/**
 * Hands over one operation within the caller's transaction. Nobody is woken and nothing is told here: it is not
 * accepted before the commit, and the database tells the workers then.
 */
export async function enqueueWithin(context: Context, tx: unknown, request: EnqueueRequest): Promise<EnqueueResult> {
  const { store } = context;
  if (store.insertWithin === undefined) throw new TypeError("this store cannot join a transaction");
  const drafted = draft(context, request);
  if ("type" in drafted) return drafted;
  const result = await store.insertWithin(tx, drafted);
  if (result.type === "conflict") return { type: "conflict", id: result.id };
  const replayed = result.type === "replayed";
  // A repeat of something in the same transaction is not to be seen from outside yet.
  const record = (replayed ? await store.get(result.id) : null) ?? {
    ...recordOf(drafted, replayed ? context.clock.now() : result.createdAt),
    id: result.id,
  };
  return { type: "accepted", operation: viewOf(context, record), replayed };
}

/** Hands over many; the valid ones share one commit. Results in order. */
export async function enqueueMany(
  context: Context,
  requests: readonly EnqueueRequest[],
): Promise<readonly EnqueueResult[]> {
  const drafts = requests.map((request) => draft(context, request));
  const valid = drafts.filter((drafted): drafted is NewOperation => !("type" in drafted));
  const inserted = valid.length === 0 ? [] : await context.store.insertMany(valid);
  const results = new Map(valid.map((operation, index) => [operation, inserted[index]]));
  return Promise.all(
    drafts.map(async (drafted, index): Promise<EnqueueResult> => {
      if ("type" in drafted) {
        const request = requests[index];
        return (request === undefined ? null : await repeated(context, request, drafted)) ?? drafted;
      }
      const result = results.get(drafted);
      if (result === undefined) throw new Error("the store did not answer for every operation");
      return answer(context, drafted, result);
    }),
  );
}

/**
 * A request that was in time when it was accepted stays accepted: a repeat after its deadline gets the same operation,
 * not a refusal, or the caller would believe that it was never sent.
 */
async function repeated(context: Context, request: EnqueueRequest, defect: Defect): Promise<EnqueueResult | null> {
  const key = request.idempotencyKey;
  if (key === undefined || (defect.field !== "deadline" && defect.field !== "notBefore")) return null;
  const record = await context.store.findByKey(request.idempotencyScope ?? "", key);
  if (record === null || record.deadline !== request.deadline) return null;
  if (record.account !== request.account || record.operation !== request.operation) return null;
  return { type: "accepted", operation: viewOf(context, record), replayed: true };
}

async function answer(context: Context, operation: NewOperation, result: InsertResult): Promise<EnqueueResult> {
  switch (result.type) {
    case "inserted": {
      const record = recordOf(operation, result.createdAt);
      const at = operation.notBefore ?? context.clock.now();
      context.wake(operation.lane, at);
      if (context.events.heard()) {
        context.events.emit(operationChanged(record, { at: result.createdAt, state: "queued", because: null }));
      }
      return { type: "accepted", operation: viewOf(context, record), replayed: false };
    }
    case "replayed": {
      const record = await context.store.get(result.id);
      if (record === null) throw new Error(`operation ${result.id} was replayed and is not there`);
      return { type: "accepted", operation: viewOf(context, record), replayed: true };
    }
    case "conflict":
      return { type: "conflict", id: result.id };
    default:
      return result satisfies never;
  }
}

/** The row a new operation has, without reading it back. */
function recordOf(operation: NewOperation, createdAt: number): OperationRecord {
  const { fingerprint: _fingerprint, actor: _actor, notBefore, ...asked } = operation;
  return {
    ...asked,
    state: "queued",
    version: 1,
    createdAt,
    updatedAt: createdAt,
    nextAttemptAt: notBefore ?? createdAt,
    lease: 0,
    attemptsStarted: 0,
    history: { spent: 0, waitedMs: 0, firstAttemptAt: 0, doubtOpen: false },
    absences: 0,
    lookFailures: 0,
    rescues: 0,
    providerId: null,
    providerStatus: null,
    receiptRank: 0,
    parkedReason: null,
    failure: null,
  };
}
