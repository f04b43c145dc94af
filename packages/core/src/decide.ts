/**
 * What to do after an attempt. The one place where retrying, asking, holding and parking are chosen between.
 *
 * Facts in, decision out: no clock, no chance, no store. Every decision carries its `because`, which is shown to
 * people and written to the log exactly as it stands here.
 *
 * Doubt does not go away by itself: while an earlier attempt may have been executed, a later "refused" or "not
 * executed" speaks of the later attempt only. Nothing creating is then sent again except where a repeat is harmless.
 */
import { backoffDelay } from "./backoff.ts";
import type { Failure } from "./failure.ts";
import { instantText } from "./instant.ts";
import type { Outcome } from "./outcome.ts";
import type { Guarantee, Policy } from "./policy.ts";
import type { OperationTraits } from "./provider.ts";

/** Why an operation waits for a person. */
export const parkedReasons = [
  "rejected",
  "exhausted",
  "doubt",
  "undelivered",
  "expired",
  "blocked_account",
  "poison",
] as const;

/** See {@link parkedReasons}. */
export type ParkedReason = (typeof parkedReasons)[number];

/** What has happened to this operation so far, the attempt just judged included. */
export interface AttemptHistory {
  /** Attempts that count against `attemptsMax`, the last one included. */
  readonly spent: number;
  /** Milliseconds already spent in back-off delays: the sum of `backoffMs` of the retries before. */
  readonly waitedMs: number;
  /** Epoch milliseconds of the first attempt. */
  readonly firstAttemptAt: number;
  /** Whether an earlier attempt is still in doubt (a later certain answer does not clear it, a conclusive lookup does). */
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
  /** False when the lane's retry budget is empty: a call ends, in the outbox the retry waits as long as the policy can. */
  readonly budget: boolean;
  /** `outbox`: a 429 holds the lane and spends no attempt; `call`: every answer spends one, so that a call is finite. */
  readonly mode: "outbox" | "call";
}

/** What to do next. Instants are epoch milliseconds. */
export type Decision =
  | { readonly type: "accept"; readonly because: string }
  | {
      readonly type: "retry";
      readonly at: number;
      /** Milliseconds from now to `at`. */
      readonly delayMs: number;
      /** The part of `delayMs` that counts against `totalWaitMax`; waiting for a lane or a Retry-After in it does not. */
      readonly backoffMs: number;
      readonly because: string;
    }
  /** The lane waits; the attempt is not spent: the history stays as it was before it. */
  | { readonly type: "hold"; readonly at: number; readonly because: string }
  /** Ask the provider from `at` on. */
  | { readonly type: "reconcile"; readonly at: number; readonly because: string }
  | { readonly type: "park"; readonly reason: ParkedReason; readonly failure: Failure; readonly because: string }
  | { readonly type: "expire"; readonly failure: Failure; readonly because: string };

const attemptsSpent = "attempts are spent";
const waitingSpent = "of waiting in all";

/**
 * Whether a decision's `because` says that trying is over: all attempts made, or all waiting done. Also true for doubt
 * that was still open then, which is parked as doubt but must page somebody like any exhausted operation.
 */
export function saysExhausted(because: string | null): boolean {
  return because !== null && (because.endsWith(attemptsSpent) || because.endsWith(waitingSpent));
}

/** What to do next where the provider did not take it. */
export type DecisionAfterFailure = Exclude<Decision, { readonly type: "accept" }>;

/** Decides. Total: every input has an answer. */
export function decide(
  input: DecisionInput & { readonly outcome: Exclude<Outcome, { readonly type: "accepted" }> },
): DecisionAfterFailure;
export function decide(input: DecisionInput): Decision;
export function decide(input: DecisionInput): Decision {
  const { outcome } = input;
  switch (outcome.type) {
    case "accepted":
      return { type: "accept", because: `the provider took it as ${outcome.providerId}` };
    case "rejected":
      return refused(outcome.failure, outcome.blocksAccount, input);
    case "throttled":
    case "unavailable":
      return isInDoubt(input)
        ? doubt(outcome.failure, outcome.retryAt, input)
        : again(outcome.failure, outcome.retryAt, input, described(outcome.failure));
    case "ambiguous":
      return doubt(outcome.failure, outcome.retryAt, input);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return outcome satisfies never;
  }
}

/**
 * After a lookup proved the operation absent: it was not sent, so no doubt is left and repeating it is a plain retry.
 * @param failure of the attempt that was in doubt
 */
export function decideAfterAbsence(failure: Failure, input: Omit<DecisionInput, "outcome">): DecisionAfterFailure {
  const guidance = "The provider was asked and does not have it: it was certainly not sent, and may be sent again.";
  const certain: Failure = { ...failure, execution: "not_executed", remedy: "retry", guidance };
  const history: AttemptHistory = { ...input.history, doubtOpen: false };
  return decide({ ...input, history, outcome: { type: "unavailable", failure: certain, retryAt: null } });
}

/** Doubt that matters: an idempotent operation may be repeated whatever became of it. */
function isInDoubt({ history, traits }: DecisionInput): boolean {
  return history.doubtOpen && traits.effect === "create";
}

function refused(failure: Failure, blocksAccount: boolean, input: DecisionInput): Decision {
  const { traits, guarantee, history } = input;
  const because = `${described(failure)} would be refused again unchanged`;
  if (!isInDoubt(input)) {
    const reason = blocksAccount ? "blocked_account" : "rejected";
    return { type: "park", reason, failure: history.doubtOpen ? unsure(failure) : failure, because };
  }
  const earlier = "refused now, but an earlier attempt may have been executed";
  if (traits.doubt === "lookup" && guarantee !== "at-most-once")
    return ask(null, `${earlier}: ask the provider`, input);
  return parkDoubt(failure, earlier);
}

