/** Holds, opt-outs, documents and audit lines: what must survive a restart and is not an operation. */
import type { HoldRecord } from "@landline/outbox";
import { first, json, number, rows, text } from "../row.ts";
import type { Session } from "../session.ts";

const insertHold =
  "INSERT INTO hold (account, reason, actor, because, since) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const deleteHold = "DELETE FROM hold WHERE account = ? AND reason = ?";
const selectHolds = "SELECT account, reason, actor, because, since FROM hold ORDER BY since, account, reason";
const insertOptOut = `INSERT INTO opt_out (account, recipient, because, at) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET because = excluded.because, at = excluded.at, lifted_at = NULL
  WHERE lifted_at IS NOT NULL AND because <> excluded.because`;
const liftOptOut = `UPDATE opt_out SET lifted_at = ?3, lifted_because = ?4
  WHERE account = ?1 AND recipient = ?2 AND lifted_at IS NULL AND lifted_because IS NOT ?4`;
const selectOptOut = "SELECT 1 FROM opt_out WHERE account = ? AND recipient = ? AND lifted_at IS NULL";
const selectAnyOptOut = "SELECT 1 FROM opt_out WHERE lifted_at IS NULL LIMIT 1";
const putOne =
  "INSERT INTO document (collection, id, document) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET document = excluded.document";
const addOne = "INSERT INTO document (collection, id, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
const deleteOne = "DELETE FROM document WHERE collection = ? AND id = ?";
const getOne = "SELECT document FROM document WHERE collection = ? AND id = ?";
const listAll = "SELECT id, document FROM document WHERE collection = ? ORDER BY id";
const insertAudit = "INSERT INTO audit (at, actor, event, subject, because) VALUES (?, ?, ?, ?, ?)";

/** A line about something that is not an operation. */
export interface AuditLine {
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string | null;
}

/** Why accounts are held, oldest first. */
export function holds(session: Session): readonly HoldRecord[] {
  return rows(session.sql(selectHolds)).map((row) => ({
    account: text(row, 0) ?? "",
    reason: (text(row, 1) ?? "paused") as HoldRecord["reason"],
    actor: text(row, 2) ?? "",
    because: text(row, 3) ?? "",
    since: number(row, 4),
  }));
}

/** Holds an account; a hold for the same reason that is there already stays as it is. */
export function hold(session: Session, what: Omit<HoldRecord, "since">): void {
  const { account, reason, actor, because } = what;
  const { changes } = session.sql(insertHold).run(account, reason, actor, because, session.now());
  if (changes > 0) audit(session, { actor, event: `account.${reason}`, subject: account, because });
}

/** Ends a hold. False: there was none. */
export function unhold(session: Session, account: string, reason: HoldRecord["reason"], actor: string): boolean {
  if (session.sql(deleteHold).run(account, reason).changes === 0) return false;
  audit(session, { actor, event: `account.un${reason}`, subject: account, because: null });
  session.woken = true;
  return true;
}

/** Keeps an opt-out; the first reason stays, and the one that was lifted says nothing new. */
export function optOut(session: Session, account: string, recipient: string, because: string): void {
  session.sql(insertOptOut).run(account, recipient, because, session.now());
}

/** Whether a person opted out of an account's messages. */
export function isOptedOut(session: Session, account: string, recipient: string): boolean {
  return first(session.sql(selectOptOut), account, recipient) !== null;
}

/** Lifts an opt-out. False: none stands, or it was lifted for this very reason before. */
export function optIn(session: Session, account: string, recipient: string, because: string): boolean {
  return session.sql(liftOptOut).run(account, recipient, session.now(), because).changes > 0;
}

/** Those of the recipients who opted out. */
export function optedOutOf(session: Session, account: string, recipients: readonly string[]): ReadonlySet<string> {
  return new Set(recipients.filter((recipient) => isOptedOut(session, account, recipient)));
}

/** Whether an opt-out stands anywhere. */
export function hasOptOuts(session: Session): boolean {
  return first(session.sql(selectAnyOptOut)) !== null;
}

/** A document, or null. */
export function getDocument(session: Session, collection: string, id: string): unknown {
  const row = first(session.sql(getOne), collection, id);
  return row === null ? null : json(row, 0);
}

/** Keeps a document in place of the one before. @throws {TypeError} when it is not JSON */
export function putDocument(session: Session, collection: string, id: string, document: unknown): void {
  session.sql(putOne).run(collection, id, written(collection, id, document));
}

/** Keeps a document where none is; false: one is there. @throws {TypeError} when it is not JSON */
export function addDocument(session: Session, collection: string, id: string, document: unknown): boolean {
  return session.sql(addOne).run(collection, id, written(collection, id, document)).changes > 0;
}

/** Forgets a document; false: there was none. */
export function deleteDocument(session: Session, collection: string, id: string): boolean {
  return session.sql(deleteOne).run(collection, id).changes > 0;
}

/** All documents of a collection, by id. */
export function listDocuments(
  session: Session,
  collection: string,
): readonly { readonly id: string; readonly document: unknown }[] {
  return rows(session.sql(listAll), collection).map((row) => ({
    id: text(row, 0) ?? "",
    document: json(row, 1),
  }));
}

/** Appends a line. */
export function audit(session: Session, line: AuditLine): void {
  session.sql(insertAudit).run(session.now(), line.actor, line.event, line.subject, line.because);
}

function written(collection: string, id: string, document: unknown): string {
  const asJson = JSON.stringify(document);
  if (asJson === undefined) throw new TypeError(`the document ${collection}/${id} is not JSON`);
  return asJson;
}
