/** The id of a request: the caller's own when it is harmless, so that one id can be followed through all logs. */

/** The caller's `X-Request-Id`, or a new one. */
export function requestIdOf(headers: Headers, newId: () => string): string {
  const given = headers.get("x-request-id");
  return given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : `req_${newId().slice(3)}`;
}
