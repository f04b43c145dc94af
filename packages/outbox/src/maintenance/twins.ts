/**
 * Operations with the same content that may own what a look at the provider shows.
 */
import { absenceCountsFrom, canonicalJson } from "@landline/core";
import type { Candidate } from "@landline/core";
import type { Context } from "../context.ts";
import type { OperationRecord } from "../ports/index.ts";
import { begunAtLatest } from "../presumed.ts";

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

/** How long an attempt may be under way and how long until what it created is visible, in milliseconds. */
export interface Times {
  readonly attemptTimeoutMs: number;
  readonly settleMs: number;
}

/** The operations that own what a look showed. */
export async function ownersOf(
  context: Context,
  account: string,
  candidates: readonly Candidate[],
): Promise<readonly string[]> {
  const owners: string[] = [];
  for (const { providerId } of candidates) {
    const page = await context.store.list({ account, q: providerId }, { limit: 10, cursor: null });
    if (page === "bad_cursor") continue;
    for (const owner of page.operations) if (owner.providerId === providerId) owners.push(owner.id);
  }
  return owners;
}

/**
 * The instant from which nothing of these operations can still arrive unseen. An attempt that was answered with the id
 * itself is settled; one whose operation was settled by a look may still be on its way.
 */
export async function unsettledUntil(context: Context, ids: readonly string[], times: Times): Promise<number> {
  let until = -Infinity;
  for (const id of ids) {
    const last = (await context.store.story(id))?.attempts.at(-1);
    if (last === undefined || (last.outcome === "accepted" && last.status !== null)) continue;
    const { endedAt, status } = last;
    const from = absenceCountsFrom(
      { startedAt: begunAtLatest(last), answered: status !== null, endedAt },
      times.attemptTimeoutMs,
      times.settleMs,
    );
    until = Math.max(until, from);
  }
  return until;
}

function mayOwn(other: OperationRecord): boolean {
  return other.state !== "parked" || other.parkedReason === "doubt" || other.failure?.execution === "unknown";
}
