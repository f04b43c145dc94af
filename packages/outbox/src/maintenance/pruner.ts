/**
 * Deletes finished operations after their retention. What is parked waits for a person and is never deleted.
 */
import type { Context } from "../context.ts";
import type { Service } from "./loop.ts";

const pruneMax = 1_000;

/** Makes the pruner. */
export function createPruner(context: Context, everyMs: number, retentionMs: number): Service {
  return {
    what: "prune finished operations",
    everyMs,
    async runOnce() {
      return (await context.store.prune(context.clock.now() - retentionMs, pruneMax)) === pruneMax;
    },
  };
}
