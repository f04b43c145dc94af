/**
 * The host of a server process: the ambient world with Node's own digest.
 */
import type { Host } from "./ambient.ts";
import { ambient } from "./ambient.ts";
import { digest } from "./hashing.ts";

/** Clock, chance, ids and digests of this machine. Fits the `Host` port of the outbox. */
export function createHost(): Host {
  return { ...ambient, digest };
}
