/** What maintenance asks for, page by page: accepted ones to poll, and those a rule may still have to act on. */
import type { OperationRecord } from "@landline/outbox";
import { first, number, readRecord, recordColumns, recordTables, rows } from "../row.ts";
import type { Session } from "../session.ts";
import { rare } from "../words.ts";

const selectAfterId = "SELECT seq FROM operation WHERE id > ? ORDER BY id LIMIT 1";
const selectCreated = "SELECT created_at FROM operation WHERE seq >= ? ORDER BY seq LIMIT 1";
const selectUnattended = `SELECT ${recordColumns} FROM ${recordTables}
  WHERE ${rare} AND o.updated_at >= ? AND o.id > ? AND (o.state = 6 OR
    (o.state = 7 AND o.reason IN ('rejected', 'exhausted', 'doubt') AND r.rest ->> '$.fallback' IS NOT NULL))
  ORDER BY o.id LIMIT ?`;

/** Accepted operations of an account that were last changed before `before`, oldest first. */
export function awaitingReceipt(
  session: Session,
  account: string,
  before: number,
  limit: number,
  window: { readonly createdAfter: number; readonly afterId: string | null } | undefined,
): readonly OperationRecord[] {
  const kinds = [...session.names.kinds.byId].filter(([, kind]) => kind.account === account).map(([id]) => id);
  const next =
    window === undefined || window.afterId === null ? null : first(session.sql(selectAfterId), window.afterId);
  if (window !== undefined && window.afterId !== null && next === null) return [];
  const from = Math.max(
    next === null ? 0 : number(next, 0),
    window === undefined ? 0 : firstCreatedAt(session, window.createdAfter),
  );
  const sql = `SELECT ${recordColumns} FROM ${recordTables}
    WHERE o.state = 4 AND o.kind = ? AND o.seq >= ? AND o.updated_at < ? AND o.created_at >= ? ORDER BY o.seq LIMIT ?`;
  return kinds
    .flatMap((kind) => rows(session.sql(sql), kind, from, before, window?.createdAfter ?? 0, limit))
    .map((row) => readRecord(session, row))
    .toSorted((left, right) => left.seq - right.seq)
    .slice(0, limit)
    .map(({ record }) => record);
}

/** Undelivered ones, and parked ones with fallback steps left, changed since an instant, by id. */
export function unattended(
  session: Session,
  request: { readonly since: number; readonly afterId: string | null; readonly limit: number },
): readonly OperationRecord[] {
  const found = rows(session.sql(selectUnattended), request.since, request.afterId ?? "", request.limit);
  return found.map((row) => readRecord(session, row).record);
}

/** The first row created at or after an instant. Rows are in the order of their creation, so halving finds it. */
export function firstCreatedAt(session: Session, at: number): number {
  let low = 1;
  let high = session.lastSeq + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = first(session.sql(selectCreated), middle);
    if (row === null || number(row, 0) >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}
