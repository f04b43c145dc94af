/**
 * Operations as people see them: `held` is not stored, it is said when the lane of a waiting operation is closed.
 */
import { laneHealth } from "@landline/core";
import type { OperationView } from "./api.ts";
import type { Context } from "./context.ts";
import type { OperationRecord } from "./ports/index.ts";

/** The view of a row: `held` where its lane is closed, and put off only while that lasts. */
export function viewOf(context: Context, record: OperationRecord): OperationView {
  if (isHeld(context, record)) return { ...record, state: "held" };
  const until = record.snoozedUntil ?? null;
  return until !== null && until <= context.clock.now() ? { ...record, snoozedUntil: null } : record;
}

/** Whether a waiting operation cannot go because its lane is closed. */
export function isHeld(context: Context, record: Pick<OperationRecord, "state" | "account" | "lane">): boolean {
  if (record.state !== "queued" && record.state !== "retrying") return false;
  if (context.holds.isHeld(record.account)) return true;
  const entry = context.lanes.get(record.lane);
  return entry !== null && !laneHealth(entry.lane, context.clock.now()).open;
}
