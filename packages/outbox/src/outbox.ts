/**
 * Puts the parts together: one outbox over a store, its accounts and a host. It opens nothing and listens to nothing;
 * whoever made the ports closes them.
 */
import type { Hashing, IncidentOptions, PolicyInput } from "@landline/core";
import { createHost, hashing as nodeHashing } from "@landline/host";
import type { Accounts, SenderMaker } from "./account-options.ts";
import { accountsOf } from "./account-options.ts";
import type { Checks } from "./accounts.ts";
import { checkAccount, healthOf, pauseAccount, resumeAccount } from "./accounts.ts";
import type { AccountHealth, Outbox } from "./api.ts";
import { createStoreClock } from "./clock.ts";
import type { Context } from "./context.ts";
import * as desk from "./desk.ts";
import { createEarlyReceipts } from "./early-receipts.ts";
import { enqueue, enqueueMany, enqueueWithin } from "./enqueue.ts";
import { createEvents, showingOf } from "./events.ts";
import type { Events } from "./events.ts";
import { createHolds } from "./holds.ts";
import { createIncidents } from "./incidents.ts";
import { createLanes } from "./lanes.ts";
import { leaseRules } from "./lease.ts";
import { createMaintenance } from "./maintenance/maintenance.ts";
import type { MaintenanceOptions } from "./maintenance/maintenance.ts";
import { restore, restoreIfMoved } from "./maintenance/restorer.ts";
import { createOptOuts } from "./opt-outs.ts";
import { createIncidentBook } from "./overview/incident-book.ts";
import type { IncidentBook } from "./overview/incident-book.ts";
import { overview } from "./overview/overview.ts";
import type { Account, Host, ListFilter, Store, Waker } from "./ports/index.ts";
import { receive } from "./receipts.ts";
import * as review from "./review.ts";
import { suggestionFor } from "./suggestion.ts";
import { viewOf } from "./view.ts";
import { createWorker } from "./worker.ts";

/** What an outbox is made of. Durations in milliseconds. */
export interface OutboxOptions extends Partial<MaintenanceOptions> {
  readonly store: Store;
  /** By name, `{ tw: twilio({ … }) }` or `{ tw: { provider, policy, … } }`; or complete accounts. */
  readonly accounts: Accounts;
  /** Makes the senders of accounts given by name: `createSender` of `@landline/client`. */
  readonly createSender?: SenderMaker;
  /** For accounts given by name; each may override it. */
  readonly policy?: PolicyInput;
  /** Where providers reach us, such as `https://landline.example.com`, for accounts given by name. Default: nowhere. */
  readonly publicUrl?: string | null;
  /** Clock and chance. Default: this machine's. */
  readonly host?: Host;
  /** For verifying callbacks. Default: Node's own. */
  readonly hashing?: Hashing;
  /** Tells of work that other processes hand over; without one the store is polled. */
  readonly waker?: Waker;
  /** Name this process claims under; made from chance when absent. */
  readonly worker?: string;
  /** Operations under way at once. Default 256. */
  readonly concurrency?: number;
  /** How often the store is asked although nobody woke us. Default 15,000 with a waker, else 2,000. */
  readonly pollMs?: number;
  /** Time between the longest attempt and the end of its lease. Default and maximum 5,000. */
  readonly leaseMarginMs?: number;
  /** Fixes the lease; refused when it does not cover attempt and margin. */
  readonly leaseMs?: number;
  /** Rescues of one operation after which it is poison. Default 5. */
  readonly rescuesMax?: number;
  readonly incident?: Partial<IncidentOptions>;
}

