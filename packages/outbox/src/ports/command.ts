/** What people and maintenance do to an operation, conditional on its version or lease. */
import type { Failure, ParkedReason } from "@landline/core";
import type { NewOperation, OperationRecord } from "./operation.ts";

/**
 * A person's or a rule's change to an operation. Carries the version that was seen. Where a worker or the reconciler
 * holds a lease, the command takes the next lease number, so that theirs is lost.
 *
 * `redrive` and `resolve_not_sent` begin anew: `spent`, `waitedMs`, `absences`, `lookFailures` and `rescues` are 0, no
 * doubt is open, the failure and the parked reason are gone; `firstAttemptAt` and the attempt numbers go on.
 *
 * Conflicts beyond version and state: an ordered operation does not begin anew once a newer one of its subject was
 * sent, and nothing is reconciled of which no attempt was ever started.
 */
export type Command = {
  readonly id: string;
  /** The version the actor saw; null: whatever it is (automatic rules only). */
  readonly version: number | null;
  readonly actor: string;
  readonly reason: string;
} & (
  | { readonly type: "cancel" }
  | { readonly type: "redrive"; readonly deadline: number }
  | { readonly type: "discard" }
  | { readonly type: "resolve_sent"; readonly evidence: string; readonly providerId: string | null }
  | { readonly type: "resolve_not_sent"; readonly evidence: string; readonly deadline: number }
  | { readonly type: "reconcile" }
  /** Inserts the child and supersedes the parent in one transaction. */
  | { readonly type: "supersede"; readonly child: NewOperation; readonly how: "fix" | "fallback" }
  | { readonly type: "park"; readonly parkedReason: ParkedReason; readonly failure: Failure }
);

/** What became of a command. */
export type CommandResult =
  | { readonly type: "done"; readonly operation: OperationRecord; readonly childId: string | null }
  | { readonly type: "not_found" }
  /** Another version or a state from which this is not legal. Nothing was written. */
  | { readonly type: "conflict"; readonly operation: OperationRecord };
