/** What the suite must be told about a provider to hold the contract against it. */
import type { Hashing, NeutralMessage, Provider } from "@landline/core";

/** An operation by example. */
export interface OperationExample {
  /** A valid and complete input. */
  readonly input: Readonly<Record<string, unknown>>;
  /** A documented success. */
  readonly accepted: { readonly status: number; readonly body: string; readonly providerId: string };
}

/** A provider, and examples of its world. */
export interface ConformanceSubject {
  /** Builds the provider anew; twice built, it must behave alike. */
  readonly create: () => Provider;
  /** Every secret that was given to it. */
  readonly secrets: readonly string[];
  readonly operations: Readonly<Record<string, OperationExample>>;
  /** The provider's own error envelope around a code. */
  readonly errorBody: (code: string, message: string) => string;
  /** A code that is not in the table, in the provider's spelling. */
  readonly unknownCode: string;
  /** Codes with status 5xx that the provider documents as never executed; only these may be `unavailable` on a create. */
  readonly documentedNotExecuted: readonly string[];
  /** Messages it can send, in the neutral form. */
  readonly messages: readonly NeutralMessage[];
  readonly hashing: Hashing;
  /** Arbitrary answers tried for each operation; default 2,000. */
  readonly fuzz?: number;
}
