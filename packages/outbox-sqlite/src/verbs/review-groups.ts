/**
 * What waits for people, by cause. Counts run over one narrow index of the parked alone; nothing else is read.
 */
import type { ParkedReason } from "@landline/core";
import type { ReviewGroup } from "@landline/outbox";
import { number, rows, text } from "../row.ts";
import type { Session } from "../session.ts";

const countByCause =
  "SELECT cause, count(*), min(updated_at), max(updated_at) FROM operation WHERE state = 7 GROUP BY cause";
const selectSamples =
  "SELECT id FROM operation WHERE state = 7 AND cause = ? ORDER BY updated_at DESC, seq DESC LIMIT 5";

/** Groups, the largest first. */
export function reviewGroups(session: Session): readonly ReviewGroup[] {
  const groups: ReviewGroup[] = [];
  for (const row of rows(session.sql(countByCause))) {
    const cause = session.names.causes.byId.get(number(row, 0));
    if (cause === undefined) continue;
    const { account, operation, reason, failureKind, code } = cause;
    groups.push({
      fingerprint: [account, operation, reason, failureKind, code].join("|"),
      account,
      operation,
      reason: reason as ParkedReason,
      kind: failureKind === "" ? null : failureKind,
      code: code === "" ? null : code,
      count: number(row, 1),
      firstSeen: number(row, 2),
      lastSeen: number(row, 3),
      sampleIds: rows(session.sql(selectSamples), number(row, 0)).map((sample) => text(sample, 0) ?? ""),
    });
  }
  return groups.toSorted((left, right) => right.count - left.count || right.lastSeen - left.lastSeen);
}
