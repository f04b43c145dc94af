/**
 * One request to the gateway. Same origin, same session, one error shape.
 *
 * It keeps no key: the session is a cookie that scripts cannot read. What it does keep, in memory only, is the token
 * that unsafe requests must carry.
 */

/** A refusal in the gateway's envelope, or our own word for not reaching it at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** A code of the contract, or `OFFLINE`. */
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;

  constructor(facts: {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly details?: Readonly<Record<string, unknown>>;
    readonly requestId?: string | null;
  }) {
    super(facts.message);
    this.status = facts.status;
    this.code = facts.code;
    this.details = facts.details ?? {};
    this.requestId = facts.requestId ?? null;
  }
}

let csrfToken: string | null = null;
let signedOut: () => void = () => {};

/** Remembers what unsafe requests must carry. */
export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Names whom to tell when the session has ended. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

/** What to ask for. */
export interface Asked {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Asks and reads JSON.
 * @throws {ApiError} for every answer that is not 2xx, and when there is none
 */
export async function ask<T>(path: string, asked: Asked = {}): Promise<T> {
  const response = await send(path, asked);
  return (response.status === 204 ? null : await response.json()) as T;
}

/** Asks and reads text. @throws {ApiError} */
export async function askText(path: string, asked: Asked = {}): Promise<string> {
  const response = await send(path, asked);
  return response.text();
}

async function send(path: string, { method = "GET", body, headers = {}, signal }: Asked): Promise<Response> {
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "GET" || csrfToken === null ? {} : { "x-csrf-token": csrfToken }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError({ status: 0, code: "OFFLINE", message: "The gateway cannot be reached from here." });
  });
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (problem.code === "UNAUTHENTICATED" && path !== "/v1/session") signedOut();
  throw problem;
}

async function readProblem(response: Response): Promise<ApiError> {
  const envelope: unknown = await response.json().catch(() => null);
  const read = (typeof envelope === "object" && envelope !== null ? envelope : {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string | null => (typeof read[name] === "string" ? read[name] : null);
  return new ApiError({
    status: response.status,
    code: text("code") ?? "INTERNAL",
    message: text("message") ?? `The gateway answered ${response.status} without saying why.`,
    details: (read["details"] ?? {}) as Readonly<Record<string, unknown>>,
    requestId: text("request_id") ?? response.headers.get("x-request-id"),
  });
}
