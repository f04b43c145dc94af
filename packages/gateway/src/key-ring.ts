/**
 * API keys: digests in memory, never the keys themselves.
 *
 * A key is found by the head of its digest and then compared in constant time over the whole of it: what an attacker
 * could learn from timing is a prefix of a SHA-256 of their own guess. Two keys may share a name, so that one can be
 * rotated without a gap; revoking is replacing the ring, and holds from the next request on.
 */
import type { Hashing } from "@landline/core";
import type { RateRule } from "./middleware/rate-limit.ts";

/** What a key may do; see `permissions.ts`. */
export const roles = ["sender", "viewer", "operator", "admin"] as const;

/** See {@link roles}. */
export type Role = (typeof roles)[number];

/** One key as it is kept. */
export interface KeyRecord {
  /** Scope of its idempotency keys, owner of its operations, actor of what it does. */
  readonly name: string;
  readonly role: Role;
  /** Only these accounts; absent or null: all. */
  readonly accounts?: readonly string[] | null;
  /** Instead of the gateway's common limit; absent or null: that one. */
  readonly rate?: RateRule | null;
  /** Hex SHA-256 of the key. */
  readonly digest: string;
}

/** A live key. */
export interface LiveKey {
  readonly name: string;
  readonly role: Role;
  readonly accounts: ReadonlySet<string> | null;
  readonly rate: RateRule | null;
  readonly digest: string;
}

/** The keys that are valid now. */
export interface KeyRing {
  /** The key this token is, or null. */
  find(token: string): LiveKey | null;
  /** The key with this digest, while it is live. For sessions. */
  byDigest(digest: string): LiveKey | null;
  /** All of them, in the order they were given. */
  all(): readonly LiveKey[];
  /** From the next request on exactly these keys are valid. */
  replace(keys: readonly KeyRecord[]): void;
}

const headLength = 16;

/**
 * A ring of keys.
 * @param ports.digest hex SHA-256
 * @param ports.equal constant-time comparison
 * @throws TypeError when a digest is not 64 hex digits
 */
export function createKeyRing(
  keys: readonly KeyRecord[],
  ports: { readonly digest: (text: string) => string; readonly equal: Hashing["equal"] },
): KeyRing {
  const encoder = new TextEncoder();
  let shelves = shelved(keys);
  const byDigest = (digest: string): LiveKey | null => {
    const shelf = shelves.get(digest.slice(0, headLength));
    if (shelf === undefined) return null;
    const bytes = encoder.encode(digest);
    let found: LiveKey | null = null;
    for (const entry of shelf) if (ports.equal(entry.bytes, bytes)) found = entry.key;
    return found;
  };
  return {
    find: (token) => byDigest(ports.digest(token)),
    byDigest,
    all: () => [...shelves.values()].flatMap((shelf) => shelf.map(({ key }) => key)),
    replace: (next) => {
      shelves = shelved(next);
    },
  };
}

interface Entry {
  readonly key: LiveKey;
  readonly bytes: Uint8Array;
}

function shelved(keys: readonly KeyRecord[]): ReadonlyMap<string, readonly Entry[]> {
  const encoder = new TextEncoder();
  const shelves = new Map<string, Entry[]>();
  for (const { name, role, accounts, rate, digest } of keys) {
    if (!/^[0-9a-f]{64}$/.test(digest)) throw new TypeError(`the digest of key ${name} is not a hex SHA-256`);
    const key: LiveKey = { name, role, accounts: accounts ? new Set(accounts) : null, rate: rate ?? null, digest };
    const head = digest.slice(0, headLength);
    const shelf = shelves.get(head) ?? [];
    shelf.push({ key, bytes: encoder.encode(digest) });
    shelves.set(head, shelf);
  }
  return shelves;
}
