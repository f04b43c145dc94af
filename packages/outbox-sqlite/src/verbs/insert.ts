/**
 * Accepts an operation, once for each key. The key is looked up in memory and compared in the row, so the write is an
 * append to two tables and a random B-tree is nowhere in the way.
 */
import type { InsertResult, NewOperation } from "@landline/outbox";
import { classCodeOf } from "@landline/outbox/storing";
import { hashText } from "../hash-index.ts";
import { first, restOf, text } from "../row.ts";
import type { Session } from "../session.ts";
import { sortBehind } from "./terms.ts";
import { passTurn, turnOf } from "./turn.ts";

/** As long as what a start and an acceptance add to a row. */
const room = ".".repeat(96);

const insertOperation = `INSERT INTO operation (seq, id, state, version, lane, kind, class, gate, due, deadline, created_at, updated_at, key_hash, turn, room)
  VALUES (?, ?, 0, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '${room}')`;
const insertRequest = `INSERT INTO request (seq, scope, key, fingerprint, reference, recipient, parent_id, actor, input, rest)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const selectKey =
  "SELECT o.id, r.scope, r.key, r.fingerprint FROM request r JOIN operation o ON o.seq = r.seq WHERE r.seq = ?";

/** Inserts, or says what is already there under the key. */
export function insert(session: Session, operation: NewOperation): InsertResult {
  const hash = hashText(keyText(operation.idempotencyScope, operation.idempotencyKey));
  const there = findKey(session, hash, operation.idempotencyScope, operation.idempotencyKey);
  if (there !== null)
    return { type: there.fingerprint === operation.fingerprint ? "replayed" : "conflict", id: there.id };
  const seq = session.lastSeq + 1;
  const now = session.now();
  const { names } = session;
  const kind = names.kind(operation.account, operation.operation);
  const turn = turnOf(operation);
  const due = Math.max(now, operation.notBefore ?? 0);
  session
    .sql(insertOperation)
    .run(
      seq,
      operation.id,
      names.lane(operation.lane),
      kind,
      classCodeOf(operation.class),
      turn === null ? 0 : 1,
      due,
      operation.deadline,
      now,
      now,
      hash,
      turn,
    );
  session
    .sql(insertRequest)
    .run(
      seq,
      operation.idempotencyScope,
      operation.idempotencyKey,
      operation.fingerprint,
      operation.reference,
      operation.recipient,
      operation.parentId,
      operation.actor,
      JSON.stringify(operation.input),
      restOf(operation),
    );
  session.rollups.asked(kind);
  session.lastSeq = seq;
  session.keys.add(hash, seq);
  session.deadlines.note(seq, operation.deadline);
  session.woken = true;
  sortBehind(session, seq);
  if (turn !== null) passTurn(session, turn);
  return { type: "inserted", id: operation.id, createdAt: now };
}

/** What the hash of a key is made of. */
export function keyText(scope: string, key: string): string {
  return `${scope}\n${key}`;
}

/** The row that has this key, or null. */
export function findKey(
  session: Session,
  hash: number,
  scope: string,
  key: string,
): { readonly id: string; readonly seq: number; readonly fingerprint: string } | null {
  return session.keys.find(hash, (seq) => {
    const row = first(session.sql(selectKey), seq);
    if (row === null || text(row, 1) !== scope || text(row, 2) !== key) return null;
    return { id: text(row, 0) ?? "", seq, fingerprint: text(row, 3) ?? "" };
  });
}
