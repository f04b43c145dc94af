/**
 * An operation in doubt whose account or operation is not configured any more: nobody here can ask, so a person must.
 */
import { failure } from "@landline/core";
import type { Context } from "../context.ts";
import { operationChanged } from "../events.ts";
import type { AttemptResult, RescuedOperation } from "../ports/index.ts";

/** Parks it as doubt. */
export async function orphaned(
  context: Context,
  operation: RescuedOperation,
  attempt: AttemptResult | null,
): Promise<void> {
  const because = `account ${operation.account} with operation ${operation.operation} is not configured here, so nobody can ask`;
  const guidance = "Bring the account back and reconcile it, or look at the provider and resolve it by hand.";
  const facts = { kind: "internal", execution: "unknown", remedy: "reconcile", responsible: "operator" } as const;
  const { id, lease, history } = operation;
  const failed = failure({ ...facts, message: because, guidance });
  const park = { type: "park", reason: "doubt", because, attempt, history, failure: failed } as const;
  if (!(await context.store.settle({ id, lease }, park))) return;
  const at = context.clock.now();
  const seen = { ...operation, version: operation.version + 1 };
  context.events.emit(operationChanged(seen, { at, state: "parked", because, failure: failed, parkedReason: "doubt" }));
}
