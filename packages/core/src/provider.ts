/**
 * The contract between Landline and one company's API.
 *
 * A provider is a *translation*, in two directions, and nothing else. It turns an input into the description of a
 * request, and what came back into a reading: which of the provider's own words were said, and what they mean
 * according to the provider's own pages. It does not decide, wait, retry, log, or open a connection, and it has no
 * clock and no chance: whatever it needs to know about the moment is an argument. So a provider can be tested with
 * plain values, and the same translation serves the in-process client, the outbox, the sandbox and `explain`.
 *
 * What a provider must be honest about, because everything else rests on it:
 *
 * 1. **Doubt.** After an answer got lost, can this provider de-duplicate a repeat by key (`deduplicate`), be asked
 *    what it did (`lookup`), or neither (`park`)? Claiming `deduplicate` without documentation sends people two
 *    messages. A header that is merely ignored is not de-duplication.
 * 2. **Executed?** For each error code: was the side effect certainly not done, done, or is it not known? A page that
 *    says "safe to retry" often answers this question and not "would it help?".
 * 3. **Identity.** A success counts only with the identifier it promises; a 2xx without one is doubt.
 *
 * Every function here is total: any bytes are readable, nothing throws.
 */
import type { Execution, Failure, FailureCategory, FailureKind, FailureShape, Remedy, Responsible } from "./failure.ts";
import type { Observation } from "./observation.ts";
import type { Outcome } from "./outcome.ts";

