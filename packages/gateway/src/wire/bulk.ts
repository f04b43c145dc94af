/** Bulk work in the JSON form of the API. */
import type { BulkPause, BulkRecord, BulkView, BulkWord } from "../bulk/record.ts";
import { instant } from "../schemas/instant.ts";

/** The second person's part in bulk work. */
export interface WireBulkApproval {
  readonly required: boolean;
  /** The size from which on it was needed; null: it was not. */
  readonly above: number | null;
  readonly verdict: "approved" | "rejected" | null;
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string | null;
}

/** Bulk work on the wire. */
export interface WireBulk {
  readonly id: string;
  readonly action: BulkRecord["action"];
  readonly query: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly rate: number;
  readonly dry_run: boolean;
  readonly state: BulkView["state"];
  readonly total: number;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly created_by: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** What is left at its rate; null when nothing is. */
  readonly eta_seconds: number | null;
  readonly approval: WireBulkApproval;
}

/** One line of bulk work's past. */
export interface WireBulkLine {
  readonly at: string;
  readonly event: string;
  readonly actor: string;
  readonly because: string | null;
}

/** Writes the header. */
export function toWireBulk({ record, state, verdict, updatedAt }: BulkView): WireBulk {
  const open = state === "running" || state === "paused" || state === "awaiting_approval";
  return {
    id: record.id,
    action: record.action,
    query: record.query,
    reason: record.reason,
    rate: record.rate,
    dry_run: record.dryRun,
    state,
    total: record.total,
    done: record.done,
    succeeded: record.succeeded,
    failed: record.failed,
    created_by: record.actor,
    created_at: instant(record.createdAt),
    updated_at: instant(updatedAt),
    eta_seconds: open ? Math.ceil((record.total - record.done) / record.rate) : null,
    approval: {
      required: record.approvalAbove !== undefined,
      above: record.approvalAbove ?? null,
      verdict: verdict?.verdict ?? null,
      by: verdict?.actor ?? null,
      at: instant(verdict?.at ?? null),
      reason: verdict?.reason ?? null,
    },
  };
}

/** What people did with it, in order. What it did to its members stands in their histories. */
export function toWireHistory(
  { record, state, verdict, updatedAt }: BulkView,
  pauses: readonly BulkPause[],
  end: BulkWord | null,
): readonly WireBulkLine[] {
  const lines: (WireBulkLine | null)[] = [
    line(record.createdAt, "bulk.created", { actor: record.actor, reason: record.reason }),
    verdict && line(verdict.at ?? record.createdAt, `bulk.${verdict.verdict}`, verdict),
    ...pauses.map((pause) => line(pause.at ?? record.createdAt, pause.paused ? "bulk.paused" : "bulk.resumed", pause)),
    end && line(end.at ?? updatedAt, "bulk.cancelled", end),
    state === "completed"
      ? { at: instant(record.updatedAt), event: "bulk.completed", actor: "landline", because: null }
      : null,
  ];
  return lines.filter((each) => each !== null).toSorted((left, right) => left.at.localeCompare(right.at));
}

function line(at: number, event: string, word: BulkWord): WireBulkLine {
  return { at: instant(at), event, actor: word.actor, because: word.reason };
}
