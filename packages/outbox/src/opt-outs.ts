/**
 * Who must not be sent to: people who opted out, asked for right before anything of theirs would leave.
 *
 * An opt-out bars what is new and what was waiting when it came. It is looked for once for each batch that was claimed,
 * and not at all while nobody has opted out; what this process learns itself counts at once. An opt-in by the same
 * person lifts it. Not asked at the door: a repeat of an accepted request must find its operation, whatever the person
 * said since.
 */
import type { Context } from "./context.ts";
import { operationOf } from "./context.ts";
import type { OperationRecord, Store } from "./ports/index.ts";
import { recipientAddress } from "./recipient.ts";

/** What this process knows about opt-outs. */
export interface OptOuts {
  /** Whether anybody has opted out, as of the last {@link refresh} or of what this process learned since. */
  anybody(): boolean;
  /** Asks the store whether anybody has opted out. */
  refresh(): Promise<void>;
  /** Asks the store about the recipients of claimed operations. */
  look(operations: readonly Addressed[]): Promise<void>;
  /** Whether the recipient opted out, as far as is known here. */
  isBarred(operation: Addressed): boolean;
  /** Keeps an opt-out. A repeat of one that was lifted since says nothing new. */
  keep(account: string, recipient: string, because: string): Promise<void>;
  /** Lifts an opt-out. False: there was none, or the word is an old one that came again. */
  lift(account: string, recipient: string, because: string): Promise<boolean>;
}

/** Whom an operation is for. */
type Addressed = Pick<OperationRecord, "account" | "recipient">;

/** Opt-outs remembered at most; beyond that the oldest is forgotten, and the store asked again with its next batch. */
const rememberedMax = 10_000;

/** Makes a view of the store's opt-outs that knows nothing yet. */
export function createOptOuts(
  store: Pick<Store, "hasOptOuts" | "optedOutOf" | "isOptedOut" | "optOut" | "optIn">,
): OptOuts {
  const barred = new Set<string>();
  let some = false;
  const keyOf = (account: string, address: string): string => `${account}\n${address}`;
  const bar = (account: string, address: string): void => {
    some = true;
    const [oldest] = barred;
    if (barred.size >= rememberedMax && oldest !== undefined) barred.delete(oldest);
    barred.add(keyOf(account, address));
  };
  const learn = async (account: string, address: string): Promise<void> => {
    if (await store.isOptedOut(account, address)) bar(account, address);
    else barred.delete(keyOf(account, address));
  };
  return {
    anybody: () => some,
    async refresh() {
      some = await store.hasOptOuts();
    },
    async look(operations) {
      const asked = new Map<string, Set<string>>();
      for (const { account, recipient } of operations) {
        if (recipient === null) continue;
        const addresses = asked.get(account) ?? new Set<string>();
        asked.set(account, addresses.add(recipientAddress(recipient)));
      }
      const looks = [...asked].map(async ([account, addresses]) => {
        const found = await store.optedOutOf(account, [...addresses]);
        for (const address of addresses) {
          if (found.has(address)) bar(account, address);
          else barred.delete(keyOf(account, address));
        }
      });
      await Promise.all(looks);
    },
    isBarred: ({ account, recipient }) =>
      barred.size > 0 && recipient !== null && barred.has(keyOf(account, recipientAddress(recipient))),
    async keep(account, recipient, because) {
      const address = recipientAddress(recipient);
      await store.optOut(account, address, because);
      await learn(account, address);
    },
    async lift(account, recipient, because) {
      const address = recipientAddress(recipient);
      const lifted = await store.optIn(account, address, because);
      await learn(account, address);
      return lifted;
    },
  };
}

/** Whether sending an operation would be contact with somebody who opted out. Consent itself can always be written. */
export function isBarred(context: Context, operation: Addressed & Pick<OperationRecord, "operation">): boolean {
  if (!context.optOuts.isBarred(operation)) return false;
  const account = context.accounts.get(operation.account);
  return operationOf(account, operation.operation)?.traits.effect === "create";
}
