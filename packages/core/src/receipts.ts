/**
 * What a receipt, the provider's later word, changes about an operation.
 *
 * Receipts come late, twice, in any order, or never. So: progress never goes backwards, a final word is taken whenever
 * none was taken before, and `delivered` is never taken back. A `delivered` after an `undelivered` is a late word of a
 * carrier: both are kept, the operation becomes delivered, and people are told. A receipt that names our operation is
 * also proof that the provider took it, whatever we believed.
 *
 * The same event twice is found by its key in the store; applied again it would change nothing here either.
 */
import type { ParkedReason } from "./decide.ts";
import type { Failure } from "./failure.ts";
import { failure } from "./failure.ts";
import type { LifecycleEvent, StoredState } from "./lifecycle.ts";
import { stateAfter } from "./lifecycle.ts";
import type { OperationClass } from "./policy.ts";
import type { ErrorEntry, ReceiptEvent } from "./provider.ts";

/** As much of an operation as a receipt depends on. */
export interface ReceiptSubject {
  readonly state: StoredState;
  /** Rank of the highest receipt applied so far; 0 for none. */
  readonly receiptRank: number;
  /** Why it waits for a person, when it does. */
  readonly parkedReason: ParkedReason | null;
  readonly class: OperationClass;
  /** Another way to reach the recipient was named by the caller or a route. */
  readonly hasFallback: boolean;
}

/** What a receipt does. Every receipt is stored, whatever stands here. */
export interface ReceiptStep {
  /** Lifecycle events to apply, in order; none when it is only recorded. */
  readonly events: readonly LifecycleEvent[];
  /** The state after `events`. */
  readonly state: StoredState;
  /** Never lower than before. */
  readonly receiptRank: number;
  /** Whether the next step of the route is to be sent now. */
  readonly fallback: boolean;
  /** Of a failed delivery, also when it only contradicts what is known. */
  readonly failure: Failure | null;
  /** People are told: the word contradicts what was believed. */
  readonly alert: boolean;
  readonly because: string;
}

/**
 * Applies a receipt to an operation.
 * @param entry the provider's table row for the event's code, or null
 */
export function applyReceipt(subject: ReceiptSubject, event: ReceiptEvent, entry: ErrorEntry | null): ReceiptStep {
  const kept: ReceiptStep = {
    events: [],
    state: subject.state,
    receiptRank: subject.receiptRank,
    fallback: false,
    failure: event.meaning === "undelivered" ? receiptFailure(event, entry) : null,
    alert: false,
    because: event.status,
  };
  if (event.meaning === "inbound") return { ...kept, because: "an inbound message, not about this operation" };
  const ranked: ReceiptStep = { ...kept, receiptRank: Math.max(subject.receiptRank, event.rank) };
  switch (subject.state) {
    case "queued":
    case "sending":
    case "retrying":
    case "reconciling":
    case "expired":
      return afterAcceptance(subject, event, entry, ranked, ["accept"]);
    case "accepted":
      return afterAcceptance(subject, event, entry, ranked, []);
    case "parked":
      return subject.parkedReason === "doubt"
        ? afterAcceptance(subject, event, entry, ranked, ["accept"])
        : notExpected(subject, event, ranked);
    case "delivered":
      return event.meaning === "undelivered"
        ? {
            ...ranked,
            alert: true,
            because: `${event.status} after it was delivered: both are kept, it stays delivered`,
          }
        : { ...ranked, because: progress(subject, event) };
    case "undelivered":
      return notExpected(subject, event, ranked);
    case "cancelled":
    case "discarded":
    case "superseded":
      return {
        ...ranked,
        alert: event.meaning === "delivered" || subject.state === "cancelled",
        because: `${event.status} although it was ${subject.state}`,
      };
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return subject.state satisfies never;
  }
}

/**
 * A failed delivery as a failure: taken, then refused further on, unless the code's table row knows better (a carrier that
 * did not answer leaves doubt: it may have arrived).
 */
