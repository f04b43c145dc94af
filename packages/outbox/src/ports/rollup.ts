/**
 * Sums of what happened, by spans of time: how a million operations are looked at in milliseconds. `storing/counters.ts`
 * says what is counted; a reader turns numbers into words with `meaningOf`.
 */

/** Spans sums are kept for, in minutes. Each begins at a multiple of its length since the epoch. */
export const rollupSpans = [1, 15, 60] as const;
/** See {@link rollupSpans}. */
export type RollupSpan = (typeof rollupSpans)[number];

/** How long sums of a span are kept, in milliseconds: what is looked at closely is recent. */
export const rollupKeptMs: Readonly<Record<RollupSpan, number>> = {
  1: 3 * 86_400_000,
  15: 40 * 86_400_000,
  60: 400 * 86_400_000,
};

/** Sums by counter. */
export type Sums = Readonly<Record<number, number>>;

/** What happened to one kind of operation in one span; only spans in which something happened. */
export interface RollupRow {
  readonly account: string;
  readonly operation: string;
  /** Beginning of the span, epoch milliseconds. */
  readonly at: number;
  readonly sums: Sums;
}

/** Everything that was asked for, of one instant. */
export interface Rollup {
  /** By the store's clock. */
  readonly at: number;
  /** From here on everything is counted, epoch milliseconds. */
  readonly completeFrom: number;
  readonly rows: readonly RollupRow[];
  /** How many operations are where, now. */
  readonly levels: readonly Omit<RollupRow, "at">[];
  /** Parked ones that are put off now, by account. */
  readonly snoozed: ReadonlyMap<string, number>;
}
