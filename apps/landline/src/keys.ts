/**
 * The keys a gateway begins with: those of the configuration; without any, one admin key made on first start.
 *
 * Only digests are kept. A key that was made here is shown once and cannot be shown again; there is never a moment
 * without any admin key. It is a key like those made over the API, so it can be rotated and revoked there.
 */
import { isRecord } from "@landline/core";
import { keyCollection, makeKey, readStoredKey } from "@landline/gateway";
import type { KeyRecord } from "@landline/gateway";
import type { Store } from "@landline/outbox";
import type { ApiKeyConfig } from "./config/index.ts";

const firstAdmin = "key_first";
/** Where the first key stood before keys were made over the API. */
const former = { collection: "keys", id: "first-admin" } as const;

/** What is needed of a store. */
type KeyStore = Pick<Store, "getDocument" | "addDocument" | "deleteDocument" | "listDocuments" | "audit" | "now">;

/** Keys as the gateway takes them, and the new one to show, if one was made. */
export interface Keys {
  /** Those of the configuration; the others are read from the store by the gateway. */
  readonly records: readonly KeyRecord[];
  readonly made: string | null;
}

/** Reads configured keys, or sees to it that the store has an admin key. */
export async function readKeys(
  configured: readonly ApiKeyConfig[],
  store: KeyStore,
  ports: { readonly digest: (text: string) => string; readonly newToken: () => string },
): Promise<Keys> {
  const records = configured.map(({ name, role, key, accounts, rateLimit }) => ({
    name,
    role,
    accounts: accounts ?? null,
    rate: rateLimit,
    digest: ports.digest(key),
  }));
  await moveFormer(store);
  if (records.some(({ role, accounts: only }) => role === "admin" && only === null)) await endFirst(store);
  if (records.length > 0) return { records, made: null };
  const stored = (await store.listDocuments(keyCollection)).map(({ document }) => readStoredKey(document));
  if (stored.some((key) => key?.role === "admin" && key.accounts === null)) return { records, made: null };
  const { secret, stored: first } = makeKey({ ...admin, createdAt: await store.now() }, ports);
  // Of several processes that start at once one makes the key, and one shows it.
  return { records, made: (await store.addDocument(keyCollection, firstAdmin, first)) ? secret : null };
}

const admin = { name: "admin", role: "admin", accounts: null, rate: null, createdBy: "landline:start" } as const;

/** The first key was for the time before keys were configured. */
async function endFirst(store: KeyStore): Promise<void> {
  if (!(await store.deleteDocument(keyCollection, firstAdmin))) return;
  const because = "an admin key is configured";
  await store.audit({
    actor: "landline:start",
    event: "key.revoked",
    subject: `${firstAdmin} (admin, admin)`,
    because,
  });
}

async function moveFormer(store: KeyStore): Promise<void> {
  const known = await store.getDocument(former.collection, former.id);
  if (!isRecord(known) || typeof known["digest"] !== "string") return;
  const createdAt = await store.now();
  await store.addDocument(keyCollection, firstAdmin, { ...admin, createdAt, digest: known["digest"] });
  await store.deleteDocument(former.collection, former.id);
}
