/**
 * Waiting for something shared (a token, a look, a turn in a lane) no longer than one caller wants to: the shared thing
 * goes on for the others, the caller's timer and listener are gone whichever way it ends.
 */
import type { Ambient } from "@landline/host/ambient";
import type { Limits } from "./exchange.ts";

/** What a promise came to, or why the wait for it ended. The promise must not reject. */
export function inTime<Value>(
  shared: Promise<Value>,
  limits: Limits,
  clock: Pick<Ambient, "after">,
): Promise<Value | "timeout" | "aborted"> {
  const { timeoutMs, signal } = limits;
  if (signal?.aborted === true) return Promise.resolve("aborted");
  return new Promise((resolve) => {
    const end = (value: Value | "timeout" | "aborted"): void => {
      cancel();
      signal?.removeEventListener("abort", aborted);
      resolve(value);
    };
    const aborted = (): void => {
      end("aborted");
    };
    const cancel = clock.after(timeoutMs, () => {
      end("timeout");
    });
    signal?.addEventListener("abort", aborted);
    void shared.then(end);
  });
}

/** Waits; true when the time has passed, false when the caller gave up first. */
export function pause(ms: number, signal: AbortSignal | null, clock: Pick<Ambient, "after">): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const aborted = (): void => {
      cancel();
      resolve(false);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", aborted);
      resolve(true);
    });
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
