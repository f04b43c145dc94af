/**
 * How much is under way, and how much more may be.
 *
 * A place is free again as soon as the provider has answered, so the settlement of one batch and the claim of the next
 * can share a commit; how much may wait for its settlement is bounded as well.
 */
import { laneStarted } from "@landline/core";
import type { Context } from "../context.ts";
import { deliver } from "../deliver.ts";
import type { LaneEntry } from "../lanes.ts";
import type { LeaseGuard } from "../lease.ts";
import type { ClaimedOperation } from "../ports/index.ts";
import { report } from "../trouble.ts";

/** A claimed operation and what watches over its lease. */
export interface Claimed {
  readonly operation: ClaimedOperation;
  readonly guard: LeaseGuard;
}

/** See the head of this file. */
export interface Places {
  /** How many operations may be claimed now. */
  free(): number;
  /** Whether no attempt may begin before another has ended. */
  isFull(): boolean;
  /** Operations that were claimed and are neither settled nor given back. */
  underWay(): number;
  /** An operation was claimed under this guard. */
  claimed(guard: LeaseGuard): void;
  /** Delivers a claimed operation. */
  begin(entry: LaneEntry, claimed: Claimed): void;
  /** A claimed operation was settled or given back. */
  finish(guard: LeaseGuard): void;
  /** Resolves when nothing is under way any more. */
  drained(): Promise<void>;
  /** Aborts every attempt. */
  abort(): void;
}

/**
 * Empty places.
 * @param changed called when a place becomes free or an operation has ended
 */
export function createPlaces(context: Context, concurrency: number, changed: () => void): Places {
  const guards = new Set<LeaseGuard>();
  let busy = 0;
  let underWay = 0;
  let empty: (() => void) | null = null;

  const finish = (guard: LeaseGuard): void => {
    if (guard.free()) guards.delete(guard);
    underWay -= 1;
    if (underWay === 0) empty?.();
  };

  return {
    free: () => Math.min(concurrency - busy, 2 * concurrency - underWay),
    isFull: () => busy >= concurrency,
    underWay: () => underWay,
    claimed(guard) {
      guards.add(guard);
      guard.hold();
      underWay += 1;
    },
    begin(entry, { operation, guard }) {
      laneStarted(entry.lane, context.clock.now());
      busy += 1;
      let occupied = true;
      const answered = (): void => {
        if (!occupied) return;
        occupied = false;
        busy -= 1;
        changed();
      };
      const ended = (): void => {
        answered();
        finish(guard);
        changed();
      };
      deliver(context, { operation, entry, guard, answered }).then(ended, (error: unknown) => {
        report(context, `deliver ${operation.id}`, error);
        ended();
      });
    },
    finish,
    drained: async () =>
      new Promise<void>((resolve) => {
        empty = resolve;
        if (underWay === 0) resolve();
      }),
    abort() {
      for (const guard of guards) guard.abort();
    },
  };
}
