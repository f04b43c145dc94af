/**
 * Turning doubt into a verdict by asking the provider.
 *
 * *Found* is conclusive. *Absent* is conclusive only twice, and only when no request of ours can still be under way
 * there and everything created is certainly visible. More than one match, or one that may be older than our attempt,
 * decides nothing: a person must.
 */
import type { Candidate } from "./provider.ts";

/** What one look at the provider came to, after candidates were weighed. */
export type Finding =
  | { readonly type: "found"; readonly candidate: Candidate }
  | { readonly type: "absent" }
  | { readonly type: "unclear"; readonly because: string };

/** Timestamps of provider lists have a resolution of one second on both ends. */
const resolutionMs = 2_000;

/** Created this long before our attempt, an equal and unowned message may be ours after all (clocks): not absent. */
const nearMissMs = 30_000;

/**
 * Weighs the candidates a lookup returned.
 * @param candidates things equal in content to our operation
 * @param startedAt epoch milliseconds (our clock) of the first attempt that is in doubt
 * @param skewMs provider clock minus our clock, in milliseconds
 * @param owned provider ids that belong to other operations
 */
export function weigh(candidates: readonly Candidate[], startedAt: number, skewMs: number, owned: ReadonlySet<string>): Finding {
  const earliest = startedAt + skewMs - resolutionMs;
  const free = candidates.filter((candidate) => !owned.has(candidate.providerId));
  const matches = free.filter((candidate) => candidate.createdAt !== null && candidate.createdAt >= earliest);
  const [only] = matches;
  if (matches.length === 1 && only !== undefined) return { type: "found", candidate: only };
  if (matches.length > 1) {
    return { type: "unclear", because: `${matches.length} equal messages were created since the attempt; which one is this cannot be told` };
  }
  const undated = free.find((candidate) => candidate.createdAt === null || candidate.createdAt >= earliest - nearMissMs);
  if (undated !== undefined) {
    return { type: "unclear", because: `an equal message (${undated.providerId}) exists but cannot be dated to this attempt` };
  }
  return { type: "absent" };
}

/** Where a reconciliation stands. Instants are epoch milliseconds. */
export interface ReconcileState {
  /** Start of the last attempt in doubt. */
  readonly startedAt: number;
  /** The provider answered it (a 5xx), so nothing is under way any more. */
  readonly answered: boolean;
  /** When its answer came or it was given up; null after a crash. */
  readonly endedAt: number | null;
  /** Conclusive absences seen so far. */
  readonly absences: number;
  /** Looks that could not be made, in a row. */
  readonly failures: number;
}

/** What to do after a look. */
export type ReconcileStep =
  | { readonly type: "found"; readonly candidate: Candidate; readonly because: string }
  | { readonly type: "absent"; readonly because: string }
  | { readonly type: "again"; readonly at: number; readonly absences: number; readonly failures: number; readonly because: string }
  | { readonly type: "doubt"; readonly because: string };

/**
 * Epoch milliseconds from which an absence counts: the attempt can no longer be under way and what it created is
 * certainly visible.
 */
export function absenceCountsFrom(state: Pick<ReconcileState, "startedAt" | "answered" | "endedAt">, attemptTimeoutMs: number, settleMs: number): number {
  if (state.answered && state.endedAt !== null) return state.endedAt + settleMs;
  return state.startedAt + attemptTimeoutMs + settleMs;
}

/** Judges one finding. */
export function reconcileStep(state: ReconcileState, finding: Finding, times: { readonly now: number; readonly attemptTimeoutMs: number; readonly settleMs: number }): ReconcileStep {
  const { now, attemptTimeoutMs, settleMs } = times;
  switch (finding.type) {
    case "found":
      return { type: "found", candidate: finding.candidate, because: `the provider has it as ${finding.candidate.providerId}` };
    case "absent": {
      const from = absenceCountsFrom(state, attemptTimeoutMs, settleMs);
      if (now < from) return { type: "again", at: from, absences: 0, failures: 0, because: "not there yet; too early to count as absent" };
      if (state.absences >= 1) return { type: "absent", because: "the provider does not have it, seen twice after the settle time" };
      return { type: "again", at: now + settleMs, absences: 1, failures: 0, because: "not there; looking once more after the settle time" };
    }
    case "unclear":
      return { type: "doubt", because: finding.because };
    default:
      return finding satisfies never;
  }
}

/**
 * Judges a look that could not be made (the provider was down, too busy, or unreadable): ask again, more and more
 * slowly, for as long as an answer can still matter.
 * @param giveUpAt epoch milliseconds after which a person must decide
 */
export function lookFailed(state: ReconcileState, times: { readonly now: number; readonly settleMs: number; readonly giveUpAt: number }, because: string): ReconcileStep {
  const delay = Math.min(60_000, Math.max(1_000, times.settleMs) * 2 ** Math.min(state.failures, 16));
  const at = times.now + delay;
  if (at >= times.giveUpAt) return { type: "doubt", because: `the provider could not be asked in time: ${because}` };
  return { type: "again", at, absences: state.absences, failures: state.failures + 1, because: `could not ask the provider: ${because}` };
}
