/**
 * A store that keeps everything in memory: for tests, the simulator and trying things out, never for production.
 *
 * It is the shortest honest implementation of the port. "Durable" means: kept in this object, whatever happens to the
 * outbox that uses it. `crash()` is what a new process sees after `kill -9` of the only one before it.
 */
import { operationClasses } from "@landline/core";
import type { ReceiptEvent, Failure } from "@landline/core";
import type {
  ClaimRequest,
  CommandResult,
  InsertResult,
  Lease,
  NewOperation,
  OperationRecord,
  ReceiptRecord,
  ReceiptResult,
  RescuedOperation,
  Store,
} from "../ports/index.ts";
import { isDeskCommand } from "../ports/index.ts";
import type { AuditLine } from "./memory/ledgers.ts";
import { createMemoryLedgers } from "./memory/ledgers.ts";
import { breaksOf } from "./memory/queries.ts";
import { createMemoryReading } from "./memory/reading.ts";
import { createMemoryRollup } from "./memory/rollup.ts";
import { claimed, isFree, isInDoubt, newRow, openAttempt, snapshot } from "./memory/row.ts";
import type { Row } from "./memory/row.ts";
import {
  accepted,
  applyReceipt,
  askAnew,
  atDesk,
  journal,
  move,
  obey,
  presumeStarted,
  receiptOf,
  settle,
} from "./memory/transitions.ts";

/** What the memory store needs. */
export interface MemoryStoreOptions {
  /** Epoch milliseconds of the store's clock. */
  readonly now: () => number;
}

/** The store with a view behind it. */
export interface MemoryStore extends Store {
  /** Ends every lease at once, as a single-process store does when it is opened again. */
  crash(): void;
  /** Makes its past doubtful, as a failover does that lost commits. */
  move(because: string): void;
  /** Everything stored, for assertions. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly auditLines: readonly AuditLine[];
}

interface KeptReceipt {
  readonly account: string;
  readonly event: ReceiptEvent;
  readonly failure: Failure | null;
  readonly receipt: ReceiptRecord;
}

/** Makes an empty store. */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { now } = options;
  const rows = new Map<string, Row>();
  const keys = new Map<string, string>();
  const effects = new Map<string, string>();
  /** Queued and retrying operations by lane. */
  const waiting = new Map<string, Map<string, Row>>();
  const doubtful = new Map<string, Row>();
  const sending = new Map<string, Row>();
  const seen = new Set<string>();
  let unmatched: KeptReceipt[] = [];
  const rollup = createMemoryRollup();
  const ledgers = createMemoryLedgers(now, () => open());
  const { auditLines } = ledgers;
  const openedAt = now();
  let sequence = 0;
  let closed = false;
  let movedBecause: string | null = null;

  const open = (): void => {
    if (closed) throw new Error("the store is closed");
  };

  /** Where commits are missing nobody can say what was sent and what not. */
  const hasPast = (): void => {
    if (movedBecause !== null) throw new Error(`the store's past is missing: ${movedBecause}`);
  };

  /** Files a row where its state belongs. Called after every change. */
  const file = (row: Row): void => {
    rollup.note(row, now());
    const { id, lane, state, account, providerId } = row.record;
    const isWaiting = state === "queued" || state === "retrying";
    let queue = waiting.get(lane);
    if (isWaiting && queue === undefined) waiting.set(lane, (queue = new Map()));
    if (isWaiting) queue?.set(id, row);
    else if (queue?.delete(id) === true && queue.size === 0) waiting.delete(lane);
    if (state === "reconciling") doubtful.set(id, row);
    else doubtful.delete(id);
    if (state === "sending") sending.set(id, row);
    else sending.delete(id);
    if (providerId !== null) effects.set(`${account}\n${providerId}`, id);
  };

  const held = (lease: Lease): Row | null => {
    const row = rows.get(lease.id);
    return row !== undefined && row.record.lease === lease.lease ? row : null;
  };

  const insert = (operation: NewOperation): InsertResult => {
    const key = `${operation.idempotencyScope}\n${operation.idempotencyKey}`;
    const known = keys.get(key);
    if (known !== undefined) {
      return { type: rows.get(known)?.fingerprint === operation.fingerprint ? "replayed" : "conflict", id: known };
    }
    const row = newRow(operation, now(), (sequence += 1));
    rows.set(operation.id, row);
    keys.set(key, operation.id);
    if (operation.parentId !== null) rows.get(operation.parentId)?.childIds.push(operation.id);
    file(row);
    return { type: "inserted", id: operation.id, createdAt: row.record.createdAt };
  };

