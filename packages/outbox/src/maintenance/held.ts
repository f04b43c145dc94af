/**
 * A lease that maintenance holds, counted down by the monotonic clock from before it was asked for.
 */
import type { Context } from "../context.ts";
import type { Account, ClaimedOperation } from "../ports/index.ts";
import type { Held } from "../settle.ts";

/** @param since monotonic milliseconds before the claim was sent */
export function heldBy(context: Context, operation: ClaimedOperation, account: Account, since: number): Held {
  const until = since + operation.leaseMs - context.leases.marginMs / 5;
  const lease = { id: operation.id, lease: operation.lease };
  return { operation, account, lease, left: () => until - context.host.monotonic() };
}
