/** What states, reasons and verbs are called, and what may be done when. The wording people decide by; pure. */
import type { Failure, ParkedReason, State, Summary } from "./api/types.ts";
import type { Verb } from "./api/verbs.ts";

/** Colours with a meaning; each has a `--tone` and `--tone-soft`. */
export type Tone = "ok" | "wait" | "fail" | "doubt" | "late" | "off";

/** As much of an operation as a sentence about it needs. */
export type Facts = Pick<Summary, "state" | "parked_reason" | "failure">;

const stateTones: Readonly<Record<State, Tone>> = {
  queued: "wait",
  sending: "wait",
  retrying: "wait",
  reconciling: "doubt",
  held: "late",
  accepted: "ok",
  delivered: "ok",
  undelivered: "fail",
  parked: "fail",
  discarded: "off",
  expired: "late",
  cancelled: "off",
  superseded: "off",
};

const reasonWords: Readonly<Record<ParkedReason, { readonly label: string; readonly tone: Tone }>> = {
  rejected: { label: "Refused", tone: "fail" },
  exhausted: { label: "Out of attempts", tone: "fail" },
  doubt: { label: "In doubt", tone: "doubt" },
  undelivered: { label: "Not delivered", tone: "fail" },
  expired: { label: "Too late", tone: "late" },
  blocked_account: { label: "Account blocked", tone: "fail" },
  poison: { label: "Kept failing", tone: "fail" },
};

/** The word and colour for where an operation stands. */
export function standing({ state, parked_reason: reason }: Facts): { readonly label: string; readonly tone: Tone } {
  if (state === "parked" && reason !== null) return reasonWords[reason];
  return { label: stateLabel(state), tone: stateTones[state] };
}

/** A state's name for people. */
export function stateLabel(state: State): string {
  return state.charAt(0).toUpperCase() + state.slice(1);
}

/** A reason's name for people. */
export function reasonLabel(reason: ParkedReason): string {
  return reasonWords[reason].label;
}

/** Every reason. */
export const reasons = Object.keys(reasonWords) as readonly ParkedReason[];

/** A reason's colour. */
export function reasonTone(reason: ParkedReason): Tone {
  return reasonWords[reason].tone;
}

/** True while nobody can say whether it was sent. */
export function isInDoubt({ state, parked_reason: reason, failure }: Facts): boolean {
  if (state === "parked" || state === "undelivered")
    return reason === "doubt" || (failure?.execution === "unknown" && reason !== "undelivered");
  return state === "reconciling";
}

/** True when the person asked not to be written to again. */
function hasOptedOut({ failure }: Facts): boolean {
  return failure?.kind === "recipient_blocked";
}

/** Whether anything was sent, in one sentence. The first thing a person wants to know. */
export function verdict(facts: Facts): string {
  const { state, parked_reason: reason, failure } = facts;
  switch (state) {
    case "queued":
      return "Waiting for its turn. Nothing has been sent yet.";
    case "sending":
      return "Being sent at this moment.";
    case "retrying":
      return isInDoubtWhileWaiting(failure)
        ? "Waiting for the next attempt, which does no harm if the last one arrived."
        : "Waiting for the next attempt. Nothing has been sent so far.";
    case "held":
      return "Held back because its account is not sending. No attempt is spent meanwhile.";
    case "reconciling":
      return "It may have been sent. The provider is being asked.";
    case "accepted":
      return "Sent once: the provider has it.";
    case "delivered":
      return "Sent once, and it arrived.";
    case "undelivered":
      return "Sent once, but it did not arrive.";
    case "discarded":
      return "Given up on purpose.";
    case "expired":
      return "Its deadline passed before it could be sent. Nothing was sent.";
    case "cancelled":
      return "Cancelled before anything was sent.";
    case "superseded":
      return "Replaced by another operation; look there for what happened.";
    case "parked":
      return parkedVerdict(facts, reason);
    default:
      return state satisfies never;
  }
}

function isInDoubtWhileWaiting(failure: Failure | null): boolean {
  return failure?.execution === "unknown";
}

