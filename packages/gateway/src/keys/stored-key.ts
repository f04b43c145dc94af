/**
 * A key as the store keeps it: its digest, never the key. Who made it and why stands with it.
 */
import { isRecord } from "@landline/core";
import type { KeyRecord, Role } from "../key-ring.ts";
import { roles } from "../key-ring.ts";

/** The collection of documents that keys are. */
export const keyCollection = "api_keys";

/** Names that begin so belong to people who sign in through a provider, and to no key. */
export const personPrefix = "oidc:";

/** A key that was made over the API or on first start. Instants are epoch milliseconds. */
export interface StoredKey extends KeyRecord {
  readonly accounts: readonly string[] | null;
  readonly rate: { readonly perSecond: number; readonly burst: number } | null;
  readonly createdAt: number;
  /** Who made it. */
  readonly createdBy: string;
}

/** A new key: the text to show once, and what is kept of it. */
export function makeKey(
  asked: Omit<StoredKey, "digest">,
  ports: { readonly digest: (text: string) => string; readonly newToken: () => string },
): { readonly secret: string; readonly stored: StoredKey } {
  const secret = `ll_${ports.newToken()}`;
  return { secret, stored: { ...asked, digest: ports.digest(secret) } };
}

/** Reads a document of the collection; null when it is none of ours. */
export function readStoredKey(document: unknown): StoredKey | null {
  if (!isRecord(document)) return null;
  const { name, role, accounts, rate, digest, createdAt, createdBy } = document;
  if (typeof name !== "string" || typeof digest !== "string" || !/^[0-9a-f]{64}$/.test(digest)) return null;
  if (!isRole(role)) return null;
  // A scope that cannot be read must not become "all accounts".
  const scoped = Array.isArray(accounts) && accounts.every((account) => typeof account === "string");
  if (accounts !== null && !scoped) return null;
  return {
    name,
    role,
    accounts: scoped ? accounts : null,
    rate: isRate(rate) ? rate : null,
    digest,
    createdAt: typeof createdAt === "number" ? createdAt : 0,
    createdBy: typeof createdBy === "string" ? createdBy : "",
  };
}

function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}

function isRate(value: unknown): value is NonNullable<StoredKey["rate"]> {
  return isRecord(value) && typeof value["perSecond"] === "number" && typeof value["burst"] === "number";
}
