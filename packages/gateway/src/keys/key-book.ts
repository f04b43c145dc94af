/**
 * Keys made over the API, next to those of the configuration: one ring of both, in every process.
 *
 * The store is the truth. A process reads it every {@link refreshMs} and at once after a change of its own, so a key
 * revoked elsewhere is refused here within that time and one refresh. While the store is out of reach the keys known
 * last stay valid: nothing can be handed in then anyway, and people can still look.
 *
 * It never changes what stands in the configuration, and it never gives out a key twice.
 */
import type { KeyRing, LiveKey } from "../key-ring.ts";
import type { Documents, GatewayHost } from "../options.ts";
import type { StoredKey } from "./stored-key.ts";
import { keyCollection, makeKey, readStoredKey } from "./stored-key.ts";

/** How often other processes' changes are read, in milliseconds. */
export const refreshMs = 2_000;

/** A key as it is listed: never the secret, never its digest. */
export interface ListedKey extends Pick<LiveKey, "name" | "role" | "accounts" | "rate"> {
  readonly id: string;
  readonly source: "configuration" | "store";
  /** Epoch milliseconds; null for keys of the configuration. */
  readonly createdAt: number | null;
  readonly createdBy: string | null;
}

/** A key that was just made. The secret exists nowhere else. */
export interface MadeKey {
  readonly key: ListedKey;
  readonly secret: string;
}

/** See the module comment. */
export interface KeyBook {
  list(): Promise<readonly ListedKey[]>;
  create(asked: Omit<StoredKey, "digest" | "createdAt">): Promise<MadeKey>;
  /** True when it was there and is not any more; here from the next request on. */
  revoke(id: string): Promise<boolean>;
  /** Reads the store now and then, until the returned function is called. */
  start(onError: (error: unknown) => void): Promise<() => void>;
}

/**
 * Makes a book.
 * @param ports.ring holds the keys of the configuration when it is handed over
 */
export function createKeyBook(ports: {
  readonly ring: KeyRing;
  readonly documents: Documents;
  readonly host: Pick<GatewayHost, "now" | "after" | "newOperationId" | "digest">;
  readonly newToken: () => string;
}): KeyBook {
  const { ring, documents, host } = ports;
  const configured = ring.all();
  let asked = 0;
  let applied = 0;
  let known = "[]";

  const read = async (): Promise<readonly (readonly [string, StoredKey])[]> => {
    const found = await documents.listDocuments(keyCollection);
    return found.flatMap(({ id, document }) => {
      const key = readStoredKey(document);
      return key === null ? [] : [[id, key] as const];
    });
  };
  const refresh = async (): Promise<readonly (readonly [string, StoredKey])[]> => {
    const number = (asked += 1);
    const stored = await read();
    // What was read before a later reading must not bring a revoked key back.
    if (number < applied) return stored;
    applied = number;
    const signature = JSON.stringify(stored);
    if (signature !== known) {
      known = signature;
      ring.replace([
        ...configured.map((key) => ({ ...key, accounts: key.accounts === null ? null : [...key.accounts] })),
        ...stored.map(([, key]) => key),
      ]);
    }
    return stored;
  };

  return {
    list: async () => [
      ...configured.map((key, index) => listedConfigured(key, configured.slice(0, index))),
      ...(await refresh()).map(([id, key]) => listedStored(id, key)),
    ],
    create: async (wanted) => {
      const id = `key_${host.newOperationId().slice(3)}`;
      const { secret, stored } = makeKey({ ...wanted, createdAt: host.now() }, { ...ports, digest: host.digest });
      await documents.putDocument(keyCollection, id, stored);
      await refresh();
      return { key: listedStored(id, stored), secret };
    },
    revoke: async (id) => {
      const revoked = await documents.deleteDocument(keyCollection, id);
      await refresh();
      return revoked;
    },
    start: async (onError) => {
      let cancel: () => void = () => undefined;
      let stopped = false;
      const again = (): void => {
        if (!stopped) cancel = host.after(refreshMs, round, false);
      };
      const round = (): void => {
        void refresh().catch(onError).then(again);
      };
      await refresh();
      again();
      return () => {
        stopped = true;
        cancel();
      };
    },
  };
}

/** Keys of the configuration have no id of their own: the name, and the place among those of the same name. */
function listedConfigured(key: LiveKey, before: readonly LiveKey[]): ListedKey {
  const place = before.filter(({ name }) => name === key.name).length + 1;
  const { name, role, accounts, rate } = key;
  return {
    id: `configured:${name}:${place}`,
    name,
    role,
    accounts,
    rate,
    source: "configuration",
    createdAt: null,
    createdBy: null,
  };
}

function listedStored(id: string, { name, role, accounts, rate, createdAt, createdBy }: StoredKey): ListedKey {
  const scope = accounts === null ? null : new Set(accounts);
  return { id, name, role, accounts: scope, rate, source: "store", createdAt, createdBy };
}
