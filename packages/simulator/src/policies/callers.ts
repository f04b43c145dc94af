/**
 * What other libraries have in common: a pool of callers, each of which sends one job, sleeps and sends again until it
 * succeeds or gives up. They differ only in the answer to "again, and when?".
 */
import type { Job, SeenAnswer, World } from "../world.ts";
import type { Client } from "./policy.ts";
import { callersMax } from "./policy.ts";

/** Milliseconds to sleep before the next try, or null to give up. `attempt` is one-based. */
export type Again = (attempt: number, answer: SeenAnswer) => number | null;

/** Milliseconds to wait before asking again whether a send may go; 0: it goes now. */
export type Turnstile = (now: number) => number;

/** Starts a pool of {@link callersMax} callers. */
export function startCallers(
  world: World,
  again: Again,
  turnstile?: Turnstile,
  seen?: (answer: SeenAnswer) => void,
): Client {
  const { clock } = world;
  const send = world.connect();
  const waiting: Job[] = [];
  let head = 0;
  let busy = 0;

  function next(): void {
    while (busy < callersMax && head < waiting.length) {
      const job = waiting[head];
      head += 1;
      if (job === undefined) return;
      busy += 1;
      attempt(job, 1);
    }
  }

  function attempt(job: Job, number: number): void {
    const wait = turnstile?.(clock.now()) ?? 0;
    if (wait > 0) {
      clock.at(clock.now() + wait, () => attempt(job, number));
      return;
    }
    attemptNow(job, number);
  }

  function attemptNow(job: Job, number: number): void {
    send(job, (answer) => {
      seen?.(answer);
      if (answer.type === "accepted") world.delivered(job);
      const sleep = answer.type === "accepted" ? null : again(number, answer);
      if (sleep === null) {
        busy -= 1;
        next();
        return;
      }
      clock.at(clock.now() + sleep, () => attempt(job, number + 1));
    });
  }

  return {
    submit(job) {
      waiting.push(job);
      next();
    },
  };
}
