/**
 * What to do about a group of parked operations, in a sentence.
 */
import type { Context } from "./context.ts";
import type { ReviewGroup } from "./ports/index.ts";

/** The provider's own guidance where its code is known, else what the reason suggests. */
export function suggestionFor(context: Context, group: Pick<ReviewGroup, "account" | "code" | "reason">): string {
  const entry = context.accounts.get(group.account)?.provider.errors.get(group.code ?? "");
  if (entry !== undefined && group.reason !== "doubt") return entry.guidance;
  switch (group.reason) {
    case "rejected":
      return "Correct the input and use fix, or discard it.";
    case "exhausted":
      return "Check whether the provider works again, then retry.";
    case "doubt":
      return "Reconcile where the provider can be asked; otherwise look there and resolve with evidence.";
    case "undelivered":
      return "Use another channel, or discard it.";
    case "expired":
      return "Discard it, or retry if it is still wanted.";
    case "blocked_account":
      return "Correct the credentials, check the account, then retry.";
    case "poison":
      return "Its worker ended while sending it, several times. Look at the input before retrying.";
    default:
      return group.reason satisfies never;
  }
}
