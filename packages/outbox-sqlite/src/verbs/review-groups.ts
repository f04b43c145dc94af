/**
 * What waits for people, by cause. Counts run over one narrow index of the parked alone, and over those of one day
 * once more; nothing else is read.
 */
import type { ParkedReason } from "@landline/core";
import type { ReviewGroup } from "@landline/outbox";
import { trendFrom, trendOf } from "@landline/outbox/storing";
import { number, rows, text } from "../row.ts";
import type { Session } from "../session.ts";

const countByCause =
  "SELECT cause, count(*), min(updated_at), max(updated_at) FROM operation WHERE state = 7 GROUP BY cause";
const countByHour =
  "SELECT updated_at / 3600000 AS hour, count(*) FROM operation WHERE state = 7 AND cause = ? AND updated_at >= ? GROUP BY hour";
const countSnoozed = `SELECT o.cause, count(*) FROM desk d JOIN operation o ON o.seq = d.seq
  WHERE d.snoozed_until > ? AND o.state + 0 = 7 GROUP BY o.cause`;
const selectSamples =
  "SELECT id FROM operation WHERE state = 7 AND cause = ? ORDER BY updated_at DESC, seq DESC LIMIT 5";

/** Groups, the largest first. */
export function reviewGroups(session: Session): readonly ReviewGroup[] {
  const now = session.now();
  const snoozed = new Map(
    rows(session.sql(countSnoozed), now).map((row): [number, number] => [number(row, 0), number(row, 1)]),
  );
  const groups: ReviewGroup[] = [];
  for (const row of rows(session.sql(countByCause))) {
    const id = number(row, 0);
    const cause = session.names.causes.byId.get(id);
    if (cause === undefined) continue;
    const { account, operation, reason, failureKind, code } = cause;
    const off = snoozed.get(id) ?? 0;
    const hours = rows(session.sql(countByHour), id, trendFrom(now));
    groups.push({
      fingerprint: [account, operation, reason, failureKind, code].join("|"),
      account,
      operation,
      reason: reason as ParkedReason,
      kind: failureKind === "" ? null : failureKind,
      code: code === "" ? null : code,
      count: number(row, 1) - off,
      snoozed: off,
      trend: trendOf(
        hours.map((hour): [number, number] => [number(hour, 0), number(hour, 1)]),
        now,
      ),
      firstSeen: number(row, 2),
      lastSeen: number(row, 3),
      sampleIds: rows(session.sql(selectSamples), id).map((sample) => text(sample, 0) ?? ""),
    });
  }
  return groups.toSorted((left, right) => right.count - left.count || right.lastSeen - left.lastSeen);
}
