/**
 * Going on when the store fails: wait, say so, try again, for as long as it makes sense.
 *
 * A store that is full or gone loses nothing by this: what is stored stays, what was started is rescued later.
 */
import type { Context } from "./context.ts";
import type { Host } from "./ports/index.ts";

const firstMs = 50;
const longestMs = 5_000;

/** The wait before another try: doubling to 5 s, half of it by chance so that workers do not come back together. */
export function troubleDelay(failures: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 16));
  return full / 2 + (full / 2) * random;
}

/** Resolves after `ms`. */
export async function pause(host: Pick<Host, "after">, ms: number): Promise<void> {
  return new Promise((resolve) => {
    host.after(ms, resolve);
  });
}

/** One line about an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells whoever listens that the store or a sender misbehaves. */
export function report(context: Pick<Context, "events" | "clock">, what: string, error: unknown): void {
  context.events.emit({
    type: "worker.trouble",
    at: context.clock.now(),
    message: `could not ${what}: ${messageOf(error)}`,
  });
}

/** What came of {@link persist}. */
export type Persisted<Value> = { readonly type: "done"; readonly value: Value } | { readonly type: "gave_up" };

/** Repeats a write until it succeeds or the lease is nearly over. */
export async function persist<Value>(
  context: Context,
  lease: { readonly left: () => number },
  what: string,
  write: () => Promise<Value>,
): Promise<Persisted<Value>> {
  for (let failures = 0; ; failures += 1) {
    try {
      return { type: "done", value: await write() };
    } catch (error) {
      report(context, what, error);
      const delay = troubleDelay(failures, context.host.random());
      if (lease.left() <= delay) return { type: "gave_up" };
      await pause(context.host, delay);
    }
  }
}
