/**
 * Receipts that came before the answer they are about: a provider may call back while its answer is still on the way.
 *
 * They are durable already and matched at the caretaker's pace; this only remembers, in this process, for which ids that
 * pace is too slow. Forgetting one costs time and nothing else, so it is bounded.
 */

/** What is remembered. */
export interface EarlyReceipts {
  /** A receipt for this id was kept without an operation. */
  note(account: string, providerId: string): void;
  /** True, once, when a receipt for this id waits. */
  take(account: string, providerId: string): boolean;
}

const rememberedMax = 10_000;

/** Remembers the latest ten thousand. */
export function createEarlyReceipts(): EarlyReceipts {
  const waiting = new Set<string>();
  const nameOf = (account: string, providerId: string): string => `${account}\n${providerId}`;
  return {
    note(account, providerId) {
      waiting.add(nameOf(account, providerId));
      if (waiting.size <= rememberedMax) return;
      for (const oldest of waiting) {
        waiting.delete(oldest);
        break;
      }
    },
    take: (account, providerId) => waiting.size > 0 && waiting.delete(nameOf(account, providerId)),
  };
}