/**
 * Makes an outbox. Nothing is dispatched before `run()`.
 * @throws RangeError for a policy that is none and for a lease that does not cover an attempt; TypeError when nobody can
 *   make a sender
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { store, host = createHost(), hashing = nodeHashing } = options;
  const ready = accountsOf(options.accounts, options);
  const accounts = new Map(ready.accounts.map((account) => [account.name, account]));
  const clock = createStoreClock(store, host);
  const events = createEvents();
  const holds = createHolds(store);
  const book = createIncidentBook({
    store,
    host,
    now: clock.now,
    onError: (message) => events.emit({ type: "worker.trouble", at: clock.now(), message }),
  });
  const self = host.newOperationId();
  const context: Context = {
    store,
    host,
    hashing,
    clock,
    accounts,
    showing: new Map([...accounts.values()].map((account) => [account.name, showingOf(account)])),
    events,
    holds,
    optOuts: createOptOuts(store, () => host.monotonic()),
    lanes: createLanes(accounts, clock.now),
    incidents: createIncidents(accounts.values(), holds, noting(events, book), options.incident),
    leases: leaseRules(accounts.values(), { marginMs: options.leaseMarginMs, leaseMs: options.leaseMs }),
    worker: options.worker ?? self,
    self,
    rescuesMax: options.rescuesMax ?? 5,
    wake: (lane, at) => worker.wake(lane, at),
    wakeAll: () => worker.wakeAll(),
    wakeReconciler: (at) => maintenance.wakeReconciler(at),
    earlyReceipts: createEarlyReceipts(),
    wakeCaretaker: (at) => maintenance.wakeCaretaker(at),
  };
  const concurrency = options.concurrency ?? 256;
  const pollMs = options.pollMs ?? (options.waker === undefined ? 2_000 : 15_000);
  const worker = createWorker(context, { concurrency, claimMax: concurrency, pollMs });
  const maintenance = createMaintenance(context, options);
  const checks: Checks = new Map();
  let preparing: Promise<void> | null = null;
  let isReady = false;
  let unsubscribe: (() => void) | null = null;

  /** Reads the store's clock and holds once, before the first thing that depends on them. */
  const prepare = async (): Promise<void> => {
    if (isReady) return;
    preparing ??= Promise.all([clock.sync(), holds.refresh()]).then(
      () => {
        isReady = true;
      },
      (error: unknown) => {
        preparing = null;
        throw error;
      },
    );
    await preparing;
  };

  const health = (account: Account): AccountHealth => healthOf(context, account, checks);
  /** `held` is not stored: it is what waits for a closed account. */
  const withHeld = async ({ held, ...filter }: ListFilter & { readonly held?: boolean }): Promise<ListFilter> => {
    await holds.refresh();
    if (held !== true) return filter;
    const within = filter.accounts;
    const closed = holds.accounts().filter((name) => within === undefined || within.includes(name));
    return { ...filter, states: ["queued", "retrying"], accounts: closed };
  };
  const withAccount = async (
    name: string,
    verb: (account: Account) => Promise<void>,
  ): Promise<AccountHealth | null> => {
    const account = accounts.get(name);
    if (account === undefined) return null;
    await prepare();
    await verb(account);
    return health(account);
  };

  return {
    async enqueue(request, { tx } = {}) {
      if (!isReady) await prepare();
      return tx === undefined ? enqueue(context, request) : enqueueWithin(context, tx, request);
    },
    async enqueueMany(requests) {
      await prepare();
      return enqueueMany(context, requests);
    },
    async get(id) {
      const record = await store.get(id);
      return record && viewOf(context, record);
    },
    async story(id) {
      const story = await store.story(id);
      return story && { ...story, operation: viewOf(context, story.operation) };
    },
    async list(filter, page) {
      const found = await store.list(await withHeld(filter), page);
      if (found === "bad_cursor") return found;
      return { operations: found.operations.map((record) => viewOf(context, record)), nextCursor: found.nextCursor };
    },
    select: async (filter, page) => store.select(await withHeld(filter), page),
    async foresee(verb, id) {
      const record = await store.get(id);
      return record === null ? "it is not there any more" : review.foreseenRefusal(context, verb, record);
    },
    async reviewGroups() {
      const groups = await store.reviewGroups();
      return groups.map((group) => ({ ...group, suggestion: suggestionFor(context, group) }));
    },
    async overview(request) {
      await prepare();
      await holds.refresh();
      return overview({ store, book, health: [...accounts.values()].map(health) }, request);
    },
    counts: async () => store.counts(),
    cancel: async (id, by) => review.cancel(context, id, by),
    retry: async (id, by) => review.retry(context, id, by),
    fix: async (id, input, by) => review.fix(context, id, input, by),
    fallback: async (id, step, by) => review.fallback(context, id, step, by),
    discard: async (id, by) => review.discard(context, id, by),
    resolve: async (id, verdict, evidence, by) => review.resolve(context, id, verdict, evidence, by),
    reconcile: async (id, by) => review.reconcile(context, id, by),
    assign: async (id, assignee, by) => desk.assign(context, id, assignee, by),
    snooze: async (id, until, by) => desk.snooze(context, id, until, by),
    comment: async (id, by) => desk.comment(context, id, by),
    async receive(account, request) {
      await prepare();
      return receive(context, account, request);
    },
    async accounts() {
      await prepare();
      await holds.refresh();
      return [...accounts.values()].map(health);
    },
    pause: async (name, actor, reason) =>
      withAccount(name, async (account) => pauseAccount(context, account, actor, reason)),
    resume: async (name, actor, reason) =>
      withAccount(name, async (account) => resumeAccount(context, account, actor, reason)),
    check: async (name, actor) => withAccount(name, async (account) => checkAccount(context, account, actor, checks)),
    async optIn(name, recipient, actor, reason) {
      if (!accounts.has(name)) return null;
      await prepare();
      const because = `${actor} at ${new Date(clock.now()).toISOString()}: ${reason}`;
      return context.optOuts.lift(name, recipient, because);
    },
    async restored(line) {
      await prepare();
      return (await restore(context, line)) ?? 0;
    },
    subscribe: (listener) => events.subscribe(listener),
    async run() {
      await prepare();
      await restoreIfMoved(context);
      // A new configuration may have mended what was refused: ask once, rather than stay blocked.
      for (const account of accounts.values()) {
        if (holds.of(account.name).some((hold) => hold.reason === "blocked")) {
          await checkAccount(context, account, "landline:start", checks);
        }
      }
      unsubscribe = options.waker?.subscribe(() => worker.wakeAll()) ?? null;
      await worker.start();
      maintenance.start();
    },
    async stop({ graceMs = 30_000 } = {}) {
      unsubscribe?.();
      await Promise.all([worker.stop(graceMs), maintenance.stop()]);
      ready.close();
      book.close();
    },
  };
}

/** Events that the book reads along. It is no listener: where nobody listens, nothing need be built. */
function noting(events: Events, book: IncidentBook): Events {
  return {
    ...events,
    emit(event) {
      book.note(event);
      events.emit(event);
    },
  };
}
