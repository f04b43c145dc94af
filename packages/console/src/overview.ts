/** Sums the newest operations of a window, and says whose trouble it is. Pure. */
import type { Account, Summary } from "./api/types.ts";
import { share } from "./format.ts";
import { bucketTimes, percentile } from "./statistics.ts";
import type { Tone } from "./words.ts";
import { isInDoubt } from "./words.ts";

/** Windows one can look at. */
export const windows = [
  { name: "15m", ms: 900_000 },
  { name: "1h", ms: 3_600_000 },
  { name: "6h", ms: 21_600_000 },
  { name: "24h", ms: 86_400_000 },
  { name: "7d", ms: 604_800_000 },
] as const;

/** What became of an operation, coarsely. */
export type Fate = "arrived" | "waiting" | "doubt" | "failed" | "ended";

/** Fates in the order in which they are stacked. */
export const fates: readonly Fate[] = ["arrived", "waiting", "doubt", "failed", "ended"];

/** Percentiles in milliseconds. */
interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The figures of a window. */
export interface Summed {
  readonly total: number;
  /** False: only the newest were read; `from` is then the oldest of them. */
  readonly complete: boolean;
  readonly from: number;
  /** Where the picture begins: a start long before anything happened would only push everything to the edge. */
  readonly shownFrom: number;
  readonly until: number;
  readonly perMinute: number;
  readonly counts: Readonly<Record<Fate, number>>;
  /** Age of the oldest that has not ended, in milliseconds. */
  readonly oldestWaiting: number | null;
  readonly delivered: Latency | null;
  readonly series: Readonly<Record<Fate, readonly number[]>>;
  readonly byAccount: ReadonlyMap<string, Readonly<Record<Fate, number>>>;
  /** Failures whose cause lies with the provider or the network, and with us (the request or the account). */
  readonly blame: { readonly them: number; readonly us: number };
}

const bars = 48;

/** What became of an operation. */
function fateOf(operation: Summary): Fate {
  if (isInDoubt(operation)) return "doubt";
  switch (operation.state) {
    case "accepted":
    case "delivered":
      return "arrived";
    case "queued":
    case "sending":
    case "retrying":
    case "reconciling":
    case "held":
      return "waiting";
    case "parked":
    case "undelivered":
    case "expired":
      return "failed";
    case "discarded":
    case "cancelled":
    case "superseded":
      return "ended";
    default:
      return operation.state satisfies never;
  }
}

/** Sums. @param since epoch milliseconds of the window's start */
export function summarize(operations: readonly Summary[], complete: boolean, since: number, now: number): Summed {
  const created = (operation: Summary): number => Date.parse(operation.created_at);
  const from = complete ? since : Math.min(now, ...operations.map(created));
  const first = Math.min(now, ...operations.map(created));
  const shownFrom = operations.length > 0 && first - from > (now - from) * 0.75 ? first - (now - first) * 0.15 : from;
  const byFate = Map.groupBy(operations, fateOf);
  const sizes = (groups: ReadonlyMap<Fate, readonly Summary[]>): Record<Fate, number> =>
    Object.fromEntries(fates.map((fate) => [fate, groups.get(fate)?.length ?? 0])) as Record<Fate, number>;
  const waiting = byFate.get("waiting") ?? [];
  const failures = [...(byFate.get("failed") ?? []), ...(byFate.get("doubt") ?? []), ...waiting].flatMap((each) =>
    each.failure === null ? [] : [each.failure.responsible],
  );
  return {
    total: operations.length,
    complete,
    from,
    shownFrom,
    until: now,
    perMinute: operations.length / Math.max(1, (now - from) / 60_000),
    counts: sizes(byFate),
    oldestWaiting: waiting.length === 0 ? null : now - Math.min(...waiting.map(created)),
    delivered: latencyOf(
      operations
        .filter(({ state }) => state === "delivered")
        .map((each) => Date.parse(each.updated_at) - created(each)),
    ),
    series: Object.fromEntries(
      fates.map((fate) => [fate, bucketTimes((byFate.get(fate) ?? []).map(created), shownFrom, now, bars)]),
    ) as Record<Fate, readonly number[]>,
    byAccount: new Map(
      [...Map.groupBy(operations, ({ account }) => account)].map(([name, own]) => [
        name,
        sizes(Map.groupBy(own, fateOf)),
      ]),
    ),
    blame: {
      them: failures.filter((who) => who === "provider" || who === "network").length,
      us: failures.filter((who) => who === "caller" || who === "operator").length,
    },
  };
}

function latencyOf(values: readonly number[]): Latency | null {
  const [p50, p95, p99] = [percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)];
  return p50 === null || p95 === null || p99 === null ? null : { p50, p95, p99 };
}

/** Whose trouble it is, in a sentence, and the grounds. */
export function diagnose(
  accounts: readonly Account[],
  sum: Summed,
): { readonly tone: Tone; readonly title: string; readonly detail: string } {
  const names = (state: Account["state"]): string =>
    accounts
      .filter((account) => account.state === state)
      .map(({ name }) => name)
      .join(", ");
  if (names("incident") !== "")
    return {
      tone: "fail",
      title: `It is them: ${names("incident")} has an incident.`,
      detail: "Everything for this provider is held and goes on by itself when it answers again.",
    };
  if (names("blocked") !== "")
    return {
      tone: "fail",
      title: `It is us: ${names("blocked")} is blocked.`,
      detail: "The provider refuses its credentials. Correct them, then check the account.",
    };
  const open = accounts.flatMap(({ lanes }) => lanes).filter(({ breaker }) => breaker !== "closed").length;
  if (open > 0)
    return {
      tone: "late",
      title: "It is probably them: requests keep failing.",
      detail: `${open === 1 ? "One lane waits" : `${open} lanes wait`} and will try again carefully.`,
    };
  if (names("paused") !== "")
    return {
      tone: "late",
      title: `${names("paused")} is paused by a person.`,
      detail: "What is asked for waits there until somebody resumes it.",
    };
  const { them, us } = sum.blame;
  if (them + us > 0 && (them + us) / Math.max(1, sum.total) > 0.05)
    return us > them
      ? {
          tone: "late",
          title: "It is mostly us: requests or accounts are refused.",
          detail: `${share(us, sum.total)} of what was asked for failed for reasons we can change.`,
        }
      : {
          tone: "late",
          title: "It is mostly them: the provider or the network fails.",
          detail: `${share(them, sum.total)} of what was asked for met trouble on their side.`,
        };
  return {
    tone: "ok",
    title: sum.total === 0 ? "Quiet: nothing was asked for in this time." : "All is well.",
    detail: "Every account sends, and no lane is waiting out a failure.",
  };
}
