/** What the provider reports after it accepted. */
import type { StoredState } from "@landline/core";
import type { OperationRecord } from "./operation.ts";

/** A receipt as stored. */
export interface ReceiptRecord {
  readonly at: number;
  readonly status: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly rank: number;
  readonly sequence: number;
}

/** What a stored receipt did. */
export type ReceiptResult =
  | {
      readonly type: "applied";
      readonly operation: OperationRecord;
      readonly before: StoredState;
      readonly receipt: ReceiptRecord;
    }
  | { readonly type: "recorded"; readonly operation: OperationRecord; readonly receipt: ReceiptRecord }
  | { readonly type: "duplicate" }
  /** Kept until its operation is known. */
  | { readonly type: "unmatched" };
