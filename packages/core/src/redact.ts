/**
 * Removing secrets from whole values, and from text what its reader may not see besides; the two nets that catch a
 * secret are those of `redact-text.ts`.
 *
 * It does not hide telephone numbers or message bodies unless it is asked to: evidence needs them, logs do not.
 */
import { maskNumbers } from "./phone.ts";
import type { TextRedactor } from "./redact-text.ts";
import { createTextRedactor, folded, isSecretName, redactedMark } from "./redact-text.ts";

/** Names of fields that carry what a message says, for {@link RedactorOptions.fields}. */
export const messageFields: readonly string[] = [
  "Body",
  "MediaUrl",
  "ContentVariables",
  "Twiml",
  "text",
  "content",
  "variables",
  "media",
];

/** Names of fields that say who a person is, for {@link RedactorOptions.fields}. */
export const personFields: readonly string[] = [
  "first_name",
  "last_name",
  "email",
  "address",
  "birthday",
  "birth_date",
  "date_of_birth",
];

/** What else is removed. */
export interface RedactorOptions {
  /** Further field names whose values are removed (compared without case, hyphens and underscores). */
  readonly fields?: readonly string[];
  /** Mask E.164-like numbers. Default false. */
  readonly numbers?: boolean;
}

/** Removes secrets. Both functions are total. */
export interface Redactor extends TextRedactor {
  /** A copy without secrets: objects, lists, maps and errors are walked, cycles and unreadable members are named. */
  value(value: unknown): unknown;
}

/** Deeper nesting is cut: what is shown to people is never that deep. */
const depthMax = 64;

/**
 * Makes a redactor.
 * @param secrets values that must never be shown; shorter than 4 characters are ignored, they would blank ordinary words
 */
export function createRedactor(secrets: readonly string[], options: RedactorOptions = {}): Redactor {
  const extra = new Set((options.fields ?? []).map(folded));
  const isSecret = (name: string): boolean => isSecretName(name) || extra.has(folded(name));
  const plain = createTextRedactor(secrets, isSecret);
  const text = (input: string): string =>
    options.numbers === true ? maskNumbers(plain.text(input)) : plain.text(input);

  const walk = (value: unknown, above: readonly object[]): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "function") return "[function]";
    if (typeof value === "symbol") return text(value.toString());
    if (typeof value !== "object" || value === null) return value;
    if (above.includes(value)) return "[circular]";
    if (above.length >= depthMax) return "[too deep]";
    try {
      return object(value, [...above, value]);
    } catch {
      return "[unreadable]";
    }
  };

  const object = (value: object, above: readonly object[]): unknown => {
    if (Object.prototype.toString.call(value) === "[object Date]") return value;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return value.map((item) => walk(item, above));
    if (value instanceof Set) return [...value].map((item) => walk(item, above));
    if (value instanceof Map)
      return members(
        [...value].map(([name, item]) => [String(name), item]),
        above,
      );
    const own = Object.entries(value);
    if (!(value instanceof Error)) return members(own, above);
    const { name, message, cause } = value;
    return members(
      [["name", name], ["message", message], ...(cause === undefined ? [] : [["cause", cause] as const]), ...own],
      above,
    );
  };

  // Object.fromEntries defines members, so that one called `__proto__` stays a member.
  const members = (entries: readonly (readonly [string, unknown])[], above: readonly object[]): unknown =>
    Object.fromEntries(
      entries.map(([name, item]) => [text(name), isSecret(name) && isShowing(item) ? redactedMark : walk(item, above)]),
    );

  return { text, value: (value) => walk(value, []) };
}

/** Nothing to hide: that a secret is missing is what people need to see. */
function isShowing(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "" && typeof value !== "boolean";
}
