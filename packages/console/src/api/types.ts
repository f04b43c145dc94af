/** The forms of the HTTP API, by the names the console uses. Types only; nothing of the gateway is bundled. */
import type {
  BulkAction,
  BulkResult,
  WireAccount,
  WireBulk,
  WireLane,
  WireOperation,
  WireOperationSummary,
  WireSession,
} from "@landline/gateway";

export type { BulkAction };
/** An operation with its story. */
export type Operation = WireOperation;
/** An operation in a list. */
export type Summary = WireOperationSummary;
/** Who is signed in. */
export type Session = WireSession;
/** An account's health. */
export type Account = WireAccount;
/** One lane of an account. */
export type Lane = WireLane;
/** The state of an operation. */
export type State = Summary["state"];
/** Why an operation waits for a person. */
export type ParkedReason = NonNullable<Summary["parked_reason"]>;
/** A failure. */
export type Failure = NonNullable<Summary["failure"]>;
/** One attempt. */
export type Attempt = Operation["attempts"][number];
/** One line of the past. */
export type History = Operation["history"][number];

/** Parked operations of one cause. */
export interface Group {
  readonly fingerprint: string;
  readonly account: string;
  readonly operation: string;
  readonly parked_reason: ParkedReason;
  readonly kind: string | null;
  readonly code: string | null;
  readonly count: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly suggestion: string;
  readonly sample_ids: readonly string[];
}

/** A page of operations. */
export interface Page {
  readonly data: readonly Summary[];
  readonly next_cursor: string | null;
}

/** What became of one member of bulk work. */
export interface BulkItem extends Omit<BulkResult, "status"> {
  readonly status: BulkResult["status"] | "pending";
}

/** Bulk work, with a page of results where one operation was asked for. */
export interface Bulk extends WireBulk {
  readonly sample_ids?: readonly string[];
  readonly results?: readonly BulkItem[];
  readonly next_cursor?: string | null;
}

/** One event of the stream. Everything but `type` and `at` depends on the type. */
export interface LiveEvent {
  readonly type: string;
  readonly at: string;
  readonly id?: string | null;
  readonly account?: string;
  readonly state?: State;
  readonly event?: string;
  readonly because?: string | null;
  readonly version?: number;
  readonly parked_reason?: ParkedReason | null;
}
