/**
 * The store's word against a sandbox's ledger: what was promised, what is believed, and what really happened.
 */
import type { InvariantBreak, OperationRecord, Store } from "@landline/outbox";

/** Something that really happened at the provider. */
export interface LedgerEffect {
  readonly id: string;
  readonly operation: string;
  readonly at: number;
  readonly operationId: string | null;
}

/** Operations of which each may happen once only; repeating the others does no harm. */
const creating = new Set(["messages.create", "calls.create", "messages.send", "sales-events.create"]);

/** Reads a ledger: the answer of `GET /_sandbox/ledger`, or a ledger file of JSON lines. What is not an effect is passed over. */
export function readLedger(text: string): readonly LedgerEffect[] {
  return entriesOf(text).flatMap((entry): LedgerEffect[] => {
    const { type, id, operation, at } = entry as Record<string, unknown>;
    if (type !== "effect" || typeof id !== "string" || typeof operation !== "string" || !creating.has(operation))
      return [];
    return [
      {
        id,
        operation,
        at: typeof at === "number" ? at : 0,
        operationId: operationIdOf(entry as Record<string, unknown>),
      },
    ];
  });
}

/**
 * The operation behind an effect. Where a provider takes no reference of ours, the key that it was given is the
 * operation's id.
 */
export function operationIdOf(effect: {
  readonly operation_id?: unknown;
  readonly idempotency_key?: unknown;
}): string | null {
  const { operation_id: operationId, idempotency_key: key } = effect;
  if (typeof operationId === "string") return operationId;
  return typeof key === "string" && key.startsWith("op_") ? key : null;
}

function entriesOf(text: string): readonly unknown[] {
  try {
    const document: unknown = JSON.parse(text);
    if (Array.isArray(document)) return document;
    if (typeof document === "object" && document !== null && "entries" in document && Array.isArray(document.entries))
      return document.entries;
    return [document];
  } catch {
    // Lines of their own; the last one may be cut off by a crash.
    return text.split("\n").flatMap((line): unknown[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  }
}

const believedSent = new Set(["accepted", "delivered", "undelivered"]);

/**
 * Compares every operation of a store with the ledger.
 *
 * What happened belongs to the operation that has its id, and only where nobody has it to the one it was sent for: equal
 * operations in doubt are settled one match each, whichever was meant.
 */
export async function compareWithLedger(
  store: Pick<Store, "list" | "story">,
  effects: readonly LedgerEffect[],
): Promise<readonly InvariantBreak[]> {
  const operations = await operationsOf(store);
  const known = new Set(operations.map(({ id }) => id));
  const owners = new Map(operations.map(({ id, operation, providerId }) => [`${operation} ${providerId}`, id]));
  const owned = Map.groupBy(
    effects,
    ({ operation, id, operationId }) => owners.get(`${operation} ${id}`) ?? operationId,
  );
  const meant = Map.groupBy(effects, ({ operationId }) => operationId);
  const breaks: InvariantBreak[] = [];
  for (const operation of operations) {
    breaks.push(...judge(operation, owned.get(operation.id) ?? []));
    breaks.push(...(await judgeTime(operation, meant.get(operation.id) ?? [], store)));
  }
  for (const [id, found] of meant) {
    if (id === null || known.has(id)) continue;
    breaks.push({
      invariant: "I1",
      operationId: id,
      message: `the ledger has ${found.length} effect(s) of an operation that the store does not know`,
    });
  }
  return breaks;
}

async function operationsOf(store: Pick<Store, "list">): Promise<readonly OperationRecord[]> {
  const operations: OperationRecord[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.list({}, { limit: 200, cursor });
    if (page === "bad_cursor") break;
    operations.push(...page.operations);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return operations;
}

/** How often it happened, and whether the store says the same. */
function judge(operation: OperationRecord, effects: readonly LedgerEffect[]): readonly InvariantBreak[] {
  if (!creating.has(operation.operation)) return [];
  const breaks: InvariantBreak[] = [];
  const complain = (invariant: string, message: string): void => {
    breaks.push({ invariant, operationId: operation.id, message });
  };
  if (effects.length > 1 && operation.guarantee !== "at-least-once")
    complain("I4", `happened ${effects.length} times: ${effects.map((effect) => effect.id).join(", ")}`);
  if (effects.length === 0 && believedSent.has(operation.state))
    complain("I13", `is ${operation.state}, but the ledger has no effect of it`);
  const [effect] = effects;
  if (effect === undefined) return breaks;
  // What kills its workers is parked as poison, and may have been sent all the same: its failure says so.
  const certain =
    operation.state === "parked" &&
    operation.parkedReason !== "doubt" &&
    operation.parkedReason !== "undelivered" &&
    operation.failure?.execution !== "unknown";
  if (certain || operation.state === "expired" || operation.state === "cancelled")
    complain("I13", `happened as ${effect.id}, but the store says it is ${operation.state} and was not sent`);
  return breaks;
}

/** Whether what was sent for an operation was sent after its intent and before its deadline. */
async function judgeTime(
  operation: OperationRecord,
  effects: readonly LedgerEffect[],
  store: Pick<Store, "story">,
): Promise<readonly InvariantBreak[]> {
  const [effect] = effects;
  if (effect === undefined || !creating.has(operation.operation)) return [];
  const breaks: InvariantBreak[] = [];
  const complain = (invariant: string, message: string): void => {
    breaks.push({ invariant, operationId: operation.id, message });
  };
  const story = await store.story(operation.id);
  if (story?.attempts.every((attempt) => attempt.startedAt > effect.at) === true)
    complain("I5", `happened as ${effect.id} before any start was written`);
  if (effect.at > operation.deadline) complain("I10", `happened as ${effect.id} after its deadline`);
  return breaks;
}
