/**
 * Takes over attempts whose worker died or was held up past its lease.
 *
 * What such an attempt came to is unknown by definition, so it is judged like any lost answer: a crash after the
 * request may have left. An operation that has to be rescued again and again is poison; but poison or not, it is first
 * asked for where the provider can be asked, because nobody may call "not sent" what may have been sent.
 */
import { classify, decide } from "@landline/core";
import type { Decision, Outcome } from "@landline/core";
import type { Context } from "../context.ts";
import { operationOf, policyOf, sendRequestOf } from "../context.ts";
import { attempted } from "../delivered.ts";
import { longestAttemptMs } from "../lease.ts";
import type { AttemptResult, RescuedOperation } from "../ports/index.ts";
import { isPresumed } from "../presumed.ts";
import { conclude, historyAfter, settlementOf } from "../settle.ts";
import { heldBy } from "./held.ts";
import type { Service } from "./loop.ts";
import { orphaned } from "./orphan.ts";

/** Operations rescued at once. */
export const rescueMax = 100;

/** Makes the rescuer. */
export function createRescuer(context: Context, everyMs: number): Service {
  return {
    what: "rescue interrupted attempts",
    everyMs,
    async runOnce() {
      const since = context.host.monotonic();
      const leaseMs = rescueLeaseMs(context);
      const rescued = await context.store.rescue({ worker: context.worker, limit: rescueMax, leaseMs });
      await Promise.all(rescued.map(async (operation) => rescue(context, operation, since)));
      return rescued.length === rescueMax;
    },
  };
}

/** The lease a rescue or a look needs: the longest of all accounts, because one call takes from all. */
export function rescueLeaseMs(context: Context): number {
  const longest = Math.max(0, ...[...context.accounts.values()].map(longestAttemptMs));
  return longest + context.leases.marginMs;
}

async function rescue(context: Context, operation: RescuedOperation, since: number): Promise<void> {
  const account = context.accounts.get(operation.account);
  const traits = operationOf(account, operation.operation)?.traits;
  const now = context.clock.now();
  const presumed = isPresumed(operation.attempt);
  const outcome = crashed(now, presumed ? presumedMessage : crashMessage);
  const attempt = resultOf(operation, outcome, now);
  const before =
    operation.history.firstAttemptAt === 0 ? operation.attempt.startedAt : operation.history.firstAttemptAt;
  const history = { ...historyAfter(operation.history, before, outcome), doubtOpen: operation.history.doubtOpen };
  if (account === undefined || traits === undefined) return orphaned(context, operation, attempt);
  const held = heldBy(context, operation, account, since);
  const policy = policyOf(account, operation.operation, operation.policy);
  const random = context.host.random();
  const situation = { outcome, traits, policy, guarantee: operation.guarantee, history, deadline: operation.deadline };
  const decision = decide({ ...situation, now, random, budget: true, mode: "outbox" });
  const doubtful = traits.effect === "create";
  const poisoned =
    operation.rescues >= context.rescuesMax && decision.type === "retry" ? poison(operation, outcome) : decision;
  const judged = presumed && operation.ordered ? outOfOrder(outcome) : poisoned;
  const settlement = settlementOf(judged, outcome, attempt, { history, policy, doubtful, random });
  const end = await conclude(context, held, settlement, 1);
  if (presumed) return;
  // Whoever sent it did not live to write its line.
  const { number, startedAt } = operation.attempt;
  const report = { outcome, status: null, requestId: null, phase: "write" } as const;
  const request = sendRequestOf(operation);
  attempted(context, held, {
    number,
    request,
    report,
    startedAt,
    durationMs: now - startedAt,
    decision: judged,
    end,
  });
}

const crashMessage = "the worker ended while the request may have been under way";
const presumedMessage = "the store lost part of its past, in which the request may have been sent";

/** The outcome of an attempt nobody lived to see the end of. */
function crashed(at: number, message: string): Outcome {
  const seen = {
    type: "transport",
    phase: "write",
    cause: "crash",
    systemCode: null,
    mayHaveLeft: true,
    message,
    at,
  } as const;
  const careful = {
    family: "",
    effect: "create",
    doubt: "lookup",
    keyLifetimeMs: null,
    lookupSettleMs: 0,
    ordered: false,
  } as const;
  return classify(seen, null, careful, at);
}

/** Where the provider would de-duplicate: the repeat is safe, but this operation keeps killing its workers. */
function poison(operation: RescuedOperation, outcome: Outcome): Decision {
  if (outcome.type === "accepted") throw new Error("a crash is no acceptance");
  const because = `its worker ended ${operation.rescues} times while it was under way`;
  return { type: "park", reason: "poison", failure: outcome.failure, because };
}

/**
 * Of a subject whose past is missing nobody knows what came later: an opt-in sent again could undo an opt-out that the
 * store has forgotten, and no provider de-duplicates that.
 */
function outOfOrder(outcome: Outcome): Decision {
  if (outcome.type === "accepted") throw new Error("a crash is no acceptance");
  const because = "it is ordered and part of the past is missing: a newer one may have been sent since";
  const failure = { ...outcome.failure, execution: "unknown", remedy: "reconcile" } as const;
  return { type: "park", reason: "doubt", failure, because };
}

function resultOf(operation: RescuedOperation, outcome: Outcome, endedAt: number): AttemptResult {
  const failure = outcome.type === "accepted" ? null : outcome.failure;
  const { number } = operation.attempt;
  return { number, endedAt, outcome: outcome.type, status: null, code: null, requestId: null, phase: "write", failure };
}
