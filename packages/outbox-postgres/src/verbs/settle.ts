/**
 * Writes what became of attempts, and of looks at the provider. Changes a row only while the lease is the current one
 * and the state allows it; otherwise it answers false and the worker leaves its evidence with `witness`.
 *
 * Attempts of operations that no order binds are settled many at a time, row and journal in one statement. Everything
 * else (looks, operations that end before they began, ordered ones) goes one by one, with the row locked.
 */
import { statesBefore } from "@landline/core";
import type { StoredState } from "@landline/core";
import type { Lease, Settlement } from "@landline/outbox";
import { codeOf, stateNames } from "@landline/outbox/storing";
import type { Queryable } from "../database.ts";
import type { Located } from "../row.ts";
import { integer, manyOf, nowMs, number, plain } from "../row.ts";
import type { Place, Session } from "../session.ts";
import type { Change } from "./change.ts";
import { change } from "./change.ts";
import { automatic } from "./chronicle.ts";
import { lockById, lockOwnership, ownersOf } from "./find.ts";
import { nowMinute, signedCounters } from "./rollup.ts";

/** One call of `settle`. */
export interface Settling {
  readonly lease: Lease;
  readonly settlement: Settlement;
}

/** States a lease can be on. From `parked` or `expired` only commands, receipts and witnesses bring an acceptance. */
const leasable: ReadonlySet<StoredState> = new Set(["queued", "sending", "retrying", "reconciling"]);

const stateAfter = {
  accept: codeOf("accepted"),
  retry: codeOf("retrying"),
  hold: codeOf("retrying"),
  reconcile: codeOf("reconciling"),
  park: codeOf("parked"),
  expire: codeOf("expired"),
} as const satisfies Record<Settlement["type"], number>;

const doubtClosed = `CASE WHEN o.tally IS NULL THEN NULL ELSE (o.tally::jsonb || '{"doubtOpen": false}'::jsonb)::json END`;
const asked = `asked AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS x(q bigint, l integer, t text, b text, e bigint, o text, u integer, c text, r text, p text, f text,
    s smallint, d bigint, i text, w text, h text, g text, k integer, n text, a smallint, m smallint, y text, z integer[]))`;
const journal = `journal AS (
    INSERT INTO landline.attempt (seq, number, lease, started_at, started_version, ended_at, ended_version, outcome, status, code, request_id, phase, failure,
      decision, because, digest, body)
    SELECT seq, attempts, attempt_lease, attempt_at, attempt_version, e, version, o, u, c, r, p, f::json, t, b, attempt_digest, y FROM moved)`;
const counted = `counted AS (
    INSERT INTO landline.rollup_part (minute, kind, counter, n)
    SELECT ${nowMinute}, kind, abs(c), sum(sign(c)) FROM (SELECT kind, unnest(z) AS c FROM moved) u GROUP BY kind, abs(c))`;
/** `state + 0` keeps the planner from an index of a state: rows are found by their number alone. */
const fenced = "o.seq = x.q AND o.lease = x.l AND o.lease_until > 0 AND o.state + 0 = 1 AND o.turn IS NULL";
const returning =
  "RETURNING o.seq, o.attempts, o.attempt_lease, o.attempt_at, o.attempt_version, o.attempt_digest, o.version, x.e, x.o, x.u, x.c, x.r, x.p, x.f, x.t, x.b, x.y, o.kind, x.z";

const acceptAll = `WITH ${asked}, moved AS (
    UPDATE landline.operation o SET state = 4, before = o.state, version = o.version + 1, updated_at = ${nowMs}, due = NULL, lease_until = 0, settled_lease = x.l,
      provider_id = x.i, provider_status = x.w, failure = NULL, cause = NULL, reason = NULL, tally = ${doubtClosed}
    FROM asked x WHERE ${fenced} ${returning}
  ), ${journal}, ${counted} SELECT seq FROM moved`;
const moveAll = `WITH ${asked}, moved AS (
    UPDATE landline.operation o SET state = x.s, before = o.state, version = o.version + 1, updated_at = ${nowMs}, due = x.d, lease_until = 0, settled_lease = x.l,
      failure = x.g::json, cause = x.k, reason = x.n, tally = x.h::json, absences = x.a, look_failures = x.m
    FROM asked x WHERE ${fenced} ${returning}
  ), ${journal}, ${counted} SELECT seq FROM moved`;
const selectSettled = "SELECT settled_lease FROM landline.operation WHERE seq = $1";

interface Placed {
  readonly settling: Settling;
  readonly place: Place;
}

/**
 * In order, whether each was written.
 * @param again whether an earlier try may have been carried out
 */
export async function settleEach(
  session: Session,
  settlings: readonly Settling[],
  again: boolean,
): Promise<readonly boolean[]> {
  const accepting: Placed[] = [];
  const moving: Placed[] = [];
  for (const settling of settlings) {
    const place = session.placeOf(settling.lease.id);
    if (place === undefined || place.turn !== null || settling.settlement.attempt === null) continue;
    (settling.settlement.type === "accept" ? accepting : moving).push({ settling, place });
  }
  const [accepted, moved] = await Promise.all([
    settleMany(session, acceptAll, accepting),
    settleMany(session, moveAll, moving),
  ]);
  const done = new Set([...accepted, ...moved]);
  // One by one: what the statements do not know, and what they refused, which may have been written already. Those that
  // want the same provider id take their turn, so that the first who asked has it.
  const left = Map.groupBy(
    settlings.filter((settling) => !done.has(settling)),
    ({ lease, settlement }) => (settlement.type === "accept" ? settlement.providerId : lease.id),
  );
  await Promise.all(
    [...left.values()].map(async (some) => {
      for (const settling of some) if (await settleOne(session, settling, again)) done.add(settling);
    }),
  );
  const results = settlings.map((settling) => done.has(settling));
  for (const [index, { lease }] of settlings.entries()) if (results[index] === true) session.forget(lease.id);
  return results;
}

