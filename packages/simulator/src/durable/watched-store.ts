/** A store whose calls are looked at on their way: what can be seen only in the moment at which a verb acts. */
import type { ReceiptEvent } from "@landline/core";
import type { Lease, Store } from "@landline/outbox";
import type { MemoryStore } from "@landline/outbox/simulation";
import { isReading } from "./verbs.ts";

/** What passed. */
export interface WatchedStore {
  readonly store: Store;
  /** Operations of which an acceptance was told by a worker that had lost its lease. */
  readonly witnessed: Set<string>;
  /** Claims so far, and by operation the number of its last one. */
  readonly claims: { count: number; readonly of: Map<string, number> };
  /** Receipts that were taken, by what a provider says once. */
  readonly taken: Set<string>;
}

type Verb = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * Makes one.
 * @param truth the store that keeps
 * @param served what the processes are served
 * @param changing called before anything may change
 */
export function watchedStore(
  truth: MemoryStore,
  served: Store,
  broken: (invariant: string, message: string) => void,
  changing: () => void,
): WatchedStore {
  const witnessed = new Set<string>();
  const claims = { count: 0, of: new Map<string, number>() };
  const taken = new Set<string>();
  const leaseOf = (id: string): number | undefined => truth.rows.get(id)?.record.lease;

  const settle =
    (verb: Verb) =>
    async (lease: Lease, ...rest: readonly unknown[]): Promise<unknown> => {
      const before = leaseOf(lease.id);
      const done = await verb(lease, ...rest);
      if (done === true && before !== lease.lease)
        broken("I8", `${lease.id} was settled with lease ${lease.lease}, the row had ${before}`);
      return done;
    };
  const take =
    (name: string, verb: Verb): Verb =>
    async (...args) => {
      const now = await truth.now();
      const living = new Set<string>();
      for (const [id, { leaseUntil }] of truth.rows) if (leaseUntil > now) living.add(id);
      const handed = (await verb(...args)) as readonly { readonly id: string; readonly lease: number }[];
      for (const { id, lease } of handed) {
        if (living.has(id)) broken("I11", `${id} was taken from a living lease by ${name}`);
        if (lease !== leaseOf(id)) broken("I9", `${id} was handed out with lease ${lease}`);
        if (name === "claim") claims.of.set(id, (claims.count += 1));
      }
      return handed;
    };
  const witness =
    (verb: Verb) =>
    async (lease: Lease, ...rest: readonly unknown[]): Promise<void> => {
      await verb(lease, ...rest);
      witnessed.add(lease.id);
    };

  const receive =
    (verb: Verb): Verb =>
    async (...args) => {
      const result = (await verb(...args)) as { readonly type: string };
      const [, event] = args as readonly [string, ReceiptEvent];
      if (result.type !== "duplicate" && taken.has(event.dedupeKey))
        broken("I16", `receipt ${event.dedupeKey} was taken twice`);
      taken.add(event.dedupeKey);
      return result;
    };

  const verbs = new Map<string | symbol, unknown>();
  const watchedVerb = (name: string | symbol, plain: Verb): unknown => {
    if (isReading(name)) return plain;
    const verb: Verb = async (...args) => {
      changing();
      return plain(...args);
    };
    if (name === "settle") return settle(verb);
    if (name === "claim" || name === "rescue" || name === "claimReconciliations") return take(name, verb);
    if (name === "receive") return receive(verb);
    return name === "witness" ? witness(verb) : verb;
  };
  const store = new Proxy(served, {
    get(target, name) {
      const known = verbs.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const verb = watchedVerb(name, value.bind(target) as Verb);
      verbs.set(name, verb);
      return verb;
    },
  });
  return { store, witnessed, claims, taken };
}
