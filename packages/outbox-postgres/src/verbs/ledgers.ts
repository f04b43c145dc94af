/** Holds, opt-outs, documents and audit lines: what must survive a restart and is not an operation. */
import type { HoldRecord } from "@landline/outbox";
import type { Queryable } from "../database.ts";
import { nowMs, number, plain, text } from "../row.ts";

const insertHold = `WITH added AS (INSERT INTO landline.hold (account, reason, actor, because, since) VALUES ($1, $2, $3, $4, ${nowMs}) ON CONFLICT DO NOTHING RETURNING 1)
  INSERT INTO landline.audit (at, actor, event, subject, because) SELECT ${nowMs}, $3::text, 'account.' || $2, $1::text, $4::text FROM added`;
const deleteHold = `WITH ended AS (DELETE FROM landline.hold WHERE account = $1 AND reason = $2 RETURNING 1)
  INSERT INTO landline.audit (at, actor, event, subject) SELECT ${nowMs}, $3::text, 'account.un' || $2, $1::text FROM ended RETURNING 1`;
const selectHolds = "SELECT account, reason, actor, because, since FROM landline.hold ORDER BY since, account, reason";
const insertOptOut = `INSERT INTO landline.opt_out AS known (account, recipient, because, at) VALUES ($1, $2, $3, ${nowMs})
  ON CONFLICT (account, recipient) DO UPDATE SET because = excluded.because, at = excluded.at, lifted_at = NULL
  WHERE known.lifted_at IS NOT NULL AND known.because <> excluded.because`;
const liftOptOut = `UPDATE landline.opt_out SET lifted_at = ${nowMs}, lifted_because = $3
  WHERE account = $1 AND recipient = $2 AND lifted_at IS NULL AND lifted_because IS DISTINCT FROM $3 RETURNING 1`;
const selectOptOut = "SELECT 1 FROM landline.opt_out WHERE account = $1 AND recipient = $2 AND lifted_at IS NULL";
const selectOptOuts =
  "SELECT recipient FROM landline.opt_out WHERE account = $1 AND recipient = ANY ($2::text[]) AND lifted_at IS NULL";
const selectAnyOptOut = "SELECT 1 FROM landline.opt_out WHERE lifted_at IS NULL LIMIT 1";
const putOne =
  "INSERT INTO landline.document (collection, id, document) VALUES ($1, $2, $3::json) ON CONFLICT (collection, id) DO UPDATE SET document = excluded.document";
const addOne =
  "INSERT INTO landline.document (collection, id, document) VALUES ($1, $2, $3::json) ON CONFLICT DO NOTHING RETURNING 1";
const deleteOne = "DELETE FROM landline.document WHERE collection = $1 AND id = $2 RETURNING 1";
const getOne = "SELECT document FROM landline.document WHERE collection = $1 AND id = $2";
const listAll = "SELECT id, document FROM landline.document WHERE collection = $1 ORDER BY id";
const insertAudit = `INSERT INTO landline.audit (at, actor, event, subject, because) VALUES (${nowMs}, $1, $2, $3, $4)`;

/** A line about something that is not an operation. */
export interface AuditLine {
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly because: string | null;
}

/** Why accounts are held, oldest first. */
export async function holds(db: Queryable): Promise<readonly HoldRecord[]> {
  return (await db.rows(selectHolds)).map((row) => ({
    account: text(row, 0) ?? "",
    reason: (text(row, 1) ?? "paused") as HoldRecord["reason"],
    actor: text(row, 2) ?? "",
    because: text(row, 3) ?? "",
    since: number(row, 4),
  }));
}

/** Holds an account; a hold for the same reason that is there already stays as it is. */
export async function hold(db: Queryable, what: Omit<HoldRecord, "since">): Promise<void> {
  await db.rows(insertHold, [plain(what.account), what.reason, plain(what.actor), plain(what.because)]);
}

/** Ends a hold. False: there was none. */
export async function unhold(
  db: Queryable,
  account: string,
  reason: HoldRecord["reason"],
  actor: string,
): Promise<boolean> {
  return (await db.rows(deleteHold, [plain(account), reason, plain(actor)])).length > 0;
}

/** Keeps an opt-out; the first reason stays, and the one that was lifted says nothing new. */
export async function optOut(db: Queryable, account: string, recipient: string, because: string): Promise<void> {
  await db.rows(insertOptOut, [plain(account), plain(recipient), plain(because)]);
}

/** Whether a person opted out of an account's messages. */
export async function isOptedOut(db: Queryable, account: string, recipient: string): Promise<boolean> {
  return (await db.rows(selectOptOut, [plain(account), plain(recipient)])).length > 0;
}

/** Lifts an opt-out. False: none stands, or it was lifted for this very reason before. */
export async function optIn(db: Queryable, account: string, recipient: string, because: string): Promise<boolean> {
  return (await db.rows(liftOptOut, [plain(account), plain(recipient), plain(because)])).length > 0;
}

/** Those of the recipients who opted out. */
export async function optedOutOf(
  db: Queryable,
  account: string,
  recipients: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await db.rows(selectOptOuts, [plain(account), recipients.map(plain)]);
  return new Set(found.map((row) => text(row, 0) ?? ""));
}

/** Whether an opt-out stands anywhere. */
export async function hasOptOuts(db: Queryable): Promise<boolean> {
  return (await db.rows(selectAnyOptOut)).length > 0;
}

/** A document, or null. */
export async function getDocument(db: Queryable, collection: string, id: string): Promise<unknown> {
  return (await db.rows(getOne, [plain(collection), plain(id)]))[0]?.[0] ?? null;
}

/** Keeps a document in place of the one before. @throws {TypeError} when it is not JSON */
export async function putDocument(db: Queryable, collection: string, id: string, document: unknown): Promise<void> {
  await db.rows(putOne, [plain(collection), plain(id), written(collection, id, document)]);
}

/** Keeps a document where none is; false: one is there. @throws {TypeError} when it is not JSON */
export async function addDocument(db: Queryable, collection: string, id: string, document: unknown): Promise<boolean> {
  return (await db.rows(addOne, [plain(collection), plain(id), written(collection, id, document)])).length > 0;
}

/** Forgets a document; false: there was none. */
export async function deleteDocument(db: Queryable, collection: string, id: string): Promise<boolean> {
  return (await db.rows(deleteOne, [plain(collection), plain(id)])).length > 0;
}

/** All documents of a collection, by id. */
export async function listDocuments(
  db: Queryable,
  collection: string,
): Promise<readonly { readonly id: string; readonly document: unknown }[]> {
  return (await db.rows(listAll, [plain(collection)])).map((row) => ({ id: text(row, 0) ?? "", document: row[1] }));
}

/** Appends a line. */
export async function audit(db: Queryable, line: AuditLine): Promise<void> {
  await db.rows(insertAudit, [plain(line.actor), plain(line.event), plain(line.subject), plain(line.because)]);
}

function written(collection: string, id: string, document: unknown): string {
  const asJson = JSON.stringify(document);
  if (asJson === undefined) throw new TypeError(`the document ${collection}/${id} is not JSON`);
  return asJson;
}
