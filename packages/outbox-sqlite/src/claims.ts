/**
 * Who works on what, in memory.
 *
 * A claim is a promise inside this process: it gives an operation to one of its workers until the lease ends, and it
 * is void when the process dies, because then nothing was started. Writing it to disk would cost a commit and buy what
 * the only owner of the file knows anyway. What must survive is written: the lease number with every start, rescue and
 * settlement, guarded in SQL as well.
 *
 * An entry outlives its claim (released or lapsed) until the operation is settled, so that the number keeps growing.
 */

/** One operation that is or was claimed. */
export interface Claim {
  readonly id: string;
  readonly seq: number;
  /** The highest lease number handed out. */
  lease: number;
  /** Epoch milliseconds of the store's clock. 0 once released. */
  until: number;
  /** Of an ordered operation: account and subject; null otherwise. */
  readonly turn: string | null;
  /** Of the operation when it was claimed. Whatever changes it ends the claim. */
  version: number;
  /** Number of its account and operation, and when it was asked for; −1 where a claim cannot tell. */
  kind: number;
  createdAt: number;
  /** What this claim started, so that settling need not read it; the row decides whether it is still so. */
  attempt: StartedAttempt | null;
}

/** An attempt whose intent was written. */
export interface StartedAttempt {
  readonly number: number;
  /** Of the operation once it was started. While the attempt is open nothing else changes it. */
  readonly version: number;
  /** Epoch milliseconds of the store's clock. */
  readonly startedAt: number;
  readonly requestDigest: string;
}

/** See the head of this file. */
export class Claims {
  readonly #byId = new Map<string, Claim>();
  readonly #bySeq = new Map<number, Claim>();
  #ended: Claim[] = [];

  /** How many entries there are, live or not. */
  get size(): number {
    return this.#byId.size;
  }

  /** Every entry, live or not. */
  all(): Iterable<Claim> {
    return this.#byId.values();
  }

  get(id: string): Claim | undefined {
    return this.#byId.get(id);
  }

  /** Whether somebody holds row `seq` at this instant. */
  isHeld(seq: number, now: number): boolean {
    const claim = this.#bySeq.get(seq);
    return claim !== undefined && claim.until > now;
  }

  /** The lease number handed out last for row `seq`, or 0. */
  leaseOf(seq: number): number {
    return this.#bySeq.get(seq)?.lease ?? 0;
  }

  /** Hands out the next number. */
  take(id: string, seq: number, leaseBefore: number, until: number, turn: string | null, version: number): Claim {
    const known = this.#bySeq.get(seq);
    if (known !== undefined && known.id === id) {
      known.lease = Math.max(known.lease, leaseBefore) + 1;
      known.until = until;
      known.version = version;
      known.attempt = null;
      return known;
    }
    const claim: Claim = {
      id,
      seq,
      lease: leaseBefore + 1,
      until,
      turn,
      version,
      kind: -1,
      createdAt: -1,
      attempt: null,
    };
    this.#byId.set(id, claim);
    this.#bySeq.set(seq, claim);
    return claim;
  }

  /** The claim a lease stands for, or null when that number is not the current one or was given back. */
  held(id: string, lease: number): Claim | null {
    const claim = this.#byId.get(id);
    return claim !== undefined && claim.lease === lease && claim.until > 0 ? claim : null;
  }

  /** Notes that the operation of this row was settled or changed; takes effect with the commit. */
  end(seq: number): void {
    const claim = this.#bySeq.get(seq);
    if (claim !== undefined) this.#ended.push(claim);
  }

  /** The commit is durable: what ended is forgotten. */
  committed(): void {
    if (this.#ended.length === 0) return;
    for (const claim of this.#ended) {
      this.#byId.delete(claim.id);
      this.#bySeq.delete(claim.seq);
    }
    this.#ended = [];
  }

  /** The commit did not happen: nothing ended. */
  rolledBack(): void {
    this.#ended = [];
  }
}