function doubt(failure: Failure, retryAt: number | null, input: DecisionInput): Decision {
  const { traits, guarantee } = input;
  if (traits.effect === "idempotent") return again(failure, retryAt, input, `${described(failure)}, idempotent`);
  if (guarantee === "at-least-once") return again(failure, retryAt, input, "at-least-once was asked for");
  if (guarantee === "at-most-once") {
    return parkDoubt(failure, "at-most-once was asked for, so doubt is not resolved by itself");
  }
  switch (traits.doubt) {
    case "deduplicate":
      return whileKeyLives(
        again(failure, retryAt, input, "the provider de-duplicates by the same key"),
        failure,
        input,
      );
    case "lookup":
      return ask(
        retryAt,
        `${described(failure)}, and an attempt may have been executed: ask the provider before anything is sent again`,
        input,
      );
    case "park":
      return parkDoubt(failure, "the provider can neither de-duplicate a repeat nor be asked");
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return traits.doubt satisfies never;
  }
}

/** A repeat is de-duplicated only if it arrives while the provider still remembers the key. */
function whileKeyLives(decision: Decision, failure: Failure, { traits, history }: DecisionInput): Decision {
  if (traits.keyLifetimeMs === null || !("at" in decision)) return decision;
  if (decision.at < history.firstAttemptAt + traits.keyLifetimeMs) return decision;
  return parkDoubt(
    failure,
    "the provider will have forgotten the idempotency key by then, so a repeat could do it twice",
  );
}

function ask(retryAt: number | null, because: string, input: DecisionInput): Decision {
  return { type: "reconcile", at: Math.max(input.now + input.traits.lookupSettleMs, retryAt ?? 0), because };
}

function parkDoubt(failure: Failure, because: string): Decision {
  return { type: "park", reason: "doubt", failure: { ...unsure(failure), remedy: "reconcile" }, because };
}

function unsure(failure: Failure): Failure {
  return { ...failure, execution: "unknown" };
}

/** The same request once more: when the lane is free again, or after a back-off. */
function again(failure: Failure, retryAt: number | null, input: DecisionInput, why: string): Decision {
  return input.outcome.type === "throttled" && input.mode === "outbox"
    ? hold(failure, retryAt, input)
    : retry(failure, retryAt, input, why);
}

function hold(failure: Failure, retryAt: number | null, input: DecisionInput): Decision {
  const at = Math.max(retryAt ?? 0, input.now + backoffDelay(1, input.policy.backoff, input.random));
  if (isTooLate(at, input)) return tooLate(failure, at, input);
  return { type: "hold", at, because: `${described(failure)}: the lane waits, no attempt is spent` };
}

function retry(failure: Failure, retryAt: number | null, input: DecisionInput, why: string): Decision {
  const { policy, history, now, mode } = input;
  if (history.spent >= policy.attemptsMax) {
    return exhausted(failure, `all ${policy.attemptsMax} ${attemptsSpent}`, input);
  }
  if (!input.budget && mode === "call") return exhausted(failure, "the retry budget of the lane is empty", input);
  const delay = backoffDelay(history.spent, policy.backoff, input.random);
  // An empty budget is the lane's trouble, not the operation's: in the outbox it costs time, never the operation.
  const patience = input.budget ? delay : Math.max(delay, policy.backoff.maxMs);
  const at = Math.max(now + patience, retryAt ?? 0);
  if (isTooLate(at, input)) return tooLate(failure, at, input);
  // A caller who awaits a call waits for Retry-After too; in the outbox it is the lane that waits, within the deadline.
  const backoffMs = mode === "call" ? at - now : delay;
  if (history.waitedMs + backoffMs > policy.totalWaitMaxMs) {
    const because = `the next try would exceed ${seconds(policy.totalWaitMaxMs)} ${waitingSpent}`;
    return exhausted(dated(failure, at), because, input);
  }
  const slowly = input.budget ? "" : ", slowly, for the retry budget of the lane is empty";
  const because = `${why}: attempt ${history.spent + 1} of ${policy.attemptsMax} in ${seconds(at - now)}${slowly}`;
  return { type: "retry", at, delayMs: at - now, backoffMs, because };
}

function exhausted(failure: Failure, because: string, input: DecisionInput): Decision {
  if (mayBeDone(failure, input)) return parkDoubt(failure, because);
  return { type: "park", reason: "exhausted", failure: input.history.doubtOpen ? unsure(failure) : failure, because };
}

function isTooLate(at: number, { deadline }: DecisionInput): boolean {
  return deadline !== null && at >= deadline;
}

function tooLate(failure: Failure, at: number, input: DecisionInput): Decision {
  const because = "the next try would come after the deadline";
  if (mayBeDone(failure, input)) return parkDoubt(dated(failure, at), because);
  return { type: "expire", failure: dated(input.history.doubtOpen ? unsure(failure) : failure, at), because };
}

/** What may have been sent is never called "not sent in time": it waits for a person as doubt. */
function mayBeDone(failure: Failure, input: DecisionInput): boolean {
  return input.traits.effect === "create" && (failure.execution === "unknown" || input.history.doubtOpen);
}

function dated(failure: Failure, at: number): Failure {
  return { ...failure, retryAt: instantText(at) };
}

function described(failure: Failure): string {
  const facts = [failure.status, failure.code].filter((part) => part !== null);
  return facts.length === 0 ? failure.kind : `${failure.kind} (${facts.join("/")})`;
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
