/** Reads the figures of a window and says whose trouble it is. Pure. */
import type { Account, Failure, Figures, Overview } from "./api/types.ts";
import { share } from "./format.ts";
import type { Tone } from "./words.ts";

type Kind = Failure["kind"];

/** Whose trouble a kind of failure is. */
export type Side = "us" | "them" | "recipient" | "pace" | "nobody";

const sides: Readonly<Record<Kind, Side>> = {
  invalid_request: "us",
  authentication: "us",
  authorization: "us",
  not_found: "us",
  conflict: "us",
  quota: "us",
  internal: "us",
  expired: "us",
  rate_limited: "pace",
  recipient_blocked: "recipient",
  undelivered: "recipient",
  unavailable: "them",
  transport: "them",
  cancelled: "nobody",
};

/** Sides in words. */
export const sideWords: Readonly<Record<Side, string>> = {
  us: "Us: request, account or credentials",
  them: "Them: provider or network",
  recipient: "The recipient",
  pace: "The pace: slowed down",
  nobody: "Nobody",
};

/** Whose trouble it is. */
export function sideOf(kind: string): Side {
  return (sides as Readonly<Record<string, Side>>)[kind] ?? "nobody";
}

/** What became of operations in a time. */
export interface Success {
  readonly accepted: number;
  /** Never taken by a provider: parked or expired before it was. */
  readonly refused: number;
  readonly delivered: number;
  readonly undelivered: number;
}

/** Counts. Parked as undelivered was accepted before, and counts there. */
export function successOf({ states, parked_reasons: reasons }: Figures): Success {
  return {
    accepted: states.accepted ?? 0,
    refused: Math.max(0, (states.parked ?? 0) - (reasons.undelivered ?? 0) + (states.expired ?? 0)),
    delivered: states.delivered ?? 0,
    undelivered: Math.max(states.undelivered ?? 0, reasons.undelivered ?? 0),
  };
}

/** Failures by kind, most first. */
export function kindsOf({ failures }: Figures): readonly { readonly kind: string; readonly size: number }[] {
  return Object.entries(failures)
    .map(([kind, size]) => ({ kind, size }))
    .filter(({ size }) => size > 0)
    .toSorted((left, right) => right.size - left.size);
}

/** Whose trouble it is, in a sentence, and the grounds. */
export function diagnose({ accounts, totals }: Pick<Overview, "accounts" | "totals">): {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
} {
  const names = (state: Account["state"]): string =>
    accounts
      .filter((account) => account.state === state)
      .map(({ account }) => account)
      .join(", ");
  if (names("incident") !== "")
    return {
      tone: "fail",
      title: `It is them: ${names("incident")} has an incident.`,
      detail: "Everything for this provider is held and goes on by itself when it answers again.",
    };
  if (names("blocked") !== "")
    return {
      tone: "fail",
      title: `It is us: ${names("blocked")} is blocked.`,
      detail: "The provider refuses its credentials. Correct them, then check the account.",
    };
  const open = accounts.flatMap(({ lanes }) => lanes).filter(({ breaker }) => breaker !== "closed").length;
  if (open > 0)
    return {
      tone: "late",
      title: "It is probably them: requests keep failing.",
      detail: `${open === 1 ? "One lane waits" : `${open} lanes wait`} and will try again carefully.`,
    };
  if (names("paused") !== "")
    return {
      tone: "late",
      title: `${names("paused")} is paused by a person.`,
      detail: "What is asked for waits there until somebody resumes it.",
    };
  return fromFigures(totals);
}

function fromFigures(totals: Figures): ReturnType<typeof diagnose> {
  const of = (side: Side): number =>
    kindsOf(totals).reduce((sum, { kind, size }) => sum + (sideOf(kind) === side ? size : 0), 0);
  const attempts = Math.max(1, totals.attempts.total);
  const [us, them] = [of("us"), of("them")];
  if ((us + them) / attempts > 0.05)
    return us > them
      ? {
          tone: "late",
          title: "It is mostly us: requests or accounts are refused.",
          detail: `${share(us, attempts)} of all attempts failed for reasons we can change.`,
        }
      : {
          tone: "late",
          title: "It is mostly them: the provider or the network fails.",
          detail: `${share(them, attempts)} of all attempts met trouble on their side.`,
        };
  return {
    tone: "ok",
    title: totals.asked === 0 && totals.attempts.total === 0 ? "Quiet: nothing happened in this time." : "All is well.",
    detail: "Every account sends, and no lane is waiting out a failure.",
  };
}
