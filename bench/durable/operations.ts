/** Operations of the benchmark: 300 bytes of payload, a key, a reference and a recipient each, all different and in no order. */
import { createHash } from "node:crypto";
import { createHost } from "@landline/host";
import type { AttemptResult, NewOperation, Settlement } from "@landline/outbox";

const host = createHost();
const body = "x".repeat(180);
const far = Date.now() + 7 * 86_400_000;

/** Twenty random-looking characters for a number, the same every time. */
function scattered(number: number): string {
  return createHash("sha1").update(String(number)).digest("hex").slice(0, 20);
}

/** Made beforehand, so that making them is not measured. */
export function operations(count: number, from: number): readonly NewOperation[] {
  return Array.from({ length: count }, (_, index) => operation(from + index));
}

function operation(number: number): NewOperation {
  const text = scattered(number);
  return {
    id: host.newOperationId(),
    account: "tw",
    operation: "messages.create",
    lane: "tw/messages",
    input: {
      To: `+1555${text.slice(0, 7)}`,
      From: "+15005550006",
      Body: body,
      StatusCallback: `https://example.com/${text}`,
    },
    reference: `order_${text}`,
    idempotencyScope: "app",
    idempotencyKey: `key_${text}_${number}`,
    fingerprint: text,
    class: "standard",
    guarantee: "once",
    subject: null,
    ordered: false,
    metadata: null,
    fallback: [],
    policy: null,
    deadline: far + number,
    notBefore: null,
    recipient: `+1555${text.slice(0, 7)}`,
    parentId: null,
    actor: "app",
    traceparent: null,
  };
}

/** The digest of a request, as long as a real one. */
export const requestDigest = scattered(1).repeat(4).slice(0, 64);

/** The provider took it. */
export function accepted(id: string, now: number): Settlement {
  const attempt: AttemptResult = {
    number: 1,
    endedAt: now,
    outcome: "accepted",
    status: 201,
    code: null,
    requestId: "RQ0123456789abcdef",
    phase: "done",
    failure: null,
  };
  const providerId = `SM${id}`;
  return {
    type: "accept",
    because: `the provider took it as ${providerId}`,
    providerId,
    providerStatus: "queued",
    attempt,
  };
}
