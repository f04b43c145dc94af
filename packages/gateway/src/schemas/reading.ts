/**
 * Reading values from outside into types: a reader gives the value or the first fault with its path.
 *
 * Zod reads everything that is not on the hot path; the few bodies that are have a reader by hand. Both speak through
 * this type, so that a route does not know which it has.
 */
import type { ZodType } from "zod";
import type { Problem } from "../reply.ts";
import { invalid } from "../reply.ts";

/** A value, or why it is refused. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Reads an unknown value. */
export type Reader<T> = (value: unknown) => Read<T>;

/** A reader made of a schema. The first issue is reported, with its path. */
export function zodReader<T>(schema: ZodType<T>): Reader<T> {
  return (value) => {
    const result = schema.safeParse(value);
    if (result.success) return { ok: true, value: result.data };
    const [issue] = result.error.issues;
    if (issue === undefined) return fault("", "is not allowed");
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      const field = [...path, issue.keys[0] ?? ""].join(".");
      return fault(field, "is not a known field");
    }
    return fault(path.join("."), said(issue.message));
  };
}

/** A refusal of a field, as a reading. */
export function fault(field: string, message: string): { readonly ok: false; readonly problem: Problem } {
  return {
    ok: false,
    problem: invalid(field === "" ? "body" : field, `${field === "" ? "The body" : field} ${message}`),
  };
}

/** Zod's messages as the end of a sentence that begins with the field. */
function said(message: string): string {
  const missing = message.endsWith("received undefined");
  if (missing) return "is required";
  return /^(must|is|needs|has)\b/.test(message) ? message : `is not allowed: ${message}`;
}