  const isOthers = ({ record }: Row, providerId: string): boolean => {
    const owner = effects.get(`${record.account}\n${providerId}`);
    return record.state === "reconciling" && owner !== undefined && owner !== record.id;
  };

  const blockedByEarlier = (row: Row): boolean => {
    const { ordered, subject, account } = row.record;
    if (!ordered || subject === null) return false;
    for (const other of rows.values()) {
      if (other.sequence >= row.sequence) return false;
      const { record } = other;
      if (!record.ordered || record.subject !== subject || record.account !== account) continue;
      if (["queued", "sending", "retrying", "reconciling"].includes(record.state)) return true;
    }
    return false;
  };

  /** A newer ordered operation of the same subject has gone out: sending this one again would undo it. */
  const isOvertaken = ({ record, sequence: place }: Row): boolean => {
    const sent = new Set<string>(["sending", "reconciling", "accepted", "delivered", "undelivered"]);
    return (
      record.ordered &&
      [...rows.values()].some(
        (other) =>
          other.sequence > place &&
          other.record.ordered &&
          other.record.account === record.account &&
          other.record.subject === record.subject &&
          sent.has(other.record.state),
      )
    );
  };

  const take = (row: Row, leaseMs: number): void => {
    row.record.lease += 1;
    row.leaseUntil = now() + leaseMs;
  };

  const withAttempt = (row: Row): RescuedOperation => {
    const attempt = row.attempts.at(-1);
    if (attempt === undefined) throw new Error(`${row.record.id} is ${row.record.state} without an attempt`);
    return { ...claimed(row, now()), attempt: { ...attempt } };
  };

  const byUrgency = (left: Row, right: Row): number =>
    operationClasses.indexOf(left.record.class) - operationClasses.indexOf(right.record.class) ||
    (left.record.nextAttemptAt ?? 0) - (right.record.nextAttemptAt ?? 0) ||
    left.sequence - right.sequence;

  const claim = (request: ClaimRequest): Row[] => {
    const at = now();
    const taken: Row[] = [];
    for (const { lane, limit } of request.lanes) {
      const due: Row[] = [];
      for (const row of waiting.get(lane)?.values() ?? []) {
        if ((row.record.nextAttemptAt ?? 0) <= at && isFree(row, at)) due.push(row);
      }
      let left = limit;
      for (const row of due.toSorted(byUrgency)) {
        if (left <= 0) break;
        if (blockedByEarlier(row)) continue;
        take(row, request.leaseMs);
        taken.push(row);
        left -= 1;
      }
    }
    return taken;
  };

  const find = (account: string, event: ReceiptEvent): Row | undefined => {
    const found = event.operationId === null ? undefined : rows.get(event.operationId);
    const named = found?.record.account === account ? found : undefined;
    if (event.providerId === null || named?.record.providerId === event.providerId) return named;
    return rows.get(effects.get(`${account}\n${event.providerId}`) ?? "") ?? named;
  };

  const apply = (row: Row, kept: KeptReceipt): ReceiptResult => {
    const before = row.record.state;
    row.receipts.push(kept.receipt);
    const changed = applyReceipt(row, kept.event, kept.failure, now());
    if (before === "sending" && row.record.state !== "sending") closeAttempt(row);
    file(row);
    const { receipt } = kept;
    return changed
      ? { type: "applied", operation: snapshot(row), before, receipt }
      : { type: "recorded", operation: snapshot(row), receipt };
  };

  /** Evidence from elsewhere ended an attempt nobody will settle any more. */
  const closeAttempt = (row: Row, outcome: "accepted" | "ambiguous" = "accepted"): void => {
    const attempt = row.attempts.at(-1);
    if (attempt === undefined || attempt.endedAt !== null) return;
    const { number } = attempt;
    const facts = { status: null, code: null, requestId: null, phase: null, failure: null } as const;
    journal(row, { number, endedAt: now(), outcome, ...facts }, row.record.state, "ended by evidence or command");
  };

  const expire = (row: Row): void => {
    const { record } = row;
    const at = now();
    const facts = { category: null, shape: "api", status: null, code: null, field: null, requestId: null } as const;
    const failure: Failure = {
      ...facts,
      kind: "expired",
      execution: isInDoubt(record) ? "unknown" : "not_executed",
      remedy: isInDoubt(record) ? "reconcile" : "none",
      responsible: "nobody",
      message: "The deadline passed before it was sent",
      retryAt: null,
      guidance: "Nothing is sent late. Hand it over again if it still matters.",
      docs: null,
    };
    const because = "the deadline has passed";
    const base = { because, attempt: null, failure, history: record.history } as const;
    settle(row, isInDoubt(record) ? { type: "park", reason: "doubt", ...base } : { type: "expire", ...base }, at);
    file(row);
  };

