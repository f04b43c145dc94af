/** What the SDK asks of its HTTP client and gets from it, and how a request of ours is made of it. */
import type { Failure, RequestDescription } from "@landline/core";
import type { SdkAuthStrategy } from "./authorization.ts";
import { encodeSdkForm } from "./serialise.ts";

/** What the SDK asks for. */
export interface SdkRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly authStrategy?: SdkAuthStrategy;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: object;
  readonly data?: object;
  readonly timeout?: number;
  readonly allowRedirects?: boolean;
}

/** What the SDK gets, whatever the status. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** The same with what we know of it. */
export interface Answer {
  readonly response: SdkResponse;
  readonly failure: Failure | null;
}

/** What the SDK's own client asks for where the SDK names nothing: on a DELETE. */
const acceptDefault = "application/json, text/plain, */*";

/**
 * The request as it is sent.
 * @param uri absolute, with its query
 * @param idempotencyKey goes with every POST that has no key of its own
 */
export function describeRequest(sdk: SdkRequest, uri: string, idempotencyKey: string): RequestDescription {
  const method = sdk.method.toUpperCase() as RequestDescription["method"];
  const headers: Record<string, string> = {};
  for (const name in sdk.headers) headers[name.toLowerCase()] = sdk.headers[name] as string;
  // Connections are the transport's business.
  delete headers["connection"];
  headers["accept"] ??= acceptDefault;
  if (method === "POST") headers["idempotency-key"] ??= idempotencyKey;
  return { method, url: uri, headers, body: bodyOf(sdk.data, headers["content-type"]) };
}

/** The same request without anything that proves who asks. */
export function withoutCredentials(sdk: SdkRequest): SdkRequest {
  const { username: _username, password: _password, authStrategy: _strategy, ...request } = sdk;
  return request;
}

/** An address at twilio.com, put below the base; every other one stays what it is. */
export function placed(uri: string, baseUrl: string | undefined): string {
  const url = baseUrl === undefined ? null : URL.parse(uri);
  if (baseUrl === undefined || url === null || !/(^|\.)twilio\.com$/.test(url.hostname)) return uri;
  return `${baseUrl.replace(/\/+$/, "")}${url.pathname}${url.search}`;
}

/** JSON where it is JSON, the text itself elsewhere, as the SDK's own client does it. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function bodyOf(data: object | null | undefined, contentType: string | undefined): string | null {
  if (data === undefined || data === null) return null;
  if (contentType === "application/x-www-form-urlencoded") return encodeSdkForm(data);
  if (contentType === "application/json") return JSON.stringify(data);
  return null;
}
