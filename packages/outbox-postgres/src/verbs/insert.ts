/**
 * Accepts operations, once for each key: one statement for as many as are asked at once. What was there already under
 * a key is looked up afterwards, because it is rare.
 */
import type { InsertResult, NewOperation } from "@landline/outbox";
import { classCodeOf } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import { manyOf, nowMs, number, plain, restOf, text } from "../row.ts";
import type { Session } from "../session.ts";
import { nowMinute, signedCounters } from "./rollup.ts";
import { lockTurn, passTurn, turnOf } from "./turn.ts";

/** Rows in one statement at most. */
const rowsMax = 5_000;

const insertAsked = `WITH asked AS MATERIALIZED (
    SELECT nextval('landline.request_seq_seq'::regclass) AS q, x.* FROM json_to_recordset($1::json) AS x(i text, l integer, k integer, c smallint, n bigint, d bigint, s text, y text, f text, r text, t text, p text, a text, b text, e text, o text)
  ), kept AS (
    INSERT INTO landline.request (seq, created_at, id, scope, key, fingerprint, reference, recipient, parent_id, actor, input, rest) OVERRIDING SYSTEM VALUE
    SELECT q, ${nowMs}, i, s, y, f, r, t, p, a, b::json, e::json FROM asked ON CONFLICT (key, scope) DO NOTHING RETURNING seq, id
  ), queued AS (
    INSERT INTO landline.operation (seq, due, deadline, updated_at, lane, kind, class, gate, turn)
    SELECT q, greatest(${nowMs}, n), d, ${nowMs}, l, k, c, CASE WHEN o IS NULL THEN 0 ELSE 1 END, o FROM asked WHERE (q IN (SELECT seq FROM kept)) IS TRUE
  ), counted AS (
    INSERT INTO landline.rollup_part (minute, kind, counter, n)
    SELECT ${nowMinute}, g.k, c.counter, g.n FROM (SELECT k, count(*) AS n FROM asked WHERE (q IN (SELECT seq FROM kept)) IS TRUE GROUP BY k) g
      CROSS JOIN unnest(ARRAY[${signedCounters({ before: null, after: "queued" }).join(", ")}]) AS c(counter)
  )
  SELECT id, ${nowMs}::float8 AS at, (SELECT count(pg_notify($2::text, $3::text)) FROM (SELECT 1 FROM kept LIMIT 1) AS any_kept WHERE $3::text <> '') AS told FROM kept`;
const selectThere = `SELECT r.scope, r.key, r.id, r.fingerprint, r.created_at::float8 AS at
  FROM json_to_recordset($1::json) AS x(s text, y text) JOIN landline.request r ON r.key = x.y AND r.scope = x.s`;

/** Whether this one must be inserted in order with others. */
export function isOrdered(operation: NewOperation): boolean {
  return turnOf(operation) !== null;
}

/**
 * Inserts, or says what is already there under a key. All in one commit.
 * @param again whether an earlier try may have been carried out: then what is there under our own id is ours
 */
export async function insertAll(
  session: Session,
  operations: readonly NewOperation[],
  again: boolean,
): Promise<readonly InsertResult[]> {
  await nameAll(session, operations);
  if (operations.length <= rowsMax && !operations.some(isOrdered))
    return insertWithin(session, session.db, operations, again);
  return session.db.transaction(async (tx) => insertWithin(session, tx, operations, again));
}

/**
 * As {@link insertAll}, inside a transaction; ordered ones may be among them.
 * @param message what other processes are told at the commit; "" for nothing
 */
