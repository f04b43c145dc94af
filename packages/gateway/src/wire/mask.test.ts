import * as fc from "fast-check";
import { expect, test } from "vitest";
import { maskOperation } from "./mask.ts";
import type { WireOperation } from "./operation.ts";

const operation = (over: Partial<WireOperation>): WireOperation => ({
  id: "op_1",
  account: "tw",
  operation: "messages.create",
  state: "parked",
  version: 3,
  input: {
    To: "whatsapp:+14155552671",
    From: "+15005550006",
    Body: "canary body",
    StatusCallback: "https://x.example/?a=1",
  },
  reference: "order_789",
  idempotency_key: "otp-14155552671",
  class: "standard",
  guarantee: "once",
  parked_reason: "rejected",
  deadline: "2026-01-01T00:00:00.000Z",
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  next_attempt_at: null,
  provider_id: "SM1",
  provider_status: null,
  recipient: "whatsapp:+14155552671",
  subject: "14155552671",
  metadata: { note: "call 4155552671", email: "canary@example.com", deep: [{ to: 14155552671 }] },
  fallback: [{ account: "rc", operation: "messages.send", input: { to: "+14155552671", text: "canary body" } }],
  created_by: "app",
  attempts_started: 1,
  parent_id: null,
  failure: null,
  assignee: null,
  snoozed_until: null,
  child_ids: [],
  trace_url: null,
  attempts: [],
  receipts: [{ at: "2026-01-01T00:00:00.000Z", status: "failed", code: null, message: "no +1 415 555 2671" }],
  history: [
    { at: "2026-01-01T00:00:00.000Z", event: "e", actor: "a", because: "for 14155552671", before: null, after: null },
  ],
  ...over,
});

test("no number and nothing a message said, wherever it stands; ids stay", () => {
  const masked = maskOperation(operation({}));
  const text = JSON.stringify(masked);
  expect(text).not.toMatch(/canary|415 ?555|4155552671/);
  expect(masked).toMatchObject({
    id: "op_1",
    reference: "order_789",
    provider_id: "SM1",
    version: 3,
    recipient: "whatsapp:+1********71",
  });
  expect(masked.input["StatusCallback"]).toBe("https://x.example/?a=1");
});

test("whatever shape an input has, the recipient's digits are gone", () => {
  const number = fc.constantFrom("+14155552671", "14155552671", "tel:+14155552671", "+1 (415) 555-2671");
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      number,
      fc.string(),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("node"), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("To", "to", "attributes", "x", "phone_number"), value), (input) => {
      const text = JSON.stringify(maskOperation(operation({ input, metadata: input })));
      expect(text.replaceAll(/[ ().-]/g, "")).not.toContain("4155552671");
    }),
  );
});
