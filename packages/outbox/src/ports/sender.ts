/** The sender: what carries one attempt to a provider, and what it reports. */
import type { Candidate, OperationTraits, Outcome, Phase, ReceiptEvent } from "@landline/core";

/** One attempt's report. Never a rejection. */
export interface AttemptReport {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly phase: Phase;
  /** What was called, for the log line: the method, and the URL without its query. */
  readonly method?: string;
  readonly endpoint?: string;
  /** Requests in flight at the provider by its own word (a header), or null. */
  readonly concurrency?: number | null;
  /** Requests the provider said it would still take until `resetAt` (epoch milliseconds), or null. */
  readonly remaining?: number | null;
  readonly resetAt?: number | null;
  /**
   * What the provider answered when it did not accept: without secrets, message bodies and whole numbers, because it
   * is stored, shown and sent to an error tracker; a few kB at most. Null without such an answer.
   */
  readonly body?: string | null;
}

/** What a look at the provider brought. */
export type LookupReport =
  | {
      readonly ok: true;
      readonly candidates: readonly Candidate[];
      /** Provider clock minus ours, in milliseconds. */
      readonly skewMs: number;
    }
  | { readonly ok: false; readonly outcome: Outcome };

/** What is sent. Equal for every attempt of an operation. */
export interface SendRequest {
  readonly operationId: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The key the provider sees. */
  readonly idempotencyKey: string;
}

/**
 * Sends one attempt to one account's provider, credentials and one token refresh included. It never retries, and
 * never resolves later than `timeoutMs` plus a moment. The composition root makes it of provider and client.
 */
export interface Sender {
  traits(operation: string): OperationTraits | null;
  /** Digest of the request's method, URL and body. */
  digest(request: SendRequest): string;
  attempt(
    request: SendRequest,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly deadline: number },
  ): Promise<AttemptReport>;
  lookup(
    request: SendRequest,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<LookupReport>;
  poll(
    operation: string,
    providerId: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<ReceiptEvent | null>;
  /** Asks whether credentials and service work; null when the provider has nothing to ask. */
  probe(options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<Outcome | null>;
}
