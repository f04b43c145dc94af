/**
 * What must hold after every single event, whatever was drawn. Numbers are those of docs/reference/invariants.md.
 *
 * It looks at the store from behind (its rows, not its answers), at the provider's ledger, and at the calls that
 * passed (`watched-store.ts`); it never asks the outbox, which may be wrong.
 */
import type { StoredState } from "@landline/core";
import type { OperationRecord, Store } from "@landline/outbox";
import type { MemoryStore } from "@landline/outbox/simulation";
import type { Departure, Effect } from "./provider.ts";
import { isMaybeSent, isOpen, isSent, isWay, talliesOf } from "./tallies.ts";
import type { Row } from "./tallies.ts";
import { watchedStore } from "./watched-store.ts";

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
  /** Somebody's wish is durable: nothing that is claimed from now on may be sent to them. */
  optedOut(recipient: string): void;
  /** Somebody says that they want to be sent to again. */
  optsIn(recipient: string): void;
  /** The store lost its past: what it does not know any more cannot be asked of it. */
  lost(effects: readonly Effect[]): void;
  /** After every event. */
  look(now: number, effects: readonly Effect[]): void;
  /** When everything has come to rest. */
  close(effects: readonly Effect[]): Promise<void>;
}

interface Seen {
  state: StoredState;
  version: number;
  lease: number;
}

/** True time may run ahead of what a worker can know of the store's clock. */
const clockToleranceMs = 600;

/**
 * Watches.
 * @param truth the store that keeps; its rows are looked at
 * @param served what the processes are served: the same, or a broken one around it
 * @param contentIn what a row asks for, also where it is sealed
 */
