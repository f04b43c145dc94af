/**
 * The `Idempotency-Key` header: optional, 24 hours, replays marked, conflicts and running duplicates refused.
 *
 * Where the page is silent: a key belongs to one API key, bodies are compared byte by byte, and only successes are stored.
 */
import type { Answer } from "../fake.ts";
import { refuse } from "./answers.ts";

/** A stored success. */
export interface StoredAnswer {
  /** What the key was used for: route and body digest. */
  readonly payload: string;
  readonly status: number;
  readonly body: string;
  /** Epoch milliseconds of the first request. */
  readonly at: number;
  /** Epoch milliseconds until which the first request counts as running. */
  readonly busyUntil: number;
}

/** The memory of keys. */
export interface IdempotencyKeys {
  /** The answer to a request whose key was seen, or null when it must be performed. */
  recall(place: string, payload: string, now: number): Answer | null;
  store(place: string, stored: StoredAnswer): void;
  reset(): void;
}

const retentionMs = 86_400_000;

/** No keys yet. */
export function createIdempotencyKeys(): IdempotencyKeys {
  const stored = new Map<string, StoredAnswer>();
  return {
    recall(place, payload, now) {
      const found = stored.get(place);
      if (found === undefined || now - found.at >= retentionMs) return null;
      if (found.payload !== payload)
        return refuse(409, "IDEMPOTENCY_CONFLICT", "The Idempotency-Key was used with a different request");
      if (now < found.busyUntil)
        return refuse(409, "IDEMPOTENCY_IN_PROGRESS", "The first request with this Idempotency-Key is still running");
      const headers = { "content-type": "application/json", "Idempotent-Replayed": "true" };
      return { status: found.status, headers, body: found.body };
    },
    store: (place, answer) => void stored.set(place, answer),
    reset: () => stored.clear(),
  };
}

/** Why a key is not one, or null. */
export function refuseKey(key: string): Answer | null {
  return /^[\x21-\x7e]{1,255}$/.test(key)
    ? null
    : refuse(400, "IDEMPOTENCY_KEY_INVALID", "The Idempotency-Key must be 1 to 255 visible ASCII characters");
}
