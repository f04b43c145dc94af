/**
 * What every part of the outbox is handed: the ports, and the state that one running outbox shares.
 */
import { failure, parsePolicy } from "@landline/core";
import type { Failure, Hashing, Operation, Policy, PolicyInput } from "@landline/core";
import type { StoreClock } from "./clock.ts";
import type { EarlyReceipts } from "./early-receipts.ts";
import type { Events, Showing } from "./events.ts";
import type { Holds } from "./holds.ts";
import type { Incidents } from "./incidents.ts";
import type { Lanes } from "./lanes.ts";
import type { LeaseRules } from "./lease.ts";
import type { OptOuts } from "./opt-outs.ts";
import type { Account, Host, OperationRecord, SendRequest, Store } from "./ports/index.ts";

/** One running outbox, seen from inside. */
export interface Context {
  readonly store: Store;
  readonly host: Host;
  readonly hashing: Hashing;
  readonly clock: StoreClock;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly showing: ReadonlyMap<string, Showing>;
  readonly events: Events;
  readonly holds: Holds;
  readonly optOuts: OptOuts;
  readonly lanes: Lanes;
  readonly incidents: Incidents;
  readonly leases: LeaseRules;
  /** The name this process claims under; whoever chose it may have given it to others too. */
  readonly worker: string;
  /** Tells this outbox from all others that use the store, wherever they run: nobody chose it. */
  readonly self: string;
  /** Rescued attempts after which an operation is poison. */
  readonly rescuesMax: number;
  /** Something in `lane` is due at `at` (epoch milliseconds). Losing this only costs time. */
  readonly wake: (lane: string, at: number) => void;
  /** Something may have become due that nobody can name: look at the store. */
  readonly wakeAll: () => void;
  /** An operation in doubt is to be looked at from `at` on. */
  readonly wakeReconciler: (at: number) => void;
  readonly earlyReceipts: EarlyReceipts;
  /** A kept receipt may have found its operation. */
  readonly wakeCaretaker: (at: number) => void;
}

/** The provider's operation of that name; null when the account or the provider has none (inherited names do not count). */
export function operationOf(account: Account | undefined, name: string): Operation | null {
  if (account === undefined) return null;
  const { operations } = account.provider;
  return Object.hasOwn(operations, name) ? (operations[name] ?? null) : null;
}

/** The policy of an operation: what it asked for over the operation's over the account's. */
export function policyOf(account: Account, operation: string, asked: PolicyInput | null): Policy {
  const base = account.operationPolicies?.[operation] ?? account.policy;
  if (asked === null) return base;
  const reading = parsePolicy(asked, base);
  return reading.ok ? reading.policy : base;
}

/**
 * What is sent for an operation. The provider's key is the operation's id: callers' keys are unique only within their
 * scope, and two callers who both say "1" must not be taken for one.
 */
export function sendRequestOf(operation: Pick<OperationRecord, "id" | "operation" | "input">): SendRequest {
  return {
    operationId: operation.id,
    operation: operation.operation,
    input: operation.input,
    idempotencyKey: operation.id,
  };
}

/** The failure of an operation whose deadline passed before it was sent. */
export function expiredFailure(last: Failure | null): Failure {
  return failure({
    kind: "expired",
    execution: "not_executed",
    remedy: "none",
    responsible: "nobody",
    message:
      last === null
        ? "The deadline passed before it could be sent"
        : `The deadline passed; last refusal: ${last.message}`,
    code: last?.code ?? null,
    status: last?.status ?? null,
    requestId: last?.requestId ?? null,
    guidance: "Nothing is sent late. Hand it over again with a new deadline if it still matters.",
  });
}
