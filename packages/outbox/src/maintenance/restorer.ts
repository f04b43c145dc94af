/**
 * Restore mode: a store whose past is missing sends nothing before everything that may have been sent is in doubt.
 *
 * A backup that was put back, or a server that took over without the last commits, shows as waiting what was sent long
 * ago. So every operation that waits and was due is presumed to have been started: the rescuer then judges it like the
 * victim of a crash, which is what it may be. Where the provider de-duplicates it is sent again under its old key,
 * where it can be asked it is asked, else a person decides. What is handed over from now on flows as always.
 *
 * What nobody can bring back is what the store has forgotten altogether: operations, keys and opt-outs that came after
 * the backup. The alert says so.
 */
import type { Context } from "../context.ts";
import type { Service } from "./loop.ts";
import { rescueLeaseMs } from "./rescuer.ts";

const actor = "landline:restore";

/** A restore that a person, or the store itself, asked for. */
export interface Restore {
  readonly actor: string;
  readonly because: string;
  /** Epoch milliseconds of the backup, when known. */
  readonly since: number | null;
}

/** Doubts what waits, and tells people. Returns how many operations; null: another process has done it. */
export async function restore(context: Context, request: Restore, onlyIfMoved = false): Promise<number | null> {
  const quietMs = rescueLeaseMs(context);
  const presumed = await context.store.presumeStarted({ ...request, quietMs, onlyIfMoved });
  if (presumed === null) return null;
  const at = context.clock.now();
  context.events.emit({ type: "store.moved", at, because: request.because, presumed });
  return presumed;
}

/** Asks the store whether its past can be trusted, and doubts what waits where it cannot. */
export async function restoreIfMoved(context: Context): Promise<boolean> {
  const because = await context.store.moved();
  if (because === null) return false;
  await restore(context, { actor, because, since: null }, true);
  return true;
}

/** Makes the service that keeps asking: a server can take over at any time. */
export function createRestorer(context: Context, everyMs: number): Service {
  return {
    what: "see whether the store is the one it was",
    everyMs,
    async runOnce() {
      if (await restoreIfMoved(context)) context.wakeAll();
      return false;
    },
  };
}
