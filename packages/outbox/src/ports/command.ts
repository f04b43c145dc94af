/** What people and maintenance do to an operation, conditional on its version or lease. */
import { instantText } from "@landline/core";
import type { Failure, ParkedReason } from "@landline/core";
import type { NewOperation, OperationRecord } from "./operation.ts";

/** Who asks, for what, and why. */
interface CommandHead {
  readonly id: string;
  /** The version the actor saw; null: whatever it is (automatic rules only). */
  readonly version: number | null;
  readonly actor: string;
  readonly reason: string;
}

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
export type LifecycleCommand = CommandHead &
  (
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

/**
 * What people note about a parked operation while they work through a queue. Legal only while it is parked; takes a
 * version and leaves a line in the history (`operation.assigned`, `.snoozed`, `.woken`, `.commented`), but changes
 * neither state nor `updatedAt`. Whoever it is assigned to stays when it leaves and comes back; a snooze ends with
 * the stay.
 */
export type DeskCommand = CommandHead &
  (
    | { readonly type: "assign"; readonly assignee: string | null }
    /** Until an instant (epoch milliseconds); null: it is back. */
    | { readonly type: "snooze"; readonly until: number | null }
    /** The reason is what is said. */
    | { readonly type: "comment" }
  );

/** Everything that can be asked of `Store.command`. */
export type Command = LifecycleCommand | DeskCommand;

/** Whether a command changes only what people note. */
export function isDeskCommand(command: Command): command is DeskCommand {
  return command.type === "assign" || command.type === "snooze" || command.type === "comment";
}

/** What the history says of a desk command: its event and its words. */
export function deskLine(command: DeskCommand): { readonly event: string; readonly because: string } {
  switch (command.type) {
    case "assign":
      return {
        event: "assigned",
        because: `${command.assignee === null ? "to nobody" : `to ${command.assignee}`}: ${command.reason}`,
      };
    case "snooze":
      return command.until === null
        ? { event: "woken", because: command.reason }
        : { event: "snoozed", because: `until ${instantText(command.until)}: ${command.reason}` };
    case "comment":
      return { event: "commented", because: command.reason };
    default:
      return command satisfies never;
  }
}

/** What became of a command. */
export type CommandResult =
  | { readonly type: "done"; readonly operation: OperationRecord; readonly childId: string | null }
  | { readonly type: "not_found" }
  /** Another version or a state from which this is not legal. Nothing was written. */
  | { readonly type: "conflict"; readonly operation: OperationRecord };
