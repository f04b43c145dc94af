/**
 * The composition root: the only place where ports meet what implements them.
 *
 * Read top to bottom it says what a running Landline consists of. It decides nothing and computes nothing.
 */
import { createSender } from "@landline/client";
import { keyCollection } from "@landline/gateway";
import { createHost, createSealer, hashing } from "@landline/host";
import { createOutbox, openSealed, refuseSealed } from "@landline/outbox";
import type { Account, Outbox, Sender, Store, Waker } from "@landline/outbox";
import { sqliteStore } from "@landline/outbox-sqlite";
import type { Config, StoreConfig } from "./config/index.ts";

/** A store that is open, and what wakes workers when something becomes due in it. */
export interface OpenStore {
  readonly store: Store;
  readonly waker: Waker;
}

/** A running system without its HTTP side. */
export interface System {
  readonly config: Config;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly host: ReturnType<typeof createHost>;
  /** Drains the dispatcher, ends sockets, closes the store. */
  close(): Promise<void>;
}

/**
 * Opens a store, sealed where keys are configured.
 * @throws when it is in use, foreign, corrupt, unmigrated, out of reach or sealed with a key that is not given; the
 *   message says what to do
 */
export async function openStore(config: StoreConfig): Promise<OpenStore> {
  const opened = await openPlain(config);
  const { encryption } = config;
  try {
    if (encryption !== undefined) {
      const { keys, forgotten } = encryption;
      const store = await openSealed(opened.store, createSealer(keys), { forgotten, plain: [keyCollection] });
      return { ...opened, store };
    }
    await refuseSealed(opened.store);
    return opened;
  } catch (error) {
    await opened.store.close();
    throw error;
  }
}

async function openPlain(config: StoreConfig): Promise<OpenStore> {
  switch (config.type) {
    case "sqlite": {
      const store = sqliteStore(config.path);
      return { store, waker: store };
    }
    case "postgres": {
      const { openPostgresStore } = await import("@landline/outbox-postgres");
      const store = await openPostgresStore(config.url);
      return { store, waker: store };
    }
    default:
      return config satisfies never;
  }
}

/** Puts something between the outbox and a port; how tests crash a real process at an exact point. */
export interface Decorators {
  readonly store?: (store: Store) => Store;
  readonly sender?: (sender: Sender) => Sender;
}

/** Wires everything but HTTP in. The dispatcher does not run until `outbox.run()`. */
export async function wireSystem(config: Config, decorators: Decorators = {}): Promise<System> {
  const host = createHost();
  const opened = await openStore(config.store);
  const store = decorators.store?.(opened.store) ?? opened.store;
  const { waker } = opened;
  const senders = [...config.accounts.values()].map((account) => ({
    account,
    sender: createSender(account.provider, {
      callbackUrl: callbackUrl(config, account.name),
      host,
    }),
  }));
  const accounts: Account[] = senders.map(({ account, sender }) => ({
    name: account.name,
    provider: account.provider,
    sender: decorators.sender?.(sender) ?? sender,
    policy: account.policy,
    operationPolicies: account.operationPolicies,
    limits: {
      ratePerSecond: account.limits.ratePerSecond ?? null,
      concurrencyMax: account.limits.concurrency ?? null,
    },
  }));
  const outbox = createOutbox({
    store,
    waker,
    accounts,
    host,
    hashing,
    concurrency: config.concurrency,
    retentionMs: config.retentionMs,
  });
  return {
    config,
    store,
    outbox,
    host,
    close: async () => {
      await outbox.stop();
      await Promise.all(senders.map(async ({ sender }) => sender.close()));
      await store.close();
    },
  };
}

function callbackUrl(config: Config, account: string): string | null {
  return config.http.publicUrl === null ? null : `${config.http.publicUrl}/webhooks/${encodeURIComponent(account)}`;
}
