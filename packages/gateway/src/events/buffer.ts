/**
 * The last events, in order, so that a stream that was cut can go on where it ended.
 *
 * Bounded: a stream that comes back too late is told to look again instead of being given a gap. Nothing is written to
 * the store; events are for live views, the operation's history is the record.
 */
import type { OutboxEvent } from "@landline/outbox";

/** One event with its place. */
export interface Entry {
  /** Grows by one from 1. */
  readonly sequence: number;
  readonly event: OutboxEvent;
}

/** Keeps and hands out events. */
export interface EventBuffer {
  push(event: OutboxEvent): void;
  /** Every event from now on; the returned function ends it. */
  listen(listener: (entry: Entry) => void): () => void;
  /** The id of an entry on the wire. */
  idOf(entry: Entry): string;
  /** What came after an id; null: that place is not known here any more. */
  after(id: string): readonly Entry[] | null;
}

/**
 * Makes a buffer.
 * @param epoch tells this process from its predecessors, whose numbers mean nothing here
 * @param size events kept
 */
export function createEventBuffer(epoch: string, size: number): EventBuffer {
  const ring: (Entry | undefined)[] = Array.from({ length: size });
  const listeners = new Set<(entry: Entry) => void>();
  let last = 0;
  return {
    push: (event) => {
      last += 1;
      const entry = { sequence: last, event };
      ring[last % size] = entry;
      for (const listener of listeners) listener(entry);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    idOf: ({ sequence }) => `${epoch}-${sequence}`,
    after: (id) => {
      const dash = id.lastIndexOf("-");
      const sequence = Number(id.slice(dash + 1));
      const known = id.slice(0, dash) === epoch && Number.isInteger(sequence) && sequence >= 0 && sequence <= last;
      if (!known || sequence < last - size) return null;
      const entries: Entry[] = [];
      for (let next = sequence + 1; next <= last; next += 1) {
        const entry = ring[next % size];
        if (entry !== undefined) entries.push(entry);
      }
      return entries;
    },
  };
}
