/**
 * An index in memory: hash of a text → sequence numbers of the rows that may hold it. Eight bytes a row.
 *
 * It answers "maybe these rows"; whoever asks reads the row and compares. So a stale entry (of a commit that failed, of
 * a row that was pruned) costs one look and is never wrong, and nothing has to be undone.
 */

/** Entries of one hash beyond which more are not kept: one text that a million rows share must not be walked over. */
const sameMax = 64;

/** Share of slots in use beyond which the table doubles. */
const loadMax = 0.7;

/** FNV-1a over UTF-16 units with a final mix, as an unsigned 32-bit number. Stored with rows: do not change. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** See the head of this file. */
export class HashIndex {
  #hashes = new Uint32Array(1 << 12);
  /** 0: empty. Sequence numbers begin at 1. */
  #rows = new Uint32Array(1 << 12);
  #size = 0;

  /** Entries, stale ones included. */
  get size(): number {
    return this.#size;
  }

  /** Makes room for so many entries at once. Only while it is empty. */
  reserve(count: number): void {
    let slots = this.#rows.length;
    while (slots * loadMax <= count) slots *= 2;
    if (this.#size > 0 || slots === this.#rows.length) return;
    this.#hashes = new Uint32Array(slots);
    this.#rows = new Uint32Array(slots);
  }

  /** Remembers that row `seq` has a text of this hash. `seq` is from 1 to 4,294,967,295. */
  add(hash: number, seq: number): void {
    if (this.#size >= this.#rows.length * loadMax) this.#grow();
    if (place(this.#hashes, this.#rows, hash, seq)) this.#size += 1;
  }

  /**
   * Asks `match` about each row that may have a text of this hash, until it answers.
   * @returns what `match` answered, or null when no row did
   */
  find<T>(hash: number, match: (seq: number) => T | null): T | null {
    const mask = this.#rows.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const seq = this.#rows[slot] ?? 0;
      if (seq === 0) return null;
      if (this.#hashes[slot] !== hash) continue;
      const found = match(seq);
      if (found !== null) return found;
    }
  }

  #grow(): void {
    const hashes = new Uint32Array(this.#rows.length * 2);
    const rows = new Uint32Array(this.#rows.length * 2);
    for (let slot = 0; slot < this.#rows.length; slot += 1) {
      const seq = this.#rows[slot] ?? 0;
      if (seq !== 0) place(hashes, rows, this.#hashes[slot] ?? 0, seq);
    }
    this.#hashes = hashes;
    this.#rows = rows;
  }
}

function place(hashes: Uint32Array, rows: Uint32Array, hash: number, seq: number): boolean {
  const mask = rows.length - 1;
  let slot = hash & mask;
  for (let same = 0; rows[slot] !== 0; slot = (slot + 1) & mask) {
    if (hashes[slot] === hash) same += 1;
    if (same === sameMax) return false;
  }
  hashes[slot] = hash;
  rows[slot] = seq;
  return true;
}
