/** Many lives in a row, and what came of them. */
import { live } from "./run.ts";
import type { Life, Turn, Variant } from "./run.ts";

/** The sum of many lives. */
export interface Campaign {
  readonly seeds: number;
  readonly steps: number;
  readonly operations: number;
  readonly deaths: number;
  /** Number of lives by what befell them. */
  readonly befell: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  /** The lives in which a promise was broken, at most ten. */
  readonly broken: readonly Life[];
}

/**
 * Lives through `seeds` seeds from `first` on.
 * @param told called every thousand seeds
 */
export async function campaign(
  first: number,
  seeds: number,
  turn: Turn,
  told: (done: number) => void = () => undefined,
  variant: Variant = {},
): Promise<Campaign> {
  const ends: Record<string, number> = {};
  const befell: Record<string, number> = {};
  const broken: Life[] = [];
  const sum = { seeds: 0, steps: 0, operations: 0, deaths: 0 };
  for (let seed = first; seed < first + seeds && broken.length < 10; seed += 1) {
    const life = await live(seed, turn, variant);
    sum.seeds += 1;
    sum.steps += life.steps;
    sum.operations += life.operations;
    sum.deaths += life.deaths;
    for (const [name, count] of Object.entries(life.ends)) ends[name] = (ends[name] ?? 0) + count;
    for (const name of life.befell) befell[name] = (befell[name] ?? 0) + 1;
    if (life.breaks.length > 0) broken.push(life);
    if ((seed - first + 1) % 1_000 === 0) told(seed - first + 1);
  }
  return { ...sum, befell, ends, broken };
}

/** A campaign in words; every break with the seed that replays it. */
export function campaignText({ seeds, steps, operations, deaths, befell, ends, broken }: Campaign): string {
  const faults = broken.flatMap(({ seed, breaks }) =>
    breaks.map(({ invariant, message }) => `  seed ${seed}: ${invariant}: ${message}`),
  );
  return [
    `${seeds} seeds, ${operations} operations, ${deaths} deaths, ${steps} events`,
    `befell: ${mostFirst(befell)}`,
    `ended: ${mostFirst(ends)}`,
    faults.length === 0 ? "every invariant held after every event" : `BROKEN in ${broken.length} seeds:`,
    ...faults,
  ].join("\n");
}

function mostFirst(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).toSorted(([, left], [, right]) => right - left);
  return sorted.map(([name, count]) => `${count} ${name}`).join(", ");
}