/** An HTTP request, complete but for its credentials. Equal inputs give identical bytes. */
export interface RequestDescription {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What a request may depend on besides the input. The same for every attempt of one operation. */
export interface RequestContext {
  /** Our operation id; travels in callback URLs and references so that an orphaned effect can be matched. */
  readonly operationId: string | null;
  readonly idempotencyKey: string;
  /** Where the provider shall report to (`https://host/webhooks/tw`), without our operation id; null: nowhere. */
  readonly callbackUrl: string | null;
}

/** How long to wait when the provider's rule is not a header. */
export type WaitHint =
  | { readonly type: "delay"; readonly ms: number }
  /** Until the next midnight in an IANA time zone (daily caps). */
  | { readonly type: "midnight"; readonly zone: string };

/** One row of a provider's error table. */
export interface ErrorEntry {
  readonly code: string;
  /** Documented or observed HTTP status; null where it is not published or the code never comes as a response. */
  readonly status: number | null;
  /** `sync`: as an HTTP answer; `async`: on the resource or a callback; `warning`: does not stop anything. */
  readonly arrives: "sync" | "async" | "both" | "warning";
  readonly meaning: string;
  readonly execution: Execution;
  readonly kind: FailureKind;
  /** Only where it differs from the category of the kind. */
  readonly category?: FailureCategory;
  readonly remedy: Remedy;
  readonly responsible: Responsible;
  /** Whether Landline may repeat the same request by itself, and how. */
  readonly retry: "never" | "soon" | "later" | "reconcile" | "after_refresh";
  readonly wait?: WaitHint;
  /** Whether another channel is sensible: `yes`, `no`, `consent` (only with separate consent). */
  readonly otherChannel: "yes" | "no" | "consent";
  /** The credential or account is refused: stop its lanes. */
  readonly blocksAccount?: boolean;
  /** The recipient opted out: never again, by no channel. */
  readonly optedOut?: boolean;
  /** At most two sentences for the person who must act. */
  readonly guidance: string;
  readonly docs: string;
  /** Where the reading comes from: a page, a spec, an observation, or our inference. */
  readonly source: string;
  /** Date (YYYY-MM-DD) the source was read. */
  readonly read: string;
}

/** A provider's error codes by code. */
export type ErrorTable = ReadonlyMap<string, ErrorEntry>;

/** What a provider says an observed answer means, in its own words. Input of `classify`. */
export interface Reading {
  readonly shape: FailureShape;
  /** Set only when the answer carries the identifier a success promises. */
  readonly accepted: {
    readonly providerId: string;
    readonly providerStatus: string | null;
    readonly value: unknown;
  } | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
  readonly requestId: string | null;
  /** The table's row for `code`, or null when the code is absent or unknown. */
  readonly entry: ErrorEntry | null;
  /** Milliseconds the provider asked to wait (Retry-After, rate headers), or null. */
  readonly retryAfterMs: number | null;
  /** Requests of this account that the provider says were running together with this one; absent where it never says. */
  readonly concurrency?: number | null;
}

/** How one operation behaves, as far as deciding needs to know. */
export interface OperationTraits {
  /** Operations that share limits at the provider share a family: half of a lane's name. */
  readonly family: string;
  /** `create`: a repeat may do it twice; `idempotent`: a repeat does no harm. */
  readonly effect: "create" | "idempotent";
  /** What can be done about an ambiguous attempt. */
  readonly doubt: "deduplicate" | "lookup" | "park";
  /** Milliseconds a de-duplication key lives at the provider; null: for ever (a business key) or not applicable. */
  readonly keyLifetimeMs: number | null;
  /** Milliseconds after which a created thing is certainly visible to a lookup. */
  readonly lookupSettleMs: number;
  /** Operations with the same subject must run one after the other (consent writes). */
  readonly ordered: boolean;
}

/** A defect found before anything was sent, or the completed input. */
export type Prepared<Input> =
  | { readonly ok: true; readonly input: Input }
  | { readonly ok: false; readonly failure: Failure; readonly all: readonly Failure[] };

/** Something at the provider that may be the effect of our attempt. */
export interface Candidate {
  readonly providerId: string;
  /** Epoch milliseconds at which the provider says it was created, or null. */
  readonly createdAt: number | null;
  readonly providerStatus: string | null;
  readonly code: string | null;
  readonly value: unknown;
}

/** One page of an answer to "what did you do?". */
export type LookupReading =
  | {
      readonly ok: true;
      readonly candidates: readonly Candidate[];
      /** The next page to ask for, or null at the end. */
      readonly next: RequestDescription | null;
      /** Epoch milliseconds of the provider's own clock (`Date` header), or null. */
      readonly providerNow: number | null;
    }
  | { readonly ok: false; readonly outcome: Outcome };

/** Asking a provider whether an operation in doubt took place. */
export interface Lookup<Input> {
  describe(input: Input, context: RequestContext): RequestDescription;
  /** Only candidates whose content equals the input are returned. */
  read(observation: Observation, input: Input, now: number): LookupReading;
}

/** The provider's later word about one accepted thing. */
export interface ReceiptEvent {
  readonly providerId: string | null;
  /** Our operation id, when the callback carried it. */
  readonly operationId: string | null;
  /** The provider's own word (`delivered`, `message.failed`). */
  readonly status: string;
  /** Order among the events of one thing: a higher rank never goes back to a lower one. */
  readonly rank: number;
  /** `delivered` and `undelivered` end the lifecycle; `progress` does not; `inbound` is not about an operation. */
  readonly meaning: "progress" | "delivered" | "undelivered" | "inbound";
  readonly code: string | null;
  readonly message: string | null;
  /** Epoch milliseconds by the provider's clock, or null. */
  readonly at: number | null;
  /** Equal for repeated deliveries of the same event. */
  readonly dedupeKey: string;
  /** A recipient who opted out with this event. */
  readonly optedOut: string | null;
  /** A recipient who, by this event, wants to be sent to again. */
  readonly optedIn?: string | null;
}

/** Asking for the status of an accepted thing by its id, for callbacks that get lost. */
export interface Poll {
  describe(providerId: string): RequestDescription;
  read(observation: Observation, now: number): ReceiptEvent | null;
}

/** A received callback, before anything of it is believed. */
export interface WebhookRequest {
  readonly method: string;
  /** The public URL as the provider called it, with path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Keyed hashes and digests; given by the host so that providers stay pure. */
export interface Hashing {
  hmac(algorithm: "sha1" | "sha256", key: string, text: Uint8Array): Uint8Array;
  digest(algorithm: "sha256", bytes: Uint8Array): Uint8Array;
  /** Compares in constant time; false for unequal lengths. */
  equal(left: Uint8Array, right: Uint8Array): boolean;
}

/** What a callback turned out to be. */
export type WebhookReading =
  | { readonly ok: true; readonly events: readonly ReceiptEvent[] }
  | {
      readonly ok: false;
      readonly reason: "unsigned" | "bad_signature" | "stale" | "unreadable";
      readonly message: string;
    };

/** Verifies and reads callbacks. Unreadable but signed bodies are `unreadable`, never an exception. */
export interface Webhooks {
  read(request: WebhookRequest, hashing: Hashing, now: number): WebhookReading;
}

/** A bearer token, or why there is none. */
export type TokenReading =
  | { readonly ok: true; readonly token: string; readonly expiresAt: number }
  | { readonly ok: false; readonly outcome: Outcome };

/** How requests are authorised. */
export type Credentials =
  | { readonly type: "static"; readonly headers: Readonly<Record<string, string>> }
  | {
      readonly type: "token";
      /** The request for a token; it contains the secret and is never logged. */
      readonly request: RequestDescription;
      read(observation: Observation, now: number): TokenReading;
      headers(token: string): Readonly<Record<string, string>>;
    };

/** The neutral form of a message, as `POST /v1/messages` takes it. */
export interface NeutralMessage {
  readonly to: string;
  readonly body?: string;
  readonly media?: readonly string[];
  readonly template?: { readonly id: string; readonly variables?: Readonly<Record<string, string>> };
  readonly channel?: "sms" | "mms" | "whatsapp" | "rcs" | "voice";
  readonly from?: string;
}

/** One operation of one provider. */
export interface Operation<Input = unknown> {
  readonly name: string;
  readonly traits: OperationTraits;
  /** Checks an input and completes it with the account's defaults. Costs no request. */
  prepare(input: unknown): Prepared<Input>;
  describe(input: Input, context: RequestContext): RequestDescription;
  /** Reads an answer. Never throws, whatever the bytes. Only called with a response. */
  observe(observation: Observation, input: Input, now: number): Reading;
  readonly lookup: Lookup<Input> | null;
  readonly poll: Poll | null;
  /** The address of the person this is for (E.164 or a channel address), or null. */
  recipient(input: Input): string | null;
  /** Everybody it is for, where one request may be for several. Nobody of them may have opted out. */
  recipients?(input: Input): readonly string[];
  /** The caller's own reference within the input, where the provider has a field for one. */
  reference?(input: Input): string | null;
  /** The sender, where limits are per sender, or null. */
  sender(input: Input): string | null;
  /** What ordered operations are serialised by, or null. */
  subject(input: Input): string | null;
}

/** A request that shows whether credentials and service work, and how to read the answer. */
export interface Probe {
  describe(): RequestDescription;
  read(observation: Observation, now: number): Outcome;
  /** What an accepted probe's value says should be set up otherwise, as one sentence for people; null: nothing. */
  notice?(value: unknown): string | null;
}

/** Extra requests that explain a refusal (Red Cloud's `whoami` and `numbers` after a 403). */
export interface Diagnosis {
  /** Whether this failure is worth asking about. */
  applies(failure: Failure): boolean;
  describe(): readonly RequestDescription[];
  /** The same failure with a better `guidance`. */
  read(failure: Failure, input: unknown, observations: readonly Observation[]): Failure;
}

/** Input and value types by operation name; what makes `client.call` typed. */
export type OperationTypes = Readonly<Record<string, { readonly input: unknown; readonly value: unknown }>>;

/** One company's API, configured with one account's credentials. */
export interface Provider<Types extends OperationTypes = OperationTypes> {
  readonly name: string;
  readonly baseUrl: string;
  readonly operations: { readonly [Name in keyof Types & string]: Operation<Types[Name]["input"]> };
  readonly errors: ErrorTable;
  readonly credentials: Credentials;
  /** Values that must never be shown, wherever they turn up. */
  readonly secrets: readonly string[];
  readonly webhooks: Webhooks | null;
  readonly probe: Probe | null;
  readonly diagnosis: Diagnosis | null;
  /** The operation and input that send a neutral message, or why it cannot be sent by this provider. */
  message(
    message: NeutralMessage,
  ):
    | { readonly ok: true; readonly operation: string; readonly input: Record<string, unknown> }
    | { readonly ok: false; readonly failure: Failure };
  /** Reads any answer that is not bound to an operation (for `explain`). */
  explain(observation: Observation, now: number): Reading;
  /** The provider's status page (Statuspage v2 `summary.json`), or null. */
  readonly statusPage: string | null;
}
