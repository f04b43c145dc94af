/** A sender that does what a test says, for a provider that is real in everything but its network. */
import { failure } from "@landline/core";
import type { Outcome, Provider } from "@landline/core";
import type { AttemptReport, Sender } from "@landline/outbox";

/** A sender and its script. */
export interface ScriptedSender extends Sender {
  /** What the next attempts end in. Default: accepted. */
  outcome: () => Outcome;
  /** What the provider answers to attempts it refuses. */
  body: string | null;
}

/** The provider refuses with a code, and says so in words that contain what must not be shown. */
export function refused(code: string, message = `Refused ${code}`, status = 400): Outcome {
  return {
    type: "rejected",
    failure: failure({
      kind: "invalid_request",
      execution: "not_executed",
      remedy: "fix_request",
      responsible: "caller",
      status,
      code,
      message,
      requestId: "RQ1",
      guidance: "Correct it.",
      docs: "https://www.twilio.com/docs/api/errors",
    }),
    blocksAccount: false,
    optedOut: false,
  };
}

/** Nobody knows. */
export function ambiguous(): Outcome {
  return {
    type: "ambiguous",
    failure: failure({
      kind: "transport",
      shape: "transport",
      execution: "unknown",
      remedy: "reconcile",
      responsible: "network",
      message: "The connection was reset",
    }),
    retryAt: null,
    answered: false,
  };
}

/** Makes one. */
export function createScriptedSender(provider: Provider): ScriptedSender {
  let sent = 0;
  const sender: ScriptedSender = {
    body: null,
    outcome: () => {
      sent += 1;
      const providerId = `SM${String(sent).padStart(32, "0")}`;
      return { type: "accepted", providerId, providerStatus: "queued", value: {}, requestId: "RQ1", status: 201 };
    },
    traits: (operation) => provider.operations[operation]?.traits ?? null,
    digest: (request) => JSON.stringify(request.input),
    attempt: async (): Promise<AttemptReport> => {
      const outcome = sender.outcome();
      const status = outcome.type === "accepted" ? outcome.status : outcome.failure.status;
      const body = outcome.type === "accepted" ? null : sender.body;
      return { outcome, status, requestId: "RQ1", phase: "done", body };
    },
    lookup: async () => ({ ok: false, outcome: ambiguous() }),
    poll: async () => null,
    probe: async () => null,
  };
  return sender;
}