function parkedVerdict(facts: Facts, reason: ParkedReason | null): string {
  if (isInDoubt(facts)) return "It may have been sent. Nobody knows yet, so nothing is sent again.";
  if (reason === "undelivered") return "Sent once, but it did not arrive.";
  if (reason === "expired") return "Too late to be useful. Nothing was sent.";
  if (hasOptedOut(facts)) return "Nothing was sent: this person has opted out.";
  if (reason === "exhausted") return "Nothing was sent: every attempt failed.";
  if (reason === "blocked_account") return "Nothing was sent: the provider refuses this account's credentials.";
  return facts.failure?.execution === "executed"
    ? "Sent, but it failed afterwards."
    : "Nothing was sent: it was refused.";
}

const responsibles: Readonly<Record<Failure["responsible"], string>> = {
  caller: "The application that asked",
  operator: "Whoever runs the account",
  recipient: "The recipient",
  provider: "The provider",
  network: "The network",
  nobody: "Nobody",
};

/** Where the cause lies. */
export function responsibleLabel(responsible: Failure["responsible"]): string {
  return responsibles[responsible];
}

/** What a failure is called: its code where there is one, else its kind. */
export function failureTitle({ code, kind }: { readonly code: string | null; readonly kind: string | null }): string {
  const name = (kind ?? "unknown").replaceAll("_", " ");
  return code === null ? name : `${code} · ${name}`;
}

/** A verb in the words of a button. */
export const verbWords: Readonly<
  Record<Verb, { readonly label: string; readonly key: string | null; readonly does: string }>
> = {
  retry: { label: "Retry", key: "r", does: "Send the same operation again, unchanged." },
  fix: { label: "Fix and retry", key: "e", does: "Correct it and send the correction as a new operation." },
  fallback: { label: "Other channel", key: "f", does: "Send it on another channel or account as a new operation." },
  discard: { label: "Discard", key: "d", does: "Give it up on purpose. Nothing is sent." },
  resolve: { label: "Settle the doubt", key: "s", does: "Say what happened, with the evidence." },
  reconcile: { label: "Ask the provider", key: "p", does: "Look at the provider whether it has it." },
  cancel: { label: "Cancel", key: "c", does: "Stop it before it is sent." },
  assign: { label: "Assign", key: "a", does: "Say who looks after it." },
  snooze: { label: "Put off", key: "z", does: "Take it out of the queue until later; it comes back by itself." },
  comment: { label: "Comment", key: "m", does: "Leave word for whoever looks next." },
};

/** Whether a verb makes sense now; a text says why not (it is shown greyed), null hides it. */
export function availability(verb: Verb, facts: Facts): true | string | null {
  const { state } = facts;
  const parked = state === "parked";
  const doubt = isInDoubt(facts);
  switch (verb) {
    case "reconcile":
    case "resolve":
      return doubt ? true : null;
    case "retry":
      if (!parked) return null;
      if (doubt) return "It may already have been sent: settle the doubt first.";
      return hasOptedOut(facts) ? "This person has opted out: nothing may be sent again." : true;
    case "fix":
      if (!parked) return null;
      return doubt ? "It may already have been sent: settle the doubt first." : true;
    case "fallback":
      if (!parked && state !== "undelivered") return null;
      if (doubt) return "It may already have been sent: settle the doubt first.";
      return hasOptedOut(facts) ? "This person has opted out, on every channel." : true;
    case "discard":
      return parked ? true : null;
    case "assign":
    case "snooze":
    case "comment":
      return parked ? true : null;
    case "cancel":
      if (doubt) return null;
      return state === "queued" || state === "retrying" || state === "held" ? true : null;
    default:
      return verb satisfies never;
  }
}

/** The verb to offer first, or null. */
export function firstVerb(facts: Facts): Verb | null {
  if (isInDoubt(facts)) return "reconcile";
  if (facts.state !== "parked") return null;
  if (hasOptedOut(facts) || facts.parked_reason === "expired") return "discard";
  switch (facts.failure?.remedy) {
    case "fix_request":
      return "fix";
    case "other_channel":
      return "fallback";
    case "none":
      return "discard";
    default:
      return "retry";
  }
}
