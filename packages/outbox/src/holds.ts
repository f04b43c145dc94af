/**
 * Which accounts are closed, and why: paused by a person, blocked by a refused credential (both in the store, so that
 * they survive a restart and reach every process), or held because of an incident (this process's own finding).
 *
 * An operation of a closed account waits in `queued` or `retrying` and is shown as `held`: closing an account with a
 * million operations writes one row.
 */
import type { HoldRecord, Store } from "./ports/index.ts";

/** The holds this process knows of. */
export interface Holds {
  isHeld(account: string): boolean;
  of(account: string): readonly HoldRecord[];
  /** Names of all accounts that are closed. */
  accounts(): readonly string[];
  /** Reads the stored holds again. */
  refresh(): Promise<void>;
  /** Closes at once here, then in the store. */
  close(hold: HoldRecord): Promise<void>;
  /** Opens in the store, then here. */
  lift(account: string, reason: HoldRecord["reason"], actor: string): Promise<boolean>;
}

/** Makes an empty view of the store's holds. */
export function createHolds(store: Pick<Store, "holds" | "hold" | "unhold">): Holds {
  let stored: readonly HoldRecord[] = [];
  let own: readonly HoldRecord[] = [];
  const without = (list: readonly HoldRecord[], account: string, reason: string): readonly HoldRecord[] =>
    list.filter((hold) => hold.account !== account || hold.reason !== reason);
  const every = (): readonly HoldRecord[] => [...stored, ...own];
  let names: ReadonlySet<string> = new Set();
  const changed = (): void => {
    names = new Set(every().map((hold) => hold.account));
  };
  return {
    isHeld: (account) => names.has(account),
    of: (account) => every().filter((hold) => hold.account === account),
    accounts: () => [...names],
    async refresh() {
      stored = await store.holds();
      changed();
    },
    async close(hold) {
      if (hold.reason === "incident") {
        own = [...without(own, hold.account, hold.reason), hold];
        changed();
        return;
      }
      stored = [...without(stored, hold.account, hold.reason), hold];
      changed();
      const { account, reason, actor, because } = hold;
      await store.hold({ account, reason, actor, because });
    },
    async lift(account, reason, actor) {
      if (reason === "incident") {
        const before = own.length;
        own = without(own, account, reason);
        changed();
        return own.length < before;
      }
      const lifted = await store.unhold(account, reason, actor);
      stored = without(stored, account, reason);
      changed();
      return lifted;
    },
  };
}
