/**
 * One story from four tellings: history, attempts, receipts, and what comes next, in order of time. Lines of the
 * history that only repeat an attempt or a receipt are told by it. Pure.
 */
import type { Attempt, History, Operation } from "./api/types.ts";

/** One moment of the story. */
export type Moment =
  | { readonly type: "event"; readonly at: string; readonly line: History }
  | { readonly type: "attempt"; readonly at: string; readonly attempt: Attempt; readonly after: History | null }
  | { readonly type: "receipt"; readonly at: string; readonly receipt: Operation["receipts"][number] }
  | { readonly type: "next"; readonly at: string };

/** The story, first to last. */
export function tell(operation: Operation): readonly Moment[] {
  const { attempts, history, receipts } = operation;
  const told = new Set<History>();
  const moments: Moment[] = attempts.map((attempt) => {
    const began = history.find(
      (line) => line.event === "operation.sending" && line.because === `attempt ${attempt.number}`,
    );
    if (began !== undefined) told.add(began);
    // The change an attempt led to carries the same reason: told once, with the attempt.
    const after = history.find(
      (line) =>
        !told.has(line) &&
        attempt.ended_at !== null &&
        line.at >= attempt.started_at &&
        line.because === attempt.because,
    );
    if (after !== undefined && attempt.because !== null) told.add(after);
    return {
      type: "attempt",
      at: attempt.started_at,
      attempt,
      after: attempt.because === null ? null : (after ?? null),
    };
  });
  for (const receipt of receipts) moments.push({ type: "receipt", at: receipt.at, receipt });
  for (const line of history) if (!told.has(line)) moments.push({ type: "event", at: line.at, line });
  if (operation.next_attempt_at !== null) moments.push({ type: "next", at: operation.next_attempt_at });
  const rank = { event: 0, attempt: 1, receipt: 2, next: 3 } as const;
  return moments.toSorted((left, right) =>
    left.type === "next" || right.type === "next"
      ? rank[left.type] - rank[right.type]
      : Date.parse(left.at) - Date.parse(right.at) || rank[left.type] - rank[right.type],
  );
}
