/**
 * What waits for people, by cause. Counts run over one narrow index of the parked alone; nothing else is read.
 */
import type { ParkedReason } from "@landline/core";
import type { ReviewGroup } from "@landline/outbox";
import { number } from "../row.ts";
import type { Session } from "../session.ts";

const selectGroups = `SELECT g.cause, g.n, g.first_seen, g.last_seen, c.account, c.operation, c.reason, c.kind, c.code,
    ARRAY(SELECT r.id FROM landline.operation o JOIN landline.request r ON r.seq = o.seq WHERE o.state = 7 AND o.cause = g.cause
      ORDER BY o.updated_at DESC, o.seq DESC LIMIT 5)
  FROM (SELECT cause, count(*) AS n, min(updated_at) AS first_seen, max(updated_at) AS last_seen FROM landline.operation WHERE state = 7 GROUP BY cause) g
  JOIN landline.cause c ON c.id = g.cause ORDER BY g.n DESC, g.last_seen DESC`;

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
      count: number(row, 1),
      firstSeen: number(row, 2),
      lastSeen: number(row, 3),
      sampleIds: (row[9] as readonly string[] | null) ?? [],
    };
  });
}
