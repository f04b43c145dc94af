/**
 * What a system's error code says about how far a connection got. Codes, never messages: wording changes between
 * versions and languages.
 */
import type { Phase, TransportCause } from "@landline/core";

/** How far it got and why it went no further, for an error that came before a request was begun. */
export interface ConnectFailure {
  readonly phase: Phase;
  readonly cause: TransportCause;
}

const byCode: Readonly<Record<string, ConnectFailure>> = {
  ENOTFOUND: { phase: "resolve", cause: "dns" },
  EAI_AGAIN: { phase: "resolve", cause: "dns" },
  EAI_FAIL: { phase: "resolve", cause: "dns" },
  EAI_NODATA: { phase: "resolve", cause: "dns" },
  EAI_NONAME: { phase: "resolve", cause: "dns" },
  ESERVFAIL: { phase: "resolve", cause: "dns" },
  ETIMEOUT: { phase: "resolve", cause: "dns" },
  ECONNREFUSED: { phase: "connect", cause: "refused" },
  ConnectionRefused: { phase: "connect", cause: "refused" },
  FailedToOpenSocket: { phase: "connect", cause: "unreachable" },
  EHOSTUNREACH: { phase: "connect", cause: "unreachable" },
  ENETUNREACH: { phase: "connect", cause: "unreachable" },
  EHOSTDOWN: { phase: "connect", cause: "unreachable" },
  ENETDOWN: { phase: "connect", cause: "unreachable" },
  EADDRNOTAVAIL: { phase: "connect", cause: "unreachable" },
  EACCES: { phase: "connect", cause: "unreachable" },
  UND_ERR_CONNECT_TIMEOUT: { phase: "connect", cause: "timeout" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { phase: "tls", cause: "tls" },
  SELF_SIGNED_CERT_IN_CHAIN: { phase: "tls", cause: "tls" },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { phase: "tls", cause: "tls" },
  EPROTO: { phase: "tls", cause: "tls" },
};

/** Reads a code that can only come from establishing a connection; null for every other. */
export function connectFailureOf(code: string | null): ConnectFailure | null {
  if (code === null) return null;
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known !== undefined) return known;
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_GET_|CRL_|HOSTNAME_MISMATCH|INVALID_CA)/.test(code))
    return { phase: "tls", cause: "tls" };
  return null;
}

/** Why an exchange broke after it was begun. */
export function brokenBy(code: string | null): TransportCause {
  if (code === null) return "other";
  if (/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|ECONNABORTED|ConnectionClosed)$/.test(code)) return "reset";
  if (/^(ETIMEDOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/.test(code)) return "timeout";
  if (/^(HPE_|HTTPParserError$|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RESPONSE|UND_ERR_RES_)/.test(code)) return "protocol";
  if (/^(UND_ERR_ABORTED|UND_ERR_DESTROYED|UND_ERR_CLOSED|ABORT_ERR)$/.test(code)) return "aborted";
  return "other";
}

/** The system's word for an error, looked for in its causes too. */
export function systemCodeOf(error: unknown): string | null {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && typeof at === "object" && at !== null; depth += 1) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === "string" && code !== "" && code !== "ERR_INVALID_STATE") return code;
    at = cause;
  }
  // undici gives some parser errors no code, only this name.
  return error instanceof Error && error.name === "HTTPParserError" ? error.name : null;
}

/** The words of an error; never its properties, which may hold a request. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const { cause } = error as { cause?: unknown };
  if (error.message === "fetch failed" && cause instanceof Error) return messageOf(cause);
  return error.message === "" ? (systemCodeOf(error) ?? error.name) : error.message;
}