export async function insertWithin(
  session: Session,
  tx: Queryable,
  operations: readonly NewOperation[],
  again: boolean,
  message: string = session.message(),
): Promise<readonly InsertResult[]> {
  const turns = [...new Set(operations.flatMap((operation) => turnOf(operation) ?? []))].toSorted();
  for (const turn of turns) await lockTurn(tx, turn);
  const asked = firstOfEachId(operations);
  const results = new Map<NewOperation, InsertResult>();
  for (let from = 0; from < asked.length; from += rowsMax) {
    const part = asked.slice(from, from + rowsMax);
    const rows = await tx.rows(insertAsked, [manyOf(await askedRows(session, tx, part)), session.channel, message]);
    const insertedAt = new Map(rows.map((row) => [text(row, 0), number(row, 1)]));
    for (const operation of part) {
      const createdAt = insertedAt.get(plain(operation.id));
      if (createdAt !== undefined) results.set(operation, { type: "inserted", id: operation.id, createdAt });
    }
  }
  for (const turn of turns) await passTurn(tx, turn);
  const left = operations.filter((operation) => !results.has(operation));
  if (left.length > 0) await lookUp(session, tx, left, again, results);
  return operations.map((operation) => {
    const result = results.get(operation);
    if (result === undefined) throw new Error(`no answer for ${operation.id}`);
    return result;
  });
}

/** Makes the numbers of names beforehand, so that no transaction has to. */
export async function nameAll(session: Session, operations: readonly NewOperation[]): Promise<void> {
  const { lanes, kinds } = session.names;
  for (const operation of operations) {
    if (lanes.known(plain(operation.lane)) === undefined) await lanes.number(plain(operation.lane));
    if (kinds.known(operation) === undefined) await kinds.number(operation);
  }
}

async function askedRows(
  session: Session,
  tx: Queryable,
  operations: readonly NewOperation[],
): Promise<readonly unknown[]> {
  const { lanes, kinds } = session.names;
  const rows: unknown[] = [];
  for (const operation of operations) {
    const rest = restOf(operation);
    const turn = turnOf(operation);
    rows.push({
      i: operation.id,
      l: lanes.known(plain(operation.lane)) ?? (await lanes.numberWithin(tx, plain(operation.lane))),
      k: kinds.known(operation) ?? (await kinds.numberWithin(tx, operation)),
      c: classCodeOf(operation.class),
      n: operation.notBefore === null ? undefined : Math.ceil(operation.notBefore),
      d: Math.floor(operation.deadline),
      s: operation.idempotencyScope,
      y: operation.idempotencyKey,
      f: operation.fingerprint,
      r: operation.reference ?? undefined,
      t: operation.recipient ?? undefined,
      p: operation.parentId ?? undefined,
      a: operation.actor,
      b: JSON.stringify(operation.input),
      e: rest ?? undefined,
      o: turn ?? undefined,
    });
  }
  return rows;
}

function firstOfEachId(operations: readonly NewOperation[]): readonly NewOperation[] {
  const ids = new Set<string>();
  return operations.filter(({ id }) => !ids.has(id) && ids.add(id));
}

/** What is there under the keys of those that were not inserted. */
async function lookUp(
  session: Session,
  tx: Queryable,
  left: readonly NewOperation[],
  again: boolean,
  results: Map<NewOperation, InsertResult>,
): Promise<void> {
  const keys = left.map((operation) => ({ s: operation.idempotencyScope, y: operation.idempotencyKey }));
  const rows = await tx.rows(selectThere, [manyOf(keys)]);
  const there = new Map(rows.map((row) => [`${text(row, 0)}\n${text(row, 1)}`, row]));
  const gone: NewOperation[] = [];
  for (const operation of left) {
    const row = there.get(plain(`${operation.idempotencyScope}\n${operation.idempotencyKey}`));
    if (row === undefined) {
      gone.push(operation);
      continue;
    }
    const id = text(row, 2) ?? "";
    if (again && id === operation.id) results.set(operation, { type: "inserted", id, createdAt: number(row, 4) });
    else results.set(operation, { type: text(row, 3) === plain(operation.fingerprint) ? "replayed" : "conflict", id });
  }
  // What held the key was pruned between the two statements: now the key is free.
  if (gone.length === 0) return;
  for (const [index, result] of (await insertWithin(session, tx, gone, again, "")).entries()) {
    const operation = gone[index];
    if (operation !== undefined) results.set(operation, result);
  }
}
