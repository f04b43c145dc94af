/**
 * A store whose texts are sealed: the same promises, and whoever reads its disk reads no message.
 *
 * It stands in front of any store and knows nothing of its tables. Every verb is listed, those that carry no text too, so
 * that a new one does not compile before somebody has thought about it.
 */
import { failure as failureOf } from "@landline/core";
import type { Settlement } from "../ports/attempt.ts";
import type { Command, CommandResult } from "../ports/command.ts";
import type { ClaimedOperation, InsertResult, Lease, NewOperation } from "../ports/operation.ts";
import type { ListFilter } from "../ports/reading.ts";
import type { ReceiptResult } from "../ports/receipt.ts";
import type { Store } from "../ports/store.ts";
import type { Words } from "./words.ts";
import { unreadable } from "./words.ts";

/** Collections that are read before anything can be unsealed. */
export const sealingCollection = "sealing";

/** Puts sealing in front of a store. */
export function sealedStore(store: Store, words: Words): Store {
  const inserted = async (operation: NewOperation, result: InsertResult): Promise<InsertResult> => {
    if (result.type !== "conflict") return result;
    // What was handed in before sealing was turned on is known by its plain fingerprint.
    const { fingerprint } = operation;
    const again = await store.insert({ ...words.request(operation), fingerprint });
    // Also where it was inserted now, because what stood there was pruned meanwhile: that is what will be sent.
    return again.type === "conflict" ? result : again;
  };
  const held = async <Row extends ClaimedOperation>(
    rows: readonly Row[],
    reason: "poison" | "doubt",
  ): Promise<readonly Row[]> => {
    const readable: Row[] = [];
    for (const row of rows.map(words.record)) {
      const because = unreadable(row);
      if (because === null) readable.push(row);
      else await park(store, words, row, reason, because);
    }
    return readable;
  };
  return {
    now: async () => store.now(),
    insert: async (operation) => inserted(operation, await store.insert(words.request(operation))),
    ...(store.insertWithin === undefined
      ? {}
      : { insertWithin: async (tx, operation) => within(store, words, tx, operation) }),
    insertMany: async (operations) => {
      const results = await store.insertMany(operations.map(words.request));
      return Promise.all(operations.map(async (operation, index) => inserted(operation, results[index] ?? missing())));
    },

    claim: async (request) => held(await store.claim(request), "poison"),
    dueLanes: async () => store.dueLanes(),
    release: async (leases) => store.release(leases),
    start: async (lease, { number, requestDigest }) =>
      store.start(lease, { number, requestDigest: words.text(requestDigest, "digest") }),
    settle: async (lease, settlement) => store.settle(lease, sealedSettlement(words, settlement)),
    witness: async (lease, attempt, providerId) => store.witness(lease, words.result(attempt), providerId),
    rescue: async (request) => {
      const rows = await held(await store.rescue(request), "doubt");
      return rows.map((row) => ({ ...row, attempt: words.attempt(row.attempt) }));
    },
    claimReconciliations: async (request) => {
      const rows = await held(await store.claimReconciliations(request), "doubt");
      return rows.map((row) => ({ ...row, attempt: words.attempt(row.attempt) }));
    },
    ownedProviderIds: async (account, providerIds, exceptId) => store.ownedProviderIds(account, providerIds, exceptId),
    expireDue: async (limit) => (await store.expireDue(limit)).map(words.record),
    awaitingReceipt: async (account, before, limit, window) =>
      (await store.awaitingReceipt(account, before, limit, window)).map(words.record),
    unattended: async (request) => (await store.unattended(request)).map(words.record),

    command: async (command) => openCommand(words, await store.command(sealedCommand(words, command))),
    receive: async (account, event, failure = null) => {
      const sealed = { ...event, message: words.text(event.message, "receipt"), optedOut: null, optedIn: null };
      return openReceipt(words, await store.receive(account, sealed, words.failure(failure)));
    },
    matchReceipts: async (limit) => (await store.matchReceipts(limit)).map((result) => openReceipt(words, result)),

    get: async (id) => opened(words, await store.get(id)),
    findByKey: async (scope, key) => opened(words, await store.findByKey(scope, key)),
    story: async (id) => {
      const story = await store.story(id);
      if (story === null) return null;
      return {
        ...story,
        operation: words.record(story.operation),
        attempts: story.attempts.map(words.attempt),
        receipts: story.receipts.map(words.receipt),
      };
    },
    list: async (filter, page) => {
      const found = await store.list(sealedFilter(words, filter), page);
      return found === "bad_cursor" ? found : { ...found, operations: found.operations.map(words.record) };
    },
    select: async (filter, page) => store.select(sealedFilter(words, filter), page),
    reviewGroups: async () => store.reviewGroups(),
    rollup: async (request) => store.rollup(request),
    counts: async () => store.counts(),

    holds: async () => store.holds(),
    hold: async (hold) => store.hold(hold),
    unhold: async (account, reason, actor) => store.unhold(account, reason, actor),
    optOut: async (account, recipient, because) => store.optOut(account, words.person(recipient), because),
    optIn: async (account, recipient, because) => store.optIn(account, words.person(recipient), because),
    isOptedOut: async (account, recipient) => store.isOptedOut(account, words.person(recipient)),
    optedOutOf: async (account, recipients) => {
      const found = await store.optedOutOf(account, recipients.map(words.person));
      return new Set(recipients.filter((recipient) => found.has(words.person(recipient))));
    },
    hasOptOuts: async () => store.hasOptOuts(),

    getDocument: async (collection, id) => words.openDocument(collection, id, await store.getDocument(collection, id)),
    putDocument: async (collection, id, document) =>
      store.putDocument(collection, id, words.document(collection, id, document)),
    addDocument: async (collection, id, document) =>
      store.addDocument(collection, id, words.document(collection, id, document)),
    deleteDocument: async (collection, id) => store.deleteDocument(collection, id),
    listDocuments: async (collection) =>
      (await store.listDocuments(collection)).flatMap(({ id, document: kept }) => {
        const document = words.openDocument(collection, id, kept);
        // One that cannot be read is not there for anybody, as for who asks for it by its id.
        return document === null && kept !== null ? [] : [{ id, document }];
      }),
    audit: async (line) => store.audit(line),

    moved: async () => store.moved(),
    presumeStarted: async (presumption) => store.presumeStarted(presumption),
    trust: async (line) => store.trust(line),
    prune: async (before, limit) => store.prune(before, limit),
    verify: async () => store.verify(),
    close: async () => store.close(),
  };
}

