/**
 * Any `fetch`, with retries that do no harm. Requests and responses are the caller's own objects, untouched: streams,
 * redirects, `keepalive`, `duplex` and clones behave as they do without it, and what comes back at the end is the last
 * response (readable) or the last error, never a wrapper.
 *
 * A repeat happens only where it cannot do a thing twice: idempotent methods (RFC 9110 §9.2.2), requests that declare an
 * `Idempotency-Key`, refusals that say "too much" (429), and connections that were never established. A body that can be
 * read only once (a stream, a `Request` with a body) is sent once; give a factory to have it repeated.
 *
 * The names are those of the WHATWG fetch-retry draft where the meaning is the same
 * (https://github.com/explainers-by-googlers/fetch-retry); unlike the draft, statuses are retried too. The words of a
 * policy are understood as well, so that one object can serve a client and a `fetch`.
 */
import type { PolicyInput } from "@landline/core";
import { backoffDelay, invalidOption, parsePolicy, rateLimitDelay } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import { ambient } from "@landline/host/ambient";
import { pause } from "./in-time.ts";
import { connectFailureOf, systemCodeOf } from "./transport-failure.ts";

/**
 * When and how often to repeat. Milliseconds, except in the words of a policy: `attemptsMax` counts the first attempt too,
 * `backoff` stands for the delays, and no repeat starts later than `totalWaitMax` or `deadline` after the first failure.
 */
export interface RetryRules extends Pick<PolicyInput, "attemptsMax" | "backoff" | "totalWaitMax" | "deadline"> {
  /** Repeats after the first attempt, as in the draft. Default 5; 0: none. */
  readonly maxAttempts?: number;
  /** Before the first repeat. Default 1000. */
  readonly initialDelay?: number;
  /** What each further delay is multiplied by. Default 2. */
  readonly backoffFactor?: number;
  /** No repeat starts later than this after the first failure. Default 60 000. */
  readonly maxAge?: number;
  /** Repeats POST and PATCH even without a key. Default false. */
  readonly retryNonIdempotent?: boolean;
  /** Only repeats what never reached the server. Default false. */
  readonly retryOnlyIfServerUnreached?: boolean;
  /** Not in the draft: no delay of our own grows beyond this. Default 30 000. `Retry-After` is not cut by it. */
  readonly maxDelay?: number;
  /** Not in the draft: a share added at random, 0 to 1, or `full`: anything up to the delay. Default 0.2. */
  readonly jitter?: number | "full";
}

type DraftRules = Omit<RetryRules, "attemptsMax" | "backoff" | "totalWaitMax" | "deadline">;
type CompleteRules = Required<DraftRules>;

/** What `fetch` takes, and a body that can be made anew for each attempt. */
export type ReliableInit = Omit<RequestInit, "body"> & {
  readonly body?: RequestInit["body"] | (() => RequestInit["body"]);
  /** Rules for this request, over those of the function. */
  readonly retryOptions?: RetryRules;
};

/** A `fetch`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A `fetch` that repeats. */
export type ReliableFetch = (input: string | URL | Request, init?: ReliableInit) => Promise<Response>;

const defaults: CompleteRules = {
  maxAttempts: 5,
  initialDelay: 1_000,
  backoffFactor: 2,
  maxAge: 60_000,
  retryNonIdempotent: false,
  retryOnlyIfServerUnreached: false,
  maxDelay: 30_000,
  jitter: 0.2,
};

/**
 * Wraps a `fetch`.
 * @param fetchWith what sends; `fetch` itself, or one with the same shape
 * @throws LandlineError naming a rule that is not allowed
 */
export function reliableFetch(fetchWith: Fetch, rules: RetryRules = {}, clock: Ambient = ambient): ReliableFetch {
  const own = complete(rules, defaults);
  return async (input, init) => {
    const applying = init?.retryOptions === undefined ? own : complete(init.retryOptions, own);
    const request = new Repeatable(input, init);
    const repeats = request.once ? 0 : applying.maxAttempts;
    let firstFailureAt = 0;
    for (let repeat = 0; ; repeat += 1) {
      let response: Response | null = null;
      let error: unknown = null;
      try {
        response = await fetchWith(input, request.init());
        if (response.ok || repeat >= repeats || !isTransient(response.status)) return response;
      } catch (thrown) {
        error = thrown;
        if (repeat >= repeats || request.signal?.aborted === true) throw thrown;
      }
      const again =
        response === null
          ? mayRepeatAfterError(error, request, applying)
          : mayRepeatAfterStatus(response.status, request, applying);
      const now = clock.now();
      if (repeat === 0) firstFailureAt = now;
      const delay = Math.max(
        backoffDelay(
          repeat + 1,
          {
            baseMs: applying.initialDelay,
            factor: applying.backoffFactor,
            maxMs: applying.maxDelay,
            jitter: applying.jitter,
          },
          clock.random(),
        ),
        response === null ? 0 : (rateLimitDelay(waitHeaders(response.headers), now) ?? 0),
      );
      // Too late is answered now: the caller has the response, with its Retry-After.
      if (!again || now + delay > firstFailureAt + applying.maxAge) {
        if (response !== null) return response;
        throw error;
      }
      // A body nobody reads would hold its connection; that it fails to end is nobody's error.
      response?.body?.cancel().catch(() => undefined);
      if (!(await pause(delay, request.signal, clock))) throw request.signal?.reason;
    }
  };
}

/** What of a request decides about repeating it. */
class Repeatable {
  /** Its body can be read only once. */
  readonly once: boolean;
  readonly signal: AbortSignal | null;
  readonly #input: string | URL | Request;
  readonly #given: ReliableInit | undefined;
  readonly #rest: RequestInit | undefined;

