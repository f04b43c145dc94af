/**
 * Who goes next when not everybody can.
 *
 * Between classes the most urgent goes first, but every class that was passed over often enough gets one turn, so
 * nothing starves. Inside a class the subjects (tenants, recipients, customers) take turns, so one subject with
 * 100,000 operations delays another with one by a single turn. Inside a subject it is first come, first served.
 *
 * Adding, taking, putting back and dropping are O(1). It refuses to look at the clock: order is a matter of turns.
 */
import type { OperationClass } from "./policy.ts";
import { operationClasses } from "./policy.ts";

/** After this many turns of more urgent classes, one turn goes to a class that waits. */
export const relief = 16;

/** A place in the queue, to give it up again. */
export interface Ticket<Item> {
  readonly item: Item;
  readonly class: OperationClass;
  readonly subject: string;
  /** Where it is now. */
  state: "waiting" | "taken" | "dropped";
  next: Ticket<Item> | null;
}

interface Subject<Item> {
  readonly name: string;
  first: Ticket<Item> | null;
  last: Ticket<Item> | null;
  /** Tickets that still wait; dropped ones stay linked until they come up. */
  waiting: number;
  /** The subject after this one in the ring of its class. */
  next: Subject<Item> | null;
}

interface Ring<Item> {
  readonly subjects: Map<string, Subject<Item>>;
  /** The subject whose turn was last; its `next` has the next turn. */
  last: Subject<Item> | null;
  waiting: number;
  /** Turns that went to more urgent classes while this one waited. */
  passedOver: number;
}

/** The queue. Only the functions of this file change it. */
export interface FairQueue<Item> {
  readonly rings: Readonly<Record<OperationClass, Ring<Item>>>;
  /** Items that wait. */
  size: number;
}

/** An empty queue. */
export function createFairQueue<Item>(): FairQueue<Item> {
  return { rings: { critical: emptyRing(), standard: emptyRing(), bulk: emptyRing() }, size: 0 };
}

/** Adds an item behind the others of its subject. A new subject's turn comes after all who wait already. */
export function enqueue<Item>(
  queue: FairQueue<Item>,
  item: Item,
  klass: OperationClass,
  subject: string,
): Ticket<Item> {
  const ticket: Ticket<Item> = { item, class: klass, subject, state: "waiting", next: null };
  const row = rowOf(queue.rings[klass], subject);
  if (row.last === null) row.first = ticket;
  else row.last.next = ticket;
  row.last = ticket;
  count(queue, row, klass, 1);
  return ticket;
}

/** Puts a taken ticket back before the others of its subject: it was its turn and it could not leave. */
export function putBack<Item>(queue: FairQueue<Item>, ticket: Ticket<Item>): void {
  if (ticket.state !== "taken") return;
  const row = rowOf(queue.rings[ticket.class], ticket.subject);
  ticket.state = "waiting";
  ticket.next = row.first;
  row.first = ticket;
  row.last ??= ticket;
  count(queue, row, ticket.class, 1);
}

/** Gives up a place. False when the ticket no longer waits. */
export function drop<Item>(queue: FairQueue<Item>, ticket: Ticket<Item>): boolean {
  if (ticket.state !== "waiting") return false;
  const row = rowOf(queue.rings[ticket.class], ticket.subject);
  ticket.state = "dropped";
  count(queue, row, ticket.class, -1);
  return true;
}

/** Takes the next ticket, or null when nobody waits. */
export function take<Item>(queue: FairQueue<Item>): Ticket<Item> | null {
  const klass = turn(queue);
  if (klass === null) return null;
  const ring = queue.rings[klass];
  let ticket: Ticket<Item> | null = null;
  for (let row = nextSubject(ring); ticket === null && row !== null; row = nextSubject(ring)) {
    ticket = firstWaiting(row);
    if (ticket !== null) {
      ticket.state = "taken";
      row.first = ticket.next;
      if (row.first === null) row.last = null;
      ticket.next = null;
      count(queue, row, klass, -1);
    }
    if (row.waiting === 0) leave(ring, row);
    else ring.last = row;
  }
  return ticket;
}

/** The class whose turn it is; counts who was passed over. */
function turn<Item>(queue: FairQueue<Item>): OperationClass | null {
  let chosen: OperationClass | null = null;
  for (const klass of operationClasses) {
    const ring = queue.rings[klass];
    if (ring.waiting === 0) ring.passedOver = 0;
    else if (chosen === null || ring.passedOver >= relief) chosen = klass;
  }
  let below = false;
  for (const klass of operationClasses) {
    const ring = queue.rings[klass];
    if (klass === chosen) {
      ring.passedOver = 0;
      below = true;
    } else if (below && ring.waiting > 0) ring.passedOver += 1;
  }
  return chosen;
}

function emptyRing<Item>(): Ring<Item> {
  return { subjects: new Map(), last: null, waiting: 0, passedOver: 0 };
}

function rowOf<Item>(ring: Ring<Item>, name: string): Subject<Item> {
  const known = ring.subjects.get(name);
  if (known !== undefined) return known;
  const row: Subject<Item> = { name, first: null, last: null, waiting: 0, next: null };
  ring.subjects.set(name, row);
  if (ring.last === null) row.next = row;
  else {
    row.next = ring.last.next;
    ring.last.next = row;
  }
  // The newcomer becomes the last in the ring: its turn comes after everyone else's.
  ring.last = row;
  return row;
}

function nextSubject<Item>(ring: Ring<Item>): Subject<Item> | null {
  return ring.last?.next ?? null;
}

/** The first ticket that was not dropped; dropped ones before it are unlinked. */
function firstWaiting<Item>(row: Subject<Item>): Ticket<Item> | null {
  while (row.first !== null && row.first.state === "dropped") row.first = row.first.next;
  if (row.first === null) row.last = null;
  return row.first;
}

/** Removes the subject whose turn it is. */
function leave<Item>(ring: Ring<Item>, row: Subject<Item>): void {
  ring.subjects.delete(row.name);
  row.first = null;
  row.last = null;
  if (ring.last === row || ring.last === null) ring.last = null;
  else ring.last.next = row.next;
}

function count<Item>(queue: FairQueue<Item>, row: Subject<Item>, klass: OperationClass, step: 1 | -1): void {
  row.waiting += step;
  queue.rings[klass].waiting += step;
  queue.size += step;
}
