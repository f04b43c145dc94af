/**
 * Both clocks from one reading. A call needs the wall clock (for its deadline and for people) and the monotonic one (for
 * its lane) at the same moment, and on a virtual machine each reading costs as much as half of the policy.
 *
 * The difference between the two clocks is taken anew every second, so that a wall clock that was set is believed within
 * a second; until then instants and deadlines go on as if nothing had happened, which is what a deadline wants.
 */
import type { Ambient } from "@landline/host/ambient";

const trustedMs = 1_000;

/** See the module comment. */
export class Timepiece {
  readonly #clock: Pick<Ambient, "now" | "monotonic">;
  #difference = 0;
  #trustedUntil = -Infinity;

  constructor(clock: Pick<Ambient, "now" | "monotonic">) {
    this.#clock = clock;
  }

  /** Epoch milliseconds at a reading of the monotonic clock that was just made. */
  epochAt(monotonic: number): number {
    if (monotonic >= this.#trustedUntil) {
      this.#difference = this.#clock.now() - monotonic;
      this.#trustedUntil = monotonic + trustedMs;
    }
    return Math.floor(monotonic + this.#difference);
  }
}