  constructor(input: string | URL | Request, init: ReliableInit | undefined) {
    const request = isRequest(input) ? input : null;
    const body = init?.body;
    this.#input = input;
    this.#given = init;
    this.signal = init?.signal ?? request?.signal ?? null;
    this.once = isStream(body) || (request !== null && request.body !== null && (body === undefined || body === null));
    if (init === undefined || (typeof body !== "function" && init.retryOptions === undefined))
      this.#rest = init as RequestInit | undefined;
    else {
      const { retryOptions: _rules, body: _body, ...rest } = init;
      this.#rest = typeof body === "function" || body === undefined ? rest : { ...rest, body };
    }
  }

  /** What the next attempt is sent with. */
  init(): RequestInit | undefined {
    const body = this.#given?.body;
    return typeof body === "function" ? { ...this.#rest, body: body() ?? null } : this.#rest;
  }

  /** RFC 9110 §9.2.2, or by a key of the caller's. */
  isSafeToRepeat(): boolean {
    const request = isRequest(this.#input) ? this.#input : null;
    const method = (this.#given?.method ?? request?.method ?? "GET").toUpperCase();
    if (/^(GET|HEAD|OPTIONS|TRACE|PUT|DELETE|QUERY)$/.test(method)) return true;
    return new Headers(this.#given?.headers ?? request?.headers).has("idempotency-key");
  }
}

function mayRepeatAfterStatus(status: number, request: Repeatable, rules: CompleteRules): boolean {
  if (rules.retryOnlyIfServerUnreached) return false;
  return status === 429 || rules.retryNonIdempotent || request.isSafeToRepeat();
}

function mayRepeatAfterError(error: unknown, request: Repeatable, rules: CompleteRules): boolean {
  if (!isNetworkError(error)) return false;
  if (connectFailureOf(systemCodeOf(error)) !== null) return true;
  if (rules.retryOnlyIfServerUnreached) return false;
  return rules.retryNonIdempotent || request.isSafeToRepeat();
}

/** `fetch` rejects with a TypeError for a lost connection and for a bad URL alike; only the first is worth repeating. */
function isNetworkError(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false;
  const code = systemCodeOf(error);
  if (code !== null) return connectFailureOf(code) !== null || !/^(ERR_|UND_ERR_INVALID)/.test(code);
  return /fetch failed|failed to fetch|load failed|networkerror|network error/i.test(error.message);
}

/** Refusals that another moment may cure (RFC 9110 §15, RFC 6585, RFC 8470, and what proxies make up). */
function isTransient(status: number): boolean {
  return /^(408|425|429|500|502|503|504|52\d|599)$/.test(String(status));
}

function waitHeaders(headers: Headers): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of [
    "date",
    "retry-after",
    "ratelimit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
  ]) {
    const value = headers.get(name);
    if (value !== null) found[name] = value;
  }
  return found;
}

function isRequest(input: string | URL | Request): input is Request {
  return typeof input === "object" && "method" in input;
}

function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && ("getReader" in body || Symbol.asyncIterator in body);
}

function complete(given: RetryRules, over: CompleteRules): CompleteRules {
  const rules = inDraftWords(given);
  const merged = { ...over, ...rules };
  const number = (
    name: "maxAttempts" | "initialDelay" | "backoffFactor" | "maxAge" | "maxDelay" | "jitter",
    low: number,
    high: number,
  ): void => {
    const value: unknown = merged[name];
    if (typeof value === "number" && value >= low && value <= high) return;
    throw invalidOption(name, `must be a number from ${low} to ${high}, not ${JSON.stringify(value) ?? String(value)}`);
  };
  for (const name of Object.keys(rules)) {
    if (!Object.hasOwn(defaults, name))
      throw invalidOption(name, `is not known; allowed are ${Object.keys(defaults).join(", ")}`);
  }
  number("maxAttempts", 0, 1_000);
  number("initialDelay", 0, 86_400_000);
  number("backoffFactor", 1, 100);
  number("maxAge", 0, 86_400_000);
  number("maxDelay", 0, 86_400_000);
  if (merged.jitter !== "full") number("jitter", 0, 1);
  return merged;
}

/** A policy's words as the draft's; what both say, the draft's word says. */
function inDraftWords(given: RetryRules): DraftRules {
  const { attemptsMax, backoff, totalWaitMax, deadline, ...draft } = given;
  const reading = parsePolicy({ attemptsMax, backoff, totalWaitMax, deadline }, undefined, "rules");
  if (!reading.ok) {
    const [fault] = reading.faults;
    throw invalidOption(fault?.path.replace(/^rules\./, "") ?? "rules", fault?.message ?? "is not allowed");
  }
  const { policy } = reading;
  const ages = [
    ...(totalWaitMax === undefined ? [] : [policy.totalWaitMaxMs]),
    ...(deadline === undefined ? [] : [policy.deadlineMs]),
  ];
  return {
    ...(attemptsMax === undefined ? {} : { maxAttempts: policy.attemptsMax - 1 }),
    ...(backoff?.base === undefined ? {} : { initialDelay: policy.backoff.baseMs }),
    ...(backoff?.factor === undefined ? {} : { backoffFactor: policy.backoff.factor }),
    ...(backoff?.max === undefined ? {} : { maxDelay: policy.backoff.maxMs }),
    ...(backoff?.jitter === undefined ? {} : { jitter: policy.backoff.jitter }),
    ...(ages.length === 0 ? {} : { maxAge: Math.min(...ages, 86_400_000) }),
    ...draft,
  };
}
