/**
 * Asks providers about operations in doubt, and turns what they show into a verdict.
 *
 * The order of the three questions is what makes it safe: first the provider (what is there?), then our own store (who
 * else with the same content may own it, and what is owned already?). Whoever is settled in between is seen as owner.
 * An operation whose twin is just being sent waits: what is found may be the twin's.
 */
import { decideAfterAbsence, lookFailed, reconcileStep, weigh } from "@landline/core";
import type {
  Decision,
  Failure,
  Finding,
  OperationTraits,
  Outcome,
  Policy,
  ReconcileState,
  ReconcileStep,
} from "@landline/core";
import type { Context } from "../context.ts";
import { operationOf, policyOf, sendRequestOf } from "../context.ts";
import { createLeaseGuard } from "../lease.ts";
import type { Account, LookupReport, RescuedOperation, Settlement } from "../ports/index.ts";
import { begunAtLatest } from "../presumed.ts";
import { conclude, settlementOf, spread } from "../settle.ts";
import type { Held } from "../settle.ts";
import { messageOf } from "../trouble.ts";
import { allottedToOthers } from "./allot.ts";
import { heldBy } from "./held.ts";
import type { Service } from "./loop.ts";
import { orphaned } from "./orphan.ts";
import { rescueLeaseMs } from "./rescuer.ts";
import { ownersOf, twinsOf, unsettledUntil } from "./twins.ts";
import type { Times } from "./twins.ts";

/** Looks under way at once: they must not crowd out what is to be sent. */
export const looksMax = 16;

/** Provider lists show whole seconds: what was created in our second may look two older. */
const resolutionMs = 2_000;

/** Makes the reconciler. */
export function createReconciler(context: Context, everyMs: number): Service {
  return {
    what: "ask about operations in doubt",
    everyMs,
    async runOnce() {
      const since = context.host.monotonic();
      const leaseMs = rescueLeaseMs(context);
      const due = await context.store.claimReconciliations({ worker: context.worker, limit: looksMax, leaseMs });
      if (due.length === 0) return false;
      const guard = createLeaseGuard(context.host, since, leaseMs, context.leases.marginMs);
      guard.hold();
      try {
        await Promise.all(due.map(async (operation) => reconcile(context, operation, since, guard.signal)));
      } finally {
        guard.free();
      }
      return due.length === looksMax;
    },
  };
}

async function reconcile(
  context: Context,
  operation: RescuedOperation,
  since: number,
  signal: AbortSignal,
): Promise<void> {
  const account = context.accounts.get(operation.account);
  const traits = operationOf(account, operation.operation)?.traits;
  if (account === undefined || traits === undefined) return orphaned(context, operation, null);
  const held = heldBy(context, operation, account, since);
  const policy = policyOf(account, operation.operation, operation.policy);
  const state = stateOf(operation);
  if (context.holds.of(account.name).some((hold) => hold.reason === "blocked")) {
    const { absences, lookFailures: failures } = operation;
    const because = "the account is blocked, so the provider cannot be asked until its credentials work";
    const wait: ReconcileStep = { type: "again", at: context.clock.now() + blockedMs, absences, failures, because };
    const facts = { policy, traits, now: context.clock.now() };
    await conclude(context, held, settlementFor(context, held, operation, wait, facts), 1);
    return;
  }
  const looked = await look(context, account, operation, policy, signal);
  const now = context.clock.now();
  let step: ReconcileStep;
  if (looked.ok) {
    const times = { attemptTimeoutMs: policy.attemptTimeoutMs, settleMs: traits.lookupSettleMs };
    const judged = await judge(context, account, operation, looked, times);
    step =
      judged.type === "wait"
        ? { type: "again", at: Math.max(judged.until, now + 1_000), absences: 0, failures: 0, because: judged.because }
        : reconcileStep(state, judged, { now, ...times });
  } else {
    await spread(context, held, looked.outcome);
    const because = looked.outcome.type === "accepted" ? "unreadable" : looked.outcome.failure.message;
    const giveUpAt = Math.max(
      operation.deadline,
      state.startedAt + policy.attemptTimeoutMs + traits.lookupSettleMs + giveUpMs,
    );
    step = lookFailed(state, { now, settleMs: traits.lookupSettleMs, giveUpAt }, because);
  }
  await conclude(context, held, settlementFor(context, held, operation, step, { policy, traits, now }), 1);
}

/** How often an operation of a blocked account is thought of again, in milliseconds. */
const blockedMs = 30_000;

/** A provider that is down is asked for at least this long before a person is. */
const giveUpMs = 600_000;

function stateOf(operation: RescuedOperation): ReconcileState {
  const { attempt, absences, lookFailures } = operation;
  return {
    startedAt: begunAtLatest(attempt),
    // Only an answer proves that nothing is under way any more.
    answered: attempt.status !== null,
    endedAt: attempt.status === null ? null : attempt.endedAt,
    absences,
    failures: lookFailures,
  };
}

async function look(
  context: Context,
  account: Account,
  operation: RescuedOperation,
  policy: Policy,
  signal: AbortSignal,
): Promise<LookupReport> {
  try {
    return await account.sender.lookup(sendRequestOf(operation), { timeoutMs: policy.attemptTimeoutMs, signal });
  } catch (error) {
    return { ok: false, outcome: unreadable(operation, messageOf(error)) };
  }
}