/** In the caller's transaction, the second question too. */
async function within(store: Store, words: Words, tx: unknown, operation: NewOperation): Promise<InsertResult> {
  const sealed = words.request(operation);
  const result = (await store.insertWithin?.(tx, sealed)) ?? missing();
  if (result.type !== "conflict") return result;
  const again = await store.insertWithin?.(tx, { ...sealed, fingerprint: operation.fingerprint });
  return again === undefined || again.type === "conflict" ? result : again;
}

/** What nobody here can read is sent to nobody: it waits for a person, or for its key. */
async function park(
  store: Store,
  words: Words,
  row: ClaimedOperation,
  reason: "poison" | "doubt",
  because: string,
): Promise<void> {
  const failure = failureOf({
    kind: "internal",
    execution: reason === "doubt" ? "unknown" : "not_executed",
    remedy: "none",
    responsible: "operator",
    message: `the operation is ${because}`,
    guidance: "Give the key back (encryption.oldKeys), restart, and retry it.",
  });
  const lease: Lease = { id: row.id, lease: row.lease };
  const { history } = row;
  await store.settle(lease, { type: "park", reason, because, attempt: null, failure: words.failure(failure), history });
}

function sealedSettlement(words: Words, settlement: Settlement): Settlement {
  const attempt = words.result(settlement.attempt);
  return settlement.type === "accept"
    ? { ...settlement, attempt }
    : { ...settlement, attempt, failure: words.failure(settlement.failure) };
}

function sealedCommand(words: Words, command: Command): Command {
  switch (command.type) {
    case "supersede":
      return { ...command, child: words.request(command.child) };
    case "park":
      return { ...command, failure: words.failure(command.failure) };
    case "cancel":
    case "redrive":
    case "discard":
    case "resolve_sent":
    case "resolve_not_sent":
    case "reconcile":
    case "assign":
    case "snooze":
    case "comment":
      return command;
    default:
      return command satisfies never;
  }
}

function openCommand(words: Words, result: CommandResult): CommandResult {
  return result.type === "not_found" ? result : { ...result, operation: words.record(result.operation) };
}

function openReceipt(words: Words, result: ReceiptResult): ReceiptResult {
  return result.type === "applied" || result.type === "recorded"
    ? { ...result, operation: words.record(result.operation), receipt: words.receipt(result.receipt) }
    : result;
}

/** A whole number or address is looked for as a person; a beginning of one finds nobody where people are hidden. */
const address = /^(?:[a-z]+:)?\+\d{6,15}$|^[^\s@]+@[^\s@]+$/i;

function sealedFilter(words: Words, filter: ListFilter): ListFilter {
  return {
    ...filter,
    ...(filter.recipient === undefined ? {} : { recipient: words.person(filter.recipient) }),
    ...(filter.subject === undefined ? {} : { subject: words.person(filter.subject) }),
    ...(filter.q !== undefined && address.test(filter.q) ? { q: words.person(filter.q) } : {}),
  };
}

function opened(words: Words, record: Awaited<ReturnType<Store["get"]>>): typeof record {
  return record === null ? null : words.record(record);
}

function missing(): never {
  throw new Error("the store did not answer for every operation");
}
