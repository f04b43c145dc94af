/**
 * `application/x-www-form-urlencoded`, both ways, without URLSearchParams: writing is on the hot path of every call,
 * and reading must keep order, repetition and malformed escapes visible.
 */

/** A text as a form value: UTF-8, percent-encoded, spaces as `%20` (read the same as `+` by every server). */
export function encodeFormValue(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return encodeURIComponent(text.toWellFormed());
  }
}

/** `name=value` pairs joined by `&`, in the order given. */
export function encodeForm(pairs: Iterable<readonly [name: string, value: string]>): string {
  let body = "";
  for (const [name, value] of pairs)
    body += `${body === "" ? "" : "&"}${encodeFormValue(name)}=${encodeFormValue(value)}`;
  return body;
}

/** Reads a form in order, repetitions kept. A malformed escape stays as it stands. */
export function decodeForm(body: string): readonly (readonly [name: string, value: string])[] {
  return body
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [decoded(part), ""] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
    });
}

function decoded(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
