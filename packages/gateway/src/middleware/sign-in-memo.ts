/**
 * What a browser carries while its person is at the provider: what must come back, and where to go then.
 *
 * It is the browser's to read and to change; nothing of it is believed beyond its shape. It protects the person, not us:
 * a way back that does not fit the browser that left is refused.
 */
import { isRecord } from "@landline/core";
import type { SignInMemo } from "../sign-in.ts";

/** Name of the cookie. */
export const memoCookie = "landline_sign_in";
/** How long a person may take at the provider, in milliseconds. */
export const memoMs = 600_000;
/** Longest path to go on to. */
export const returnToMax = 512;

const lengthMax = 4_096;

/** With the path of the console to go on to. */
export interface ReturningMemo extends SignInMemo {
  readonly returnTo: string;
}

/** As a cookie's value. */
export function encodeMemo(memo: ReturningMemo): string {
  return btoa(JSON.stringify(memo)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads it back; null when there is none or it is none. */
export function decodeMemo(value: string | null): ReturningMemo | null {
  if (value === null || value.length > lengthMax) return null;
  try {
    const memo: unknown = JSON.parse(atob(value.replaceAll("-", "+").replaceAll("_", "/")));
    if (!isRecord(memo)) return null;
    const { state, nonce, verifier, returnTo } = memo;
    if (typeof state !== "string" || typeof nonce !== "string" || typeof verifier !== "string") return null;
    return typeof returnTo === "string" && isOwnPath(returnTo) ? { state, nonce, verifier, returnTo } : null;
  } catch {
    return null;
  }
}

/** True for a path below our own origin: nothing a browser could read as another host, no control characters. */
export function isOwnPath(text: string): boolean {
  if (text.length > returnToMax || !/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text)) return false;
  return URL.parse(text, "http://own.invalid")?.host === "own.invalid";
}
