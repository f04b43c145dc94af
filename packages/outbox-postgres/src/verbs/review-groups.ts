/**
 * What waits for people, by cause. Counts run over one narrow index of the parked alone; nothing else is read but the
 * few that are put off.
 */
import type { ParkedReason } from "@landline/core";
import type { ReviewGroup } from "@landline/outbox";
import { trendOf } from "@landline/outbox/storing";
import { nowMs, number } from "../row.ts";
import type { Session } from "../session.ts";

const selectGroups = `WITH hours AS MATERIALIZED (
    SELECT cause, updated_at / 3600000 AS hour, count(*) AS n, min(updated_at) AS first_seen, max(updated_at) AS last_seen
    FROM landline.operation WHERE state = 7 GROUP BY 1, 2
  ), off AS (
    SELECT o.cause, count(*) AS n FROM landline.desk d JOIN landline.operation o ON o.seq = d.seq WHERE d.snoozed_until > ${nowMs} AND o.state + 0 = 7 GROUP BY 1
  ), groups AS (
    SELECT cause, sum(n)::bigint AS n, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
      json_agg(json_build_array(hour, n)) FILTER (WHERE hour > ${nowMs} / 3600000 - 24) AS hours
    FROM hours GROUP BY cause
  )
  SELECT g.n, coalesce(f.n, 0), g.first_seen, g.last_seen, c.account, c.operation, c.reason, c.kind, c.code,
    ARRAY(SELECT r.id FROM (SELECT seq, updated_at FROM landline.operation WHERE state = 7 AND cause = g.cause ORDER BY updated_at DESC, seq DESC LIMIT 5) o
      JOIN landline.request r ON r.seq = o.seq ORDER BY o.updated_at DESC, o.seq DESC), g.hours, ${nowMs}
  FROM groups g JOIN landline.cause c ON c.id = g.cause LEFT JOIN off f ON f.cause = g.cause ORDER BY g.n - coalesce(f.n, 0) DESC, g.last_seen DESC`;

/** Groups, the largest first. */
export async function reviewGroups(session: Session): Promise<readonly ReviewGroup[]> {
  return (await session.db.rows(selectGroups)).map((row) => {
    const [account = "", operation = "", reason = "", kind = "", code = ""] = row.slice(4, 9).map(String);
    return {
      fingerprint: [account, operation, reason, kind, code].join("|"),
      account,
      operation,
      reason: reason as ParkedReason,
      kind: kind === "" ? null : kind,
      code: code === "" ? null : code,
      count: number(row, 0) - number(row, 1),
      snoozed: number(row, 1),
      trend: trendOf((row[10] as readonly (readonly [number, number])[] | null) ?? [], number(row, 11)),
      firstSeen: number(row, 2),
      lastSeen: number(row, 3),
      sampleIds: (row[9] as readonly string[] | null) ?? [],
    };
  });
}
