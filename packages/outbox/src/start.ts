/**
 * Making the intent durable, whatever the store does.
 *
 * When a commit's answer is lost nobody knows whether the intent was written: the row says, so it is read before
 * anything else happens (crash point C12). The number of a lease does not tell whose intent it is: a database that fell
 * may have forgotten a claim and given its number to another. So each intent carries a mark of its own.
 */
import type { Context } from "./context.ts";
import type { Held } from "./settle.ts";
import { pause, report, troubleDelay } from "./trouble.ts";

/** As much of an outbox's own id as tells it from others: the end, which is made of chance. */
const selfLetters = 12;

/** Intents this process has made up so far. */
let intents = 0;

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
  const marked = `${requestDigest}#${context.self.slice(-selfLetters)}.${(intents += 1).toString(36)}`;
  for (let failures = 0; ; failures += 1) {
    try {
      if (failures > 0 && (await isStarted(context, held, number, marked))) return "started";
      return (await store.start(held.lease, { number, requestDigest: marked })) ? "started" : "lost";
    } catch (error) {
      report(context, `write the intent of ${held.operation.id}`, error);
      const delay = troubleDelay(failures, host.random());
      if (held.left() <= delay) return "left";
      await pause(host, delay);
    }
  }
}

async function isStarted(context: Context, held: Held, number: number, marked: string): Promise<boolean> {
  const story = await context.store.story(held.operation.id);
  const last = story?.operation.state === "sending" ? story.attempts.at(-1) : undefined;
  return last?.number === number && last.lease === held.lease.lease && last.requestDigest === marked;
}
