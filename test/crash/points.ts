/**
 * Where a worker can die, as decorators around the ports: each kills this very process with SIGKILL at one exact point.
 *
 * The names are the crash points of docs/reference/crash-points.md. A process dies once; the next one runs clean.
 */
import type { Sender, Store } from "@landline/outbox";

/** The crash points that concern a worker. */
export const crashPoints = ["C3", "C4", "C5", "C6", "C7", "C8", "C9"] as const;

/** See {@link crashPoints}. */
export type CrashPoint = (typeof crashPoints)[number];

/** What each point means, for test titles. */
export const meaning: Record<CrashPoint, string> = {
  C3: "before the claim is committed",
  C4: "after the claim, before the start is committed",
  C5: "after the start is committed, before the first byte",
  C6: "after the request left, before the answer",
  C7: "with an acceptance in memory, before it is settled",
  C8: "after the acceptance is settled",
  C9: "with a 429 or 503 in memory, before it is settled",
};

function die(): never {
  process.kill(process.pid, "SIGKILL");
  // SIGKILL is delivered before the next instruction of this thread that matters, but the type system cannot know.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
}

/** Wraps a store so that it dies at the point. */
export function deadlyStore(store: Store, point: CrashPoint): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const verb = value as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        if (point === "C3" && name === "claim") die();
        if (point === "C4" && name === "start") die();
        if (name === "settle") {
          const outcome = (args[1] as { attempt: { outcome: string } | null }).attempt?.outcome;
          if (point === "C7" && outcome === "accepted") die();
          if (point === "C9" && (outcome === "throttled" || outcome === "ambiguous" || outcome === "unavailable"))
            die();
          const result = await verb.apply(target, args);
          if (point === "C8" && outcome === "accepted") die();
          return result;
        }
        return verb.apply(target, args);
      };
    },
  });
}

/** Wraps a sender so that it dies at the point. */
export function deadlySender(sender: Sender, point: CrashPoint): Sender {
  return new Proxy(sender, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "attempt" || typeof value !== "function")
        return typeof value === "function" ? value.bind(target) : value;
      return async (...args: unknown[]) => {
        if (point === "C5") die();
        // The sandbox takes the message at once and answers after a second: die in between.
        if (point === "C6") setTimeout(die, 400);
        return (value as (...inner: unknown[]) => Promise<unknown>).apply(target, args);
      };
    },
  });
}
