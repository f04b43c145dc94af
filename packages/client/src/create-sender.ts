/**
 * The sender of the durable flow: single attempts, looks, polls and probes for one account, nothing remembered but the
 * token. Retrying, waiting and deciding belong to the flow that calls it. Structurally the outbox's `Sender` port; this
 * package does not know the outbox.
 */
import type {
  Operation,
  OperationTraits,
  Outcome,
  Provider,
  ReceiptEvent,
  RequestContext,
  RequestDescription,
} from "@landline/core";
import { failure, requestText } from "@landline/core";
import type { Host } from "@landline/host/ambient";
import { anyHost } from "@landline/host/any-host";
import { createTransport } from "#transport";
import { attemptOnce, neverSent } from "./attempt.ts";
import type { AttemptReport } from "./attempt.ts";
import { createDiagnoses } from "./diagnosis.ts";
import type { Limits, Transport, TransportOptions } from "./exchange.ts";
import { createLink } from "./link.ts";
import { look } from "./look.ts";
import type { LookupReport } from "./look.ts";
import { refusalTexts } from "./refusal-text.ts";
import type { RefusalText } from "./refusal-text.ts";

/** One attempt's report, fit to be stored: nothing in it has a secret, a message or a whole number in its words. */
export interface SentReport extends AttemptReport {
  /** The method, and the URL without its query; absent where there was no request. */
  readonly method?: string;
  readonly endpoint?: string;
  /** What the provider answered when it did not accept: redacted, at most 4 kB; null without such an answer. */
  readonly body: string | null;
}

/** What is sent. Equal for every attempt of an operation. */
export interface SendRequest {
  readonly operationId: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The key the provider sees. */
  readonly idempotencyKey: string;
}

/** How long one exchange may take. */
export interface SendLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** See the module comment. No function rejects. */
export interface AccountSender {
  /** How an operation behaves; null when the provider does not have it. */
  traits(operation: string): OperationTraits | null;
  /** Digest of the request's method, URL and body. */
  digest(request: SendRequest): string;
  /** `deadline`: epoch milliseconds after which nothing may be written any more. */
  attempt(request: SendRequest, options: SendLimits & { readonly deadline: number }): Promise<SentReport>;
  lookup(request: SendRequest, options: SendLimits): Promise<LookupReport>;
  poll(operation: string, providerId: string, options: SendLimits): Promise<ReceiptEvent | null>;
  probe(options: SendLimits): Promise<Outcome | null>;
  /** Ends all sockets at once. */
  close(): void;
}

/** What a sender may be told. */
export interface SenderOptions extends TransportOptions {
  /** Where the provider shall report to (`https://host/webhooks/tw`); null: nowhere. */
  readonly callbackUrl?: string | null;
  readonly host?: Host;
  /** Instead of one made from the options. */
  readonly transport?: Transport;
}

type Described =
  | {
      readonly ok: true;
      readonly operation: Operation;
      readonly input: unknown;
      readonly request: RequestDescription;
      readonly context: RequestContext;
    }
  | { readonly ok: false; readonly outcome: Outcome };

/** Makes the sender of one account. Opens no socket before the first request. */
export function createSender(provider: Provider, options: SenderOptions = {}): AccountSender {
  const { host = anyHost, callbackUrl = null } = options;
  const link = createLink(provider, options.transport ?? createTransport(options, host), host);
  const diagnoses = createDiagnoses(link);
  let texts = { secrets: link.secrets, of: refusalTexts(link.secrets) };
  const textsOf = (input: unknown): RefusalText => {
    const { secrets } = link;
    if (texts.secrets !== secrets) texts = { secrets, of: refusalTexts(secrets) };
    return texts.of(input);
  };
  const operationOf = (name: string): Operation | null =>
    Object.hasOwn(provider.operations, name) ? (provider.operations[name] ?? null) : null;

  const describe = (request: SendRequest): Described => {
    const operation = operationOf(request.operation);
    if (operation === null)
      return { ok: false, outcome: defect(`${provider.name} has no operation ${request.operation}`, "operation") };
    try {
      const prepared = operation.prepare(request.input);
      if (!prepared.ok) return { ok: false, outcome: refused(prepared.failure) };
      const context: RequestContext = {
        operationId: request.operationId,
        idempotencyKey: request.idempotencyKey,
        callbackUrl,
      };
      return {
        ok: true,
        operation,
        input: prepared.input,
        request: operation.describe(prepared.input, context),
        context,
      };
    } catch (error) {
      return {
        ok: false,
        outcome: defect(error instanceof Error ? error.message : "the request cannot be described", null),
      };
    }
  };

  return {
    traits: (name) => operationOf(name)?.traits ?? null,
    digest: (request) => {
      const described = describe(request);
      return host.digest(
        requestText(
          described.ok
            ? described.request
            : { method: "", url: request.operation, body: JSON.stringify(request.input) },
        ),
      );
    },
    attempt: async (request, { timeoutMs, signal, deadline }) => {
      const described = describe(request);
      if (!described.ok) return { ...neverSent(described.outcome), body: null };
      const limits: Limits = { timeoutMs: Math.min(timeoutMs, deadline - host.now()), signal };
      const { operation, input, request: sent } = described;
      return fitToStore(await attemptOnce(link, operation, input, sent, limits, diagnoses), sent, () => textsOf(input));
    },
    lookup: async (request, limits) => {
      const described = describe(request);
      if (!described.ok) return described;
      const { lookup } = described.operation;
      if (lookup === null) return { ok: false, outcome: defect(`${request.operation} cannot be looked up`, null) };
      return look(link, lookup, described.input, described.context, limits);
    },
    poll: async (name, providerId, limits) => {
      const poll = operationOf(name)?.poll ?? null;
      if (poll === null) return null;
      try {
        const seen = await link.exchange(poll.describe(providerId), limits);
        return seen.type === "unauthorised" ? null : poll.read(seen, host.now());
      } catch {
        return null;
      }
    },
    probe: async (limits) => {
      const { probe } = provider;
      if (probe === null) return null;
      try {
        const seen = await link.exchange(probe.describe(), limits);
        return seen.type === "unauthorised" ? seen.outcome : probe.read(seen, host.now());
      } catch (error) {
        return defect(error instanceof Error ? error.message : "the probe failed", null);
      }
    },
    close: () => {
      link.close();
    },
  };
}

/** Texts are made only for what was not accepted: the common case costs nothing. */
function fitToStore(report: AttemptReport, request: RequestDescription, textsOf: () => RefusalText): SentReport {
  const { outcome, response } = report;
  const [endpoint = request.url] = request.url.split("?", 1);
  const sent = { ...report, method: request.method, endpoint };
  if (outcome.type === "accepted") return { ...sent, body: null };
  const texts = textsOf();
  const failed = { ...outcome.failure, message: texts.message(outcome.failure.message) };
  const body = response === null || response.body === "" ? null : texts.body(response.body);
  return { ...sent, outcome: { ...outcome, failure: failed }, body };
}

function refused(reason: Extract<Outcome, { type: "rejected" }>["failure"]): Outcome {
  return { type: "rejected", failure: reason, blocksAccount: false, optedOut: false };
}

function defect(message: string, field: string | null): Outcome {
  const reason = failure({
    kind: "invalid_request",
    execution: "not_executed",
    remedy: "fix_request",
    responsible: "caller",
    message,
    field,
    guidance: "Correct the request and send it as a new operation.",
  });
  return refused(reason);
}
