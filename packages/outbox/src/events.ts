/**
 * Telling everybody who listens what happened: logs, metrics, alerts and live views all hang on this one stream.
 *
 * Nothing here may harm the durable flow: listeners run after the commit, their exceptions are swallowed, and where
 * nobody listens nothing is built. Failures are shown without secrets and with masked numbers.
 */
import { createRedactor, messageFields } from "@landline/core";
import type { Failure, OperationState } from "@landline/core";
import type { OutboxEvent } from "./api.ts";
import type { Account, OperationRecord } from "./ports/index.ts";

/** A stream of events with any number of listeners. */
export interface Events {
  /** False when nobody would hear an event: building it would be wasted. */
  heard(): boolean;
  emit(event: OutboxEvent): void;
  subscribe(listener: (event: OutboxEvent) => void): () => void;
}

/** A stream without listeners. */
export function createEvents(): Events {
  const listeners = new Set<(event: OutboxEvent) => void>();
  return {
    heard: () => listeners.size > 0,
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch {
          // A listener's fault is not the operation's.
        }
      }
    },
    subscribe(listener) {
      // A wrapper, so that one function subscribed twice is two subscriptions.
      const own = (event: OutboxEvent): void => listener(event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}

/** Shows a failure outside the store: no secret, no message body, no full number. */
export type Showing = (failure: Failure | null) => Failure | null;

/** Makes {@link Showing} for one account. */
export function showingOf(account: Account): Showing {
  const redactor = createRedactor(account.provider.secrets, { numbers: true, fields: messageFields });
  return (failure) =>
    failure && { ...failure, message: redactor.text(failure.message), guidance: redactor.text(failure.guidance) };
}

/** What changed about an operation, as an event. */
export function operationChanged(
  operation: Pick<OperationRecord, "id" | "account" | "operation" | "version">,
  change: {
    readonly at: number;
    readonly state: OperationState;
    /** Absent: named by the state. */
    readonly event?: string;
    readonly because: string | null;
    readonly failure?: Failure | null;
    readonly parkedReason?: string | null;
  },
): OutboxEvent {
  return {
    type: "operation.changed",
    at: change.at,
    id: operation.id,
    account: operation.account,
    operation: operation.operation,
    state: change.state,
    event: change.event ?? `operation.${change.state}`,
    because: change.because,
    version: operation.version,
    failure: change.failure ?? null,
    parkedReason: change.parkedReason ?? null,
  };
}
