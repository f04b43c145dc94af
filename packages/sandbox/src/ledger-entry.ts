/**
 * The lines of a ledger: what was asked, what really happened, what the client was told. The wire form and the code's form
 * are the same, because a checker reads files and memory alike.
 */

/** What a request turned out to be, as far as a checker cares. */
export interface RequestFacts {
  /** Epoch milliseconds at which it had been received whole. */
  readonly at: number;
  readonly provider: string;
  readonly operation: string;
  readonly method: string;
  /** Below the provider's base URL, with query. */
  readonly path: string;
  readonly to: string | null;
  readonly from: string | null;
  readonly idempotency_key: string | null;
  /** From `op=` in a callback URL, or `externalReference`. */
  readonly operation_id: string | null;
  readonly body_sha256: string;
  readonly body_bytes: number;
}

/** What the client was told. */
export interface Told {
  /** The status sent, or null when none was. */
  readonly status: number | null;
  /** `answer`, or how it ended without a whole one. `gone`: the client left first. */
  readonly ending: "answer" | "reset" | "hang" | "truncate" | "gone";
  /** Index of the fault rule that shaped the answer, or null. */
  readonly rule: number | null;
}

/** A received request. */
export interface RequestEntry extends RequestFacts {
  readonly seq: number;
  readonly type: "request";
  /** Null while it is not answered. */
  answer: Told | null;
}

/** What a fake provider says about an effect. */
export interface Effect {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly operation: string;
  /** The provider's id of what was created or changed. */
  readonly id: string;
  readonly to: string | null;
  readonly from: string | null;
  /** Everything needed to build the state again. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Something that really happened. */
export interface EffectEntry extends Effect {
  readonly seq: number;
  readonly type: "effect";
  /** `seq` of the request that caused it. */
  readonly request: number;
  readonly provider: string;
  readonly idempotency_key: string | null;
  readonly operation_id: string | null;
  readonly body_sha256: string;
}

/** One line of the ledger. */
export type LedgerEntry = RequestEntry | EffectEntry;
