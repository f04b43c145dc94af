/**
 * Operation ids: `op_` and a ULID, so that ids sort by time of birth, in one process strictly (the random part counts
 * up within a millisecond, as the ULID specification's "monotonicity" asks). Not secrets: never use one as a token.
 *
 * Made once per call on the hot path, so the time and the high random part are written once per millisecond.
 */

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const pairs = Array.from({ length: 1024 }, (_, pair) => `${alphabet[pair >> 5]}${alphabet[pair & 31]}`);
const low = 0xfffff;

/** Random bytes an id begins with, and how many beginnings are drawn at once: asking costs more than the bytes. */
const beginningBytes = 13;
const beginnings = 64;

/**
 * A source of ids.
 * @param now epoch milliseconds
 * @param randomBytes fills an array with unpredictable bytes
 * @returns a function giving `op_` and 26 characters of Crockford base 32; each greater than the one before, even when
 *   the clock goes back. Whoever has just read the clock may pass the reading on
 */
export function operationIds(
  now: () => number,
  randomBytes: (into: Uint8Array<ArrayBuffer>) => void,
): (at?: number) => string {
  const pool = new Uint8Array(beginningBytes * beginnings);
  let used = beginnings;
  let lastMs = -1;
  let prefix = "";
  let counter = 0;
  const begin = (ms: number): void => {
    if (used === beginnings) {
      randomBytes(pool);
      used = 0;
    }
    const bytes = pool.subarray(used * beginningBytes, (used + 1) * beginningBytes);
    used += 1;
    lastMs = ms;
    prefix = `op_${written(ms)}`;
    for (let index = 0; index < 12; index += 1) prefix += alphabet[(bytes[index] ?? 0) & 31];
    // Starts in the lower half, so that a millisecond has room for half a million ids.
    counter = (((bytes[12] ?? 0) << 11) | ((bytes[0] ?? 0) << 3) | ((bytes[1] ?? 0) & 7)) & (low >> 1);
  };
  return (ms = now()) => {
    if (ms > lastMs || counter === low) begin(Math.max(ms, counter === low ? lastMs + 1 : ms));
    else counter += 1;
    return prefix + pairs[counter >> 10] + pairs[counter & 1023];
  };
}

/** The 48 bits of the time, ten characters. */
function written(ms: number): string {
  let text = "";
  for (let rest = Math.floor(ms), digits = 0; digits < 10; digits += 1, rest = Math.floor(rest / 32)) {
    text = alphabet[rest % 32] + text;
  }
  return text;
}
