/**
 * Ends what waited past its deadline, so that nothing looks alive that will never be sent. The worker looks at
 * deadlines too; this is for lanes nobody claims from.
 */
import type { Context } from "../context.ts";
import { operationChanged } from "../events.ts";
import type { Service } from "./loop.ts";

const expireMax = 500;

/** Makes the expirer. */
export function createExpirer(context: Context, everyMs: number): Service {
  return {
    what: "expire operations",
    everyMs,
    async runOnce() {
      const ended = await context.store.expireDue(expireMax);
      const at = context.clock.now();
      for (const operation of ended) {
        const failure = context.showing.get(operation.account)?.(operation.failure) ?? null;
        const { state, parkedReason } = operation;
        const because =
          state === "parked" ? "the deadline passed in doubt" : "the deadline passed before it could be sent";
        context.events.emit(operationChanged(operation, { at, state, because, failure, parkedReason }));
      }
      if (ended.some((operation) => operation.ordered)) context.wakeAll();
      return ended.length === expireMax;
    },
  };
}
