/**
 * Attempts that nobody saw: written by `Store.presumeStarted` because a store's past is missing.
 *
 * They carry no digest, for no request was ever made up for them here. Two things differ from an attempt that was
 * seen: it may have begun at any instant up to the one at which it was presumed over, and what came after it is
 * missing too, so the order of a subject cannot be known.
 */
import type { Context } from "./context.ts";
import type { AttemptRecord } from "./ports/index.ts";

/**
 * Whether "not sent" can be said of what waits: not before the restorer has been there where commits are missing, and not
 * without an answer. What is left alone then is doubted by the restorer like everything that waits.
 */
export async function isPastKnown({ store }: Pick<Context, "store">): Promise<boolean> {
  return store.moved().then(
    (because) => because === null,
    () => false,
  );
}

/** Whether an attempt was presumed. */
export function isPresumed(attempt: Pick<AttemptRecord, "requestDigest">): boolean {
  return attempt.requestDigest === null;
}

/** The latest instant at which an attempt can have begun, epoch milliseconds: what absence is counted from. */
export function begunAtLatest(attempt: Pick<AttemptRecord, "requestDigest" | "startedAt" | "endedAt">): number {
  return isPresumed(attempt) ? (attempt.endedAt ?? attempt.startedAt) : attempt.startedAt;
}
