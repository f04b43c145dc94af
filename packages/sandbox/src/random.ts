/**
 * Chance that can be repeated, and identifiers that cannot.
 *
 * Faults draw from seeded streams: the same seed and the same sequence of requests give the same faults. Identifiers
 * come from the system instead, because a sandbox that starts again with its old ledger must not reuse one.
 */
import { randomFillSync } from "node:crypto";

/** Numbers from 0 (included) to 1 (excluded). */
export type Stream = () => number;

/**
 * A stream of its own for each `lane` of a seed (Mulberry32 over a mixed seed; good enough for shares, not for secrets).
 */
export function seededStream(seed: number, lane: number): Stream {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(lane + 1, 0xc2b2ae35)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pool = Buffer.alloc(8_192);
let used = pool.length;

/** `bytes` random bytes in lower-case hexadecimal. Filled in blocks: one system call serves hundreds of identifiers. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
