/** What the console does. Every verb names the version that was seen, so that two people cannot both win. */
import type { Filters } from "../filters.ts";
import { ask } from "./client.ts";
import type { Account, Bulk, BulkAction, BulkPreview, Operation } from "./types.ts";

/** What may be done to one operation. */
export type Verb =
  | "retry"
  | "fix"
  | "fallback"
  | "discard"
  | "resolve"
  | "reconcile"
  | "cancel"
  | "assign"
  | "snooze"
  | "comment";

/** Verbs that decide, in the order in which people meet them. */
export const verbs: readonly Verb[] = ["reconcile", "resolve", "fix", "retry", "fallback", "discard", "cancel"];

/** Verbs that decide nothing: who looks after it, when, and what others should know. */
export const deskVerbs: readonly Verb[] = ["assign", "snooze", "comment"];

/** Which operation, as seen. */
export interface Seen {
  readonly id: string;
  readonly version: number;
}

/**
 * Does it.
 * @returns the operation; for `fix` and `fallback` the child
 * @throws {ApiError} `STATE_CONFLICT` when somebody or something was faster
 */
export async function act(seen: Seen, verb: Verb, body: Readonly<Record<string, unknown>>): Promise<Operation> {
  return ask<Operation>(`/v1/operations/${encodeURIComponent(seen.id)}/${verb}`, {
    method: "POST",
    headers: { "if-match": `"${seen.version}"` },
    body,
  });
}

/** Shows one operation in full; recorded with who and why. @throws {ApiError} */
export async function reveal(id: string, reason: string): Promise<Operation> {
  return ask<Operation>(`/v1/operations/${encodeURIComponent(id)}/reveal`, { method: "POST", body: { reason } });
}

/** What bulk work is to be done to what. */
export interface BulkAsked {
  readonly action: BulkAction;
  readonly query: Filters;
  readonly rate: number;
}

/** Counts what bulk work would do; nothing is written. @throws {ApiError} */
export async function previewBulk(asked: BulkAsked): Promise<BulkPreview> {
  return ask<BulkPreview>("/v1/bulk/preview", { method: "POST", body: { ...asked, limit_sample: 8 } });
}

/** Begins bulk work. @throws {ApiError} */
export async function startBulk(asked: BulkAsked & { readonly reason: string }): Promise<Bulk> {
  return ask<Bulk>("/v1/bulk", { method: "POST", body: asked });
}

/** What people say about bulk work once it is there. */
export type BulkWord = "pause" | "resume" | "cancel" | "approve" | "reject";

/** Says it. @throws {ApiError} `FORBIDDEN` for approving what oneself asked for, `STATE_CONFLICT` when it is too late */
export async function tellBulk(id: string, word: BulkWord, reason: string | null): Promise<Bulk> {
  return ask<Bulk>(`/v1/bulk/${encodeURIComponent(id)}/${word}`, {
    method: "POST",
    body: reason === null ? {} : { reason },
  });
}

/** Pauses, resumes or checks an account. @throws {ApiError} */
export async function actOnAccount(
  name: string,
  verb: "pause" | "resume" | "check",
  reason: string | null,
): Promise<Account> {
  return ask<Account>(`/v1/accounts/${encodeURIComponent(name)}/${verb}`, {
    method: "POST",
    body: reason === null ? {} : { reason },
  });
}
