/**
 * One configured rate, many workers: each leases a share of it for a while and paces itself, so that nothing is
 * written per message. The sum of the shares that are out never exceeds the whole, whatever crashes or comes late.
 *
 * Pure: a store keeps the state (one row per limit, written once per lease and worker) and its clock gives `now`.
 * It refuses to guess who is alive: a worker that does not renew loses its share when the lease ends, not before.
 */

/** One worker's share. */
export interface Share {
  readonly worker: string;
  /** Starts per second. */
  readonly rate: number;
  /** The instant at which the worker must have stopped using it. */
  readonly until: number;
}

/** The state of one limit. */
export interface Shares {
  /** Starts per second of all workers together. */
  readonly total: number;
  readonly leaseMs: number;
  readonly shares: readonly Share[];
}

/** A limit nobody uses yet. */
export function createShares(total: number, leaseMs: number): Shares {
  return { total, leaseMs, shares: [] };
}

/**
 * Takes or renews a worker's share: an equal part, or what the others have left of it so far. Workers renew at half
 * of the lease, so equal parts are reached within one lease of every change.
 * @param now the store's clock, in milliseconds
 * @returns the new state, and the share (its rate may be 0: ask again at half of the lease)
 */
export function leaseShare(
  state: Shares,
  worker: string,
  now: number,
): { readonly state: Shares; readonly share: Share } {
  const others = state.shares.filter((share) => share.worker !== worker && share.until > now);
  const taken = others.reduce((sum, share) => sum + share.rate, 0);
  const rate = Math.max(0, Math.min(state.total / (others.length + 1), state.total - taken));
  const share: Share = { worker, rate, until: now + state.leaseMs };
  return { state: { ...state, shares: [...others, share] }, share };
}

/** Gives a share back before its end, as on a clean stop. */
export function returnShare(state: Shares, worker: string): Shares {
  return { ...state, shares: state.shares.filter((share) => share.worker !== worker) };
}
