/**
 * The forms of an address that Twilio is known to sign: with and without the port, and with the query as it stands, as
 * a browser would escape it, and re-encoded the way Twilio's older back end does.
 * @see https://github.com/twilio/twilio-node/blob/main/src/webhooks/webhooks.ts
 */
import { encodeFormValue, decodeForm } from "../http/form.ts";

const parts = /^(https?):\/\/((?:[^/?#@]*@)?)(\[[^\]]*\]|[^/?#:@]*)(?::(\d*))?([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** Distinct forms, the one as it stands first. At most seven. */
export function signedForms(url: string): readonly string[] {
  const match = parts.exec(url);
  if (match === null) return [url];
  const [, scheme = "", userinfo = "", host = "", port = "", path = "", query = ""] = match;
  const origin = `${scheme}://${userinfo}${host}`;
  const explicit = port === "" ? (scheme.toLowerCase() === "https" ? "443" : "80") : port;
  const queries = [query, escaped(query), legacy(query)];
  const forms = [origin, `${origin}:${explicit}`].flatMap((start) => queries.map((each) => `${start}${path}${each}`));
  return [...new Set([url, ...forms])];
}

/** The escapes of the WHATWG URL standard's special-query set. */
function escaped(query: string): string {
  return query.replaceAll(/[ "'<>]|[\u007F-\u{10FFFF}]+/gu, (found) =>
    found === "'" ? "%27" : encodeFormValue(found),
  );
}

/** Decoded and encoded again; spaces become `%20`. */
function legacy(query: string): string {
  if (query.length < 2) return query;
  return `?${decodeForm(query.slice(1))
    .map(([name, value]) => `${encodeFormValue(name)}=${encodeFormValue(value)}`)
    .join("&")}`;
}
