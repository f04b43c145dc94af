/** The store: what keeps operations, and what it must guarantee. */
import type { Failure, ReceiptEvent } from "@landline/core";
import type { AttemptResult, Settlement } from "./attempt.ts";
import type { Command, CommandResult } from "./command.ts";
import type { Movable } from "./moved.ts";
import type {
  ClaimedOperation,
  InsertResult,
  Lease,
  NewOperation,
  OperationRecord,
  RescuedOperation,
} from "./operation.ts";
import type { ListFilter, OperationStory, Page, ReviewGroup, Selection } from "./reading.ts";
import type { ReceiptResult } from "./receipt.ts";
import type { Rollup, RollupSpan } from "./rollup.ts";

/** Why an account's lanes are closed; survives a restart. */
export interface HoldRecord {
  readonly account: string;
  readonly reason: "paused" | "blocked" | "incident";
  readonly actor: string;
  readonly because: string;
  readonly since: number;
}

/** What `landline verify` found. */
export interface InvariantBreak {
  /** `I1` … `I24` of the catalogue in docs/reference/invariants.md. */
  readonly invariant: string;
  readonly operationId: string | null;
  readonly message: string;
}

/** Which operations a claim may take. */
export interface ClaimRequest {
  readonly worker: string;
  /** Lane by lane, how many at most. Lanes that are not named are not claimed from. */
  readonly lanes: readonly { readonly lane: string; readonly limit: number }[];
  readonly leaseMs: number;
}

/**
 * Keeps operations. Guarantees, all checked by the conformance suite:
 *
 * - A promise resolves after its commit is durable, never before. Calls of one turn may share a commit.
 * - Every verb changes rows only from the states `core/lifecycle` allows, in one statement, and says whether it did.
 * - A lease number only ever grows; a write with an old one changes nothing and resolves to false.
 * - The store's clock decides due times and leases.
 * - Claim cost does not grow with finished or with waiting operations.
 */
export interface Store extends Movable {
  /** Epoch milliseconds of the store's clock. */
  now(): Promise<number>;
  insert(operation: NewOperation): Promise<InsertResult>;
  /**
   * Inserts within the caller's own transaction: accepted exactly if and when that commits. Only stores in a database
   * that applications share have it.
   */
  insertWithin?(tx: unknown, operation: NewOperation): Promise<InsertResult>;
  /** All in one commit, results in order. */
  insertMany(operations: readonly NewOperation[]): Promise<readonly InsertResult[]>;

