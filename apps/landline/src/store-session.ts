/**
 * A store for the length of one command.
 */
import type { Store } from "@landline/outbox";
import type { StoreConfig } from "./config/index.ts";
import { openStore } from "./wire.ts";

/** Opens the store, uses it, closes it, whatever happens. */
export async function withStore<Result>(config: StoreConfig, use: (store: Store) => Promise<Result>): Promise<Result> {
  const { store } = await openStore(config);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
