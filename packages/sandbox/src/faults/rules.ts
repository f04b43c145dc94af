/**
 * The language of faults: what a rule may say, as plain JSON, the same in a file, over HTTP and in code.
 *
 * A rule has two halves. `when` selects requests; `do` says what happens to them instead of, or on top of, the truth.
 * Durations are text (`"200ms"`, `"2s"`) or milliseconds. This file holds words only; `parse.ts` checks them and
 * `engine.ts` applies them.
 */
import type { Duration } from "@landline/core";

/** What repeats are counted by: one counter for each value of this property. */
export type CountedBy = "to" | "from" | "idempotency_key" | "operation_id";

/** Selects requests. Everything given must hold; an empty `when` selects all. */
export interface FaultWhen {
  /** `twilio`, `red-cloud` or `noticia`. */
  readonly provider?: string;
  /** Operation names; a trailing `*` stands for any ending (`messages.*`). */
  readonly operation?: string | readonly string[];
  /** Positions (1 is the first) among the requests that the other conditions select. */
  readonly nth?: number | readonly number[];
  /** Every so-many-th of them: 10 is the 10th, 20th, …. */
  readonly every?: number;
  /** Probability from 0 to 1, drawn from the seeded stream of this rule. */
  readonly share?: number;
  /** Recipients; a trailing `*` stands for any ending. */
  readonly to?: string | readonly string[];
  /** Senders, likewise. */
  readonly from?: string | readonly string[];
  /** The `Idempotency-Key` header, likewise. */
  readonly idempotency_key?: string | readonly string[];
  /** Counts `nth` and `every`, and limits `rate_limit`, for each value of this property by itself. */
  readonly per?: CountedBy;
  /** Only from the first to before the second duration after the rules were set: an outage. */
  readonly between?: readonly [Duration, Duration];
}

/** A real limiter: what exceeds it is refused with 429 and has no effect. At least one limit. */
export interface RateLimitFault {
  /** Requests a second that are refilled. */
  readonly per_second?: number;
  /** Requests that may come at once; by default `per_second`, at least 1. */
  readonly burst?: number;
  /** Requests that may be under way at once. */
  readonly concurrency?: number;
  /** `true`: the honest number of seconds; otherwise the header's text. Default: no header. */
  readonly retry_after?: boolean | number | string;
}

/** A body that ends too soon. */
export interface TruncateFault {
  /** Bytes of the body that still arrive. */
  readonly bytes: number;
  /** `length` (default): Content-Length promises more. `chunked`: no last chunk. `clean`: valid HTTP, cut content. */
  readonly how?: "length" | "chunked" | "clean";
}

/** What happens to the callbacks of whatever the selected request creates. */
export interface CallbackFault {
  /** Extra deliveries of every event. */
  readonly duplicate?: number;
  /** Deliver in a seeded random order. */
  readonly shuffle?: boolean;
  /** Later by this much. */
  readonly delay?: Duration;
  /** Probability from 0 to 1 that an event is never sent. */
  readonly drop?: number;
  /** Sign with a wrong secret. */
  readonly forge?: boolean;
}

/** What happens. Combinable; see `docs/guides/sandbox.md` for what goes with what. */
export interface FaultDo {
  readonly status?: number;
  /** The provider's error code, inside the provider's own envelope. */
  readonly code?: number | string;
  readonly message?: string;
  /** Twilio: the error comes as a problem (RFC 9457), as from its newer APIs. Default: as the sandbox is set. */
  readonly problem?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body to send as it is; an object is sent as JSON. */
  readonly body?: string | Readonly<Record<string, unknown>>;
  /** Whether the effect takes place. Default: as the rest implies (an error status: no; a reset: as it says). */
  readonly accept?: boolean;
  /** The effect takes place this much later, even when the client has gone. */
  readonly accept_delay?: Duration;
  /** The answer waits this long; the effect does not. */
  readonly delay?: Duration;
  readonly reset?: "before-accept" | "after-accept";
  /** Never answers. */
  readonly hang?: boolean;
  readonly truncate?: number | TruncateFault;
  /** An HTML page, as a proxy would send it. */
  readonly html?: boolean;
  readonly rate_limit?: RateLimitFault;
  readonly callbacks?: CallbackFault;
  /** Red Cloud: these recipients land in `errors[]` of a 202. */
  readonly reject_recipients?: readonly string[];
}

/** One rule. */
export interface FaultRule {
  readonly when?: FaultWhen;
  readonly do: FaultDo;
}

/** Numbers that behave in a special way, with every provider that sends messages. */
export interface Recipients {
  /** Refused: the recipient sent STOP. */
  readonly opted_out?: readonly string[];
  /** Refused for text messages, reachable by calls. */
  readonly landline?: readonly string[];
  /** Refused: not a number. */
  readonly invalid?: readonly string[];
  /** Accepted, and reported as not delivered later with this code; for calls `busy`, `no-answer` or `failed`. */
  readonly undelivered?: Readonly<Record<string, number | string>>;
}

/** A whole document of faults: a file, or the body of `POST /_sandbox/faults`. */
export interface FaultDocument {
  readonly rules: readonly FaultRule[];
  readonly recipients?: Recipients;
  /** How long a new thing stays invisible to list requests; a fetch by id sees it at once. */
  readonly list_delay?: Duration;
}
