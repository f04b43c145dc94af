/**
 * What is known here about people who opted out: looked up for whole batches, not at all while nobody has opted out, and
 * at once for what this process learned itself.
 */
import type { Store } from "./ports/index.ts";
import { recipientAddress } from "./recipient.ts";

/** What this process knows about opt-outs. */
export interface OptOuts {
  /** Whether anybody has opted out, as of the last {@link refresh} or of what this process learned since. */
  anybody(): boolean;
  /** Asks the store whether anybody has opted out: not more than once a second, and not after the first who did. */
  refresh(): Promise<void>;
  /** Asks the store about people, by account. */
  look(people: ReadonlyMap<string, ReadonlySet<string>>): Promise<void>;
  /** Whether somebody opted out of an account's messages, as far as is known here. */
  has(account: string, recipient: string): boolean;
  /** Keeps an opt-out. A repeat of one that was lifted since says nothing new. */
  keep(account: string, recipient: string, because: string): Promise<void>;
  /** Lifts an opt-out. False: there was none, or the word is an old one that came again. */
  lift(account: string, recipient: string, because: string): Promise<boolean>;
}

/**
 * Opt-outs remembered; beyond that those heard of longest ago are forgotten, and the store is asked again with their next
 * batch. Far more than can be claimed and not yet sent; nobody in the batch that was just looked up is forgotten.
 */
const rememberedMax = 50_000;

/** Until the very first opt-out of a store, another process may take this long to hear that there is one. */
const askEveryMs = 1_000;

/**
 * Makes a view of the store's opt-outs that knows nothing yet.
 * @param monotonic milliseconds of a clock that never goes back
 */
export function createOptOuts(
  store: Pick<Store, "hasOptOuts" | "optedOutOf" | "isOptedOut" | "optOut" | "optIn">,
  monotonic: () => number,
): OptOuts {
  const barred = new Set<string>();
  let some = false;
  let askedAt = -Infinity;
  const keyOf = (account: string, address: string): string => `${account}\n${address}`;
  const note = (account: string, address: string, isOut: boolean): void => {
    // Whoever is heard of again stands at the end again.
    barred.delete(keyOf(account, address));
    if (!isOut) return;
    some = true;
    barred.add(keyOf(account, address));
  };
  const forgetOldest = (kept: number): void => {
    for (const oldest of barred) {
      if (barred.size <= Math.max(rememberedMax, kept)) return;
      barred.delete(oldest);
    }
  };
  return {
    anybody: () => some,
    async refresh() {
      const at = monotonic();
      if (some || at - askedAt < askEveryMs) return;
      some = (await store.hasOptOuts()) || some;
      askedAt = at;
    },
    async look(people) {
      const looks = [...people].map(async ([account, recipients]) => {
        const addresses = [...recipients].map(recipientAddress);
        const found = await store.optedOutOf(account, addresses);
        for (const address of addresses) note(account, address, found.has(address));
      });
      await Promise.all(looks);
      forgetOldest([...people.values()].reduce((sum, recipients) => sum + recipients.size, 0));
    },
    has: (account, recipient) => barred.size > 0 && barred.has(keyOf(account, recipientAddress(recipient))),
    async keep(account, recipient, because) {
      const address = recipientAddress(recipient);
      await store.optOut(account, address, because);
      note(account, address, await store.isOptedOut(account, address));
      forgetOldest(1);
    },
    async lift(account, recipient, because) {
      const address = recipientAddress(recipient);
      const lifted = await store.optIn(account, address, because);
      note(account, address, await store.isOptedOut(account, address));
      return lifted;
    },
  };
}
