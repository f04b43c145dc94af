/** What maintenance asks for, page by page: accepted ones to poll, and those a rule may still have to act on. */
import type { OperationRecord } from "@landline/outbox";
import { number, readRecords, recordColumns, recordTables } from "../row.ts";
import type { Session } from "../session.ts";

const selectKinds = "SELECT id FROM landline.kind WHERE account = $1";
const selectAwaiting = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.state = 4 AND o.kind = ANY($1::integer[]) AND o.updated_at < $2
  AND o.seq > coalesce((SELECT seq FROM landline.request WHERE id = $4), 0) AND r.created_at >= $3 ORDER BY o.seq LIMIT $5`;
const selectUnattended = `SELECT ${recordColumns} FROM ${recordTables}
  WHERE o.state NOT IN (0, 1, 2, 4, 5) AND o.updated_at >= $1 AND o.seq > coalesce((SELECT seq FROM landline.request WHERE id = $2), 0)
    AND (o.state = 6 OR (o.state = 7 AND o.reason IN ('rejected', 'exhausted', 'doubt') AND r.rest -> 'fallback' IS NOT NULL))
  ORDER BY o.seq LIMIT $3`;

/** Accepted operations of an account that were last changed before `before`, oldest first. */
export async function awaitingReceipt(
  session: Session,
  account: string,
  before: number,
  limit: number,
  window: { readonly createdAfter: number; readonly afterId: string | null } | undefined,
): Promise<readonly OperationRecord[]> {
  const kinds = (await session.db.rows(selectKinds, [account])).map((row) => number(row, 0));
  const values = [kinds, before, window?.createdAfter ?? 0, window?.afterId ?? null, limit];
  const rows = await session.db.rows(selectAwaiting, values);
  return (await readRecords(session.db, session.names, rows)).map(({ record }) => record);
}

/** Undelivered ones, and parked ones with fallback steps left, changed since an instant, oldest first. */
export async function unattended(
  session: Session,
  request: { readonly since: number; readonly afterId: string | null; readonly limit: number },
): Promise<readonly OperationRecord[]> {
  const rows = await session.db.rows(selectUnattended, [request.since, request.afterId, request.limit]);
  return (await readRecords(session.db, session.names, rows)).map(({ record }) => record);
}
