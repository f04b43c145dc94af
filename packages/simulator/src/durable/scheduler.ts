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
  /** Null once it has happened or was called off. */
  run: (() => void) | null;
}

const isBefore = (left: Event, right: Event): boolean =>
  left.at < right.at || (left.at === right.at && left.tie < right.tie);

/** Makes an empty line beginning at an instant. */
export function createScheduler(startAt: number, random: Random): Scheduler {
  /** A binary heap: nothing comes before what stands at half its place. */
  const heap: Event[] = [];
  let now = startAt;
  let free = 0;

  const push = (event: Event): void => {
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = event;
  };
  const pop = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      let child = heap[left];
      if (child === undefined) break;
      const right = heap[left + 1];
      const isRight = right !== undefined && isBefore(right, child);
      if (isRight) child = right;
      if (!isBefore(child, last)) break;
      heap[place] = child;
      place = isRight ? left + 1 : left;
    }
    heap[place] = last;
  };
  const end = (event: Event): void => {
    if (event.run !== null && event.owner === null) free -= 1;
    event.run = null;
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
      push(event);
      if (event.owner === null) free += 1;
      return () => end(event);
    },
    step(until) {
      for (let event = heap[0]; event !== undefined && event.at <= until; event = heap[0]) {
        pop();
        const { owner, run } = event;
        if (run === null) continue;
        if (owner !== null && owner.alive && owner.asleepUntil > event.at) {
          event.at = owner.asleepUntil;
          push(event);
          continue;
        }
        end(event);
        if (owner?.alive === false) continue;
        now = Math.max(now, event.at);
        run();
        return true;
      }
      return false;
    },
  };
}