async function settleMany(session: Session, sql: string, placed: readonly Placed[]): Promise<ReadonlySet<Settling>> {
  if (placed.length === 0) return new Set();
  const asking: unknown[] = [];
  for (const each of placed) asking.push(await askedRow(session, each));
  const rows = await session.db.rows(sql, [manyOf(asking)]);
  const done = new Set(rows.map((row) => number(row, 0)));
  return new Set(placed.filter(({ place }) => done.has(place.seq)).map(({ settling }) => settling));
}

async function askedRow(session: Session, { settling, place }: Placed): Promise<unknown> {
  const { lease, settlement } = settling;
  const { attempt } = settlement;
  const row = {
    q: place.seq,
    l: lease.lease,
    t: settlement.type,
    b: settlement.because,
    e: Math.floor(attempt?.endedAt ?? 0),
    o: attempt?.outcome,
    u: attempt?.status ?? undefined,
    c: attempt?.code ?? undefined,
    r: attempt?.requestId ?? undefined,
    p: attempt?.phase ?? undefined,
    f: attempt === null || attempt.failure === null ? undefined : JSON.stringify(attempt.failure),
    y: attempt?.body ?? undefined,
    z: signedCounters({
      before: "sending",
      after: stateNames[stateAfter[settlement.type]] ?? "sending",
      reason: settlement.type === "park" ? settlement.reason : null,
      outcome: attempt?.outcome ?? null,
      kind: attempt?.failure?.kind ?? null,
      age: (attempt?.endedAt ?? 0) - place.createdAt,
    }),
  };
  if (settlement.type === "accept") {
    return { ...row, i: settlement.providerId, w: settlement.providerStatus ?? undefined };
  }
  const { failure, history } = settlement;
  const reason = settlement.type === "park" ? settlement.reason : undefined;
  return {
    ...row,
    s: stateAfter[settlement.type],
    d: "at" in settlement ? Math.ceil(settlement.at) : undefined,
    h: JSON.stringify(history),
    g: JSON.stringify(failure),
    k: await session.names.causes.number({
      account: place.account,
      operation: place.operation,
      reason: reason ?? "",
      failureKind: failure.kind,
      code: plain(failure.code ?? ""),
    }),
    n: reason,
    a: settlement.type === "reconcile" ? settlement.absences : 0,
    m: settlement.type === "reconcile" ? settlement.lookFailures : 0,
  };
}

async function settleOne(session: Session, settling: Settling, again: boolean): Promise<boolean> {
  return session.db.transaction(async (tx) => {
    const { lease, settlement } = settling;
    const located = await lockById(session, tx, lease.id);
    if (located === null || located.record.lease !== lease.lease) return false;
    const { record } = located;
    if (located.leaseUntil === 0) return again && (await wasSettled(tx, located.seq, lease.lease));
    if (!leasable.has(record.state) || !statesBefore(settlement.type).includes(record.state)) return false;
    if (settlement.type === "accept" && (await isOthers(tx, located, settlement.providerId))) return false;
    const mark = { event: settlement.type, actor: automatic, because: settlement.because };
    const what = changeOf(located, settlement);
    return (await change(session, tx, located, [settlement.type], what, mark, settlement.attempt, "spent")) !== null;
  });
}

function changeOf({ record }: Located, settlement: Settlement): Change {
  switch (settlement.type) {
    case "accept": {
      const { providerId, providerStatus } = settlement;
      const history = { ...record.history, doubtOpen: false };
      return { due: null, providerId, providerStatus, failure: null, reason: null, history };
    }
    case "retry":
    case "hold": {
      const { at, history, failure } = settlement;
      return { due: at, history, failure, reason: null, absences: 0, lookFailures: 0 };
    }
    case "reconcile": {
      const { at, history, failure, absences, lookFailures } = settlement;
      return { due: at, history, failure, reason: null, absences, lookFailures };
    }
    case "park": {
      const { reason, history, failure } = settlement;
      return { due: null, history, failure, reason, absences: 0, lookFailures: 0 };
    }
    case "expire": {
      const { history, failure } = settlement;
      return { due: null, history, failure, reason: null, absences: 0, lookFailures: 0 };
    }
    default:
      return settlement satisfies never;
  }
}

/** What a look found is another's. Answers to attempts are never refused so: idempotent operations may share an id. */
async function isOthers(tx: Queryable, { record }: Located, providerId: string): Promise<boolean> {
  if (record.state !== "reconciling") return false;
  await lockOwnership(tx, record.account, providerId);
  return (await ownersOf(tx, record.account, [providerId])).some(({ id }) => id !== record.id);
}

async function wasSettled(tx: Queryable, seq: number, lease: number): Promise<boolean> {
  const [row] = await tx.rows(selectSettled, [seq]);
  return row !== undefined && integer(row, 0) === lease;
}
