/**
 * Asks for the status of what was accepted and never heard of again, because callbacks get lost.
 *
 * It walks through what waits, oldest first, a bounded number at a time; what an answer says goes the same way as a
 * callback would. It gives up on what is older than the provider can be expected to still talk about.
 */
import { operationOf } from "../context.ts";
import type { Context } from "../context.ts";
import type { Account } from "../ports/index.ts";
import { applyReceiptEvent } from "../receipts.ts";
import { messageOf } from "../trouble.ts";
import type { Service } from "./loop.ts";

/** When and how far the poller looks, in milliseconds. */
export interface PollerOptions {
  /** Silence after which an accepted operation is asked for. */
  readonly quietMs: number;
  /** Age after which it is not asked for any more. */
  readonly ageMaxMs: number;
}

const pollMax = 20;

/** Makes the poller. */
export function createPoller(context: Context, everyMs: number, options: PollerOptions): Service {
  const places = new Map<string, string | null>();
  return {
    what: "poll for receipts",
    everyMs,
    async runOnce() {
      for (const account of context.accounts.values()) {
        if (canPoll(account) && !context.holds.isHeld(account.name))
          await pollAccount(context, account, options, places);
      }
      return false;
    },
  };
}

function canPoll(account: Account): boolean {
  return Object.values(account.provider.operations).some((operation) => operation.poll !== null);
}

async function pollAccount(
  context: Context,
  account: Account,
  options: PollerOptions,
  places: Map<string, string | null>,
): Promise<void> {
  const now = context.clock.now();
  const window = { createdAfter: now - options.ageMaxMs, afterId: places.get(account.name) ?? null };
  const waiting = await context.store.awaitingReceipt(account.name, now - options.quietMs, pollMax, window);
  // At the end of the list the next round begins at its head.
  places.set(account.name, waiting.length < pollMax ? null : (waiting.at(-1)?.id ?? null));
  const timeoutMs = account.policy.attemptTimeoutMs;
  for (const operation of waiting) {
    const poll = operationOf(account, operation.operation)?.poll ?? null;
    if (poll === null || operation.providerId === null) continue;
    const controller = new AbortController();
    const cancel = context.host.after(timeoutMs + 1_000, () => controller.abort());
    try {
      const event = await account.sender.poll(operation.operation, operation.providerId, {
        timeoutMs,
        signal: controller.signal,
      });
      if (event !== null) await applyReceiptEvent(context, account, event);
    } catch (error) {
      const message = `could not poll ${account.name}: ${messageOf(error)}`;
      context.events.emit({ type: "worker.trouble", at: context.clock.now(), message });
    } finally {
      cancel();
    }
  }
}
