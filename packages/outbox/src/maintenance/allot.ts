/**
 * Telling equal things apart by counting.
 *
 * Two operations with the same content may be in doubt at once, and the provider shows what was created without saying
 * for whom. Equal things are interchangeable: it is right to give each operation one of them, in order, and to call the
 * rest absent, as long as everybody who looks comes to the same answer and nobody gets what another has.
 */
import type { Candidate } from "@landline/core";

/** One of several operations with equal content that may own a candidate. */
export interface Claimant {
  readonly id: string;
  /** Epoch milliseconds by the provider's clock before which nothing of it can have been created. */
  readonly earliest: number;
}

/**
 * Decides which candidates belong to others.
 * @param id the operation that asks
 * @param claimants all operations in doubt with this content, the asking one included
 * @param candidates free candidates, those owned by settled operations left out
 * @returns provider ids that others get; empty when there are more candidates than claimants, which decides nothing
 */
export function allottedToOthers(
  id: string,
  claimants: readonly Claimant[],
  candidates: readonly Candidate[],
): ReadonlySet<string> {
  const dated = candidates.filter((candidate) => candidate.createdAt !== null);
  if (dated.length > claimants.length) return new Set();
  const inOrder = dated.toSorted(byCreation);
  const waiting = claimants.toSorted(byStart);
  const others = new Set<string>();
  for (const candidate of inOrder) {
    // The latest starter that could own it leaves the earlier candidates to nobody else: take the first in order.
    const index = waiting.findIndex((claimant) => (candidate.createdAt ?? 0) >= claimant.earliest);
    const [owner] = index === -1 ? [] : waiting.splice(index, 1);
    if (owner !== undefined && owner.id !== id) others.add(candidate.providerId);
  }
  return others;
}

function byCreation(left: Candidate, right: Candidate): number {
  return (left.createdAt ?? 0) - (right.createdAt ?? 0) || compare(left.providerId, right.providerId);
}

function byStart(left: Claimant, right: Claimant): number {
  return left.earliest - right.earliest || compare(left.id, right.id);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
