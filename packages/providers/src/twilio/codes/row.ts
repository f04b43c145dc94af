/**
 * How a row of the error table is written: what several codes share is a class, and a row says only what is its own.
 *
 * Two questions are kept apart throughout. `execution` says whether something was done; `retry` says whether doing it
 * again would change anything. Twilio's "never processed, safe to retry" answers the first one only.
 */
import type { ErrorEntry, ErrorTable } from "@landline/core";

/** What several codes share. */
export type CodeClass = Omit<ErrorEntry, "code" | "meaning" | "guidance" | "docs" | "source" | "read">;

/** What a row may say otherwise than its class. */
export type CodeFacts = Partial<Omit<ErrorEntry, "code" | "meaning" | "guidance" | "docs" | "read">>;

/** The day on which the pages behind the table were last compared with it. */
const readOn = "2026-11-21";

const dictionary = "Twilio error and warning dictionary";

/** Source of an HTTP status that no page publishes. */
export const observed = "Twilio error dictionary; status observed with test credentials";

/** Source of a reading that rests on no page alone. */
export const inferred = "inferred from the Twilio error dictionary";

/** One row. */
export function row(
  code: string,
  shared: CodeClass,
  meaning: string,
  guidance: string,
  facts: CodeFacts = {},
): ErrorEntry {
  return {
    code,
    ...shared,
    source: dictionary,
    ...facts,
    meaning,
    guidance,
    docs: `https://www.twilio.com/docs/errors/${code}`,
    read: readOn,
  };
}

/** Rows by code, in ascending order. */
export function tableOf(rows: readonly ErrorEntry[]): ErrorTable {
  const ordered = rows.toSorted((left, right) => Number(left.code) - Number(right.code));
  return new Map(ordered.map((entry) => [entry.code, entry]));
}

const refused = {
  status: null,
  arrives: "sync",
  execution: "not_executed",
  retry: "never",
  otherChannel: "no",
} as const;
/** What a word about a message that was taken has in common. */
export const failed = { status: null, arrives: "async", execution: "executed", otherChannel: "no" } as const;

/** The request is wrong and stays wrong. */
export const wrongRequest: CodeClass = {
  ...refused,
  kind: "invalid_request",
  remedy: "fix_request",
  responsible: "caller",
};

/** The account may not do this until somebody changes its settings. */
export const notAllowed: CodeClass = {
  ...refused,
  kind: "authorization",
  remedy: "fix_account",
  responsible: "operator",
};

/** The account itself is refused: nothing behind it would pass. */
export const accountStopped: CodeClass = { ...notAllowed, blocksAccount: true, otherChannel: "yes" };

/** Not delivered through a fault of Twilio, a channel or a carrier: a new message may pass. */
export const networkFault: CodeClass = {
  ...failed,
  kind: "unavailable",
  retry: "later",
  remedy: "retry",
  responsible: "provider",
  otherChannel: "yes",
};

/** Not delivered because a limit was used up: a new message passes after a while. */
export const limitReached: CodeClass = {
  ...failed,
  kind: "quota",
  retry: "later",
  remedy: "wait",
  responsible: "operator",
};

/** Milliseconds. */
export const minutes = (count: number): { readonly type: "delay"; readonly ms: number } => ({
  type: "delay",
  ms: count * 60_000,
});

/** Milliseconds. */
export const hours = (count: number): { readonly type: "delay"; readonly ms: number } => minutes(count * 60);

/** Daily caps of United States carriers start anew at midnight Pacific time, daylight saving included. */
export const midnightPacific = { type: "midnight", zone: "America/Los_Angeles" } as const;
