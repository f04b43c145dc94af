/**
 * One line of events in virtual time. Whoever waits for anything waits here, so a seed decides everything: which of two
 * things at the same instant comes first, whose process is dead, and who sleeps through it.
 *
 * An event of a dead process never happens. An event of a suspended one happens when it wakes. Both are how an operating
 * system does it, and between two events of a process lie exactly its awaits: to die at any of them is to die before an
 * event.
 */
import type { Random } from "../random.ts";

/** Something that runs on its own and can die or be stopped. */
export interface Mortal {
  alive: boolean;
  /** Nothing of it runs before this instant. */
  asleepUntil: number;
}

/** Virtual time and what will happen in it. */
export interface Scheduler {
  /** Milliseconds. */
  readonly now: number;
  /** Plans an event; the returned function calls it off. Without an owner nobody's death prevents it. */
  at(instant: number, run: () => void, owner?: Mortal): () => void;
  /** Lets the next event happen; false when there is none up to `until`. */
  step(until: number): boolean;
  /** Events planned without an owner: what is under way outside of every process. */
  readonly underWay: number;
}

interface Event {
  at: number;
  /** Chance decides between events of one instant. */
  readonly tie: number;
  readonly owner: Mortal | null;
  readonly run: () => void;
}

/** Makes an empty line beginning at an instant. */
export function createScheduler(startAt: number, random: Random): Scheduler {
  const events = new Set<Event>();
  let now = startAt;
  let free = 0;

  const first = (): Event | null => {
    let found: Event | null = null;
    for (const event of events) {
      if (found === null || event.at < found.at || (event.at === found.at && event.tie < found.tie)) found = event;
    }
    return found;
  };
  const remove = (event: Event): void => {
    if (events.delete(event) && event.owner === null) free -= 1;
  };

  return {
    get now() {
      return now;
    },
    get underWay() {
      return free;
    },
    at(instant, run, owner) {
      const event: Event = { at: Math.max(now, instant), tie: random(), owner: owner ?? null, run };
      events.add(event);
      if (event.owner === null) free += 1;
      return () => remove(event);
    },
    step(until) {
      for (let event = first(); event !== null && event.at <= until; event = first()) {
        const { owner } = event;
        if (owner !== null && owner.alive && owner.asleepUntil > event.at) {
          event.at = owner.asleepUntil;
          continue;
        }
        remove(event);
        if (owner?.alive === false) continue;
        now = Math.max(now, event.at);
        event.run();
        return true;
      }
      return false;
    },
  };
}
