/**
 * One lane state per lane, and what this process knows about when each has something due.
 *
 * A lane is an account × operation family, and the sender where the provider's limits are per sender. Its arithmetic
 * (rate, window, breaker) is `core/lane`; here it only gets a name and a place.
 */
import { createLane } from "@landline/core";
import type { Lane } from "@landline/core";
import type { Account } from "./ports/index.ts";

/** The name under which operations are paced, held and broken together. */
export function laneName(account: string, family: string, sender: string | null): string {
  return sender === null ? `${account}/${family}` : `${account}/${family}/${sender}`;
}

/** The account of a lane's name. */
export function accountOfLane(lane: string): string {
  const slash = lane.indexOf("/");
  return slash === -1 ? lane : lane.slice(0, slash);
}

/** The operation family of a lane's name. */
export function familyOfLane(lane: string): string {
  return lane.split("/", 2)[1] ?? "";
}

/** A lane as the worker sees it. Mutable: the worker's own notes. */
export interface LaneEntry {
  readonly name: string;
  readonly account: Account;
  readonly family: string;
  readonly lane: Lane;
  /** Epoch milliseconds of the earliest operation known to be due; Infinity: none known. */
  dueAt: number;
  /** Something becomes due later than `dueAt`: ask the store when the lane is empty. */
  later: boolean;
  /** Something became due while a claim was under way. */
  woken: boolean;
  /** Claimed and not yet started. */
  buffered: number;
}

/** All lanes of this process. */
export interface Lanes {
  /** The entry of a lane; null when its account is not configured here. */
  get(name: string): LaneEntry | null;
  all(): readonly LaneEntry[];
}

/** Lanes that come into being when they are first named. */
export function createLanes(accounts: ReadonlyMap<string, Account>, now: () => number): Lanes {
  const entries = new Map<string, LaneEntry>();
  const list: LaneEntry[] = [];
  return {
    get(name) {
      const known = entries.get(name);
      if (known !== undefined) return known;
      const account = accounts.get(accountOfLane(name));
      if (account === undefined) return null;
      const family = familyOfLane(name);
      const lane = createLane(account.limits ?? {}, now());
      const entry: LaneEntry = {
        name,
        account,
        family,
        lane,
        dueAt: Infinity,
        later: false,
        woken: false,
        buffered: 0,
      };
      entries.set(name, entry);
      list.push(entry);
      return entry;
    },
    all: () => list,
  };
}
