/** Operations to put into a store. */
import type { NewOperation } from "@landline/outbox";

/** An ordinary operation. */
export function message(number: number, overrides: Partial<NewOperation> = {}): NewOperation {
  const id = `op_${String(number).padStart(26, "0")}`;
  return {
    id,
    account: "tw",
    operation: "messages.create",
    lane: "tw/messages",
    input: { To: "+15551230000", Body: `number ${number}` },
    reference: `order_${number}`,
    idempotencyScope: "app",
    idempotencyKey: `key-${number}`,
    fingerprint: `fingerprint-${number}`,
    class: "standard",
    guarantee: "once",
    subject: null,
    ordered: false,
    metadata: null,
    fallback: [],
    policy: null,
    deadline: 4_000_000_000_000,
    notBefore: null,
    recipient: `+1555${String(number).padStart(7, "0")}`,
    parentId: null,
    actor: "app",
    traceparent: null,
    ...overrides,
  };
}
