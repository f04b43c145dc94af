import { describe, expect, test } from "vitest";
import type { EscalationAttempt, EscalationInput } from "./escalation.ts";
import { escalation, escalationMarkdown, escalationText } from "./escalation.ts";
import { failure } from "./failure.ts";
import { createRedactor } from "./redact.ts";

const start = Date.UTC(2026, 0, 1, 12, 0, 0);
const redactor = createRedactor(["hush-hush-secret"]);

const refused = failure({
  kind: "unavailable",
  execution: "unknown",
  remedy: "reconcile",
  responsible: "provider",
  message: "Service | unavailable",
  status: 503,
  code: "20503",
  requestId: "RQ0",
  guidance: "Ask the provider.",
  docs: "https://example.com/20503",
});

const attempt = (number: number, change: Partial<EscalationAttempt> = {}): EscalationAttempt => ({
  number,
  startedAt: start + number * 1_000,
  endedAt: start + number * 1_000 + 250,
  outcome: "ambiguous",
  status: 503,
  code: "20503",
  requestId: `RQ${number}`,
  failure: refused,
  body: `{"code":20503,"token":"t","echo":"hush-hush-secret"}`,
  ...change,
});

const input: EscalationInput = {
  operation: {
    id: "op_1",
    account: "tw",
    operation: "messages.create",
    state: "parked",
    reference: "order_789",
    idempotencyKey: "key-1",
    providerId: null,
    createdAt: start,
    failure: refused,
  },
  provider: "twilio",
  endpoint: { method: "POST", url: "https://user:pass@api.twilio.com/Messages.json" },
  attempts: [attempt(2), attempt(1)],
  events: [{ at: start + 3_000, event: "operation.parked", actor: "system", because: "all attempts are spent" }],
};

const made = (change: Partial<EscalationInput> = {}) => escalation({ ...input, ...change }, redactor);

describe("escalation", () => {
  test("has everything support asks for, redacted", () => {
    expect(made()).toEqual({
      operation_id: "op_1",
      provider: "twilio",
      account: "tw",
      operation: "messages.create",
      state: "parked",
      endpoint: "POST https://[redacted]@api.twilio.com/Messages.json",
      status: 503,
      code: "20503",
      error_body: `{"code":20503,"token":"[redacted]","echo":"[redacted]"}`,
      request_id: "RQ2",
      requested_at: "2026-01-01T12:00:02.000Z",
      idempotency_key: "key-1",
      message_id: null,
      reference: "order_789",
      reproducible: "always",
      reproducible_because: "all 2 attempts failed in the same way",
      guidance: "Ask the provider.",
      docs: "https://example.com/20503",
      timeline: [
        { at: "2026-01-01T12:00:00.000Z", what: "accepted from the caller" },
        { at: "2026-01-01T12:00:01.000Z", what: "attempt 1 started" },
        { at: "2026-01-01T12:00:01.250Z", what: "attempt 1: ambiguous (503/20503), request RQ1" },
        { at: "2026-01-01T12:00:02.000Z", what: "attempt 2 started" },
        { at: "2026-01-01T12:00:02.250Z", what: "attempt 2: ambiguous (503/20503), request RQ2" },
        { at: "2026-01-01T12:00:03.000Z", what: "operation.parked by system: all attempts are spent" },
      ],
    });
  });

  test("speaks of the last attempt that failed", () => {
    const last = made({
      attempts: [attempt(1), attempt(2, { code: "1" }), attempt(3, { outcome: "accepted", failure: null })],
    });
    expect(last).toMatchObject({ code: "1", request_id: "RQ2", reproducible: "sometimes" });
    expect(last.reproducible_because).toBe("2 of 3 attempts failed, in 2 ways");
  });

  test("falls back to what the failure knows", () => {
    expect(made({ attempts: [attempt(1, { status: null, code: null, requestId: null, body: null })] })).toMatchObject({
      status: 503,
      code: "20503",
      request_id: "RQ0",
      error_body: "Service | unavailable",
    });
    const { body: _body, ...bare } = attempt(1);
    expect(made({ attempts: [bare] }).error_body).toBe("Service | unavailable");
    expect(made({ attempts: [], endpoint: null })).toMatchObject({
      endpoint: null,
      status: 503,
      code: "20503",
      requested_at: null,
      reproducible: "not_failed",
      reproducible_because: "no attempt failed",
    });
    expect(made({ attempts: [], operation: { ...input.operation, failure: null, providerId: "SM1" } })).toMatchObject({
      status: null,
      code: null,
      error_body: null,
      request_id: null,
      message_id: "SM1",
      guidance: null,
      docs: null,
    });
  });

  test("reproducible or not is derived from the attempts", () => {
    const accepted = attempt(2, { outcome: "accepted", failure: null });
    const verdict = (...attempts: EscalationAttempt[]) => {
      const { reproducible, reproducible_because } = made({ attempts });
      return [reproducible, reproducible_because];
    };
    expect(verdict(attempt(1))).toEqual(["once", "one attempt was made"]);
    expect(verdict(attempt(1), attempt(2), attempt(3))).toEqual(["always", "all 3 attempts failed in the same way"]);
    expect(verdict(attempt(1), accepted)).toEqual(["sometimes", "1 of 2 attempts failed, in 1 way"]);
    for (const change of [{ status: 500 }, { code: "1" }, { outcome: "throttled" as const }]) {
      expect(verdict(attempt(1), attempt(2, change))).toEqual(["sometimes", "2 of 2 attempts failed, in 2 ways"]);
    }
    expect(verdict(accepted)).toEqual(["not_failed", "no attempt failed"]);
    // Nobody knows of a started attempt without an outcome; with a failure it failed.
    expect(verdict(attempt(1, { outcome: null, failure: null }))).toEqual(["not_failed", "no attempt failed"]);
    expect(verdict(attempt(1, { outcome: null }))).toEqual(["once", "one attempt was made"]);
  });

  test("the timeline is in order and bare where little is known", () => {
    const { timeline } = made({
      attempts: [
        attempt(1, { endedAt: null }),
        attempt(2, { outcome: null, status: null, code: null, requestId: null }),
      ],
      events: [
        { at: start - 1, event: "operation.imported" },
        { at: start + 9_000, event: "x", actor: null, because: null },
      ],
    });
    expect(timeline.map(({ what }) => what)).toEqual([
      "operation.imported",
      "accepted from the caller",
      "attempt 1 started",
      "attempt 2 started",
      "attempt 2: unknown",
      "x",
    ]);
  });
});

