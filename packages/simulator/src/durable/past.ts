/**
 * A store that can lose its past: a backup put back, or a server that takes over without the last commits.
 *
 * Nobody rebuilds rows here. A second store goes through the same calls at the same instants, so it is the same store,
 * until the moment of the backup; from then on it stands still, and one day it takes the place of the first.
 */
import { createMemoryStore } from "@landline/outbox/simulation";
import type { MemoryStore } from "@landline/outbox/simulation";
import { isReading } from "./verbs.ts";

/** A store with a backup. */
export interface Past {
  /** The store there is now, whichever that is. */
  readonly store: MemoryStore;
  /** The backup is made: what comes from now on is not in it. */
  keep(): void;
  /**
   * The backup takes the place of the store.
   * @param because what the store says of itself then; null: it does not notice
   */
  lose(because: string | null): void;
}

/**
 * Makes one.
 * @param now the store's clock
 * @param hasBackup without one it is a plain store, and the quicker for it
 */
export function createPast(now: () => number, hasBackup: boolean): Past {
  let current = createMemoryStore({ now });
  if (!hasBackup) return { store: current, keep: () => undefined, lose: () => undefined };
  const backup = createMemoryStore({ now });
  let following = true;
  const verbs = new Map<string | symbol, unknown>();
  const store = new Proxy(current, {
    get(target, name) {
      const known = verbs.get(name);
      if (known !== undefined) return known;
      if (typeof Reflect.get(target, name) !== "function") return Reflect.get(current, name) as unknown;
      const verb = async (...args: readonly unknown[]): Promise<unknown> => {
        if (following && !isReading(name)) call(backup, name, args).catch(() => undefined);
        return call(current, name, args);
      };
      verbs.set(name, verb);
      return verb;
    },
  });
  return {
    store,
    keep() {
      following = false;
    },
    lose(because) {
      following = false;
      current = backup;
      if (because !== null) backup.move(because);
    },
  };
}

async function call(store: MemoryStore, name: string | symbol, args: readonly unknown[]): Promise<unknown> {
  return (Reflect.get(store, name) as (...args: readonly unknown[]) => Promise<unknown>)(...args);
}
