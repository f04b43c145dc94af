/**
 * Finishes what a crash cut off between a settlement and its consequence: the next step of a route, the parking of a
 * failed delivery. Also gives kept receipts to operations that became known after them.
 */
import type { Context } from "../context.ts";
import { considerUndelivered, followReceipt } from "../receipts.ts";
import { continueRoute } from "../routes.ts";
import type { Service } from "./loop.ts";

const unattendedMax = 200;
/** The first run looks this far back: longer than any outage a route is still worth continuing after. */
const firstLookMs = 7 * 86_400_000;
const overlapMs = 60_000;

/** Makes it. */
export function createCaretaker(context: Context, everyMs: number): Service {
  let since: number | null = null;
  return {
    what: "finish interrupted consequences",
    everyMs,
    async runOnce() {
      const results = await context.store.matchReceipts(unattendedMax);
      for (const result of results) await followReceipt(context, result);
      const now = context.clock.now();
      const from = since ?? now - firstLookMs;
      let afterId: string | null = null;
      for (;;) {
        const found = await context.store.unattended({ since: from, afterId, limit: unattendedMax });
        for (const operation of found) {
          if (operation.state === "undelivered") await considerUndelivered(context, operation);
          else if (operation.parkedReason !== null)
            await continueRoute(context, operation, operation.parkedReason, operation.failure);
        }
        if (found.length < unattendedMax) break;
        afterId = found.at(-1)?.id ?? null;
      }
      since = now - overlapMs;
      return results.length === unattendedMax;
    },
  };
}
