/**
 * Leases: who may act on an operation, and until when.
 *
 * The store is authoritative: a lease has a number that only grows, every write carries it, and a write with an old
 * number changes nothing. That protects the store. It does not protect the provider, which checks no numbers; so a
 * worker must never have a request under way when its lease can end. Three rules see to it:
 *
 * 1. A lease is longer than the longest attempt by a margin of at most 5 s; anything else refuses to start.
 * 2. An attempt is begun only while the rest of the lease still covers it, by the monotonic clock, looked at right
 *    before sending. A process that was paused finds out there and gives the operation back.
 * 3. The request is aborted before the lease ends, whatever it is doing.
 *
 * What remains: a process suspended between the look and the write, for longer than the margin. Then two requests may
 * be under way; the later settlement loses its lease and is kept as evidence.
 *
 * Operations claimed together end together, so one guard, one timer and one abort signal serve a whole batch.
 */
import type { Account, Host } from "./ports/index.ts";

/** The largest margin between the longest attempt and the lease, in milliseconds. */
export const leaseMarginMsMax = 5_000;

/** How long leases last. */
export interface LeaseRules {
  readonly marginMs: number;
  /** The lease of an account's operations, in milliseconds. */
  leaseMs(account: Account): number;
}

/** The longest attempt any policy of the account allows, in milliseconds. */
export function longestAttemptMs(account: Account): number {
  const policies = [account.policy, ...Object.values(account.operationPolicies ?? {})];
  return Math.max(...policies.map((policy) => policy.attemptTimeoutMs));
}

/**
 * Decides how long leases last.
 * @param options `marginMs` above the longest attempt (default and maximum 5,000); `leaseMs` fixes the lease itself
 * @throws RangeError when a lease would not cover an attempt and the margin
 */
export function leaseRules(
  accounts: Iterable<Account>,
  options: { readonly marginMs?: number | undefined; readonly leaseMs?: number | undefined } = {},
): LeaseRules {
  const marginMs = options.marginMs ?? leaseMarginMsMax;
  if (!(marginMs > 0 && marginMs <= leaseMarginMsMax)) {
    throw new RangeError(`the lease margin must be above 0 and at most ${leaseMarginMsMax} ms, not ${marginMs} ms`);
  }
  for (const account of accounts) {
    const neededMs = longestAttemptMs(account) + marginMs;
    if (options.leaseMs !== undefined && options.leaseMs < neededMs) {
      throw new RangeError(
        `a lease of ${options.leaseMs} ms is shorter than the ${neededMs} ms that an attempt at account ` +
          `${account.name} and the margin take: lengthen the lease or shorten policy.attemptTimeout`,
      );
    }
  }
  return { marginMs, leaseMs: (account) => options.leaseMs ?? longestAttemptMs(account) + marginMs };
}

/** Watches over the leases of one batch. */
export interface LeaseGuard {
  /** Aborted before the leases end, or when the worker gives up. */
  readonly signal: AbortSignal;
  /** Milliseconds until requests are aborted. */
  readonly left: () => number;
  /** One more operation is under way. */
  hold(): void;
  /** One less; the last one stops the timer. Returns whether it was the last. */
  free(): boolean;
  abort(): void;
}

/**
 * A guard for leases that were asked for at `since`.
 * @param since monotonic milliseconds *before* the claim was sent, so that the store's count ends later than ours
 * @param marginMs the fifth of it is kept to write down what the aborted request came to
 */
export function createLeaseGuard(host: Host, since: number, leaseMs: number, marginMs: number): LeaseGuard {
  const abortAt = since + leaseMs - marginMs / 5;
  const controller = new AbortController();
  let held = 0;
  let cancel: (() => void) | null = null;
  return {
    signal: controller.signal,
    left: () => abortAt - host.monotonic(),
    hold() {
      held += 1;
      cancel ??= host.after(Math.max(0, abortAt - host.monotonic()), () => controller.abort());
    },
    free() {
      held -= 1;
      if (held > 0) return false;
      cancel?.();
      cancel = null;
      return true;
    },
    abort() {
      controller.abort();
    },
  };
}
