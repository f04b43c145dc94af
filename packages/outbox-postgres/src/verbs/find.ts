/** Finds one operation: by id, by key, by the provider's id; to look at, or to change. */
import type { OperationRecord } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { number, plain, readRecords, recordColumns, recordTables, text } from "../row.ts";
import type { Session } from "../session.ts";
import { lockTurn } from "./turn.ts";

const byId = `SELECT ${recordColumns} FROM ${recordTables} WHERE r.id = $1`;
const bySeq = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.seq = $1`;
const bySeqs = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.seq = ANY($1::bigint[]) ORDER BY o.seq`;
const byKey = `SELECT ${recordColumns} FROM ${recordTables} WHERE r.key = $2 AND r.scope = $1`;
const lockedBySeq = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.seq = $1 FOR UPDATE OF o`;
const selectOwners = `SELECT o.provider_id, o.seq, r.id FROM landline.operation o
  JOIN landline.kind k ON k.id = o.kind JOIN landline.request r ON r.seq = o.seq
  WHERE o.provider_id = ANY($2::text[]) AND o.provider_id IS NOT NULL AND k.account = $1 ORDER BY o.seq`;
const lockProviderId = "SELECT pg_advisory_xact_lock(hashtextextended($1, 8))";

/** The operation with this id and its row, or null. */
export async function locate(session: Session, db: Queryable, id: string): Promise<Located | null> {
  return one(session, db, byId, [plain(id)]);
}

/** The operation in this row, or null. */
export async function locateRow(session: Session, db: Queryable, seq: number): Promise<Located | null> {
  return one(session, db, bySeq, [seq]);
}

/** The operations in these rows, oldest first. */
export async function locateRows(
  session: Session,
  db: Queryable,
  seqs: readonly number[],
): Promise<readonly Located[]> {
  return seqs.length === 0 ? [] : readRecords(db, session.names, await db.rows(bySeqs, [seqs]));
}

/** The operation with this id, its row locked until the transaction ends, and its turn before it. */
export async function lockById(session: Session, tx: Queryable, id: string): Promise<Located | null> {
  const place = (await session.placesOf(tx, [plain(id)])).get(id);
  return place === undefined ? null : lockRow(session, tx, place.seq, place.turn);
}

/** As {@link lockById}, where the row is known. */
export async function lockRow(
  session: Session,
  tx: Queryable,
  seq: number,
  turn: string | null,
): Promise<Located | null> {
  if (turn !== null) await lockTurn(tx, turn);
  return one(session, tx, lockedBySeq, [seq]);
}

/** The operation accepted under a key, or null. */
export async function findByKey(session: Session, scope: string, key: string): Promise<OperationRecord | null> {
  return (await one(session, session.db, byKey, [plain(scope), plain(key)]))?.record ?? null;
}

/** One operation that the provider knows by an id. */
export interface Owner {
  readonly providerId: string;
  readonly seq: number;
  readonly id: string;
}

/** The account's operations that have one of these provider ids, oldest first. */
export async function ownersOf(
  db: Queryable,
  account: string,
  providerIds: readonly string[],
): Promise<readonly Owner[]> {
  const rows = await db.rows(selectOwners, [plain(account), providerIds.map(plain)]);
  return rows.map((row) => ({ providerId: text(row, 0) ?? "", seq: number(row, 1), id: text(row, 2) ?? "" }));
}

/** Which of these provider ids belong to other operations of the account. */
export async function ownedProviderIds(
  db: Queryable,
  account: string,
  providerIds: readonly string[],
  exceptId: string,
): Promise<ReadonlySet<string>> {
  const owners = await ownersOf(db, account, providerIds);
  return new Set(owners.filter(({ id }) => id !== exceptId).map(({ providerId }) => providerId));
}

/** Waits until nobody else decides whose a provider id is. */
export async function lockOwnership(tx: Queryable, account: string, providerId: string): Promise<void> {
  await tx.rows(lockProviderId, [`${account}\n${providerId}`]);
}

async function one(session: Session, db: Queryable, sql: string, values: readonly unknown[]): Promise<Located | null> {
  const [located] = await readRecords(db, session.names, await db.rows(sql, values));
  return located ?? null;
}
