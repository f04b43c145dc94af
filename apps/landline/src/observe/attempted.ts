/**
 * The canonical line: everything about one attempt on one line, under the names people search for.
 */
import type { LogLine } from "@landline/host";
import type { OutboxEvent } from "@landline/outbox";

/** Writes the line an event deserves; most events deserve none. */
export function logEvent(log: LogLine, event: OutboxEvent): void {
  switch (event.type) {
    case "operation.attempted":
      log(event.outcome === "accepted" ? "info" : "warn", event.type, {
        operation_id: event.id,
        account: event.account,
        provider: event.provider,
        operation: event.operation,
        endpoint: event.endpoint,
        method: event.method,
        attempt: event.attempt,
        status: event.status,
        code: event.code,
        outcome: event.outcome,
        decision: event.decision,
        because: event.because,
        request_timestamp: new Date(event.requestTimestamp).toISOString(),
        duration_ms: Math.round(event.durationMs),
        request_id: event.requestId,
        message_id: event.messageId,
        reference: event.reference,
        idempotency_key: event.idempotencyKey,
      });
      return;
    case "account.changed":
      log(event.state === "ok" ? "info" : "error", event.type, {
        account: event.account,
        state: event.state,
        because: event.because,
        actor: event.actor,
      });
      return;
    case "incident.opened":
    case "incident.closed":
      log(event.type === "incident.opened" ? "error" : "info", event.type, {
        provider: event.provider,
        accounts: event.accounts.join(","),
        because: event.because,
      });
      return;
    case "store.moved":
      log("error", event.type, { because: event.because, presumed: event.presumed });
      return;
    case "worker.trouble":
      log("error", event.type, { message: event.message });
      return;
    case "operation.changed":
    case "receipt.received":
      log("debug", event.type, { operation_id: event.id, account: event.account });
      return;
    default:
      event satisfies never;
  }
}