  /** Due operations, most urgent class first, then oldest due. An ordered one only when none before it is unfinished. */
  claim(request: ClaimRequest): Promise<readonly ClaimedOperation[]>;
  /** Lanes that have something due now or later: lane → earliest due instant. Cheap: no counting. */
  dueLanes(): Promise<ReadonlyMap<string, number>>;
  /** Gives claimed, never started operations back at once; no attempt is spent. */
  release(leases: readonly Lease[]): Promise<void>;
  /**
   * Writes the intent of attempt `number`; false: the lease was lost and nothing may be sent. A store that looks whether
   * an earlier try was carried out tells its own intent by `requestDigest`, which no other has.
   */
  start(lease: Lease, attempt: { readonly number: number; readonly requestDigest: string }): Promise<boolean>;
  /**
   * Writes the outcome; false: the lease was lost, see `witness`. Also false, and nothing changed, for an `accept` of
   * a *reconciling* operation whose provider id belongs to another operation of the account by now: what was found is
   * another's. (Answers to attempts are never refused so: idempotent operations may share an id.)
   */
  settle(lease: Lease, settlement: Settlement): Promise<boolean>;
  /** A late acceptance by a worker that lost its lease: kept as evidence, and it resolves doubt. */
  witness(lease: Lease, attempt: AttemptResult, providerId: string): Promise<void>;
  /** Takes over started attempts whose lease lapsed. On a single-process store everything a predecessor left, at once. */
  rescue(request: {
    readonly worker: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly RescuedOperation[]>;
  /** Leases operations in doubt whose next look is due. */
  claimReconciliations(request: {
    readonly worker: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly RescuedOperation[]>;
  /** Which of these provider ids belong to operations of the account other than `exceptId`. */
  ownedProviderIds(account: string, providerIds: readonly string[], exceptId: string): Promise<ReadonlySet<string>>;
  /**
   * Ends queued and retrying operations whose deadline has passed and on which nobody holds a live lease. One whose
   * history has an open doubt is parked as `doubt` instead, never expired. Returns what it ended.
   */
  expireDue(limit: number): Promise<readonly OperationRecord[]>;
  /**
   * Accepted operations without a final receipt that were last changed before `before`, by id (oldest first), for
   * polling. `window` leaves out what was created earlier than that instant, and goes on after an id.
   */
  awaitingReceipt(
    account: string,
    before: number,
    limit: number,
    window?: { readonly createdAfter: number; readonly afterId: string | null },
  ): Promise<readonly OperationRecord[]>;
  /**
   * Operations that a rule may still have to act on, by id: `undelivered`, or `parked` as rejected, exhausted or
   * doubt with fallback steps left; only those changed at or after `since`. What a crash between a settlement and
   * its consequence leaves behind is found here.
   */
  unattended(request: {
    readonly since: number;
    readonly afterId: string | null;
    readonly limit: number;
  }): Promise<readonly OperationRecord[]>;

  command(command: Command): Promise<CommandResult>;
  /**
   * Stores an event once (by account and dedupe key) and applies it if its operation is known: the one that owns the
   * provider id (the one named by operation id first, if it is among the owners), else the one named by operation id.
   * The owner comes first because equal operations in doubt are settled one match each, whichever was meant. Unless inbound it proves acceptance, so it applies `accept` (and the provider id)
   * where that is legal, of the parked ones only to those in doubt; then `deliver` or `fail_delivery` by its meaning
   * where that is legal. A rank below the one reached changes nothing, except that `delivered` is always taken and a
   * first final word is never refused. `failure` is what an `undelivered` event means; kept with the operation.
   */
  receive(account: string, event: ReceiptEvent, failure?: Failure | null): Promise<ReceiptResult>;
  /** Applies kept receipts whose operation is known by now. */
  matchReceipts(limit: number): Promise<readonly ReceiptResult[]>;

  get(id: string): Promise<OperationRecord | null>;
  findByKey(scope: string, key: string): Promise<OperationRecord | null>;
  story(id: string): Promise<OperationStory | null>;
  list(
    filter: ListFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<Page | "bad_cursor">;
  /** As `list`, without what was asked for: for walking over very many. */
  select(
    filter: ListFilter,
    page: { readonly limit: number; readonly cursor: string | null },
  ): Promise<Selection | "bad_cursor">;
  reviewGroups(): Promise<readonly ReviewGroup[]>;
  /**
   * Sums of the spans that begin at or after `from` and before `to` (epoch milliseconds). Exact at every instant, also
   * after a kill, because a change and what it adds share a commit; and as cheap with a million operations as with one.
   */
  rollup(request: { readonly span: RollupSpan; readonly from: number; readonly to: number }): Promise<Rollup>;
  /** Counts by state (and reason for parked), exact. For people and tests, not for the hot path. */
  counts(): Promise<Readonly<Record<string, number>>>;

  holds(): Promise<readonly HoldRecord[]>;
  hold(hold: Omit<HoldRecord, "since">): Promise<void>;
  unhold(account: string, reason: HoldRecord["reason"], actor: string): Promise<boolean>;
  /**
   * People who opted out of an account's messages (E.164 or channel address). A standing opt-out keeps its first
   * reason; a lifted one stands again, except for the very reason that was lifted (a callback that came twice).
   */
  optOut(account: string, recipient: string, because: string): Promise<void>;
  /** Lifts an opt-out, which is kept. False: none stands, or it was lifted for this very reason before. */
  optIn(account: string, recipient: string, because: string): Promise<boolean>;
  isOptedOut(account: string, recipient: string): Promise<boolean>;
  /** Those of the recipients who opted out. One question for all of them. */
  optedOutOf(account: string, recipients: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether an opt-out stands anywhere. Cheap, however many there are. */
  hasOptOuts(): Promise<boolean>;

  /** Small named documents that must survive a restart (bulk work, API keys, alert state). */
  getDocument(collection: string, id: string): Promise<unknown>;
  putDocument(collection: string, id: string, document: unknown): Promise<void>;
  /** Keeps a document only where none is; false: one is there and stays. Of many at once exactly one is kept. */
  addDocument(collection: string, id: string, document: unknown): Promise<boolean>;
  /** Forgets a document; false: there was none. */
  deleteDocument(collection: string, id: string): Promise<boolean>;
  listDocuments(collection: string): Promise<readonly { readonly id: string; readonly document: unknown }[]>;
  /** Appends audit lines about things that are not operations (accounts, keys, reveals). */
  audit(line: {
    readonly actor: string;
    readonly event: string;
    readonly subject: string;
    readonly because: string | null;
  }): Promise<void>;

  /**
   * Deletes operations that are over (accepted ones without a further word too) and were last changed before `before`,
   * a bounded number at a time. Never one that waits, runs, is in doubt, undelivered or parked. Returns how many.
   */
  prune(before: number, limit: number): Promise<number>;
  /** Checks the invariants of semantics against the store. */
  verify(): Promise<readonly InvariantBreak[]>;
  /** Finishes what is under way and closes. Later calls reject. */
  close(): Promise<void>;
}
