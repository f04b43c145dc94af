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

/**
 * An intent whose commit was answered later than this, in milliseconds, is looked at again before a repeat leaves:
 * meanwhile a receipt may have ended the operation, and a newer one of its subject may have gone.
 */
const lateMs = 250;

/** As much of an outbox's own id as tells it from others: the end, which is made of chance. */
const selfLetters = 12;

/** Intents this process has made up so far. */
let intents = 0;

/**
 * Writes the intent of attempt `number`.
 * @returns `started`: durable, it may be sent; `overtaken`: durable, but the operation ended meanwhile; `lost`: another
 *   holds the lease; `left`: the store could not be reached while the lease lasted
 */
export async function startDurably(
  context: Context,
  held: Held,
  number: number,
  requestDigest: string,
): Promise<"started" | "overtaken" | "lost" | "left"> {
  const { store, host } = context;
  const marked = `${requestDigest}#${context.self.slice(-selfLetters)}.${(intents += 1).toString(36)}`;
  for (let failures = 0; ; failures += 1) {
    try {
      if (failures > 0 && (await isStarted(context, held, number, marked))) return "started";
      const asked = host.monotonic();
      if (!(await store.start(held.lease, { number, requestDigest: marked }))) return "lost";
      const late = number > 1 && host.monotonic() - asked > lateMs;
      return late && !(await isStarted(context, held, number, marked)) ? "overtaken" : "started";
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
