/**
 * JSON from strangers, read strictly: what two parsers could read in two ways is refused (RFC 8259 §4 on duplicate
 * names; I-JSON, RFC 7493, on numbers and surrogates), and so is what no store can keep (U+0000).
 *
 * On the hot path: one scan of the text, one `JSON.parse`, one count. The thorough walk runs only when the text
 * contains something that could make it necessary.
 */
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";

/** Deepest nesting accepted. */
export const depthMax = 32;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** What inside strings or names makes the thorough walk necessary. */
const suspicious = ["\\u", "__proto__", "constructor"] as const;

/** Digits from which a whole number may be one that cannot be kept. */
const digitsMax = 15;

/** A parsed document, or why it is refused. */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** Reads a document of UTF-8 bytes. */
export function readJson(bytes: Uint8Array): JsonReading {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refused("The body is not valid UTF-8");
  }
  const shape = scan(text);
  if (shape.depth > depthMax) return refused(`The body is nested deeper than ${depthMax} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused("The body is not valid JSON");
  }
  if (members(value) !== shape.members) return refused("An object in the body has the same name twice");
  if (shape.oddNumber || suspicious.some((each) => text.includes(each))) {
    const fault = faultIn(value, "");
    if (fault !== null) return { ok: false, problem: fault };
  }
  return { ok: true, value };
}

const quote = 34;
const colon = 58;
const backslash = 92;

interface Shape {
  readonly members: number;
  readonly depth: number;
  /** A number with many digits or an exponent. */
  readonly oddNumber: boolean;
}

/** Counts members and depth without parsing. Linear in the text, whatever it is. */
function scan(text: string): Shape {
  let found = 0;
  let depth = 0;
  let deepest = 0;
  let digits = 0;
  let oddNumber = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) {
      digits += 1;
      if (digits > digitsMax) oddNumber = true;
      continue;
    }
    if (code === quote) {
      index = endOfString(text, index + 1);
      if (index < 0) break;
    } else if (code === colon) found += 1;
    // `[` and `{` are 91 and 123, `]` and `}` two more: the only such pairs outside strings in JSON.
    else if (code === 91 || code === 123) deepest = Math.max(deepest, (depth += 1));
    else if (code === 93 || code === 125) depth -= 1;
    // `E` and `e` after a digit.
    else if (digits > 0 && (code === 69 || code === 101)) oddNumber = true;
    digits = 0;
  }
  return { members: found, depth: deepest, oddNumber };
}

/** The index of the closing quote, or -1. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end !== -1 && isEscaped(text, end, from)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, end: number, from: number): boolean {
  let first = end;
  while (first > from && text.charCodeAt(first - 1) === backslash) first -= 1;
  return (end - first) % 2 === 1;
}

function members(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) {
    let inside = 0;
    for (const item of value) inside += members(item);
    return inside;
  }
  let own = 0;
  for (const name of Object.keys(value)) own += 1 + members((value as Readonly<Record<string, unknown>>)[name]);
  return own;
}

function faultIn(value: unknown, path: string): Problem | null {
  switch (typeof value) {
    case "string":
      if (value.includes("\u0000")) return at(path, "must not contain U+0000");
      return value.isWellFormed() ? null : at(path, "must not contain half a surrogate pair");
    case "number":
      if (!Number.isFinite(value)) return at(path, "is a number too large to keep");
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? at(path, "is a number that cannot be kept exactly; write it as a string")
        : null;
    case "object":
      return value === null ? null : faultInside(value, path);
    default:
      return null;
  }
}

function faultInside(value: object, path: string): Problem | null {
  for (const [name, item] of Object.entries(value)) {
    const here = path === "" ? name : `${path}.${name}`;
    if (
      name === "__proto__" ||
      (name === "constructor" && typeof item === "object" && item !== null && "prototype" in item)
    )
      return at(here, "is a name that is not allowed");
    const fault = (Array.isArray(value) ? null : faultIn(name, here)) ?? faultIn(item, here);
    if (fault !== null) return fault;
  }
  return null;
}

function at(field: string, message: string): Problem {
  return problem("VALIDATION_ERROR", `${field === "" ? "The body" : field} ${message}`, { field });
}

function refused(message: string): JsonReading {
  return { ok: false, problem: problem("VALIDATION_ERROR", message) };
}
