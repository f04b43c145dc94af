/**
 * What a fake provider is: a translation from requests to answers, with effects in between.
 *
 * A fake never opens a socket and never decides about faults. It says which operation a request is (so that rules can
 * select it), and, when it is told to perform it, judges it the way the real provider would: authentication first,
 * then the request, then the effect. An effect is written to the ledger before the fake's own state changes, and the
 * state is built from effects alone, so a ledger file read back is the fake as it was.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { CallbackFault, FaultDo, Recipients } from "./faults/rules.ts";
import type { Effect } from "./ledger-entry.ts";
import type { Courier } from "./webhooks/courier.ts";

/** The providers that can be faked. */
export const providerNames = ["twilio", "red-cloud", "noticia"] as const;

/** See {@link providerNames}. */
export type ProviderName = (typeof providerNames)[number];

/** A whole request, as it came in. */
export interface Received {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  /** Below the provider's base URL, without query. */
  readonly path: string;
  /** Without `?`. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What performing may reach for besides the request. */
export interface Performance {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds the answer will be held back: how long the operation counts as still running. */
  readonly busyMs: number;
  readonly callbacks: CallbackFault | null;
  /** Recipients that a rule wants refused inside an accepted request. */
  readonly rejectRecipients: readonly string[];
  /** Writes the effect to the ledger and applies it. */
  effect(effect: Effect): void;
}

/** A request that was read far enough to know what it wants. */
export interface Call {
  /** `messages.create`, …; `unknown` for what the provider does not have. */
  readonly operation: string;
  readonly to: string | null;
  readonly from: string | null;
  /** Landline's operation id, where the request carries it. */
  readonly operationId: string | null;
  perform(performance: Performance): Answer;
}

/** A change of the provider's own state, from outside its API: `{"action": "revoke-tokens"}`. */
export interface ControlCommand {
  readonly action: string;
  readonly [argument: string]: unknown;
}

/** One fake provider. */
export interface Fake {
  readonly name: ProviderName;
  /** Whether a path (below `/`) can only mean this provider. */
  owns(path: string): boolean;
  /** Reads a request. Never throws, changes nothing. */
  identify(received: Received): Call;
  /** An error in the provider's own envelope. */
  refusal(status: number, fault: FaultDo, received: Received): Answer;
  /** Headers that every answer carries. */
  ambientHeaders(inFlight: number): Readonly<Record<string, string>>;
  /** Builds state from an effect: a new one, or one read back from a ledger file. */
  apply(effect: Effect): void;
  /** Plans the callbacks of a new effect. */
  announce(effect: Effect, fault: CallbackFault | null): void;
  /** Does what nobody can do through the provider's API (revoke tokens, …); false: not something it knows. */
  control(command: ControlCommand): boolean;
  /** Forgets everything. */
  reset(): void;
}

/** What every fake is built with. */
export interface FakeWorld {
  /** Epoch milliseconds. */
  now(): number;
  recipients(): Recipients;
  /** Milliseconds a new thing stays invisible to lists. */
  listDelayMs(): number;
  readonly courier: Courier;
}
