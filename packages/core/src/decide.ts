/**
 * What to do after an attempt. The one place where retrying, asking, holding and parking are chosen between.
 *
 * Facts in, decision out: no clock, no chance, no store. Every decision carries its `because`, which is shown to
 * people and written to the log exactly as it stands here.
 */
import { backoffDelay } from "./backoff.ts";
import type { Failure } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import type { Guarantee, Policy } from "./policy.ts";
import type { OperationTraits } from "./provider.ts";

/** Why an operation waits for a person. */
export const parkedReasons = ["rejected", "exhausted", "doubt", "undelivered", "expired", "blocked_account", "poison"] as const;

/** See {@link parkedReasons}. */
export type ParkedReason = (typeof parkedReasons)[number];

/** What has happened to this operation so far, the attempt just judged included. */
export interface AttemptHistory {
  /** Attempts that count against `attemptsMax`, the last one included. */
  readonly spent: number;
  /** Milliseconds already spent in back-off delays. */
  readonly waitedMs: number;
  /** Epoch milliseconds of the first attempt. */
  readonly firstAttemptAt: number;
  /** Whether an earlier attempt is still in doubt (a later certain answer does not clear it). */
  readonly doubtOpen: boolean;
}

/** Everything a decision may depend on. */
export interface DecisionInput {
  readonly outcome: Outcome;
  readonly traits: OperationTraits;
  readonly policy: Policy;
  readonly guarantee: Guarantee;
  readonly history: AttemptHistory;
  /** Epoch milliseconds, or null for none. */
  readonly deadline: number | null;
  readonly now: number;
  /** A number in [0, 1). */
  readonly random: number;
  /** False when the lane's retry budget is empty. */
  readonly budget: boolean;
  /** `outbox`: a 429 holds the lane and spends no attempt; `call`: every answer spends one, so that a call is finite. */
  readonly mode: "outbox" | "call";
}

/** What to do next. Instants are epoch milliseconds. */
export type Decision =
  | { readonly type: "accept"; readonly because: string }
  | { readonly type: "retry"; readonly at: number; readonly delayMs: number; readonly because: string }
  /** The lane waits; the attempt is not spent. */
  | { readonly type: "hold"; readonly at: number; readonly because: string }
  /** Ask the provider from `at` on. */
  | { readonly type: "reconcile"; readonly at: number; readonly because: string }
  | { readonly type: "park"; readonly reason: ParkedReason; readonly failure: Failure; readonly because: string }
  | { readonly type: "expire"; readonly failure: Failure; readonly because: string };

/** Decides. Total: every input has an answer. */
export function decide(input: DecisionInput): Decision {
  const { outcome } = input;
  switch (outcome.type) {
    case "accepted":
      return { type: "accept", because: `the provider took it as ${outcome.providerId}` };
    case "rejected":
      return input.history.doubtOpen ? doubtAfterRefusal(outcome.failure, input) : {
        type: "park",
        reason: outcome.blocksAccount ? "blocked_account" : "rejected",
        failure: outcome.failure,
        because: `${described(outcome.failure)} would be refused again unchanged`,
      };
    case "throttled":
      return input.mode === "outbox" ? hold(outcome.failure, outcome.retryAt, input) : retry(outcome.failure, outcome.retryAt, input);
    case "unavailable":
      return retry(outcome.failure, outcome.retryAt, input);
    case "ambiguous":
      return doubt(outcome.failure, outcome.retryAt, input);
    default:
      return outcome satisfies never;
  }
}

/** After a lookup proved the operation absent: it was not sent, so repeating it is a plain retry. */
export function decideAfterAbsence(failure: Failure, input: Omit<DecisionInput, "outcome">): Decision {
  const certain: Failure = { ...failure, execution: "not_executed", remedy: "retry" };
  return retry(certain, null, { ...input, outcome: { type: "unavailable", failure: certain, retryAt: null } });
}

