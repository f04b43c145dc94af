/**
 * The life of one claimed operation, top to bottom.
 *
 * Nothing leaves this machine before its intent is durable, after its deadline, or when its lease might end first.
 * Whatever happens to this process between two lines below is a crash point with a known way out
 * (`crash.test.ts` kills it at each); whatever the provider answers ends in exactly one settlement.
 */
import { classify, decide, isPast, laneAbandoned, laneEnded } from "@landline/core";
import type { Outcome } from "@landline/core";
import { isBarred } from "./barred.ts";
import type { Context } from "./context.ts";
import { operationOf, policyOf, sendRequestOf } from "./context.ts";
import { attempted, began } from "./delivered.ts";
import type { LaneEntry } from "./lanes.ts";
import type { LeaseGuard } from "./lease.ts";
import type { AttemptReport, AttemptResult, ClaimedOperation, SendRequest, Settlement } from "./ports/index.ts";
import { isPastKnown } from "./presumed.ts";
import { conclude, historyAfter, settlementOf, spread } from "./settle.ts";
import type { Held } from "./settle.ts";
import { startDurably } from "./start.ts";
import { messageOf } from "./trouble.ts";
import { leaseTooShort, notConfigured, nothingSent, optedOut, overtaken, pastDeadline } from "./unsent.ts";
import type { Unsent } from "./unsent.ts";

/** One claimed operation on its way. The lane has been told that it started. */
export interface Job {
  readonly operation: ClaimedOperation;
  readonly entry: LaneEntry;
  readonly guard: LeaseGuard;
  /** Called once, as soon as nothing of this operation occupies the provider any more. */
  answered(): void;
}

/** Delivers one operation as far as it goes now. Never rejects. */
export async function deliver(context: Context, job: Job): Promise<void> {
  const { operation, entry, guard } = job;
  const { account, lane } = entry;
  const { clock, host } = context;
  const lease = { id: operation.id, lease: operation.lease };
  const held: Held = { operation, account, lease, left: guard.left };
  const giveUp = async (settlement: Settlement | null): Promise<void> => {
    laneAbandoned(lane, clock.now());
    job.answered();
    if (settlement !== null) await conclude(context, held, settlement, settlement.attempt === null ? 1 : 2);
  };
  const unsent = (end: Unsent, result: AttemptResult | null): Settlement => ({
    ...end,
    attempt: result,
    history: operation.history,
  });

  const neverBegun = async (end: Unsent): Promise<void> =>
    giveUp((await isPastKnown(context)) ? unsent(end, null) : null);

  const traits = operationOf(account, operation.operation)?.traits;
  if (traits === undefined) return neverBegun(notConfigured(operation));
  if (isPast(operation.deadline, clock.now())) return neverBegun(pastDeadline(operation));
  if (isBarred(context, operation)) return neverBegun(optedOut(operation, account.provider.errors));

  const policy = policyOf(account, operation.operation, operation.policy);
  const request = sendRequestOf(operation);
  const number = operation.attemptsStarted + 1;
  const begun = await startDurably(context, held, number, account.sender.digest(request));
  if (begun === "overtaken") return giveUp(overtaken(operation, nothingSent(number, clock.now())));
  if (begun !== "started") return giveUp(null);
  began(context, held, number);

  // From here on the intent is durable: every way out settles the attempt.
  const startedAt = clock.now();
  if (isPast(operation.deadline, startedAt))
    return giveUp(unsent(pastDeadline(operation), nothingSent(number, startedAt)));
  if (guard.left() < policy.attemptTimeoutMs) return giveUp(leaseTooShort(operation, nothingSent(number, startedAt)));

  const begin = host.monotonic();
  const report = await attempt(context, job, request, policy.attemptTimeoutMs);
  const endedAt = clock.now();
  const outcome = report.outcome;
  const retryAt = "retryAt" in outcome ? outcome.retryAt : null;
  const quota = "failure" in outcome && outcome.failure.kind === "quota";
  const { concurrency = null, remaining = null, resetAt = null } = report;
  laneEnded(lane, endedAt, { outcome: outcome.type, retryAt, concurrency, quota, remaining, resetAt });
  context.incidents.ended(account, entry.family, outcome, endedAt);

  const history = historyAfter(operation.history, startedAt, outcome);
  const random = host.random();
  // The lane's window and breaker bound what a durable queue can do to a provider; an empty budget parks nobody here.
  const situation = { outcome, traits, policy, guarantee: operation.guarantee, history, deadline: operation.deadline };
  const decision = decide({ ...situation, now: endedAt, random, budget: true, mode: "outbox" });
  const result = resultOf(report, number, endedAt);
  const doubtful = outcome.type === "ambiguous" && traits.effect === "create";
  if (outcome.type === "rejected") await spread(context, held, outcome);
  const settled = conclude(
    context,
    held,
    settlementOf(decision, outcome, result, { history, policy, doubtful, random }),
    2,
  );
  // The provider is done with us: its place is free while the outcome is being written.
  job.answered();
  const end = await settled;
  if (end === "lost" && outcome.type === "accepted") {
    await context.store.witness(lease, result, outcome.providerId).catch(() => undefined);
  }
  attempted(context, held, { number, request, report, startedAt, durationMs: host.monotonic() - begin, decision, end });
}

async function attempt(context: Context, job: Job, request: SendRequest, timeoutMs: number): Promise<AttemptReport> {
  const { account } = job.entry;
  const { deadline } = job.operation;
  try {
    return await account.sender.attempt(request, { timeoutMs, signal: job.guard.signal, deadline });
  } catch (error) {
    // A sender never rejects; one that does may have sent.
    return { outcome: unknownOutcome(context, messageOf(error)), status: null, requestId: null, phase: "write" };
  }
}

function unknownOutcome(context: Context, message: string): Outcome {
  const at = context.clock.now();
  const seen = { type: "transport", phase: "write", cause: "other", systemCode: null, mayHaveLeft: true, at } as const;
  const traits = {
    family: "",
    effect: "create",
    doubt: "park",
    keyLifetimeMs: null,
    lookupSettleMs: 0,
    ordered: false,
  } as const;
  return classify({ ...seen, message }, null, traits, at);
}

function resultOf(report: AttemptReport, number: number, endedAt: number): AttemptResult {
  const { outcome, status, requestId, phase, body = null } = report;
  const failure = outcome.type === "accepted" ? null : outcome.failure;
  const code = failure?.code ?? null;
  return { number, endedAt, outcome: outcome.type, status, code, requestId, phase, failure, body };
}
