/** The canonical line has the fields that support asks for, under the names people search for. */
import type { OutboxEvent } from "@landline/outbox";
import { expect, test } from "vitest";
import { logEvent } from "./attempted.ts";

test("an attempt is one line with endpoint, method, status, time, ids, reference and key", () => {
  const lines: unknown[] = [];
  const event: Extract<OutboxEvent, { readonly type: "operation.attempted" }> = {
    type: "operation.attempted",
    at: 2_000,
    id: "op_1",
    account: "rc",
    provider: "red-cloud",
    operation: "messages.send",
    reference: "order_789",
    idempotencyKey: "op_1",
    attempt: 2,
    endpoint: "https://rc.example/api/core/messages/send",
    method: "POST",
    requestTimestamp: 1_000,
    durationMs: 12.4,
    status: 202,
    code: null,
    requestId: "req_1",
    messageId: "msg_1",
    outcome: "accepted",
    decision: "accept",
    because: "accepted",
    failure: null,
    body: "the body stays out",
    traceparent: null,
  };
  logEvent((level, name, fields) => void lines.push([level, name, fields]), event);
  expect(lines).toEqual([
    [
      "info",
      "operation.attempted",
      {
        operation_id: "op_1",
        account: "rc",
        provider: "red-cloud",
        operation: "messages.send",
        endpoint: "https://rc.example/api/core/messages/send",
        method: "POST",
        attempt: 2,
        status: 202,
        code: null,
        outcome: "accepted",
        decision: "accept",
        because: "accepted",
        request_timestamp: "1970-01-01T00:00:01.000Z",
        duration_ms: 12,
        request_id: "req_1",
        message_id: "msg_1",
        reference: "order_789",
        idempotency_key: "op_1",
      },
    ],
  ]);
});
