/**
 * Doubt, in process: asking the provider until it is settled or the time is over. The rules of what a finding proves are
 * core's; this file waits, looks, and keeps equal calls of one client from taking each other's message.
 */
import type { Candidate, Finding, Lookup, Policy, ReconcileState, ReconcileStep, RequestContext } from "@landline/core";
import { backoffDelay, lookFailed, reconcileStep, weigh } from "@landline/core";
import type { CallsUnderWay, CallUnderWay } from "./calls-under-way.ts";
import { pause } from "./in-time.ts";
import type { Link } from "./link.ts";
import { look } from "./look.ts";

/** A call in doubt. Instants are epoch milliseconds. */
export interface Doubt {
  readonly lookup: Lookup<unknown>;
  readonly settleMs: number;
  readonly policy: Policy;
  readonly input: unknown;
  readonly context: RequestContext;
  /** Start of the first attempt in doubt. */
  readonly firstStartedAt: number;
  /** The last attempt in doubt. */
  readonly last: Pick<ReconcileState, "startedAt" | "answered" | "endedAt">;
  readonly call: CallUnderWay;
}

/** What asking came to. */
export type Settled =
  | { readonly type: "found"; readonly candidate: Candidate; readonly because: string }
  | { readonly type: "absent"; readonly because: string }
  | { readonly type: "doubt"; readonly because: string }
  | { readonly type: "aborted" };

/** Who asks, until when, and who hears of it. */
export interface Asking {
  readonly link: Link;
  readonly known: CallsUnderWay;
  readonly signal: AbortSignal | null;
  /** The first look. */
  readonly at: number;
  readonly deadline: number;
  /**
   * True: a provider that cannot be asked is asked until the deadline. False: as often and for as long as the policy
   * would repeat the call, so that a call is finite.
   */
  readonly patient: boolean;
  looked(finding: "found" | "absent" | "again" | "doubt", because: string): void;
}

/** Asks until the doubt is settled. Never rejects, never sends the operation. */
export async function settleDoubt(doubt: Doubt, asking: Asking): Promise<Settled> {
  const { link, signal, deadline } = asking;
  const { clock } = link;
  let { at } = asking;
  const giveUpAt = asking.patient
    ? deadline
    : Math.min(deadline, Math.max(at, clock.now()) + doubt.policy.totalWaitMaxMs);
  let absences = 0;
  let failures = 0;
  for (;;) {
    const now = clock.now();
    // Too late to wait as long as it should: one look now is better than none, because *found* is conclusive always.
    const last = at >= deadline;
    if (last && now >= deadline)
      return { type: "doubt", because: "the provider could not be asked before the deadline" };
    if (!last && at > now && !(await pause(at - now, signal, clock))) return { type: "aborted" };
    const step = await lookOnce(doubt, { ...doubt.last, absences, failures }, asking, giveUpAt);
    if (signal?.aborted === true) return { type: "aborted" };
    asking.looked(step.type, step.because);
    if (step.type !== "again") {
      if (step.type === "found") asking.known.own(step.candidate.providerId);
      return step;
    }
    if (last) return { type: "doubt", because: step.because };
    ({ absences, failures } = step);
    at = Math.max(step.at, clock.now() + 1);
  }
}

async function lookOnce(doubt: Doubt, state: ReconcileState, asking: Asking, giveUpAt: number): Promise<ReconcileStep> {
  const { link, signal, deadline } = asking;
  const { clock } = link;
  const timeoutMs = Math.min(doubt.policy.attemptTimeoutMs, deadline - clock.now());
  const report = await look(link, doubt.lookup, doubt.input, doubt.context, { timeoutMs, signal });
  const now = clock.now();
  if (!report.ok) {
    const { outcome } = report;
    const because = outcome.type === "accepted" ? "the answer made no sense" : outcome.failure.message;
    if (asking.patient) return lookFailed(state, { now, settleMs: doubt.settleMs, giveUpAt }, because);
    const failures = state.failures + 1;
    const ownDelay = backoffDelay(failures, doubt.policy.backoff, clock.random());
    const at = Math.max(now + ownDelay, "retryAt" in outcome ? (outcome.retryAt ?? 0) : 0);
    return failures >= doubt.policy.attemptsMax || at >= giveUpAt
      ? { type: "doubt", because: `the provider could not be asked: ${because}` }
      : { type: "again", at, absences: state.absences, failures, because: `could not ask the provider: ${because}` };
  }
  const finding = findingOf(report.candidates, report.skewMs, doubt, asking.known);
  if (finding === "under_way") {
    return {
      type: "again",
      at: now + Math.max(50, doubt.settleMs),
      absences: 0,
      failures: 0,
      because: "an equal call of this client is still under way; its message cannot be told from this one's yet",
    };
  }
  return reconcileStep(state, finding, {
    now,
    attemptTimeoutMs: doubt.policy.attemptTimeoutMs,
    settleMs: doubt.settleMs,
  });
}

/**
 * Equal calls in doubt at once share what is found, one match each, in the order they were begun; while an equal call is
 * simply under way, nothing that is found can be given to anybody.
 */
function findingOf(
  candidates: readonly Candidate[],
  skewMs: number,
  doubt: Doubt,
  known: CallsUnderWay,
): Finding | "under_way" {
  const owned = known.ownedOf(candidates);
  const finding = weigh(candidates, doubt.firstStartedAt, skewMs, owned);
  if (finding.type === "absent") return finding;
  const twins = known.twinsOf(doubt.call);
  if (twins.length === 0) return finding;
  if (twins.some(({ doubtfulSince }) => doubtfulSince === null)) return "under_way";
  const free = candidates
    .filter(({ providerId, createdAt }) => !owned.has(providerId) && createdAt !== null)
    .toSorted((left, right) => (left.createdAt ?? 0) - (right.createdAt ?? 0));
  const since = Math.min(
    doubt.firstStartedAt,
    ...twins.map(({ doubtfulSince }) => doubtfulSince ?? doubt.firstStartedAt),
  );
  const [first] = free;
  if (first === undefined || free.length > twins.length + 1) return finding;
  return weigh([first], since, skewMs, owned);
}