function unreadable(operation: RescuedOperation, message: string): Outcome {
  const last = lastFailure(operation);
  return { type: "unavailable", failure: { ...last, message }, retryAt: null };
}

/** A finding, or that it is too early for one. */
type Judged = Finding | { readonly type: "wait"; readonly until: number; readonly because: string };

async function judge(
  context: Context,
  account: Account,
  operation: RescuedOperation,
  looked: Extract<LookupReport, { readonly ok: true }>,
  times: Times,
): Promise<Judged> {
  const { candidates, skewMs } = looked;
  const startedAt = doubtBeganAt(operation);
  if (candidates.length === 0) return weigh([], startedAt, skewMs, new Set());
  const twins = await twinsOf(context, operation);
  const ids = candidates.map((candidate) => candidate.providerId);
  const owned = await context.store.ownedProviderIds(account.name, ids, operation.id);
  const earliestOf = (began: number): number => began + skewMs - resolutionMs;
  const inWindow = candidates.filter(({ createdAt }) => createdAt === null || createdAt >= earliestOf(startedAt));
  const free = candidates.filter((candidate) => !owned.has(candidate.providerId));
  if (inWindow.some((candidate) => free.includes(candidate)) && twins.some((twin) => twin.underWay)) {
    const until = context.clock.now() + times.settleMs;
    return { type: "wait", until, because: "an equal operation is just being sent; what is there may be its own" };
  }
  const claimants = twins.map((twin) => ({ id: twin.id, earliest: earliestOf(twin.doubtBeganAt) }));
  const self = { id: operation.id, earliest: earliestOf(startedAt) };
  const others = allottedToOthers(operation.id, [...claimants, self], free);
  const finding = weigh(candidates, startedAt, skewMs, new Set([...owned, ...others]));
  if (finding.type !== "absent" || inWindow.length === 0) return finding;
  // What was given to a twin may have been ours, and the twin's own may still be on its way: then that is for us.
  const owners = await ownersOf(context, account.name, inWindow);
  const until = await unsettledUntil(context, [...owners, ...twins.map((twin) => twin.id)], times);
  if (context.clock.now() >= until) return finding;
  return { type: "wait", until, because: "an equal operation may still arrive; too early to count as absent" };
}

/** An earlier attempt may be in doubt as well: what it created is ours too. */
function doubtBeganAt(operation: RescuedOperation): number {
  const { firstAttemptAt } = operation.history;
  return firstAttemptAt === 0 ? operation.attempt.startedAt : Math.min(firstAttemptAt, operation.attempt.startedAt);
}

function lastFailure(operation: RescuedOperation): Failure {
  const failure = operation.failure ?? operation.attempt.failure;
  if (failure === null) throw new Error(`${operation.id} is in doubt without a failure`);
  return failure;
}

function settlementFor(
  context: Context,
  held: Held,
  operation: RescuedOperation,
  step: ReconcileStep,
  facts: { readonly policy: Policy; readonly traits: OperationTraits; readonly now: number },
): Settlement {
  const { history } = operation;
  const failure = lastFailure(operation);
  switch (step.type) {
    case "found": {
      const { providerId, providerStatus } = step.candidate;
      return { type: "accept", because: step.because, attempt: null, providerId, providerStatus };
    }
    case "again": {
      const { at, absences, failures: lookFailures, because } = step;
      return { type: "reconcile", because, attempt: null, at, history, failure, absences, lookFailures };
    }
    case "doubt": {
      const open: Failure = { ...failure, execution: "unknown", remedy: "reconcile" };
      return { type: "park", because: step.because, attempt: null, reason: "doubt", failure: open, history };
    }
    case "absent":
      return afterAbsence(context, held, operation, step.because, facts);
    default:
      return step satisfies never;
  }
}

function afterAbsence(
  context: Context,
  held: Held,
  operation: RescuedOperation,
  because: string,
  facts: { readonly policy: Policy; readonly traits: OperationTraits; readonly now: number },
): Settlement {
  const { policy, traits, now } = facts;
  const failure = lastFailure(operation);
  const history = { ...operation.history, doubtOpen: false };
  const certain: Failure = { ...failure, execution: "not_executed", remedy: "retry" };
  const random = context.host.random();
  const decided: Decision =
    operation.rescues >= context.rescuesMax
      ? {
          type: "park",
          reason: "poison",
          failure: certain,
          because: `its worker ended ${operation.rescues} times while it was under way`,
        }
      : refusedBefore(failure)
        ? {
            type: "park",
            reason: "rejected",
            failure: certain,
            because: "the last attempt was refused and would be again",
          }
        : decideAfterAbsence(failure, {
            traits,
            policy,
            guarantee: operation.guarantee,
            history,
            deadline: operation.deadline,
            now,
            random,
            budget: true,
            mode: "outbox",
          });
  const outcome: Outcome = { type: "unavailable", failure: certain, retryAt: null };
  const decision: Decision = { ...decided, because: `${because}; ${decided.because}` };
  return settlementOf(decision, outcome, null, { history, policy, doubtful: false, random });
}

/** Doubt about an earlier attempt, after a refusal of a later one: absent means refused, not worth repeating. */
function refusedBefore(failure: Failure): boolean {
  return failure.remedy === "fix_request" || failure.remedy === "fix_account" || failure.remedy === "other_channel";
}
