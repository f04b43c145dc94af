/**
 * Is it us or them? What happened in a window, bucket by bucket and account by account, what is so now, and the
 * incidents that fell into it. Made of sums that are kept anyway, so that a million operations are looked at as
 * quickly as ten.
 */
import type { AccountHealth, CurrentView, OverviewRequest, OverviewView } from "../api.ts";
import type { RollupRow, RollupSpan, Store } from "../ports/index.ts";
import { rollupKeptMs } from "../ports/index.ts";
import type { Figures } from "./figures.ts";
import { addSums, figuresOf, levelsOf } from "./figures.ts";
import type { IncidentBook } from "./incident-book.ts";

/** What an overview is made of. */
export interface OverviewPorts {
  readonly store: Pick<Store, "rollup" | "dueLanes">;
  readonly book: IncidentBook;
  readonly health: readonly AccountHealth[];
}

/** Looks. */
export async function overview(ports: OverviewPorts, request: OverviewRequest): Promise<OverviewView> {
  const { bucketMs } = request;
  const from = Math.floor(request.from / bucketMs) * bucketMs;
  const to = Math.max(from + bucketMs, Math.ceil(request.to / bucketMs) * bucketMs);
  const span = spanOf(bucketMs);
  const [found, dueLanes] = await Promise.all([ports.store.rollup({ span, from, to }), ports.store.dueLanes()]);
  const incidents = await ports.book.list(from, to, found.at);
  const isWanted = (account: string): boolean => request.accounts?.includes(account) ?? true;
  const rows = found.rows.filter(({ account }) => isWanted(account));
  const levels = found.levels.filter(({ account }) => isWanted(account));
  const due = new Map([...dueLanes].filter(([lane, at]) => at <= found.at && isWanted(accountOf(lane))));
  const currentOf = (account: string | null): CurrentView => {
    const isOf = (name: string): boolean => account === null || name === account;
    const sums: Record<number, number> = {};
    for (const level of levels) if (isOf(level.account)) addSums(sums, level.sums);
    let snoozed = 0;
    for (const [name, count] of found.snoozed) if (isOf(name) && isWanted(name)) snoozed += count;
    return {
      ...levelsOf(sums),
      snoozed,
      oldestDue: oldestOf(
        [...due].filter(([lane]) => isOf(accountOf(lane))),
        found.at,
      ),
    };
  };
  const health = new Map(ports.health.map((each) => [each.name, each]));
  const names = new Set([...health.keys(), ...levels.map(({ account }) => account), ...rows.map((row) => row.account)]);
  const all = bucketed(rows, bucketMs);
  return {
    at: found.at,
    from,
    to,
    bucketMs,
    completeFrom: Math.max(found.completeFrom, found.at - rollupKeptMs[span]),
    totals: totalOf(rows),
    series: Array.from({ length: (to - from) / bucketMs }, (_, index) => {
      const at = from + index * bucketMs;
      return { at, figures: figuresOf(all.get(at) ?? {}) };
    }),
    accounts: [...names]
      .filter(isWanted)
      .toSorted()
      .map((account) => {
        const own = rows.filter((row) => row.account === account);
        return {
          account,
          health: health.get(account) ?? null,
          totals: totalOf(own),
          series: [...bucketed(own, bucketMs)]
            .toSorted(([left], [right]) => left - right)
            .map(([at, sums]) => ({ at, figures: figuresOf(sums) })),
          current: currentOf(account),
        };
      }),
    current: currentOf(null),
    incidents: incidents.filter(({ accounts }) => accounts.some(isWanted)),
  };
}

/** The widest span that makes buckets of this width. */
function spanOf(bucketMs: number): RollupSpan {
  if (bucketMs % 3_600_000 === 0) return 60;
  return bucketMs % 900_000 === 0 ? 15 : 1;
}

function bucketed(rows: readonly RollupRow[], bucketMs: number): ReadonlyMap<number, Record<number, number>> {
  const buckets = new Map<number, Record<number, number>>();
  for (const { at, sums } of rows) {
    const start = Math.floor(at / bucketMs) * bucketMs;
    const bucket = buckets.get(start) ?? {};
    buckets.set(start, bucket);
    addSums(bucket, sums);
  }
  return buckets;
}

function totalOf(rows: readonly RollupRow[]): Figures {
  const sums: Record<number, number> = {};
  for (const row of rows) addSums(sums, row.sums);
  return figuresOf(sums);
}

function oldestOf(due: readonly (readonly [lane: string, at: number])[], now: number): CurrentView["oldestDue"] {
  const [oldest] = due.toSorted(([, left], [, right]) => left - right);
  return oldest === undefined ? null : { lane: oldest[0], dueAt: oldest[1], ageMs: now - oldest[1] };
}

function accountOf(lane: string): string {
  return lane.split("/")[0] ?? lane;
}
