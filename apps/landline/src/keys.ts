import type { KeyRecord } from "@landline/gateway";
/**
 * The keys a gateway accepts: those of the configuration, or one admin key made on first start.
 *
 * Only digests are kept. A key that was made here is shown once and cannot be shown again; there is never a moment
 * without any key.
 */
import type { Store } from "@landline/outbox";
import type { ApiKeyConfig } from "./config/index.ts";

const collection = "keys";
const firstAdmin = "first-admin";

/** Keys as the gateway takes them, and the new one to show, if one was made. */
export interface Keys {
  readonly records: readonly KeyRecord[];
  readonly made: string | null;
}

/** Reads configured keys, or finds or makes the first admin key in the store. */
export async function readKeys(
  configured: readonly ApiKeyConfig[],
  store: Pick<Store, "getDocument" | "putDocument">,
  ports: { readonly digest: (text: string) => string; readonly newToken: () => string },
): Promise<Keys> {
  if (configured.length > 0) {
    const records = configured.map(({ name, role, key, accounts, rateLimit }) => ({
      name,
      role,
      accounts: accounts ?? null,
      rate: rateLimit,
      digest: ports.digest(key),
    }));
    return { records, made: null };
  }
  const known = await store.getDocument(collection, firstAdmin);
  if (isKept(known)) return { records: [admin(known.digest)], made: null };
  const made = `ll_${ports.newToken()}`;
  const digest = ports.digest(made);
  await store.putDocument(collection, firstAdmin, { digest });
  return { records: [admin(digest)], made };
}

function admin(digest: string): KeyRecord {
  return { name: "admin", role: "admin", accounts: null, digest };
}

function isKept(value: unknown): value is { readonly digest: string } {
  return typeof value === "object" && value !== null && "digest" in value && typeof value.digest === "string";
}
