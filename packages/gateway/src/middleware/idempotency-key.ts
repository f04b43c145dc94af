/**
 * The `Idempotency-Key` header, and the one thing a store cannot say: that the first request with a key is running now.
 *
 * A refused request leaves no trace here, so it does not consume its key. Across processes the store decides.
 */
import { idempotencyKeyLengthMax, isIdempotencyKey } from "@landline/core";
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";

/** The key of a request, or why there is none. */
export function idempotencyKeyOf(headers: Headers): string | Problem {
  const key = headers.get("idempotency-key");
  if (key === null || key === "")
    return problem("IDEMPOTENCY_KEY_REQUIRED", "The Idempotency-Key header is required", { field: "Idempotency-Key" });
  return isIdempotencyKey(key) ? key : badKey("Idempotency-Key");
}

/** The refusal of a malformed key. */
export function badKey(field: string): Problem {
  const message = `${field} must be 1 to ${idempotencyKeyLengthMax} visible ASCII characters`;
  return problem("IDEMPOTENCY_KEY_INVALID", message, { field });
}

/** The keys whose first request is running in this process. */
export interface RunningKeys {
  /** Runs `work` unless the key is running already. */
  once<T>(scope: string, key: string, work: () => Promise<T>): Promise<T> | Problem;
}

/** An empty set of running keys. */
export function createRunningKeys(): RunningKeys {
  const running = new Set<string>();
  return {
    once: (scope, key, work) => {
      const entry = `${scope}\n${key}`;
      if (running.has(entry))
        return problem(
          "IDEMPOTENCY_IN_PROGRESS",
          "A request with this key is running: repeat it in a moment, with the same key",
          undefined,
          { "retry-after": "1" },
        );
      running.add(entry);
      return work().finally(() => running.delete(entry));
    },
  };
}
