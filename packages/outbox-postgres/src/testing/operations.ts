/** Operations and settlements for the tests of this package: complete and ordinary. */
import type { ClaimedOperation, NewOperation, Settlement } from "@landline/outbox";

let made = 0;

/** An ordinary message, due at once, with a deadline in an hour of this machine's clock. */
export function message(overrides: Partial<NewOperation> = {}): NewOperation {
  made += 1;
  const id = overrides.id ?? `op_${process.pid.toString(36)}_${made.toString(36).padStart(8, "0")}`;
  return {
    id,
    account: "tw",
    operation: "messages.create",
    lane: "tw/messages",
    input: { To: "+15551230000", From: "+15005550006", Body: `hello ${id}` },
    reference: null,
    idempotencyScope: "app",
    idempotencyKey: `key-${id}`,
    fingerprint: `fingerprint-${id}`,
    class: "standard",
    guarantee: "once",
    subject: null,
    ordered: false,
    metadata: null,
    fallback: [],
    policy: null,
    deadline: Date.now() + 3_600_000,
    notBefore: null,
    recipient: "+15551230000",
    parentId: null,
    actor: "app",
    traceparent: null,
    ...overrides,
  };
}

/** The provider took it. */
export function taken(claimed: ClaimedOperation): Settlement {
  return {
    type: "accept",
    because: "the provider took it",
    providerId: `SM-${claimed.id}`,
    providerStatus: "queued",
    attempt: {
      number: claimed.attemptsStarted + 1,
      endedAt: Date.now(),
      outcome: "accepted",
      status: 201,
      code: null,
      requestId: "RQ1",
      phase: "done",
      failure: null,
    },
  };
}

/** The intent of the next attempt. */
export function intent(claimed: ClaimedOperation): { readonly number: number; readonly requestDigest: string } {
  return { number: claimed.attemptsStarted + 1, requestDigest: "digest" };
}
