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

/** Another operation in doubt with equal content: it may be what a candidate belongs to. */
export interface Rival {
  /** Epoch milliseconds (our clock) of its first attempt that is in doubt. */
  readonly startedAt: number;
  /** Whether it is served before ours: both sides must answer this oppositely, so an order of ids will do. */
  readonly before: boolean;
}

/**
 * Weighs the candidates a lookup returned.
 * @param candidates things equal in content to our operation
 * @param startedAt epoch milliseconds (our clock) of the first attempt that is in doubt
 * @param skewMs provider clock minus our clock, in milliseconds
 * @param owned provider ids that belong to other operations
 * @param rivals equal operations in doubt at once: each is given one match, in order; who gets none is absent
 */
export function weigh(
  candidates: readonly Candidate[],
  startedAt: number,
  skewMs: number,
  owned: ReadonlySet<string>,
  rivals: readonly Rival[] = [],
): Finding {
  const free = candidates.filter((candidate) => !owned.has(candidate.providerId));
  const dated: Dated[] = [];
  for (const candidate of free) {
    if (candidate.createdAt === null) return cannotDate(candidate);
    dated.push({ candidate, createdAt: candidate.createdAt });
  }
  const offset = skewMs - resolutionMs;
  let left: readonly Dated[] = dated.toSorted(oldestFirst);
  const take = (from: number): Candidate | null => {
    const taken = left.find(({ createdAt }) => createdAt >= from + offset);
    left = left.filter((one) => one !== taken);
    return taken?.candidate ?? null;
  };
  for (const rival of rivals) if (rival.before) take(rival.startedAt);
  const mine = take(startedAt);
  for (const rival of rivals) if (!rival.before) take(rival.startedAt);
  const spare = left.filter(({ createdAt }) => createdAt >= startedAt + offset).length;
  if (spare > 0) {
    const because = `more equal messages than attempts were created (${spare} too many); which one is this cannot be told`;
    return { type: "unclear", because };
  }
  if (mine !== null) return { type: "found", candidate: mine };
  const near = left.find(({ createdAt }) => createdAt >= startedAt + offset - nearMissMs);
  return near === undefined ? { type: "absent" } : cannotDate(near.candidate);
}

interface Dated {
  readonly candidate: Candidate;
  readonly createdAt: number;
}

function oldestFirst(left: Dated, right: Dated): number {
  return left.createdAt - right.createdAt || (left.candidate.providerId < right.candidate.providerId ? -1 : 1);
}

function cannotDate({ providerId }: Candidate): Finding {
  return { type: "unclear", because: `an equal message (${providerId}) exists but cannot be dated to this attempt` };
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
  | {
      readonly type: "again";
      readonly at: number;
      readonly absences: number;
      readonly failures: number;
      readonly because: string;
    }
  | { readonly type: "doubt"; readonly because: string };

/**
 * Epoch milliseconds from which an absence counts: the attempt can no longer be under way and what it created is
 * certainly visible.
 */
export function absenceCountsFrom(
  state: Pick<ReconcileState, "startedAt" | "answered" | "endedAt">,
  attemptTimeoutMs: number,
  settleMs: number,
): number {
  if (state.answered && state.endedAt !== null) return state.endedAt + settleMs;
  return state.startedAt + attemptTimeoutMs + settleMs;
}

/** Judges one finding. */
export function reconcileStep(
  state: ReconcileState,
  finding: Finding,
  times: { readonly now: number; readonly attemptTimeoutMs: number; readonly settleMs: number },
): ReconcileStep {
  const { now, attemptTimeoutMs, settleMs } = times;
  switch (finding.type) {
    case "found":
      return {
        type: "found",
        candidate: finding.candidate,
        because: `the provider has it as ${finding.candidate.providerId}`,
      };
    case "absent": {
      const from = absenceCountsFrom(state, attemptTimeoutMs, settleMs);
      if (now < from)
        return {
          type: "again",
          at: from,
          absences: 0,
          failures: 0,
          because: "not there yet; too early to count as absent",
        };
      if (state.absences >= 1)
        return { type: "absent", because: "the provider does not have it, seen twice after the settle time" };
      return {
        type: "again",
        at: now + settleMs,
        absences: 1,
        failures: 0,
        because: "not there; looking once more after the settle time",
      };
    }
    case "unclear":
      return { type: "doubt", because: finding.because };
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return finding satisfies never;
  }
}

/**
 * Judges a look that could not be made (the provider was down, too busy, or unreadable): ask again, more and more
 * slowly, for as long as an answer can still matter.
 * @param giveUpAt epoch milliseconds after which a person must decide
 */
export function lookFailed(
  state: ReconcileState,
  times: { readonly now: number; readonly settleMs: number; readonly giveUpAt: number },
  because: string,
): ReconcileStep {
  const delay = Math.min(60_000, Math.max(1_000, times.settleMs) * 2 ** Math.min(state.failures, 16));
  const at = times.now + delay;
  if (at >= times.giveUpAt) return { type: "doubt", because: `the provider could not be asked in time: ${because}` };
  return {
    type: "again",
    at,
    absences: state.absences,
    failures: state.failures + 1,
    because: `could not ask the provider: ${because}`,
  };
}
