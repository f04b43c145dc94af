/**
 * What a client says about its calls while they run: one typed union for logs, metrics and traces. No event carries a
 * body, a number or a credential.
 */
import type { Failure, OutcomeType, Phase } from "@landline/core";

/** One attempt in a result's history. Instants are epoch milliseconds. */
export interface CallAttempt {
  /** One-based. */
  readonly number: number;
  readonly outcome: OutcomeType;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  /** How far it got; `done` when the whole answer was read. */
  readonly phase: Phase;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** See the module comment. */
export type ClientEvent = {
  readonly provider: string;
  readonly operation: string;
  readonly operationId: string;
} & (
  | { readonly type: "call.started"; readonly at: number }
  | { readonly type: "lane.waited"; readonly ms: number }
  | { readonly type: "attempt.ended"; readonly attempt: CallAttempt; readonly failure: Failure | null }
  | { readonly type: "retry.scheduled"; readonly at: number; readonly delayMs: number; readonly because: string }
  | {
      readonly type: "doubt.looked";
      readonly finding: "found" | "absent" | "again" | "doubt";
      readonly because: string;
    }
  | {
      readonly type: "call.ended";
      readonly ok: boolean;
      readonly failure: Failure | null;
      readonly attempts: number;
      readonly startedAt: number;
      readonly endedAt: number;
    }
);

/** Hears events. */
export type ClientListener = (event: ClientEvent) => void;

/** A listener whose defects decide nothing: one that throws must not decide the fate of a message. */
export function quiet(listener: ClientListener | undefined): ClientListener | null {
  if (listener === undefined) return null;
  return (event) => {
    try {
      listener(event);
    } catch {
      // Its own defect; there is nobody else to tell.
    }
  };
}
