import { probeAccount } from "../accounts.ts";
/**
 * Sends the one request that finds out whether an incident is over, and ends ramps. A provider that has nothing to ask
 * is trusted to be back: its lanes return slowly, and their breakers still judge every answer.
 */
import type { Context } from "../context.ts";
import type { Service } from "./loop.ts";

/** Makes the prober. */
export function createProber(context: Context, everyMs: number): Service {
  return {
    what: "probe after an incident",
    everyMs,
    async runOnce() {
      const now = context.clock.now();
      context.incidents.settle(now);
      for (const account of context.incidents.probes(now)) {
        const outcome = await probeAccount(context, account);
        const ok = outcome === null || outcome.type === "accepted" || outcome.type === "rejected";
        context.incidents.probed(account, ok, context.clock.now());
        if (ok) context.wakeAll();
      }
      return false;
    },
  };
}
