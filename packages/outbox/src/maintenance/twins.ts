/**
 * Operations with the same content that may own what a look at the provider shows.
 */
import { canonicalJson } from "@landline/core";
import type { Context } from "../context.ts";
import type { OperationRecord } from "../ports.ts";

/** Another operation with equal content. */
export interface Twin {
  readonly id: string;
  /** It is being sent right now, and may be settled any moment. */
  readonly underWay: boolean;
  /** Epoch milliseconds of its first attempt. */
  readonly doubtBeganAt: number;
}

const pageMax = 200;

/** All twins of an operation that are in doubt or under way. */
export async function twinsOf(context: Context, operation: OperationRecord): Promise<readonly Twin[]> {
  const content = canonicalJson(operation.input);
  const { account, operation: name, recipient } = operation;
  const filter = {
    account,
    operation: name,
    ...(recipient === null ? {} : { recipient }),
    states: ["sending", "reconciling", "parked"],
  } as const;
  const twins: Twin[] = [];
  let cursor: string | null = null;
  do {
    const page = await context.store.list(filter, { limit: pageMax, cursor });
    if (page === "bad_cursor") break;
    for (const other of page.operations) {
      if (other.id === operation.id || !mayOwn(other) || canonicalJson(other.input) !== content) continue;
      twins.push({
        id: other.id,
        underWay: other.state === "sending",
        doubtBeganAt: other.history.firstAttemptAt || other.createdAt,
      });
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return twins;
}

function mayOwn(other: OperationRecord): boolean {
  return other.state !== "parked" || other.parkedReason === "doubt" || other.failure?.execution === "unknown";
}
