/**
 * What is remembered of incidents: when one began, on what evidence, how much it held, and when it ended. An incident is
 * one process's finding and closes nothing in another; the book is for people who look back.
 *
 * A process that dies in an incident cannot write its end. So while one lasts its line is touched now and then, and one
 * that nobody touched for a while ended when it was touched last. Several processes that see the same trouble write a
 * line each; a reader sees one incident.
 */
import type { IncidentRecord, OutboxEvent } from "../api.ts";
import type { Host, Store } from "../ports/index.ts";
import { rollupKeptMs } from "../ports/index.ts";
import { addSums, figuresOf, levelsOf } from "./figures.ts";

const collection = "incidents";
const touchMs = 60_000;
/** Untouched for longer, in milliseconds: whoever saw it is gone. */
const goneMs = 180_000;
const minuteMs = 60_000;

/** What is said of one. */
type IncidentEvent = Extract<OutboxEvent, { type: "incident.opened" | "incident.closed" }>;

/** As it is kept. */
interface Line extends Omit<IncidentRecord, "operationsHeld"> {
  readonly heldAtStart: number;
  /** Null while it lasts. */
  readonly askedMeanwhile: number | null;
  readonly seenAt: number;
}

/** Keeps and shows incidents. */
export interface IncidentBook {
  /** Writes down what an event says of an incident; returns at once. */
  note(event: OutboxEvent): void;
  /** Incidents that touch a window, oldest first. */
  list(from: number, to: number, now: number): Promise<readonly IncidentRecord[]>;
  /** Writes nothing any more. */
  close(): void;
}

/** What the book needs. */
export interface BookPorts {
  readonly store: Pick<Store, "putDocument" | "listDocuments" | "rollup">;
  readonly host: Pick<Host, "after" | "newOperationId">;
  /** Epoch milliseconds of the store's clock. */
  readonly now: () => number;
  readonly onError: (message: string) => void;
}

/** Opens the book. */
export function createIncidentBook(ports: BookPorts): IncidentBook {
  const { store, host } = ports;
  const open = new Map<string, Line>();
  let cancelTouch = (): void => {};
  let closed = false;
  let last: Promise<void> = Promise.resolve();

  /** One after the other, so that an end is never overtaken by its beginning. */
  const write = (what: () => Promise<void>): void => {
    last = last.then(what).catch((error: unknown) => {
      ports.onError(`an incident could not be written down: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  const put = async (line: Line): Promise<void> => store.putDocument(collection, line.id, line);

  const touchLater = (): void => {
    cancelTouch();
    if (closed || open.size === 0) return;
    cancelTouch = host.after(touchMs, () => {
      write(async () => {
        for (const line of open.values()) await put({ ...line, seenAt: ports.now() });
      });
      touchLater();
    });
  };

  const begin = async (event: IncidentEvent): Promise<void> => {
    const { provider, accounts, at, because } = event;
    const line: Line = {
      id: `inc_${host.newOperationId().slice(3)}`,
      provider,
      accounts,
      startedAt: at,
      endedAt: null,
      evidence: because,
      endedBecause: null,
      heldAtStart: await waiting(store, accounts),
      askedMeanwhile: null,
      seenAt: at,
    };
    open.set(provider, line);
    await put(line);
    touchLater();
  };

  const end = async (event: IncidentEvent): Promise<void> => {
    const line = open.get(event.provider);
    if (line === undefined) return;
    open.delete(event.provider);
    const askedMeanwhile = await askedFor(store, line.accounts, line.startedAt, event.at);
    await put({ ...line, endedAt: event.at, endedBecause: event.because, askedMeanwhile, seenAt: event.at });
    touchLater();
  };

  return {
    note(event) {
      if (closed) return;
      if (event.type === "incident.opened") write(async () => begin(event));
      else if (event.type === "incident.closed") write(async () => end(event));
    },
    async list(from, to, now) {
      const lines = (await store.listDocuments(collection)).map(({ document }) => document as Line);
      const touching = lines
        .map((line) => shownAt(line, now))
        .filter(({ startedAt, endedAt }) => startedAt < to && (endedAt ?? now) >= from);
      const counted: IncidentRecord[] = [];
      for (const { heldAtStart, askedMeanwhile, seenAt: _, ...line } of touching) {
        const asked = askedMeanwhile ?? (await askedFor(store, line.accounts, line.startedAt, line.endedAt ?? now));
        counted.push({ ...line, operationsHeld: heldAtStart + asked });
      }
      return merged(counted);
    },
    close() {
      closed = true;
      cancelTouch();
    },
  };
}

/** An incident nobody speaks of any more is over. */
function shownAt(line: Line, now: number): Line {
  if (line.endedAt !== null || now - line.seenAt <= goneMs) return line;
  return { ...line, endedAt: line.seenAt, endedBecause: "the process that saw it ended" };
}

/** What several processes saw at once was one incident. */
function merged(incidents: readonly IncidentRecord[]): readonly IncidentRecord[] {
  const shown: IncidentRecord[] = [];
  for (const each of incidents.toSorted((left, right) => left.startedAt - right.startedAt)) {
    const index = shown.findIndex(
      ({ provider, endedAt }) => provider === each.provider && (endedAt === null || endedAt >= each.startedAt),
    );
    const known = shown[index];
    if (known === undefined) {
      shown.push(each);
      continue;
    }
    const isLater = known.endedAt !== null && (each.endedAt === null || each.endedAt > known.endedAt);
    shown[index] = {
      ...known,
      endedAt: isLater ? each.endedAt : known.endedAt,
      endedBecause: isLater ? each.endedBecause : known.endedBecause,
      accounts: [...new Set([...known.accounts, ...each.accounts])],
      operationsHeld: Math.max(known.operationsHeld, each.operationsHeld),
    };
  }
  return shown;
}

async function waiting(store: Pick<Store, "rollup">, accounts: readonly string[]): Promise<number> {
  const { levels } = await store.rollup({ span: 1, from: 0, to: 0 });
  return levels
    .filter(({ account }) => accounts.includes(account))
    .reduce((sum, { sums }) => sum + levelsOf(sums).active, 0);
}

/** Asked for in the minutes an incident touched. */
async function askedFor(
  store: Pick<Store, "rollup">,
  accounts: readonly string[],
  startedAt: number,
  endedAt: number,
): Promise<number> {
  const span = endedAt - startedAt < rollupKeptMs[1] / 2 ? 1 : 60;
  const width = span * minuteMs;
  const { rows } = await store.rollup({ span, from: Math.floor(startedAt / width) * width, to: endedAt + 1 });
  const sums: Record<number, number> = {};
  for (const row of rows) if (accounts.includes(row.account)) addSums(sums, row.sums);
  return figuresOf(sums).asked;
}