  const byId = (left: Row, right: Row): number => left.sequence - right.sequence;
  const later = (row: Row, afterId: string | null): boolean =>
    afterId === null || row.sequence > (rows.get(afterId)?.sequence ?? 0);

  const store: MemoryStore = {
    ...ledgers.verbs,
    ...createMemoryReading({ rows, keys, rollup, openedAt, now, open }),
    rows,
    auditLines,
    move(because) {
      movedBecause = because;
    },
    async moved() {
      open();
      return movedBecause;
    },
    async presumeStarted({ actor, because, since, quietMs, onlyIfMoved }) {
      open();
      if (onlyIfMoved === true && movedBecause === null) return null;
      const at = now();
      const due = [...waiting.values()].flatMap((queue) => [...queue.values()]);
      const suspects = due.filter((row) => (row.record.nextAttemptAt ?? 0) <= at);
      for (const row of suspects) {
        const begun = Math.max(row.record.nextAttemptAt ?? 0, since ?? 0);
        presumeStarted(row, { at, actor, because }, begun);
        row.leaseUntil = at + quietMs;
        file(row);
      }
      // Another attempt of theirs may be under way: it is waited for as well.
      for (const row of sending.values()) row.leaseUntil = Math.max(row.leaseUntil, at + quietMs);
      for (const row of doubtful.values()) {
        askAnew(row, at + quietMs);
        row.leaseUntil = 0;
      }
      movedBecause = null;
      auditLines.push({ at, actor, event: "store.presumed", subject: `${suspects.length} operations`, because });
      return suspects.length;
    },
    async trust(line) {
      open();
      movedBecause = null;
      auditLines.push({ at: now(), ...line, event: "store.trusted", subject: "store" });
    },
    crash() {
      for (const row of rows.values()) row.leaseUntil = 0;
    },
    async now() {
      return now();
    },
    async insert(operation) {
      open();
      return insert(operation);
    },
    async insertMany(operations) {
      open();
      return operations.map(insert);
    },
    async claim(request) {
      open();
      return claim(request).map((row) => claimed(row, now()));
    },
    async dueLanes() {
      open();
      const due = new Map<string, number>();
      for (const [lane, queue] of waiting) {
        let earliest = Infinity;
        for (const row of queue.values()) {
          const at = Math.max(row.record.nextAttemptAt ?? 0, row.leaseUntil);
          if (at < earliest && !blockedByEarlier(row)) earliest = at;
        }
        if (earliest !== Infinity) due.set(lane, earliest);
      }
      return due;
    },
    async release(leases) {
      open();
      for (const lease of leases) {
        const row = held(lease);
        if (row !== null && row.record.state !== "sending" && row.record.state !== "reconciling") row.leaseUntil = 0;
      }
    },
    async start(lease, attempt) {
      open();
      hasPast();
      const row = held(lease);
      const at = now();
      if (row === null || isFree(row, at) || attempt.number !== row.record.attemptsStarted + 1) return false;
      if (!move(row, "start", { at, actor: "landline", because: `attempt ${attempt.number}` })) return false;
      openAttempt(row, at, attempt.requestDigest);
      file(row);
      return true;
    },
    async settle(lease, settlement) {
      open();
      const row = held(lease);
      // What was settled is settled: a lease serves for one settlement.
      if (row === null || row.leaseUntil === 0) return false;
      if (settlement.type === "accept" && isOthers(row, settlement.providerId)) return false;
      if (!settle(row, settlement, now())) return false;
      file(row);
      return true;
    },
    async witness(lease, attempt, providerId) {
      open();
      const row = rows.get(lease.id);
      if (row === undefined) return;
      const at = now();
      const because = `a worker that had lost lease ${lease.lease} reports ${providerId}`;
      journal(row, attempt, "witness", because);
      const cause = { at, actor: "landline", because };
      if (row.record.state !== "accepted" && move(row, "accept", cause)) {
        accepted(row, providerId, null);
        row.record.lease += 1;
        row.leaseUntil = 0;
        closeAttempt(row);
        file(row);
      } else row.history.push({ ...cause, event: "operation.witnessed" });
    },
    async rescue({ limit, leaseMs }) {
      open();
      hasPast();
      const lapsed = [...sending.values()].filter((row) => isFree(row, now())).slice(0, limit);
      for (const row of lapsed) {
        take(row, leaseMs);
        row.record.rescues += 1;
      }
      return lapsed.map(withAttempt);
    },
    async claimReconciliations({ limit, leaseMs }) {
      open();
      hasPast();
      const at = now();
      const due = [...doubtful.values()]
        .filter((row) => isFree(row, at) && (row.record.nextAttemptAt ?? 0) <= at)
        .toSorted(
          (left, right) => (left.record.nextAttemptAt ?? 0) - (right.record.nextAttemptAt ?? 0) || byId(left, right),
        )
        .slice(0, limit);
      for (const row of due) take(row, leaseMs);
      return due.map(withAttempt);
    },
    async ownedProviderIds(account, providerIds, exceptId) {
      open();
      return new Set(
        providerIds.filter((id) => {
          const owner = effects.get(`${account}\n${id}`);
          return owner !== undefined && owner !== exceptId;
        }),
      );
    },
    async expireDue(limit) {
      open();
      hasPast();
      const at = now();
      const ended: Row[] = [];
      for (const queue of waiting.values()) {
        for (const row of queue.values()) {
          if (ended.length < limit && row.record.deadline <= at && isFree(row, at)) ended.push(row);
        }
      }
      for (const row of ended) expire(row);
      return ended.map(snapshot);
    },
    async awaitingReceipt(account, before, limit, window) {
      open();
      return [...rows.values()]
        .filter(
          (row) =>
            row.record.account === account &&
            row.record.state === "accepted" &&
            row.record.updatedAt < before &&
            (window === undefined || (row.record.createdAt >= window.createdAfter && later(row, window.afterId))),
        )
        .toSorted(byId)
        .slice(0, limit)
        .map(snapshot);
    },
    async unattended({ since, afterId, limit }) {
      open();
      const open_ = (record: OperationRecord): boolean =>
        record.state === "undelivered" ||
        (record.state === "parked" &&
          record.fallback.length > 0 &&
          ["rejected", "exhausted", "doubt"].includes(record.parkedReason ?? ""));
      return [...rows.values()]
        .filter((row) => open_(row.record) && row.record.updatedAt >= since && later(row, afterId))
        .toSorted(byId)
        .slice(0, limit)
        .map(snapshot);
    },
    async command(command): Promise<CommandResult> {
      open();
      const row = rows.get(command.id);
      if (row === undefined) return { type: "not_found" };
      const stale = command.version !== null && command.version !== row.record.version;
      if (stale) return { type: "conflict", operation: snapshot(row) };
      if (isDeskCommand(command)) {
        const done = atDesk(row, command, now());
        return done
          ? { type: "done", operation: snapshot(row), childId: null }
          : { type: "conflict", operation: snapshot(row) };
      }
      if (command.type === "supersede") {
        const cause = { at: now(), actor: command.actor, because: command.reason };
        if (!move(row, "supersede", cause)) return { type: "conflict", operation: snapshot(row) };
        row.record.nextAttemptAt = null;
        row.record.parkedReason = null;
        insert(command.child);
        file(row);
        return { type: "done", operation: snapshot(row), childId: command.child.id };
      }
      const again = command.type === "redrive" || command.type === "resolve_not_sent";
      const before = row.record.state;
      if ((again && isOvertaken(row)) || !obey(row, command, now()))
        return { type: "conflict", operation: snapshot(row) };
      if (before === "sending") closeAttempt(row, "ambiguous");
      file(row);
      return { type: "done", operation: snapshot(row), childId: null };
    },
    async receive(account, event, failure = null) {
      open();
      const key = `${account}\n${event.dedupeKey}`;
      if (seen.has(key)) return { type: "duplicate" };
      seen.add(key);
      const kept = { account, event, failure, receipt: receiptOf(event, now(), seen.size) };
      const row = find(account, event);
      if (row !== undefined) return apply(row, kept);
      unmatched.push(kept);
      return { type: "unmatched" };
    },
    async matchReceipts(limit) {
      open();
      const results: ReceiptResult[] = [];
      const rest: KeptReceipt[] = [];
      for (const kept of unmatched) {
        const row = results.length < limit ? find(kept.account, kept.event) : undefined;
        if (row === undefined) rest.push(kept);
        else results.push(apply(row, kept));
      }
      unmatched = rest;
      return results;
    },
    async prune(before, limit) {
      open();
      const finished = new Set<string>(["delivered", "accepted", "discarded", "expired", "cancelled", "superseded"]);
      const old = [...rows.values()]
        .filter(({ record }) => finished.has(record.state) && record.updatedAt < before)
        .slice(0, limit);
      for (const { record } of old) {
        rows.delete(record.id);
        keys.delete(`${record.idempotencyScope}\n${record.idempotencyKey}`);
      }
      return old.length;
    },
    async verify() {
      open();
      return breaksOf(rows);
    },
    async close() {
      closed = true;
    },
  };
  return store;
}
