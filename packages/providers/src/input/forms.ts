/** Forms that texts of several providers share. Each answers null, or what is wrong without its subject. */
import type { Form } from "./rules.ts";

/** An absolute http or https URL without spaces; a host with an underscore is refused where a provider does so. */
export function webUrl(options: { readonly underscoreInHost?: boolean } = {}): Form {
  return (text) => {
    const match = /^https?:\/\/(?:[^/?#@\s]*@)?(\[[0-9a-f:.]+\]|[^/?#:@\s]+)(?::\d{1,5})?(?:[/?#]\S*)?$/i.exec(text);
    if (match === null) return "must be an absolute http or https URL";
    return options.underscoreInHost === false && match[1]?.includes("_") === true
      ? "must not have an underscore in its host"
      : null;
  };
}

/** The address that requests are put below: it can have a path, and nothing after it. */
export const baseAddress: Form = (text) =>
  webUrl()(text) ?? (/[?#]/.test(text) ? "must not have a query or a fragment" : null);

/** A form given by a regular expression and described by what it stands for. */
export function matching(pattern: RegExp, expected: string): Form {
  return (text) => (pattern.test(text) ? null : `must be ${expected}`);
}

/** A text that parses as JSON object. */
export const jsonObject: Form = (text) => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? null
      : "must be the JSON text of an object";
  } catch {
    return "must be valid JSON text";
  }
};

const isoInstant = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** An ISO 8601 instant with a zone. */
export const instant: Form = (text) =>
  isoInstant.test(text) && !Number.isNaN(Date.parse(text))
    ? null
    : "must be an ISO 8601 instant with a zone, such as 2026-01-31T09:00:00Z";
