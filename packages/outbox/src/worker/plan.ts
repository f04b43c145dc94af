/**
 * From which lanes to claim, and how many: only what could start at once. A lane that is held, paced, broken or full
 * gets nothing, because what is claimed and cannot start only wears out its lease.
 */
import { admit, laneHealth } from "@landline/core";
import type { Context } from "../context.ts";
import type { LaneEntry } from "../lanes.ts";

/** One claim: lanes of one lease length, with their limits. */
export interface Plan {
  readonly entries: readonly LaneEntry[];
  /** In the order of `entries`. */
  readonly lanes: readonly { readonly lane: string; readonly limit: number }[];
  readonly leaseMs: number;
}

/** A paced lane is claimed from as many times a second at least: more would only wait under a lease. */
const claimsPerSecond = 20;

/**
 * Plans a claim at `at`.
 * @param turn counts up with every plan, so that every lane is first in its turn
 * @param free operations that may be claimed in all
 * @param askAgain told the instants from which a lane that admits nothing now may admit something
 */
export function planClaim(
  context: Context,
  at: number,
  turn: number,
  free: number,
  askAgain: (at: number) => void,
): Plan {
  const entries: LaneEntry[] = [];
  const lanes: { lane: string; limit: number }[] = [];
  let left = free;
  let leaseMs = 0;
  const due = dueInTurn(context.lanes.all(), at, turn);
  for (const [index, entry] of due.entries()) {
    if (left <= 0) break;
    // What one lane does not use is left for those after it.
    const fair = Math.ceil(left / (due.length - index));
    const limit = Math.min(fair, roomOf(context, entry, at, askAgain));
    const ownLease = context.leases.leaseMs(entry.account);
    if (limit <= 0 || (leaseMs !== 0 && leaseMs !== ownLease)) continue;
    leaseMs = ownLease;
    entries.push(entry);
    lanes.push({ lane: entry.name, limit });
    left -= limit;
  }
  return { entries, lanes, leaseMs };
}

function dueInTurn(all: readonly LaneEntry[], at: number, turn: number): readonly LaneEntry[] {
  const due: LaneEntry[] = [];
  for (let index = 0; index < all.length; index += 1) {
    const entry = all[(turn + index) % all.length];
    if (entry !== undefined && entry.dueAt <= at) due.push(entry);
  }
  return due;
}

/** How many operations of a lane could start now. */
function roomOf(context: Context, entry: LaneEntry, at: number, askAgain: (at: number) => void): number {
  if (context.holds.isHeld(entry.account.name)) return 0;
  const admission = admit(entry.lane, at);
  if (!admission.go) {
    askAgain(admission.at);
    return 0;
  }
  const { breaker, rate, window, inFlight } = laneHealth(entry.lane, at);
  if (breaker !== "closed") return entry.buffered > 0 ? 0 : 1;
  const share = context.incidents.share(entry.account, at);
  const paced = rate === null ? Infinity : Math.max(1, Math.ceil(rate / claimsPerSecond));
  const room = Math.min(window - inFlight, paced) - entry.buffered;
  return share < 1 ? Math.min(room, Math.max(1, Math.floor(window * share) - inFlight)) : room;
}
