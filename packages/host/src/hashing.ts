import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
/**
 * Keyed hashes and digests for verifying callbacks and for fingerprints, from Node's own crypto: synchronous, because a
 * provider's `read` is.
 */
import type { Hashing } from "@landline/core";

/** The port providers verify callbacks with. */
export const hashing: Hashing = {
  hmac: (algorithm, key, text) => createHmac(algorithm, key).update(text).digest(),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  equal: (left, right) => left.byteLength === right.byteLength && timingSafeEqual(left, right),
};

/** Hex SHA-256 of a text's UTF-8 bytes. */
export function digest(text: string): string {
  return hash("sha256", text, "hex");
}