export function receiptFailure(
  event: Pick<ReceiptEvent, "status" | "code" | "message">,
  entry: ErrorEntry | null,
): Failure {
  const unknown = event.code === null ? "without a code" : `with code ${event.code}, which is not in the table`;
  return failure({
    kind: entry?.kind ?? "undelivered",
    ...(entry?.category === undefined ? {} : { category: entry.category }),
    shape: "receipt",
    execution: entry?.execution ?? "executed",
    remedy: entry?.remedy ?? "none",
    responsible: entry?.responsible ?? "nobody",
    code: event.code,
    message: event.message ?? entry?.meaning ?? `The provider reports ${event.status}`,
    guidance:
      entry?.guidance ??
      `The provider reports ${event.status} ${unknown}. Look at the recipient and the provider's log.`,
    docs: entry?.docs ?? null,
  });
}

/** Whether a failed delivery may go down the route by itself: never to one who opted out, nor where the code forbids it. */
export function mayFallBack(event: Pick<ReceiptEvent, "optedOut">, entry: ErrorEntry | null): boolean {
  if (event.optedOut !== null || entry?.optedOut === true) return false;
  return entry === null || entry.otherChannel === "yes";
}

function afterAcceptance(
  subject: ReceiptSubject,
  event: ReceiptEvent,
  entry: ErrorEntry | null,
  ranked: ReceiptStep,
  first: readonly LifecycleEvent[],
): ReceiptStep {
  // What was given up for lost in time has left after all: news to somebody.
  const late = subject.state === "expired";
  const proof = first.length === 0 ? "" : `, which proves that the provider took it`;
  switch (event.meaning) {
    case "progress":
    case "inbound":
      return after(ranked, first, late, first.length === 0 ? progress(subject, event) : `${event.status}${proof}`);
    case "delivered":
      return after(ranked, [...first, "deliver"], late, `${event.status}${proof}`);
    case "undelivered":
      return undelivered(subject, event, entry, ranked, first);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return event.meaning satisfies never;
  }
}

/** By class: an urgent one goes on or asks a person, an ordinary one asks where a person can help, bulk is recorded. */
function undelivered(
  subject: ReceiptSubject,
  event: ReceiptEvent,
  entry: ErrorEntry | null,
  ranked: ReceiptStep,
  first: readonly LifecycleEvent[],
): ReceiptStep {
  const said = event.code === null ? event.status : `${event.status} (${event.code})`;
  const events: readonly LifecycleEvent[] = [...first, "fail_delivery"];
  if (subject.hasFallback && mayFallBack(event, entry)) {
    return { ...after(ranked, events, false, `${said}: the next step of the route is sent`), fallback: true };
  }
  const person = entry !== null && (entry.responsible === "operator" || entry.responsible === "caller");
  switch (subject.class) {
    case "critical":
      return after(ranked, [...events, "park"], false, `${said}: critical, so a person decides`);
    case "standard":
      return person
        ? after(ranked, [...events, "park"], false, `${said}: the ${entry.responsible} must act`)
        : after(ranked, events, false, `${said}: recorded`);
    case "bulk":
      return after(ranked, events, false, `${said}: recorded`);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return subject.class satisfies never;
  }
}

/** Only a delivery changes what has failed or waits for a person: the recipient has it. */
function notExpected(subject: ReceiptSubject, event: ReceiptEvent, ranked: ReceiptStep): ReceiptStep {
  return event.meaning === "delivered"
    ? after(ranked, ["deliver"], true, `${event.status} although it was ${subject.state}: a late word, both are kept`)
    : { ...ranked, because: progress(subject, event) };
}

function progress(subject: ReceiptSubject, event: ReceiptEvent): string {
  return event.rank > subject.receiptRank ? `progress: ${event.status}` : `${event.status} is older than what is known`;
}

function after(step: ReceiptStep, events: readonly LifecycleEvent[], alert: boolean, because: string): ReceiptStep {
  const last = events.at(-1);
  return { ...step, events, state: last === undefined ? step.state : stateAfter(last), alert, because };
}
