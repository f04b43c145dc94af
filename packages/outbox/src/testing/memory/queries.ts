/**
 * Questions people and `landline verify` ask the memory store. Nothing here changes a row.
 */
import type {
  InvariantBreak,
  ListFilter,
  OperationRecord,
  Page,
  ReviewGroup,
  SelectedOperation,
} from "../../ports/index.ts";
import { hourOf, trendOf } from "../../storing/trend.ts";
import { snapshot } from "./row.ts";
import type { Row } from "./row.ts";

/** One page, newest first; the cursor is the insertion number of the last row shown. */
export function pageOf(
  rows: Iterable<Row>,
  filter: ListFilter,
  page: { readonly limit: number; readonly cursor: string | null },
  now: number,
): Page | "bad_cursor" {
  if (page.cursor !== null && !/^\d{1,15}$/.test(page.cursor)) return "bad_cursor";
  const below = page.cursor === null ? Infinity : Number(page.cursor);
  const matching = [...rows]
    .filter((row) => row.sequence < below && matches(row.record, filter, now))
    .toSorted((left, right) => right.sequence - left.sequence);
  const shown = matching.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    operations: shown.map(snapshot),
    nextCursor: matching.length > shown.length && last !== undefined ? String(last.sequence) : null,
  };
}

/** What bulk work needs of an operation. */
export function selected(record: OperationRecord): SelectedOperation {
  const { id, version, account, operation, idempotencyScope, state, parkedReason, failure } = record;
  const [kind, code] = [failure?.kind ?? null, failure?.code ?? null];
  return { id, version, account, operation, idempotencyScope, state, parkedReason, kind, code };
}

/** Whether somebody put a parked operation off until later than `now`. */
function isSnoozed(record: OperationRecord, now: number): boolean {
  return (record.snoozedUntil ?? 0) > now;
}

function matchesDesk(record: OperationRecord, { assignee, snoozed }: ListFilter, now: number): boolean {
  if (assignee === undefined && snoozed === undefined) return true;
  return (
    record.state === "parked" &&
    (assignee === undefined || (record.assignee ?? null) === assignee) &&
    (snoozed === undefined || isSnoozed(record, now) === snoozed)
  );
}

function matches(record: OperationRecord, filter: ListFilter, now: number): boolean {
  const equal = <Value>(wanted: Value | undefined, value: Value | null): boolean =>
    wanted === undefined || wanted === value;
  return (
    (filter.states === undefined || filter.states.includes(record.state)) &&
    (filter.accounts === undefined || filter.accounts.includes(record.account)) &&
    equal(filter.account, record.account) &&
    equal(filter.operation, record.operation) &&
    equal(filter.reference, record.reference) &&
    equal(filter.recipient, record.recipient) &&
    equal(filter.subject, record.subject) &&
    equal(filter.code, record.failure?.code ?? null) &&
    equal(filter.kind, record.failure?.kind ?? null) &&
    equal(filter.class, record.class) &&
    equal(filter.parkedReason, record.parkedReason) &&
    equal(filter.idempotencyScope, record.idempotencyScope) &&
    (filter.createdAfter === undefined || record.createdAt >= filter.createdAfter) &&
    (filter.createdBefore === undefined || record.createdAt < filter.createdBefore) &&
    matchesDesk(record, filter, now) &&
    (filter.q === undefined || beginsWith(record, filter.q))
  );
}

function beginsWith(record: OperationRecord, text: string): boolean {
  const { id, reference, recipient, providerId, idempotencyKey } = record;
  return [id, reference, recipient, providerId, idempotencyKey].some((value) => value?.startsWith(text) === true);
}

/** Parked operations by cause, most frequent first. */
export function groupsOf(rows: Iterable<Row>, now: number): readonly ReviewGroup[] {
  const groups = new Map<string, ReviewGroup>();
  for (const { record } of rows) {
    if (record.state !== "parked" || record.parkedReason === null) continue;
    const { account, operation, parkedReason: reason, failure, updatedAt, id } = record;
    const kind = failure?.kind ?? null;
    const code = failure?.code ?? null;
    const fingerprint = [account, operation, reason, kind ?? "-", code ?? "-"].join("|");
    const known = groups.get(fingerprint);
    groups.set(fingerprint, {
      fingerprint,
      account,
      operation,
      reason,
      kind,
      code,
      count: (known?.count ?? 0) + (isSnoozed(record, now) ? 0 : 1),
      snoozed: (known?.snoozed ?? 0) + (isSnoozed(record, now) ? 1 : 0),
      trend: counted(known?.trend ?? trendOf([], now), hourOf(updatedAt, now)),
      firstSeen: Math.min(known?.firstSeen ?? updatedAt, updatedAt),
      lastSeen: Math.max(known?.lastSeen ?? updatedAt, updatedAt),
      sampleIds: [...(known?.sampleIds ?? []), id].slice(0, 5),
    });
  }
  return [...groups.values()].toSorted((left, right) => right.count - left.count);
}

/** Adds one at a place; a place that is not there counts nothing. */
function counted(trend: readonly number[], place: number): readonly number[] {
  return trend.map((count, index) => (index === place ? count + 1 : count));
}

/** Exact counts by state; parked ones by reason too (`parked.doubt`). */
export function countsOf(rows: Iterable<Row>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const add = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (const { record } of rows) {
    add(record.state);
    if (record.state === "parked") add(`parked.${record.parkedReason}`);
  }
  return counts;
}

/** The invariants that can be seen in rows alone. */
export function breaksOf(rows: ReadonlyMap<string, Row>): readonly InvariantBreak[] {
  const breaks: InvariantBreak[] = [];
  const keys = new Set<string>();
  for (const row of rows.values()) {
    const { record, attempts } = row;
    const broken = (invariant: string, message: string): void => {
      breaks.push({ invariant, operationId: record.id, message });
    };
    const open = attempts.filter((attempt) => attempt.endedAt === null);
    if (record.state !== "sending" && open.length > 0) broken("I6", `${open.length} attempts have no outcome`);
    if (open.length > 1) broken("I11", "two attempts are under way at once");
    if (attempts.length !== record.attemptsStarted) broken("I7", "starts and journal differ");
    if (attempts.some((attempt, index) => attempt.number !== index + 1)) broken("I7", "attempt numbers have a gap");
    if (attempts.some((attempt, index) => index > 0 && attempt.lease <= (attempts[index - 1]?.lease ?? 0))) {
      broken("I9", "lease numbers do not grow");
    }
    const key = `${record.idempotencyScope}\n${record.idempotencyKey}`;
    if (keys.has(key)) broken("I15", "two operations have one key");
    keys.add(key);
    if (record.state === "parked" && record.parkedReason === null) broken("I19", "parked without a reason");
    if (record.parentId !== null && rows.has(record.parentId) && record.parentId === record.id) {
      broken("I23", "it is its own parent");
    }
  }
  return breaks;
}
