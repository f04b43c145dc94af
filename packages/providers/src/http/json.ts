/**
 * Looking into answers that may be anything. No function here throws, and none trusts a shape it has not seen.
 */
import { isRecord } from "@landline/core";

/** The parsed object, or null for everything that is not one JSON object. */
export function objectOf(body: string): Record<string, unknown> | null {
  const parsed = jsonOf(body);
  return isRecord(parsed) ? parsed : null;
}

/** The parsed JSON, or undefined when it is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A non-empty string, or null. */
export function stringOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** An error code as text, whether it was written as a number or as a string; null for everything else. */
export function codeOf(value: unknown): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  return stringOf(value);
}

/** The records of an array; everything else is left out. */
export function recordsOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
