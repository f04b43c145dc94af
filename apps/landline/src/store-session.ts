/**
 * A store for the length of one command. It refuses to make one: a command that looks after a store and finds none was
 * started in the wrong directory, and "nothing to do" would be the wrong answer.
 */
import { existsSync } from "node:fs";
import type { Store } from "@landline/outbox";
import type { StoreConfig } from "./config/index.ts";
import { CommandError } from "./terminal.ts";
import { openStore } from "./wire.ts";

/** True for a SQLite store whose file nothing has made yet; of a database server only the server knows. */
export function isAbsent(config: StoreConfig): boolean {
  return config.type === "sqlite" && !existsSync(config.path);
}

/**
 * Opens the store, uses it, closes it, whatever happens.
 * @throws {CommandError} when there is none
 */
export async function withStore<Result>(config: StoreConfig, use: (store: Store) => Promise<Result>): Promise<Result> {
  if (config.type === "sqlite" && isAbsent(config))
    throw new CommandError(`there is no store at ${config.path}; name the configuration it belongs to with --config`);
  const { store } = await openStore(config);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
