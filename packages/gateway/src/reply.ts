/**
 * What a route answers, before it becomes a `Response`: a reply, or a problem in the one envelope of the contract.
 *
 * Both are values. Nothing in this package throws to refuse a request; an exception is a broken invariant or a store
 * that is out of reach, and is turned into `INTERNAL` or `UNAVAILABLE` in one place (`app.ts`).
 */

/** Every error code of the HTTP API with its status. Codes are only added, never renamed. */
export const problemStatus = {
  VALIDATION_ERROR: 400,
  IDEMPOTENCY_KEY_REQUIRED: 400,
  IDEMPOTENCY_KEY_INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  IDEMPOTENCY_IN_PROGRESS: 409,
  STATE_CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_CONFLICT: 422,
  PRECONDITION_REQUIRED: 428,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

/** See {@link problemStatus}. */
export type ProblemCode = keyof typeof problemStatus;

/** The body of every error. */
export interface ErrorEnvelope {
  readonly code: ProblemCode;
  readonly message: string;
  readonly request_id: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A refusal. */
export interface Problem {
  readonly type: "problem";
  readonly code: ProblemCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not a refusal. */
export interface Reply {
  readonly type: "reply";
  readonly status: number;
  readonly body: string | Uint8Array | ReadableStream<Uint8Array> | null;
  readonly headers: Readonly<Record<string, string>>;
  /** `Set-Cookie` lines, which do not fit into one header. */
  readonly cookies?: readonly string[];
}

/** What a route gives back. */
export type Answer = Reply | Problem;

const jsonHeaders = { "content-type": "application/json; charset=utf-8" } as const;

/** A JSON reply. */
export function json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): Reply {
  return {
    type: "reply",
    status,
    body: JSON.stringify(value),
    headers: headers === undefined ? jsonHeaders : { ...jsonHeaders, ...headers },
  };
}

/** A text reply. */
export function text(status: number, body: string, contentType: string): Reply {
  return { type: "reply", status, body, headers: { "content-type": contentType } };
}

/** A reply without a body. */
export function empty(headers: Readonly<Record<string, string>> = {}): Reply {
  return { type: "reply", status: 204, body: null, headers };
}

/** A refusal with a code. */
export function problem(
  code: ProblemCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
): Problem {
  return {
    type: "problem",
    code,
    message,
    ...(details === undefined ? {} : { details }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** A request that breaks a rule; `field` is the path in the body, or the parameter's name. */
export function invalid(field: string, message: string): Problem {
  return problem("VALIDATION_ERROR", message, { field });
}

/** A refusal because something we need is out of reach. */
export function unavailable(message = "The store is out of reach: repeat the request with the same key"): Problem {
  return problem("UNAVAILABLE", message, undefined, { "retry-after": "1" });
}

/** Writes the envelope of a refusal. */
export function envelope(refusal: Problem, requestId: string): ErrorEnvelope {
  return {
    code: refusal.code,
    message: refusal.message,
    request_id: requestId,
    ...(refusal.details === undefined ? {} : { details: refusal.details }),
  };
}