describe("escalationMarkdown", () => {
  test("is a document to paste", () => {
    const markdown = escalationMarkdown(made());
    expect(markdown).toBe(`# twilio messages.create: 503/20503 (op\\_1)

| | |
| --- | --- |
| Endpoint | POST https://\\[redacted\\]@api.twilio.com/Messages.json |
| HTTP status | 503 |
| Error code | 20503 |
| Request id | RQ2 |
| Request time (UTC) | 2026-01-01T12:00:02.000Z |
| Idempotency key | key-1 |
| Message id | none returned |
| Reference | order\\_789 |
| Reproducible | yes: all 2 attempts failed in the same way |
| Account | tw |
| Our operation id | op\\_1 |
| State | parked |
| What it means | Ask the provider. |
| Documentation | https://example.com/20503 |

## Answer

\`\`\`
{"code":20503,"token":"[redacted]","echo":"[redacted]"}
\`\`\`

## Timeline

- 2026-01-01T12:00:00.000Z: accepted from the caller
- 2026-01-01T12:00:01.000Z: attempt 1 started
- 2026-01-01T12:00:01.250Z: attempt 1: ambiguous (503/20503), request RQ1
- 2026-01-01T12:00:02.000Z: attempt 2 started
- 2026-01-01T12:00:02.250Z: attempt 2: ambiguous (503/20503), request RQ2
- 2026-01-01T12:00:03.000Z: operation.parked by system: all attempts are spent
`);
  });

  test("a body with fences cannot break out of its own", () => {
    const markdown = escalationMarkdown({ ...made(), error_body: "a\n````\n# b" });
    expect(markdown).toContain("\n`````\na\n````\n# b\n`````\n");
    expect(escalationMarkdown({ ...made(), error_body: "a `` b" })).toContain("\n```\na `` b\n```\n");
  });

  test("says what is not known", () => {
    const markdown = escalationMarkdown(
      made({
        attempts: [],
        endpoint: null,
        operation: { ...input.operation, failure: null, reference: null, providerId: "SM1" },
      }),
    );
    expect(markdown).toContain("# twilio messages.create: parked (op\\_1)");
    for (const row of [
      "| Endpoint | not known |",
      "| HTTP status | no answer |",
      "| Error code | none |",
      "| Request id | none returned |",
      "| Request time (UTC) | nothing was sent |",
      "| Message id | SM1 |",
      "| Reference | none |",
      "| Reproducible | no: no attempt failed |",
      "| What it means | not known |",
      "| Documentation | not known |",
    ]) {
      expect(markdown).toContain(row);
    }
    expect(markdown).not.toContain("## Answer");
    expect(escalationMarkdown(made({ attempts: [attempt(1)] }))).toContain(
      "| Reproducible | not known: one attempt was made |",
    );
    expect(escalationMarkdown(made({ attempts: [attempt(1), attempt(2, { code: "1" })] }))).toContain(
      "| Reproducible | not consistently: ",
    );
  });
});

describe("escalationText", () => {
  test("is a mail to paste", () => {
    const lines = escalationText({ ...made(), error_body: "line 1\nline 2", guidance: " two\n lines " }).split("\n");
    expect(lines[0]).toBe("Subject: twilio messages.create: 503/20503 (op_1)");
    expect(lines.slice(1, 3)).toEqual(["", "Endpoint:           POST https://[redacted]@api.twilio.com/Messages.json"]);
    expect(lines).toContain("Request time (UTC): 2026-01-01T12:00:02.000Z");
    expect(lines).toContain("What it means:      two lines");
    expect(lines.slice(16)).toEqual([
      "",
      "Answer:",
      "line 1",
      "line 2",
      "",
      "Timeline:",
      "  2026-01-01T12:00:00.000Z  accepted from the caller",
      "  2026-01-01T12:00:01.000Z  attempt 1 started",
      "  2026-01-01T12:00:01.250Z  attempt 1: ambiguous (503/20503), request RQ1",
      "  2026-01-01T12:00:02.000Z  attempt 2 started",
      "  2026-01-01T12:00:02.250Z  attempt 2: ambiguous (503/20503), request RQ2",
      "  2026-01-01T12:00:03.000Z  operation.parked by system: all attempts are spent",
      "",
    ]);
    expect(escalationText({ ...made(), error_body: null })).not.toContain("Answer:");
  });
});
