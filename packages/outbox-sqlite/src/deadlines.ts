/**
 * Where deadlines may have passed, in memory: for each block of rows the earliest deadline among its unfinished ones.
 *
 * An index on disk costs a page for each commit that accepts something and another for each that starts something, to
 * answer a question that is asked once in a while. This answers it with eight bytes for each block: a bound that may be
 * too early (a look at the block then corrects it), never too late.
 */

/** Rows in a block. */
const blockRows = 256;

/** See the head of this file. */
export class Deadlines {
  #earliest = new Float64Array(64).fill(Infinity);
  /** Later bounds found by looks, by block; they hold from the commit on. */
  readonly #found = new Map<number, number>();

  /** Row `seq` waits, or may wait again, until `deadline` (epoch milliseconds). */
  note(seq: number, deadline: number): void {
    const block = Math.floor(seq / blockRows);
    if (block >= this.#earliest.length) this.#grow(block);
    if (deadline < (this.#earliest[block] ?? 0)) this.#earliest[block] = deadline;
    const found = this.#found.get(block);
    if (found !== undefined && deadline < found) this.#found.set(block, deadline);
  }

  /** Blocks in which a deadline may have passed at `now`, the one that passed first at the head. */
  passed(now: number): readonly { readonly from: number; readonly to: number }[] {
    const blocks: number[] = [];
    for (let block = 0; block < this.#earliest.length; block += 1) if (this.#at(block) <= now) blocks.push(block);
    return blocks
      .toSorted((left, right) => this.#at(left) - this.#at(right))
      .map((block) => ({ from: block * blockRows, to: (block + 1) * blockRows }));
  }

  /** A look at the block that begins with row `from` found this earliest deadline; Infinity: nothing unfinished. */
  looked(from: number, earliest: number): void {
    this.#found.set(from / blockRows, earliest);
  }

  /** What the looks of this batch found is durable. */
  committed(): void {
    if (this.#found.size === 0) return;
    for (const [block, earliest] of this.#found) this.#earliest[block] = earliest;
    this.#found.clear();
  }

  /** What the looks of this batch found did not happen; the earlier bounds still hold. */
  rolledBack(): void {
    this.#found.clear();
  }

  #at(block: number): number {
    return this.#earliest[block] ?? Infinity;
  }

  #grow(block: number): void {
    const grown = new Float64Array(Math.max(block + 1, this.#earliest.length * 2)).fill(Infinity);
    grown.set(this.#earliest);
    this.#earliest = grown;
  }
}
