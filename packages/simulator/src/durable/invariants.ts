/**
 * What must hold after every single event, whatever was drawn. Numbers are those of docs/reference/invariants.md.
 *
 * It looks at the store from behind (its rows, not its answers), at the provider's ledger, and at the calls that
 * passed; it never asks the outbox, which may be wrong.
 */
import { lifecycleEvents, next } from "@landline/core";
import type { StoredState } from "@landline/core";
import type { Lease, OperationRecord, Store } from "@landline/outbox";
import type { MemoryStore } from "@landline/outbox/simulation";
import type { Departure, Effect } from "./provider.ts";

/** A broken promise. */
export interface Break {
  readonly invariant: string;
  readonly message: string;
}

/** The eye on a run. */
export interface Watch {
  readonly breaks: readonly Break[];
  /** The store as the processes get it: every call is looked at on its way. */
  readonly store: Store;
  departed(departure: Departure): void;
  happened(effect: Effect): void;
  /** An operation was promised to a caller under a key. */
  promised(id: string, key: string): void;
  /** After every event. */
  look(now: number, effects: readonly Effect[]): void;
  /** When everything has come to rest. */
  close(effects: readonly Effect[]): Promise<void>;
}

type Rows = MemoryStore["rows"];
type Row = Rows extends ReadonlyMap<string, infer Value> ? Value : never;

interface Seen {
  state: StoredState;
  version: number;
  lease: number;
}

/** Verbs that change nothing. */
const reading: ReadonlySet<string> = new Set([
  "now",
  "dueLanes",
  "holds",
  "get",
  "story",
  "list",
  "findByKey",
  "ownedProviderIds",
  "unattended",
  "awaitingReceipt",
]);

/** True time may run ahead of what a worker can know of the store's clock. */
const clockToleranceMs = 600;

/**
 * Watches.
 * @param truth the store that keeps; its rows are looked at
 * @param served what the processes are served: the same, or a broken one around it
 */
export function createWatch(truth: MemoryStore, served: Store): Watch {
  const breaks: Break[] = [];
  const promised = new Map<string, string>();
  const seen = new Map<string, Seen>();
  const witnessed = new Set<string>();
  /** Whether anything may have changed since the last look. */
  let changed = true;
  const broken = (invariant: string, message: string): void => {
    if (!breaks.some((found) => found.invariant === invariant)) breaks.push({ invariant, message });
  };
  const row = (id: string): Row | undefined => truth.rows.get(id);

  /** Looks at the row before a call and at the answer after it. */
  const store = new Proxy(served, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const plain = value.bind(target) as (...args: readonly unknown[]) => Promise<unknown>;
      if (reading.has(String(name))) return plain;
      const verb = async (...args: readonly unknown[]): Promise<unknown> => {
        changed = true;
        return plain(...args);
      };
      if (name === "settle") {
        return async (lease: Lease, ...rest: readonly unknown[]) => {
          const before = row(lease.id)?.record.lease;
          const done = await verb(lease, ...rest);
          if (done === true && before !== lease.lease)
            broken("I8", `${lease.id} was settled with lease ${lease.lease}, the row had ${before}`);
          return done;
        };
      }
      if (name === "claim" || name === "rescue" || name === "claimReconciliations") {
        return async (...args: readonly unknown[]) => {
          const now = await truth.now();
          const held = new Map([...truth.rows].map(([id, { leaseUntil }]) => [id, leaseUntil]));
          const taken = (await verb(...args)) as readonly { readonly id: string; readonly lease: number }[];
          for (const { id, lease } of taken) {
            if ((held.get(id) ?? 0) > now) broken("I11", `${id} was taken from a living lease by ${name}`);
            if (lease !== row(id)?.record.lease) broken("I9", `${id} was handed out with lease ${lease}`);
          }
          return taken;
        };
      }
      if (name === "witness") {
        return async (lease: Lease, ...rest: readonly unknown[]) => {
          await verb(lease, ...rest);
          witnessed.add(lease.id);
        };
      }
      return verb;
    },
  });

  const lookAt = ({ record, attempts, receipts }: Row): void => {
    const { id, state, version, lease } = record;
    const before = seen.get(id);
    if (before !== undefined) {
      if (lease < before.lease) broken("I9", `${id}: lease fell from ${before.lease} to ${lease}`);
      if (version < before.version) broken("I9", `${id}: version fell from ${before.version} to ${version}`);
      if (state !== before.state && !isWay(before.state, state))
        broken("I2", `${id} went from ${before.state} to ${state}`);
    }
    seen.set(id, { state, version, lease });
    const open = attempts.filter((attempt) => attempt.endedAt === null).length;
    if (open > (state === "sending" ? 1 : 0)) broken("I6", `${id} is ${state} with ${open} open attempts`);
    if (attempts.length !== record.attemptsStarted)
      broken("I7", `${id} started ${record.attemptsStarted}, journal ${attempts.length}`);
    if (attempts.some((attempt, index) => index > 0 && attempt.lease <= (attempts[index - 1]?.lease ?? 0)))
      broken("I9", `${id} started twice under one lease`);
    if (new Set(receipts.map(({ sequence }) => sequence)).size !== receipts.length)
      broken("I16", `${id} took a receipt twice`);
    if (state === "parked" && record.parkedReason === null) broken("I19", `${id} is parked without a reason`);
    if (witnessed.has(id) && state === "parked" && record.parkedReason === "doubt")
      broken("I14", `${id} is in doubt though its acceptance was told`);
  };

  return {
    breaks,
    store,
    promised(id, key) {
      const known = promised.get(key);
      if (known !== undefined && known !== id) broken("I15", `${key} was promised as ${known} and as ${id}`);
      promised.set(key, id);
    },
    departed({ request, at }) {
      const { operationId: id, operation } = request;
      const found = row(id);
      const last = found?.attempts.at(-1);
      if (found === undefined || last === undefined) return broken("I5", `${id} was sent without an intent`);
      if (at > found.record.deadline + clockToleranceMs) broken("I10", `${id} was sent after its deadline`);
      const { guarantee } = found.record;
      const blind = guarantee === "at-most-once" || (operation === "create.park" && guarantee === "once");
      const doubts = found.attempts.slice(0, -1).filter(({ outcome }) => outcome === "ambiguous" || outcome === null);
      if (blind && doubts.length > 0) broken("I14", `${id} was sent again into a doubt nobody can settle`);
    },
    happened({ operationId, operation, providerId }) {
      changed = true;
      if (row(operationId)?.record.operation !== operation) broken("I5", `${providerId} happened unasked`);
    },
    look(now, effects) {
      if (!changed) return;
      changed = false;
      for (const each of truth.rows.values()) lookAt(each);
      for (const [content, { members, done }] of groupsOf(truth.rows, effects)) {
        if (done > members.length && !members.some(({ guarantee }) => guarantee === "at-least-once"))
          broken("I4", `${content} happened ${done} times for ${members.length} operation(s) at ${now}`);
        const believed = members.filter(({ state }) => isSent(state)).length;
        if (believed > done) broken("I13", `${content}: ${believed} are called sent, ${done} happened`);
      }
    },
    async close(effects) {
      for (const [key, id] of promised)
        if (!truth.rows.has(id)) broken("I1", `${id} (${key}) was promised and is gone`);
      const keys = new Set<string>();
      const owned = new Map<string, string>();
      for (const { record } of truth.rows.values()) {
        const { id, state, idempotencyKey: key, providerId } = record;
        if (isOpen(state)) broken("I3", `${id} is ${state} for ever`);
        if (keys.has(key)) broken("I15", `${key} has two operations`);
        keys.add(key);
        const owner = providerId === null ? undefined : owned.get(providerId);
        if (owner !== undefined) broken("I2", `${providerId} belongs to ${owner} and to ${id}`);
        if (providerId !== null) owned.set(providerId, id);
      }
      for (const [content, { members, done }] of groupsOf(truth.rows, effects)) {
        const maybe = members.filter(({ state, failure }) => isSent(state) || failure?.execution === "unknown").length;
        if (maybe < done && !members.some(({ guarantee }) => guarantee === "at-least-once"))
          broken("I13", `${content} happened ${done} times, and only ${maybe} are not called "not sent"`);
      }
      for (const { invariant, message } of await truth.verify()) broken(invariant, message);
    },
  };
}

