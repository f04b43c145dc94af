/**
 * A host for runtimes without Node's crypto: the ambient world with a digest in plain JavaScript. A module of its own
 * (`@landline/host/any-host`), so that a bundle that fingerprints nothing does not carry it.
 */
import type { Host } from "./ambient.ts";
import { ambient } from "./ambient.ts";
import { sha256Hex } from "./sha256.ts";

/** See the module comment. */
export const anyHost: Host = { ...ambient, digest: sha256Hex };
