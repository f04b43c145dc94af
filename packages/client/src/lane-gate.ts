/**
 * A lane with people waiting at it: core's lane says who may go and when, this file makes them wait in order. One timer
 * per lane while somebody waits, none otherwise; whoever gives up leaves the queue at once.
 */
import type { AttemptEnd, Lane, LaneOptions, LaneView } from "@landline/core";
import {
  admit,
  createLane,
  depositSuccess,
  laneAbandoned,
  laneEnded,
  laneHealth,
  laneStarted,
  withdrawRetry,
} from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { Limits } from "./exchange.ts";

/** What a lane that refused came to. `at`: epoch milliseconds from which asking again makes sense. */
export type Entrance =
  | { readonly type: "entered" }
  | { readonly type: "aborted" }
  | { readonly type: "timeout"; readonly at: number; readonly because: string };

interface Waiter {
  readonly enter: () => void;
}

const entered: Entrance = { type: "entered" };

/** See the module comment. Instants are the monotonic clock's, so that a changed wall clock closes no lane. */
export class LaneGate {
  readonly #lane: Lane;
  readonly #clock: Ambient;
  readonly #waiting = new Set<Waiter>();
  #cancelTimer: (() => void) | null = null;

  constructor(options: LaneOptions, clock: Ambient) {
    this.#clock = clock;
    this.#lane = createLane(options, clock.monotonic());
  }

  /** Starts an attempt if that is possible now and nobody is before us. */
  tryEnter(now = this.#clock.monotonic()): boolean {
    if (this.#waiting.size > 0) return false;
    if (!admit(this.#lane, now).go) return false;
    laneStarted(this.#lane, now);
    return true;
  }

  /** Waits for its turn and starts an attempt. Never rejects. */
  enter(limits: Limits): Promise<Entrance> {
    const { signal, timeoutMs } = limits;
    if (signal?.aborted === true) return Promise.resolve({ type: "aborted" });
    return new Promise((resolve) => {
      const end = (entrance: Entrance): void => {
        this.#waiting.delete(waiter);
        cancel();
        signal?.removeEventListener("abort", aborted);
        if (this.#waiting.size === 0) this.#stopTimer();
        resolve(entrance);
      };
      const aborted = (): void => {
        end({ type: "aborted" });
      };
      const cancel = this.#clock.after(timeoutMs, () => {
        const { at, because } = this.#refusal();
        end({ type: "timeout", at, because });
      });
      const waiter: Waiter = {
        enter: () => {
          end(entered);
        },
      };
      signal?.addEventListener("abort", aborted);
      this.#waiting.add(waiter);
      this.#pump();
    });
  }

  /** A started attempt ended. `retryAt` and `resetAt` in epoch milliseconds. */
  ended(end: AttemptEnd): void {
    const now = this.#clock.monotonic();
    const told = typeof end.remaining === "number" && typeof end.resetAt === "number";
    if (end.retryAt === null && !told) laneEnded(this.#lane, now, end);
    else {
      const shift = now - this.#clock.now();
      const onLane = (at: number | null | undefined): number | null => (typeof at === "number" ? at + shift : null);
      laneEnded(this.#lane, now, { ...end, retryAt: onLane(end.retryAt), resetAt: onLane(end.resetAt) });
    }
    if (end.outcome === "accepted") depositSuccess(this.#lane, now);
    if (this.#waiting.size > 0) this.#pump();
  }

  /** A started attempt was given back before anything was sent. */
  abandoned(): void {
    laneAbandoned(this.#lane, this.#clock.monotonic());
    if (this.#waiting.size > 0) this.#pump();
  }

  /** Pays for a retry; false: the budget is exhausted. */
  payRetry(): boolean {
    return withdrawRetry(this.#lane, this.#clock.monotonic());
  }

  /** What people see of the lane; `waitsUntil` in epoch milliseconds. */
  health(): LaneView {
    const now = this.#clock.monotonic();
    const view = laneHealth(this.#lane, now);
    return view.waitsUntil === null ? view : { ...view, waitsUntil: this.#clock.now() + view.waitsUntil - now };
  }

  #refusal(): { readonly at: number; readonly because: string } {
    const now = this.#clock.monotonic();
    const admission = admit(this.#lane, now);
    const epoch = this.#clock.now();
    if (admission.go) return { at: epoch, because: "others are before it in the lane" };
    return { at: Math.ceil(epoch + admission.at - now), because: admission.because };
  }

  #pump(): void {
    for (const waiter of this.#waiting) {
      const now = this.#clock.monotonic();
      const admission = admit(this.#lane, now);
      if (!admission.go) {
        this.#stopTimer();
        this.#cancelTimer = this.#clock.after(Math.max(1, Math.ceil(admission.at - now)), () => {
          this.#cancelTimer = null;
          this.#pump();
        });
        return;
      }
      laneStarted(this.#lane, now);
      waiter.enter();
    }
    this.#stopTimer();
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