const isSent = (state: StoredState): boolean =>
  state === "accepted" || state === "delivered" || state === "undelivered";

const isOpen = (state: StoredState): boolean =>
  state === "queued" || state === "sending" || state === "retrying" || state === "reconciling";

const contents = new WeakMap<object, string>();

/** Inputs are never changed, so they are written down once. */
function contentOf({ input }: OperationRecord): string {
  const known = contents.get(input) ?? JSON.stringify(input);
  contents.set(input, known);
  return known;
}

/** Equal operations, and how often what they ask for happened. */
function groupsOf(
  rows: Rows,
  effects: readonly Effect[],
): Map<string, { readonly members: readonly OperationRecord[]; readonly done: number }> {
  const groups = new Map<string, { readonly members: OperationRecord[]; done: number }>();
  for (const { record } of rows.values()) {
    const content = `${record.operation} ${contentOf(record)}`;
    const group = groups.get(content);
    if (group === undefined) groups.set(content, { members: [record], done: 0 });
    else group.members.push(record);
  }
  for (const { operation, content } of effects) {
    const group = groups.get(`${operation} ${content}`);
    if (group !== undefined) group.done += 1;
  }
  return groups;
}

/** Whether one event of the lifecycle, or an acceptance and one more, leads from a state to another. */
function isWay(from: StoredState, to: StoredState): boolean {
  return ways.has(`${from} ${to}`);
}

const ways: ReadonlySet<string> = new Set(
  (["queued", "sending", "retrying", "reconciling", "parked", "expired", "accepted", "undelivered"] as const).flatMap(
    (from) =>
      lifecycleEvents.flatMap((event) => {
        const to = next(from, event);
        if (to === null) return [];
        // A receipt proves acceptance and says what became of it, in one write.
        const beyond = event === "accept" ? (["deliver", "fail_delivery"] as const).map((more) => next(to, more)) : [];
        return [to, ...beyond].map((each) => `${from} ${each}`);
      }),
  ),
);
