/**
 * How many retries a lane may afford: a share of its recent successes plus a small reserve.
 *
 * Why a budget and not only a number of attempts: when everything fails, three retries per call are four times the
 * load, at the worst moment, and the overload outlives its cause. A budget bounds the sum: with a ratio of 0.1 the
 * whole lane sends at most 1.1 × its successes, whatever each call would like. Successes count for a while and are
 * then forgotten, so a good hour yesterday buys no storm today.
 *
 * It refuses to judge whether a retry makes sense; it only says whether there is money for it.
 */

/** The numbers of a budget. */
export interface BudgetOptions {
  /** Retries earned by each success. Default 0.1 (Google SRE, "Handling Overload": 10 % per client). */
  readonly ratio: number;
  /** Retries per second earned without any success, so that a quiet lane can retry at all. Default 0.2. */
  readonly reservePerSecond: number;
  /** Most retries that can be saved from the reserve. Default 3. */
  readonly reserveMax: number;
  /** Milliseconds after which a success has been forgotten (ten equal steps). Default 10,000, as in Finagle. */
  readonly memoryMs: number;
}

/** The defaults of {@link BudgetOptions}. */
export const defaultBudget: BudgetOptions = { ratio: 0.1, reservePerSecond: 0.2, reserveMax: 3, memoryMs: 10_000 };

const slots = 10;

/** A budget's state. Only the functions of this file change it. */
export interface Budget {
  readonly options: BudgetOptions;
  /** What each slot of the memory still holds, in retries. */
  readonly earned: Float64Array;
  /** Sum of {@link earned}. */
  saved: number;
  /** Number of the slot in use, counted since the clock's zero. */
  slot: number;
  /** Retries in the reserve. */
  reserve: number;
  /** When the reserve was last counted. */
  reserveAt: number;
}

/**
 * A budget with a full reserve and no successes.
 * @param now milliseconds on the lane's clock
 */
export function createBudget(options: Partial<BudgetOptions>, now: number): Budget {
  const complete = { ...defaultBudget, ...options };
  return {
    options: complete,
    earned: new Float64Array(slots),
    saved: 0,
    slot: Math.floor(now / (complete.memoryMs / slots)),
    reserve: complete.reserveMax,
    reserveAt: now,
  };
}

/** A success earns its share of a retry. */
export function deposit(budget: Budget, now: number): void {
  const slot = forget(budget, now);
  budget.earned[slot] = Number(budget.earned[slot]) + budget.options.ratio;
  budget.saved += budget.options.ratio;
}

/**
 * Pays for one retry, from what successes earned first and from the reserve then.
 * @returns false, and nothing is paid, when there is less than one whole retry
 */
export function withdraw(budget: Budget, now: number): boolean {
  forget(budget, now);
  if (affordable(budget, now) < 1) return false;
  let owed = 1;
  // The oldest money first: it would be forgotten next.
  for (let age = slots - 1; age >= 0 && owed > 0; age -= 1) {
    const slot = modulo(budget.slot - age);
    const paid = Math.min(owed, Number(budget.earned[slot]));
    budget.earned[slot] = Number(budget.earned[slot]) - paid;
    budget.saved -= paid;
    owed -= paid;
  }
  budget.reserve = Math.max(0, budget.reserve - owed);
  return true;
}

/** How many retries could be paid at `now`; a fraction is not yet a retry. */
export function affordable(budget: Budget, now: number): number {
  forget(budget, now);
  const { reservePerSecond, reserveMax } = budget.options;
  const since = Math.max(0, now - budget.reserveAt);
  budget.reserve = Math.min(reserveMax, budget.reserve + (since * reservePerSecond) / 1000);
  budget.reserveAt = Math.max(budget.reserveAt, now);
  // Sums of 0.1 fall short of whole numbers by rounding; a billionth of a retry is nobody's loss.
  return budget.saved + budget.reserve + 1e-9;
}

/** Moves to the slot of `now`, emptying those that have gone by. Returns the slot's place in the ring. */
function forget(budget: Budget, now: number): number {
  const slot = Math.floor(now / (budget.options.memoryMs / slots));
  if (slot > budget.slot) {
    const gone = Math.min(slots, slot - budget.slot);
    for (let step = 1; step <= gone; step += 1) {
      const place = modulo(budget.slot + step);
      budget.saved -= Number(budget.earned[place]);
      budget.earned[place] = 0;
    }
    if (gone === slots || budget.saved < 0) budget.saved = 0;
    budget.slot = slot;
  }
  return modulo(budget.slot);
}

function modulo(slot: number): number {
  return ((slot % slots) + slots) % slots;
}