function doubt(failure: Failure, retryAt: number | null, input: DecisionInput): Decision {
  const { traits, guarantee, now, history } = input;
  if (traits.effect === "idempotent") return retry(failure, retryAt, input);
  if (guarantee === "at-least-once") return retry(failure, retryAt, input, "at-least-once was asked for");
  if (guarantee === "at-most-once") return parkDoubt(failure, "at-most-once was asked for, so doubt is not resolved by itself");
  switch (traits.doubt) {
    case "deduplicate": {
      const keyExpired = traits.keyLifetimeMs !== null && now >= history.firstAttemptAt + traits.keyLifetimeMs;
      if (keyExpired) return parkDoubt(failure, "the provider may have forgotten the idempotency key, so a repeat could do it twice");
      return retry(failure, retryAt, input, "the provider de-duplicates by the same key");
    }
    case "lookup": {
      const because = `${described(failure)} may have been executed: ask the provider before anything is sent again`;
      return { type: "reconcile", at: now + traits.lookupSettleMs, because };
    }
    case "park":
      return parkDoubt(failure, "the provider can neither de-duplicate a repeat nor be asked");
    default:
      return traits.doubt satisfies never;
  }
}

/** A later refusal says nothing about an earlier attempt that may have been executed. */
function doubtAfterRefusal(failure: Failure, input: DecisionInput): Decision {
  const open: Failure = { ...failure, execution: "unknown", remedy: "reconcile" };
  if (input.traits.doubt === "lookup" && input.guarantee !== "at-most-once") {
    return { type: "reconcile", at: input.now + input.traits.lookupSettleMs, because: "refused now, but an earlier attempt may have been executed: ask the provider" };
  }
  return parkDoubt(open, "refused now, but an earlier attempt may have been executed");
}

function parkDoubt(failure: Failure, because: string): Decision {
  return { type: "park", reason: "doubt", failure: { ...failure, execution: "unknown", remedy: "reconcile" }, because };
}

function hold(failure: Failure, retryAt: number | null, input: DecisionInput): Decision {
  const at = Math.max(retryAt ?? 0, input.now + backoffDelay(1, input.policy.backoff, input.random));
  if (input.deadline !== null && at >= input.deadline) return tooLate(failure, at, input);
  return { type: "hold", at, because: `${described(failure)}: the lane waits, no attempt is spent` };
}

function retry(failure: Failure, retryAt: number | null, input: DecisionInput, why = described(failure)): Decision {
  const { policy, history, now } = input;
  if (!input.budget) return exhausted(failure, "the retry budget of the lane is empty", input);
  if (history.spent >= policy.attemptsMax) return exhausted(failure, `all ${policy.attemptsMax} attempts are spent`, input);
  const delay = backoffDelay(history.spent, policy.backoff, input.random);
  const at = Math.max(now + delay, retryAt ?? 0);
  if (input.deadline !== null && at >= input.deadline) return tooLate(failure, at, input);
  // A caller who awaits a call waits for Retry-After too; in the outbox it is the lane that waits, within the deadline.
  const waiting = input.mode === "call" ? at - now : delay;
  if (history.waitedMs + waiting > policy.totalWaitMaxMs) {
    return exhausted({ ...failure, retryAt: iso(at) }, `the next try would exceed ${policy.totalWaitMaxMs / 1000} s of waiting in all`, input);
  }
  return { type: "retry", at, delayMs: at - now, because: `${why}: attempt ${history.spent + 1} of ${policy.attemptsMax} in ${(at - now) / 1000} s` };
}

function exhausted(failure: Failure, because: string, input: DecisionInput): Decision {
  const doubtful = failure.execution === "unknown" || input.history.doubtOpen;
  if (doubtful && input.traits.effect === "create") return parkDoubt(failure, because);
  return { type: "park", reason: "exhausted", failure, because };
}

function tooLate(failure: Failure, at: number, input: DecisionInput): Decision {
  const because = "the next try would come after the deadline";
  const dated: Failure = { ...failure, retryAt: iso(at) };
  if ((failure.execution === "unknown" || input.history.doubtOpen) && input.traits.effect === "create") return parkDoubt(dated, because);
  return { type: "expire", failure: dated, because };
}

function described(failure: Failure): string {
  const facts = [failure.status === null ? null : String(failure.status), failure.code].filter((part) => part !== null);
  return facts.length === 0 ? failure.kind : `${failure.kind} (${facts.join("/")})`;
}

function iso(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString();
}
