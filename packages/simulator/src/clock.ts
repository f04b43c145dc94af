/**
 * Virtual time: what is due is run in order, and time jumps from one event to the next.
 *
 * Events of one instant run in the order in which they were asked for, so equal seeds replay to the last step.
 */

/** A clock that only moves when told to. Milliseconds from 0. */
export interface VirtualClock {
  now(): number;
  /** Runs `event` at an instant, now at the earliest. The returned function takes it back. */
  at(instant: number, event: () => void): () => void;
  /** Runs until nothing is left, `until` is reached, or `done` says so. */
  run(until: number, done?: () => boolean): void;
}

interface Entry {
  readonly instant: number;
  readonly order: number;
  event: (() => void) | null;
}

/** A clock at 0. */
export function createClock(): VirtualClock {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  return {
    now: () => now,
    at(instant, event) {
      const entry: Entry = { instant: Math.max(now, instant), order: (order += 1), event };
      push(heap, entry);
      return () => {
        entry.event = null;
      };
    },
    run(until, done) {
      for (let entry = heap[0]; entry !== undefined; entry = heap[0]) {
        if (entry.instant > until || done?.() === true) break;
        pop(heap);
        if (entry.event === null) continue;
        now = entry.instant;
        entry.event();
      }
    },
  };
}

function before(a: Entry, b: Entry): boolean {
  return a.instant < b.instant || (a.instant === b.instant && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  heap.push(entry);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || before(above, entry)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    let child = place * 2 + 1;
    const left = heap[child];
    if (left === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && before(right, left)) child += 1;
    const least = heap[child];
    if (least === undefined || before(last, least)) break;
    heap[place] = least;
    place = child;
  }
  heap[place] = last;
}
