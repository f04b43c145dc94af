/**
 * Making the intent durable, whatever the store does.
 *
 * When a commit's answer is lost nobody knows whether the intent was written: the row says, so it is read before
 * anything else happens (crash point C12).
 */
import type { Context } from "./context.ts";
import type { Held } from "./settle.ts";
import { pause, report, troubleDelay } from "./trouble.ts";

/**
 * Writes the intent of attempt `number`.
 * @returns `started`: durable, it may be sent; `lost`: another holds the lease; `left`: the store could not be reached
 *   while the lease lasted
 */
export async function startDurably(
  context: Context,
  held: Held,
  number: number,
  requestDigest: string,
): Promise<"started" | "lost" | "left"> {
  const { store, host } = context;
  for (let failures = 0; ; failures += 1) {
    try {
      if (failures > 0 && (await isStarted(context, held, number))) return "started";
      return (await store.start(held.lease, { number, requestDigest })) ? "started" : "lost";
    } catch (error) {
      report(context, `write the intent of ${held.operation.id}`, error);
      const delay = troubleDelay(failures, host.random());
      if (held.left() <= delay) return "left";
      await pause(host, delay);
    }
  }
}

async function isStarted(context: Context, held: Held, number: number): Promise<boolean> {
  const row = await context.store.get(held.operation.id);
  return row !== null && row.state === "sending" && row.lease === held.lease.lease && row.attemptsStarted === number;
}
