/** The surroundings: clock, chance, wake-ups, and the accounts that are configured. */
import type { Policy, Provider } from "@landline/core";
import type { Sender } from "./sender.ts";

/** Tells workers that something became due, so that they need not poll. Losing a wake only costs time. */
export interface Waker {
  subscribe(listener: () => void): () => void;
}

/** Clock and chance, given by the host or by a simulator. */
export interface Host {
  /** Epoch milliseconds, for people and deadlines. */
  now(): number;
  /** Milliseconds that never go back, for timeouts and leases. */
  monotonic(): number;
  /** A number in [0, 1). */
  random(): number;
  newOperationId(): string;
  /** Calls back after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
  /** Hex digest for fingerprints. */
  digest(text: string): string;
}

/** One configured account, ready to use. */
export interface Account {
  readonly name: string;
  readonly provider: Provider;
  readonly sender: Sender;
  readonly policy: Policy;
  /** Policies of single operations, complete; where absent the account's holds. */
  readonly operationPolicies?: Readonly<Record<string, Policy>>;
  /** Requests per second and in flight this account is allowed, when known beforehand. */
  readonly limits?: {
    readonly ratePerSecond?: number | null;
    readonly burst?: number;
    readonly concurrencyMax?: number | null;
  };
}
