/** What the console does. Every verb names the version that was seen, so that two people cannot both win. */
import type { Filters } from "../filters.ts";
import { ask } from "./client.ts";
import type { Account, Bulk, BulkAction, Operation } from "./types.ts";

/** What may be done to one operation. */
export type Verb = "retry" | "fix" | "fallback" | "discard" | "resolve" | "reconcile" | "cancel";

/** Verbs in the order in which people meet them. */
export const verbs: readonly Verb[] = ["reconcile", "resolve", "fix", "retry", "fallback", "discard", "cancel"];

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

/** Begins bulk work, or only counts what it would touch. @throws {ApiError} */
export async function startBulk(asked: {
  readonly action: BulkAction;
  readonly query: Filters;
  readonly reason: string;
  readonly rate?: number;
  readonly dry_run?: boolean;
}): Promise<Bulk> {
  return ask<Bulk>("/v1/bulk", { method: "POST", body: asked });
}

/** Stops bulk work before its next step. @throws {ApiError} */
export async function cancelBulk(id: string, reason: string): Promise<Bulk> {
  return ask<Bulk>(`/v1/bulk/${encodeURIComponent(id)}/cancel`, { method: "POST", body: { reason } });
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
