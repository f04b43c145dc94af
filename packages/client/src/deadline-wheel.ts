/**
 * One coarse timer for all timeouts of a process, because a timer (or worse, an AbortSignal) per call costs more than
 * the rest of the policy together. Entries hang in slots of a wheel; while there are any, one timer ticks, and it never
 * keeps the process alive (a request in flight does that by its socket). An entry expires up to two ticks
 * (20 ms) late, never early.
 *
 * It refuses to be a scheduler: waits that someone awaits (back-off) use `Ambient.after`.
 */
import type { Ambient } from "@landline/host/ambient";

/** Something that can run out of time. The links belong to the wheel. */
export interface Expiring {
  /** Monotonic milliseconds; written by the wheel. */
  due: number;
  previous: Expiring | null;
  next: Expiring | null;
  /** Called once, at most two ticks after it was due. Must not throw. */
  expire(): void;
}

const tickMs = 10;
const slotCount = 1_024;

/** The clock a wheel turns by. */
export type WheelClock = Pick<Ambient, "monotonic" | "after">;

/** See the module comment. */
export class DeadlineWheel {
  readonly #clock: WheelClock;
  readonly #slots: (Expiring | null)[] = Array.from({ length: slotCount }, () => null);
  #size = 0;
  #turned = 0;
  #ticking = false;

  constructor(clock: WheelClock) {
    this.#clock = clock;
  }

  /** Entries that have not expired or been removed. */
  get size(): number {
    return this.#size;
  }

  /** Hangs an entry in; it must not be in. */
  add(entry: Expiring, ms: number): void {
    const now = this.#clock.monotonic();
    entry.due = now + ms;
    const slot = slotOf(entry.due);
    const head = this.#slots[slot] ?? null;
    entry.previous = null;
    entry.next = head;
    if (head !== null) head.previous = entry;
    this.#slots[slot] = entry;
    this.#size += 1;
    if (!this.#ticking) {
      this.#turned = Math.floor(now / tickMs);
      this.#tick();
    }
  }

  /** Takes an entry out before it is due; it must be in. */
  remove(entry: Expiring): void {
    if (entry.previous !== null) entry.previous.next = entry.next;
    else this.#slots[slotOf(entry.due)] = entry.next;
    if (entry.next !== null) entry.next.previous = entry.previous;
    entry.previous = null;
    entry.next = null;
    this.#size -= 1;
  }

  #tick(): void {
    this.#ticking = true;
    this.#clock.after(tickMs, () => this.#turn(), false);
  }

  #turn(): void {
    const now = this.#clock.monotonic();
    const reached = Math.floor(now / tickMs);
    // After a long pause (a suspended machine) one whole turn sees every slot.
    for (let tick = Math.max(this.#turned, reached - slotCount) + 1; tick <= reached; tick += 1) {
      this.#expireSlot(tick % slotCount, now);
    }
    this.#turned = reached;
    if (this.#size > 0) this.#tick();
    else this.#ticking = false;
  }

  #expireSlot(slot: number, now: number): void {
    const due: Expiring[] = [];
    for (let entry = this.#slots[slot] ?? null; entry !== null; entry = entry.next) {
      if (entry.due <= now) due.push(entry);
    }
    for (const entry of due) this.remove(entry);
    for (const entry of due) entry.expire();
  }
}

/** The slot of the first tick at or after `due`. */
function slotOf(due: number): number {
  return Math.ceil(due / tickMs) % slotCount;
}
