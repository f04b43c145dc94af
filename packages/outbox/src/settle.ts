/**
 * Writing down what was decided, and what follows from it.
 *
 * The order is the point: what must hold if this process dies here comes first. A block and an opt-out are stored
 * before the operation they came from is settled; events, wakes and the next step of a route come after. A route that
 * a crash cuts off between the two is found again by `maintenance/unattended.ts`.
 */
import { backoffDelay } from "@landline/core";
import type { AttemptHistory, Decision, Failure, Outcome, OperationState, Policy } from "@landline/core";
import type { Context } from "./context.ts";
import { operationChanged } from "./events.ts";
import type { Account, AttemptResult, Lease, OperationRecord, Settlement } from "./ports/index.ts";
import { continueRoute } from "./routes.ts";
import { persist } from "./trouble.ts";

/** An operation somebody holds a lease on, with everything needed to settle it. */
export interface Held {
  readonly operation: OperationRecord;
  readonly account: Account;
  readonly lease: Lease;
  /** Milliseconds until the lease must not be relied on any more. */
  readonly left: () => number;
}

/** The history after an attempt: a 429 spends nothing. */
export function historyAfter(before: AttemptHistory, startedAt: number, outcome: Outcome): AttemptHistory {
  return {
    spent: before.spent + (outcome.type === "throttled" ? 0 : 1),
    waitedMs: before.waitedMs,
    firstAttemptAt: before.firstAttemptAt === 0 ? startedAt : before.firstAttemptAt,
    doubtOpen: before.doubtOpen,
  };
}

/**
 * The settlement that carries out a decision.
 * @param facts `doubtful`: this attempt may have been executed and a repeat would do it twice; `random`: the number the
 *   decision was made with
 */
export function settlementOf(
  decision: Decision,
  outcome: Outcome,
  attempt: AttemptResult | null,
  facts: {
    readonly history: AttemptHistory;
    readonly policy: Policy;
    readonly doubtful: boolean;
    readonly random: number;
  },
): Settlement {
  const { because } = decision;
  const history: AttemptHistory = facts.doubtful ? { ...facts.history, doubtOpen: true } : facts.history;
  switch (decision.type) {
    case "accept":
      if (outcome.type !== "accepted") throw new Error(`accepted without an acceptance: ${outcome.type}`);
      return {
        type: "accept",
        because,
        attempt,
        providerId: outcome.providerId,
        providerStatus: outcome.providerStatus,
      };
    case "retry": {
      // Retry-After is the lane's wait, not the operation's: only back-off counts against the sum.
      const ownWait = Math.min(decision.delayMs, backoffDelay(history.spent, facts.policy.backoff, facts.random));
      const waited = { ...history, waitedMs: history.waitedMs + ownWait };
      return { type: "retry", because, attempt, at: decision.at, history: waited, failure: failureOf(outcome) };
    }
    case "hold":
      return { type: "hold", because, attempt, at: decision.at, history, failure: failureOf(outcome) };
    case "reconcile": {
      const open = { ...history, doubtOpen: true };
      const looks = { absences: 0, lookFailures: 0 };
      const failure: Failure = { ...failureOf(outcome), execution: "unknown" };
      return { type: "reconcile", because, attempt, at: decision.at, history: open, failure, ...looks };
    }
    case "park":
      return { type: "park", because, attempt, reason: decision.reason, failure: decision.failure, history };
    case "expire":
      return { type: "expire", because, attempt, failure: decision.failure, history };
    default:
      return decision satisfies never;
  }
}

function failureOf(outcome: Outcome): Failure {
  if (outcome.type === "accepted") throw new Error("an acceptance has no failure");
  return outcome.failure;
}

/** The state a settlement leads to. */
export function stateAfter(settlement: Settlement): Exclude<OperationState, "held"> {
  const states = {
    accept: "accepted",
    retry: "retrying",
    hold: "retrying",
    reconcile: "reconciling",
    park: "parked",
    expire: "expired",
  } as const;
  return states[settlement.type];
}

/**
 * Settles and does what follows.
 * @param versions how many visible changes lie between `held.operation` and the state after this one
 * @returns `settled`; `lost`: another holds the lease, nothing was written; `left`: the store could not be reached
 *   while the lease lasted, the rescuer will find it
 */
export async function conclude(
  context: Context,
  held: Held,
  settlement: Settlement,
  versions: number,
): Promise<"settled" | "lost" | "left"> {
  const { operation, account, lease } = held;
  const write = await persist(context, held, `settle ${operation.id}`, () => context.store.settle(lease, settlement));
  if (write.type === "gave_up") return "left";
  if (!write.value) return "lost";
  if (context.events.heard()) {
    const changed = {
      at: context.clock.now(),
      state: stateAfter(settlement),
      because: settlement.because,
      failure: "failure" in settlement ? (context.showing.get(account.name)?.(settlement.failure) ?? null) : null,
      parkedReason: settlement.type === "park" ? settlement.reason : null,
    };
    context.events.emit(operationChanged({ ...operation, version: operation.version + versions }, changed));
  }
  if (settlement.type === "retry" || settlement.type === "hold") context.wake(operation.lane, settlement.at);
  else if (settlement.type === "reconcile") context.wakeReconciler(settlement.at);
  else {
    if (settlement.type === "accept" && context.earlyReceipts.take(account.name, settlement.providerId))
      context.wakeCaretaker(context.clock.now());
    // What waited behind an ordered one may go now, in whichever lane it is.
    if (operation.ordered) context.wakeAll();
    if (settlement.type === "park" && operation.fallback.length > 0) {
      await continueRoute(context, operation, settlement.reason, settlement.failure);
    }
  }
  return "settled";
}

/** Stores what an outcome says about more than one operation: a refused credential, a recipient who opted out. */
export async function spread(context: Context, held: Held, outcome: Outcome): Promise<void> {
  if (outcome.type !== "rejected") return;
  const { operation, account } = held;
  const { recipient } = operation;
  const because =
    `${operation.id}: ${outcome.failure.kind} ${outcome.failure.code ?? outcome.failure.status ?? ""}`.trim();
  if (outcome.optedOut && recipient !== null) {
    await persist(context, held, "keep an opt-out", () => context.optOuts.keep(account.name, recipient, because));
  }
  if (outcome.blocksAccount && !context.holds.of(account.name).some((hold) => hold.reason === "blocked")) {
    const at = context.clock.now();
    await persist(context, held, `block account ${account.name}`, () =>
      context.holds.close({ account: account.name, reason: "blocked", actor: "landline", because, since: at }),
    );
    context.events.emit({
      type: "account.changed",
      at,
      account: account.name,
      state: "blocked",
      because,
      actor: "landline",
    });
  }
}
