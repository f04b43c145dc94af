/**
 * Bodies and queries exactly as the official SDK's own client writes them (`qs` with repeated keys, RFC 3986), so that
 * changing the client changes no byte of a request.
 */

/** `application/x-www-form-urlencoded`: lists repeat their key, members of objects go in brackets, undefined is left out. */
export function encodeSdkForm(fields: object): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(fields)) write(name, value, pairs);
  return pairs.join("&");
}

/** The address with its query. */
export function withQuery(uri: string, params: object | undefined): string {
  const query = params === undefined ? "" : encodeSdkForm(params);
  if (query === "") return uri;
  return `${uri}${uri.includes("?") ? "&" : "?"}${query}`;
}

function write(name: string, value: unknown, pairs: string[]): void {
  if (value === undefined || typeof value === "function") return;
  if (isDate(value)) pairs.push(`${escaped(name)}=${escaped(value.toISOString())}`);
  else if (Array.isArray(value)) for (const each of value) write(name, each, pairs);
  else if (typeof value === "object" && value !== null) {
    for (const [member, each] of Object.entries(value)) write(`${name}[${member}]`, each, pairs);
  } else pairs.push(`${escaped(name)}=${value === null ? "" : escaped(textOf(value))}`);
}

function isDate(value: unknown): value is { toISOString(): string } {
  return (
    typeof value === "object" && value !== null && "toISOString" in value && typeof value.toISOString === "function"
  );
}

function textOf(value: {}): string {
  return typeof value === "symbol" ? value.toString() : `${value as string | number | bigint | boolean}`;
}

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
