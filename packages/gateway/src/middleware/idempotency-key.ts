/**
 * The `Idempotency-Key` header, and the one thing a store cannot say: that the first request with a key is running now.
 *
 * A refused request leaves no trace here, so it does not consume its key. Across processes the store decides.
 */
import { idempotencyKeyLengthMax, isIdempotencyKey } from "@landline/core";
import type { GatewayHost } from "../options.ts";
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
  /** Runs `work`; while another runs with the key, not before that has ended, and not at all when it takes too long. */
  once<T>(scope: string, key: string, work: () => Promise<T>): Promise<T | Problem>;
}

/** How long a repeat waits for the first, in milliseconds: many times what a commit takes. */
const patienceMs = 1_000;

/** An empty set of running keys. */
export function createRunningKeys(host: Pick<GatewayHost, "after">): RunningKeys {
  const running = new Map<string, Promise<unknown>>();

  const endsInTime = async (first: Promise<unknown>): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = host.after(patienceMs, () => resolve(false));
      const ended = (): void => {
        cancel();
        resolve(true);
      };
      first.then(ended, ended);
    });

  return {
    once: async (scope, key, work) => {
      const entry = `${scope}\n${key}`;
      const first = running.get(entry);
      if (first !== undefined) {
        // What the first left decides: the store knows a repeat from another request, and a refusal left nothing.
        if (await endsInTime(first)) return work();
        return problem(
          "IDEMPOTENCY_IN_PROGRESS",
          "A request with this key is running: repeat it in a moment, with the same key",
          undefined,
          { "retry-after": "1" },
        );
      }
      const result = work();
      running.set(entry, result);
      try {
        return await result;
      } finally {
        running.delete(entry);
      }
    },
  };
}
