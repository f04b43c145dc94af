/**
 * What is claimed and has not started: nearly always nothing for longer than a moment, because only what could start
 * was claimed. But a lane may have changed its mind meanwhile (a 429, a hold, a breaker). Then what would wait too long
 * for its lease is given back at once, untouched, instead of being held until the lease ends.
 */
import { admit } from "@landline/core";
import type { Context } from "../context.ts";
import type { LaneEntry } from "../lanes.ts";
import { report } from "../trouble.ts";
import type { Claimed, Places } from "./places.ts";

/** See the head of this file. */
export interface Waiting {
  /** Takes in what was claimed, unless its account is not configured here: then its lease lapses. */
  add(claimed: Claimed): void;
  /**
   * Starts what can start, and gives back what cannot.
   * @param closing true: nothing starts any more
   */
  startAll(closing: boolean): Promise<void>;
}

/**
 * Nothing waits yet.
 * @param askAgain told the instants from which a lane admits what waits
 */
export function createWaiting(context: Context, places: Places, askAgain: (at: number) => void): Waiting {
  const { clock, lanes, holds, leases, store } = context;
  const byLane = new Map<LaneEntry, Claimed[]>();

  /** Starts what waits for one lane, and takes out what has to be given back. */
  const start = (entry: LaneEntry, waiting: Claimed[], closing: boolean): readonly Claimed[] => {
    const closed = closing || holds.isHeld(entry.account.name);
    const needed = leases.leaseMs(entry.account) - leases.marginMs;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const at = clock.now();
      const admission = closed ? null : admit(entry.lane, at);
      const spare = next.guard.left() - needed;
      if (admission?.go === true && spare >= 0) {
        waiting.shift();
        entry.buffered -= 1;
        places.begin(entry, next);
        continue;
      }
      if (admission !== null && !admission.go && admission.at - at < spare / 2) {
        askAgain(admission.at);
        return [];
      }
      entry.buffered -= waiting.length;
      return waiting.splice(0);
    }
    return [];
  };

  const giveBack = async (returned: readonly Claimed[], closing: boolean): Promise<void> => {
    // What cannot be given back comes back by itself when its lease ends: it was never started.
    await store
      .release(returned.map(({ operation }) => ({ id: operation.id, lease: operation.lease })))
      .catch((error: unknown) => report(context, "give back what was claimed", error));
    for (const { operation, guard } of returned) {
      places.finish(guard);
      const entry = lanes.get(operation.lane);
      if (entry === null || closing) continue;
      const now = clock.now();
      const admission = admit(entry.lane, now);
      entry.dueAt = Math.min(entry.dueAt, admission.go ? now : admission.at);
    }
  };

  return {
    add(claimed) {
      const entry = lanes.get(claimed.operation.lane);
      if (entry === null) return;
      const waiting = byLane.get(entry);
      if (waiting === undefined) byLane.set(entry, [claimed]);
      else waiting.push(claimed);
      entry.buffered += 1;
      places.claimed(claimed.guard);
    },
    async startAll(closing) {
      const returned: Claimed[] = [];
      for (const [entry, waiting] of byLane) {
        returned.push(...start(entry, waiting, closing));
        if (waiting.length === 0) byLane.delete(entry);
      }
      if (returned.length > 0) await giveBack(returned, closing);
    },
  };
}
