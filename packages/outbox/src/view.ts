/**
 * Operations as people see them: `held` is not stored, it is said when the lane of a waiting operation is closed.
 */
import { laneHealth } from "@landline/core";
import type { OperationView } from "./api.ts";
import type { Context } from "./context.ts";
import type { OperationRecord } from "./ports/index.ts";

/** The view of a row. */
export function viewOf(context: Context, record: OperationRecord): OperationView {
  return isHeld(context, record) ? { ...record, state: "held" } : record;
}

/** Whether a waiting operation cannot go because its lane is closed. */
export function isHeld(context: Context, record: Pick<OperationRecord, "state" | "account" | "lane">): boolean {
  if (record.state !== "queued" && record.state !== "retrying") return false;
  if (context.holds.isHeld(record.account)) return true;
  const entry = context.lanes.get(record.lane);
  return entry !== null && !laneHealth(entry.lane, context.clock.now()).open;
}
