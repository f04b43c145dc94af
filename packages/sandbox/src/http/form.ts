/**
 * Form bodies and queries with repeated parameters, read the forgiving way Twilio reads them: unknown ones are ignored.
 */
import { parse } from "node:querystring";
import type { ParsedUrlQuery } from "node:querystring";

/** Parameters by name; a repeated one is a list. */
export type Form = ParsedUrlQuery;

/** Reads `application/x-www-form-urlencoded` text. Never throws. */
export function readForm(text: string): Form {
  return parse(text, "&", "=", { maxKeys: 500 });
}

/** The last value of a parameter, or null when it is absent. An empty text is a value. */
export function one(form: Form, name: string): string | null {
  const value = form[name];
  return Array.isArray(value) ? (value.at(-1) ?? null) : (value ?? null);
}

/** The last value of a parameter where an empty text means the same as none (callback URLs). */
export function given(form: Form, name: string): string | null {
  const value = one(form, name);
  return value === "" ? null : value;
}

/** All values of a parameter in order. */
export function all(form: Form, name: string): readonly string[] {
  const value = form[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Landline's operation id in a callback URL (`?op=…`), or null. */
export function operationIdIn(url: string | null): string | null {
  const match = url === null ? null : /[?&]op=([^&#]*)/.exec(url);
  if (match === null) return null;
  try {
    return decodeURIComponent(match[1] ?? "");
  } catch {
    return null;
  }
}

/** Whether a text is an http(s) URL. */
export function isWebUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}