export function createWatch(truth: MemoryStore, served: Store, contentIn: (record: OperationRecord) => string): Watch {
  const breaks: Break[] = [];
  const promised = new Map<string, string>();
  const seen = new Map<string, Seen>();
  const forgotten = new Set<string>();
  /** What had its intent when the past was lost: it may leave before whoever sends it knows. */
  const afterglow = new Set<string>();
  /** Since when (in the order of claims) nothing may be sent to somebody. */
  const barred = new Map<string, number>();
  /** The newest ordered operation of a subject that has left, by its place in the order of insertion. */
  const departedInOrder = new Map<string, number>();
  /** Who changed their mind: whether an old word comes after the new one nobody can say from here. */
  const freed = new Set<string>();
  /** Whether anything may have changed since the last look. */
  let changed = true;
  const broken = (invariant: string, message: string): void => {
    if (!breaks.some((found) => found.invariant === invariant)) breaks.push({ invariant, message });
  };
  const row = (id: string): Row | undefined => truth.rows.get(id);
  const { store, witnessed, claims, taken } = watchedStore(truth, served, broken, () => {
    changed = true;
  });

  const lookAt = ({ record, attempts, receipts, history }: Row): void => {
    const { id, state, version, lease } = record;
    const before = seen.get(id);
    if (before === undefined) seen.set(id, { state, version, lease });
    else {
      if (lease < before.lease) broken("I9", `${id}: lease fell from ${before.lease} to ${lease}`);
      if (version < before.version) broken("I9", `${id}: version fell from ${before.version} to ${version}`);
      if (state !== before.state && !isWay(before.state, state))
        broken("I2", `${id} went from ${before.state} to ${state}`);
      before.state = state;
      before.version = version;
      before.lease = lease;
    }
    let open = 0;
    for (const [index, attempt] of attempts.entries()) {
      if (attempt.endedAt === null) open += 1;
      if (index > 0 && attempt.lease <= (attempts[index - 1]?.lease ?? 0))
        broken("I9", `${id} started twice under one lease`);
    }
    if (open > (state === "sending" ? 1 : 0)) broken("I6", `${id} is ${state} with ${open} open attempts`);
    if (attempts.length !== record.attemptsStarted)
      broken("I7", `${id} started ${record.attemptsStarted}, journal ${attempts.length}`);
    if (receipts.length > 1 && new Set(receipts.map((each) => each.sequence)).size !== receipts.length)
      broken("I16", `${id} took a receipt twice`);
    if (state !== "parked") return;
    if (record.parkedReason === null) broken("I19", `${id} is parked without a reason`);
    const last = history.at(-1);
    if (last?.after !== "parked") broken("I19", `${id} came to the queue without a word in its history`);
    if (record.parkedReason === "doubt" && witnessed.has(id))
      broken("I14", `${id} is in doubt though its acceptance was told`);
  };

  return {
    breaks,
    store,
    promised(id, key) {
      if (forgotten.has(id)) return;
      const known = promised.get(key);
      if (known !== undefined && known !== id) broken("I15", `${key} was promised as ${known} and as ${id}`);
      promised.set(key, id);
    },
    optedOut(recipient) {
      if (!freed.has(recipient)) barred.set(recipient, claims.count);
    },
    optsIn(recipient) {
      freed.add(recipient);
      barred.delete(recipient);
    },
    lost(effects) {
      const { rows } = truth;
      for (const [id, { state }] of seen) {
        if (state === "sending") afterglow.add(id);
        if (!rows.has(id)) forgotten.add(id);
      }
      for (const { operationId } of effects) if (!rows.has(operationId)) forgotten.add(operationId);
      for (const [key, id] of promised) if (!rows.has(id)) promised.delete(key);
      seen.clear();
      barred.clear();
      departedInOrder.clear();
      witnessed.clear();
      taken.clear();
      changed = true;
    },
    departed({ request, at }) {
      const { operationId: id, operation, input } = request;
      if (forgotten.has(id)) return;
      const found = row(id);
      const last = found?.attempts.at(-1);
      if (found === undefined || last === undefined) {
        if (!afterglow.has(id)) broken("I5", `${id} was sent without an intent`);
        return;
      }
      if (found.record.ordered) {
        const place = departedInOrder.get(found.record.subject ?? "") ?? 0;
        if (found.sequence < place) broken("I11", `${id} was sent after a newer one of its subject`);
        departedInOrder.set(found.record.subject ?? "", Math.max(place, found.sequence));
        for (const { record, sequence } of truth.rows.values()) {
          const isEarlier = record.ordered && sequence < found.sequence && record.subject === found.record.subject;
          if (isEarlier && isOpen(record.state)) broken("I11", `${id} was sent before ${record.id} had ended`);
        }
      }
      if (at > found.record.deadline + clockToleranceMs) broken("I10", `${id} was sent after its deadline`);
      // Writing down somebody's consent is no contact with them.
      const since = found.record.ordered ? undefined : barred.get(String(input["to"]));
      if (since !== undefined && (claims.of.get(id) ?? 0) > since) broken("I22", `${id} was sent to one who opted out`);
      const { guarantee } = found.record;
      const blind = guarantee === "at-most-once" || (operation === "create.park" && guarantee === "once");
      const doubts = found.attempts.slice(0, -1).filter(({ outcome }) => outcome === "ambiguous" || outcome === null);
      // What a person has asked the provider about is no doubt any more when the provider does not have it.
      const asked = found.history.some(({ actor, after }) => actor === "a person" && after === "reconciling");
      if (blind && doubts.length > 0 && !asked) broken("I14", `${id} was sent again into a doubt nobody can settle`);
    },
    happened({ operationId, operation, providerId }) {
      changed = true;
      if (forgotten.has(operationId)) return;
      if (row(operationId)?.record.operation !== operation) broken("I5", `${providerId} happened unasked`);
    },
    look(now, effects) {
      if (!changed) return;
      changed = false;
      for (const each of truth.rows.values()) lookAt(each);
      const tallies = talliesOf(truth.rows, effects, contentIn, (id) => forgotten.has(id));
      for (const [content, { members, mayRepeat, done, forgotten: gone }] of tallies) {
        if (done > members.length && !mayRepeat)
          broken("I4", `${content} happened ${done} times for ${members.length} operation(s) at ${now}`);
        let believed = 0;
        for (const { state } of members) if (isSent(state)) believed += 1;
        if (believed > done + gone) broken("I13", `${content}: ${believed} are called sent, ${done + gone} happened`);
      }
    },
    async close(effects) {
      for (const [key, id] of promised)
        if (!truth.rows.has(id)) broken("I1", `${id} (${key}) was promised and is gone`);
      const keys = new Set<string>();
      const owned = new Map<string, string>();
      for (const { record, history } of truth.rows.values()) {
        const { id, state, idempotencyKey: key, providerId } = record;
        if (isOpen(state)) broken("I3", `${id} is ${state} for ever`);
        if (keys.has(key)) broken("I15", `${key} has two operations`);
        keys.add(key);
        const owner = providerId === null ? undefined : owned.get(providerId);
        if (owner !== undefined) broken("I2", `${providerId} belongs to ${owner} and to ${id}`);
        if (providerId !== null) owned.set(providerId, id);
        if (history.some(({ actor, because }) => actor === "a person" && because === null))
          broken("I18", `${id}: a person did something without a reason`);
        const gone = history.filter(({ before, after }) => before === "parked" && after !== "parked").length;
        const come = history.filter(({ before, after }) => before !== "parked" && after === "parked").length;
        if (come - gone !== (state === "parked" ? 1 : 0))
          broken("I19", `${id} came to the queue ${come} times, left it ${gone} times and is ${state}`);
      }
      const tallies = talliesOf(truth.rows, effects, contentIn, (id) => forgotten.has(id));
      for (const [content, { members, mayRepeat, done }] of tallies) {
        const maybe = members.filter(isMaybeSent).length;
        // Of what may be repeated without harm the last word counts: a refusal after an acceptance nobody heard is one.
        const isCreated = members.some(({ ordered }) => !ordered);
        if (maybe < done && !mayRepeat && isCreated)
          broken("I13", `${content} happened ${done} times, and only ${maybe} are not called "not sent"`);
      }
      for (const { invariant, message } of await truth.verify()) broken(invariant, message);
    },
  };
}
