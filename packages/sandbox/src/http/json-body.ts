/** JSON bodies, read without trusting them. */
import type { Buffer } from "node:buffer";

/** Whether a value is a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object a body holds, or null when it is anything else. */
export function readObject(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a `Content-Type` is JSON, with or without parameters. */
export const isJsonType = (header: string | undefined): boolean =>
  /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(header ?? "");
