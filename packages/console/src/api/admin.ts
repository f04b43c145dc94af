/** What admins read and do beyond operations: keys, and whether alerts and callback addresses reach anybody. */
import { queryOptions } from "@tanstack/react-query";
import { ask } from "./client.ts";
import type { AlertTest, Key, KeyMade, SignInOptions, WebhookTest } from "./types.ts";

/** Ways to sign in. */
export const signInQuery = queryOptions({
  queryKey: ["session", "options"],
  queryFn: async ({ signal }) => ask<SignInOptions>("/v1/session/options", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** All keys, without their secrets. */
export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: async ({ signal }) => (await ask<{ data: readonly Key[] }>("/v1/keys", { signal })).data,
});

/** What a new key is to be. */
export interface NewKey {
  readonly name: string;
  readonly role: Key["role"];
  readonly accounts?: readonly string[];
  readonly rate_limit?: { readonly per_second: number };
  readonly reason?: string;
}

/** Makes a key; the secret is in this answer and nowhere else. @throws {ApiError} */
export async function makeKey(wanted: NewKey): Promise<KeyMade> {
  return ask<KeyMade>("/v1/keys", { method: "POST", body: wanted });
}

/** Makes a second key of the same name; the old one stays live until it is revoked. @throws {ApiError} */
export async function rotateKey(id: string, reason: string): Promise<KeyMade> {
  return ask<KeyMade>(`/v1/keys/${encodeURIComponent(id)}/rotate`, { method: "POST", body: { reason } });
}

/** Ends a key and its sessions at once. @throws {ApiError} */
export async function revokeKey(id: string): Promise<null> {
  return ask<null>(`/v1/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Lets somebody be written to again who had opted out; `lifted` is false when nobody had. @throws {ApiError} */
export async function liftOptOut(account: string, to: string, reason: string): Promise<{ readonly lifted: boolean }> {
  return ask<{ readonly lifted: boolean }>(`/v1/accounts/${encodeURIComponent(account)}/opt-in`, {
    method: "POST",
    body: { to, reason },
  });
}

/** Sends a test through every alert channel: it pages whoever is on call. @throws {ApiError} */
export async function testAlerts(reason: string): Promise<AlertTest> {
  return ask<AlertTest>("/v1/alerts/test", { method: "POST", body: { reason } });
}

/** Calls every account's callback address from outside. @throws {ApiError} */
export async function testWebhooks(reason: string): Promise<WebhookTest> {
  return ask<WebhookTest>("/v1/webhooks/test", { method: "POST", body: { reason } });
}
