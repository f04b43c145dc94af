/**
 * What one attempt claims, after its observation was read.
 *
 * The distinction this whole project exists for is made here: `unavailable` says *certainly not executed*,
 * `ambiguous` says *may have been executed*. They look alike on the wire and must never be handled alike.
 */
import type { Failure } from "./failure.ts";

/** The provider took the operation and named it. */
export interface Accepted {
  readonly type: "accepted";
  /** The provider's own id (`SM…`, `msg_…`, `prof_…`). */
  readonly providerId: string;
  /** The provider's first word on the status (`queued`, `QUEUED`), or null. */
  readonly providerStatus: string | null;
  /** The parsed answer. Partial acceptance shows as `value.errors`. */
  readonly value: unknown;
  readonly requestId: string | null;
  readonly status: number | null;
}

/** Not executed; the same request would be refused again. */
export interface Rejected {
  readonly type: "rejected";
  readonly failure: Failure;
  /** The credential or account is refused, not this request: everything behind it would be refused too. */
  readonly blocksAccount: boolean;
  /** The recipient opted out: never again, on no channel. */
  readonly optedOut: boolean;
}

/** Not executed; too much at once. */
export interface Throttled {
  readonly type: "throttled";
  readonly failure: Failure;
  /** Epoch milliseconds the provider asked us to wait for, or null. */
  readonly retryAt: number | null;
}

/** Certainly not executed: worth repeating. */
export interface Unavailable {
  readonly type: "unavailable";
  readonly failure: Failure;
  readonly retryAt: number | null;
}

/** May have been executed: never repeated blindly. */
export interface Ambiguous {
  readonly type: "ambiguous";
  readonly failure: Failure;
  readonly retryAt: number | null;
  /** The provider did answer (a 5xx, an unreadable 2xx), so the request is not still under way there. */
  readonly answered: boolean;
}

/** One attempt's claim. */
export type Outcome = Accepted | Rejected | Throttled | Unavailable | Ambiguous;

/** The five words of the contract. */
export type OutcomeType = Outcome["type"];

/** What we believe after all evidence. */
export type Verdict = "sent" | "not-sent" | "unclear";
