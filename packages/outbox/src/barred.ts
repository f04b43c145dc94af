/**
 * Who must not be sent to: people who opted out, asked for right before anything of theirs would leave.
 *
 * An opt-out bars what is new and what was waiting when it came; an opt-in by the same person lifts it. Not asked at
 * the door: a repeat of an accepted request must find its operation, whatever the person said since.
 */
import type { Context } from "./context.ts";
import { operationOf } from "./context.ts";
import type { OperationRecord } from "./ports/index.ts";

/**
 * Looks for the recipients of claimed operations. One question for each account among them; while nobody has opted out,
 * one a second whether somebody has.
 */
export async function lookForOptOuts(context: Context, operations: readonly Sending[]): Promise<void> {
  if (!context.optOuts.anybody()) await context.optOuts.refresh();
  if (!context.optOuts.anybody()) return;
  const people = new Map<string, Set<string>>();
  for (const operation of operations) {
    const known = people.get(operation.account) ?? new Set<string>();
    for (const recipient of recipientsOf(context, operation)) known.add(recipient);
    if (known.size > 0) people.set(operation.account, known);
  }
  await context.optOuts.look(people);
}

/** Whether sending an operation would be contact with somebody who opted out. */
export function isBarred(context: Context, operation: Sending): boolean {
  if (!context.optOuts.anybody()) return false;
  const { account } = operation;
  return recipientsOf(context, operation).some((recipient) => context.optOuts.has(account, recipient));
}

/** As much of an operation as says whom it is for. */
type Sending = Pick<OperationRecord, "account" | "operation" | "recipient" | "input">;

/** Whom an operation contacts: nobody, when it only writes down a consent or sets a state. */
function recipientsOf(context: Context, { account, operation, recipient, input }: Sending): readonly string[] {
  const described = operationOf(context.accounts.get(account), operation);
  if (described?.traits.effect !== "create" || described.traits.ordered) return [];
  return described.recipients?.(input) ?? (recipient === null ? [] : [recipient]);
}
