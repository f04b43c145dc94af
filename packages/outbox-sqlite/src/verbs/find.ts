/** Finds one operation: by id, by key, by the provider's id. */
import type { OperationRecord } from "@landline/outbox";
import { hashText } from "../hash-index.ts";
import type { Located } from "../row.ts";
import { first, number, readRecord, recordColumns, recordTables, text } from "../row.ts";
import type { Session } from "../session.ts";
import { findKey, keyText } from "./insert.ts";
import { addTerm } from "./terms.ts";

const byId = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.id = ?`;
const bySeq = `SELECT ${recordColumns} FROM ${recordTables} WHERE o.seq = ?`;
const selectProviderId = "SELECT provider_id, kind, id FROM operation WHERE seq = ?";

/** The operation with this id and its row, or null. */
export function locate(session: Session, id: string): Located | null {
  const row = first(session.sql(byId), id);
  return row === null ? null : readRecord(session, row);
}

/** The operation in this row, or null. */
export function locateRow(session: Session, seq: number): Located | null {
  const row = first(session.sql(bySeq), seq);
  return row === null ? null : readRecord(session, row);
}

/** The operation accepted under a key, or null. */
export function findByKey(session: Session, scope: string, key: string): OperationRecord | null {
  const found = findKey(session, hashText(keyText(scope, key)), scope, key);
  return found === null ? null : (locateRow(session, found.seq)?.record ?? null);
}

/** The row of an account's operation that the provider knows by this id, or null. */
export function findProviderId(
  session: Session,
  account: string,
  providerId: string,
  exceptId: string | null = null,
): number | null {
  return session.providerIds.find(hashText(providerId), (seq) => {
    const row = first(session.sql(selectProviderId), seq);
    if (row === null || text(row, 0) !== providerId || text(row, 2) === exceptId) return null;
    return session.names.kindOf(number(row, 1)).account === account ? seq : null;
  });
}

/** Which of these provider ids belong to other operations of the account. */
export function ownedProviderIds(
  session: Session,
  account: string,
  providerIds: readonly string[],
  exceptId: string,
): ReadonlySet<string> {
  return new Set(providerIds.filter((providerId) => findProviderId(session, account, providerId, exceptId) !== null));
}

/** Makes a row findable by the id the provider gave it. */
export function noteProviderId(session: Session, seq: number, providerId: string): void {
  session.providerIds.add(hashText(providerId), seq);
  addTerm(session, seq, providerId);
}
