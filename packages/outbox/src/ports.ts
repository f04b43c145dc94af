/**
 * What the durable flow needs from the world, and what each port must guarantee.
 *
 * The outbox itself touches nothing: a store keeps, a sender sends, a waker wakes, a clock tells the time. Whatever
 * implements a port is checked by the suite in `testing/`, not by trust.
 */
import type {
  AttemptHistory,
  Candidate,
  Failure,
  Guarantee,
  OperationClass,
  OperationTraits,
  Outcome,
  OutcomeType,
  ParkedReason,
  Phase,
  Policy,
  PolicyInput,
  Provider,
  ReceiptEvent,
  StoredState,
} from "@landline/core";

/** Another way to reach the recipient, tried in order when the one before certainly failed. */
export interface FallbackStep {
  readonly account: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An operation as it is handed to a store. Instants are epoch milliseconds. */
export interface NewOperation {
  readonly id: string;
  readonly account: string;
  readonly operation: string;
  /** `account/family` or `account/family/sender`: what is paced, held and broken together. */
  readonly lane: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reference: string | null;
  /** Who owns the key: the API key's name, or "" in process. */
  readonly idempotencyScope: string;
  /** The caller's key; unique within its scope. */
  readonly idempotencyKey: string;
  /** Digest of everything the caller asked for; a reused key with another digest is a conflict. */
  readonly fingerprint: string;
  readonly class: OperationClass;
  readonly guarantee: Guarantee;
  readonly subject: string | null;
  /** Run after every earlier ordered operation with the same account and subject. */
  readonly ordered: boolean;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly fallback: readonly FallbackStep[];
  readonly policy: PolicyInput | null;
  readonly deadline: number;
  /** Not before this instant; null: at once. */
  readonly notBefore: number | null;
  readonly recipient: string | null;
  readonly parentId: string | null;
  readonly actor: string;
  /** W3C trace context of the caller, or null. */
  readonly traceparent: string | null;
}

/** What became of an insert. Resolved only after the commit. */
export type InsertResult =
  | { readonly type: "inserted"; readonly id: string; readonly createdAt: number }
  /** Same key, same fingerprint: the operation that is already there. */
  | { readonly type: "replayed"; readonly id: string }
  /** Same key, another fingerprint: nothing was written. */
  | { readonly type: "conflict"; readonly id: string };

/** A claim on one operation. Every later write must carry it; a write that changes no row has lost it. */
export interface Lease {
  readonly id: string;
  /** Grows by one with every claim and rescue of the operation; the fencing token. */
  readonly lease: number;
}

/** The row of an operation. Instants are epoch milliseconds of the store's clock. */
export interface OperationRecord {
  readonly id: string;
  readonly account: string;
  readonly operation: string;
  readonly lane: string;
  readonly state: StoredState;
  /**
   * Starts at 1 and grows by one with every start, settle, command, expiry and receipt that changes the state;
   * claims, releases, renewals and rescues are invisible. `If-Match`.
   */
  readonly version: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reference: string | null;
  readonly idempotencyScope: string;
  readonly idempotencyKey: string;
  readonly class: OperationClass;
  readonly guarantee: Guarantee;
  readonly subject: string | null;
  readonly ordered: boolean;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly fallback: readonly FallbackStep[];
  readonly policy: PolicyInput | null;
  readonly deadline: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it is tried or looked at next; null when nothing is planned. */
  readonly nextAttemptAt: number | null;
  readonly lease: number;
  /** Attempts started, all of them (the number of the last one). */
  readonly attemptsStarted: number;
  readonly history: AttemptHistory;
  /** Reconciliation: conclusive absences and failed looks so far. */
  readonly absences: number;
  readonly lookFailures: number;
  /** Times a started attempt had to be rescued from a lapsed lease. */
  readonly rescues: number;
  readonly providerId: string | null;
  readonly providerStatus: string | null;
  /** Rank of the highest receipt applied. */
  readonly receiptRank: number;
  readonly parkedReason: ParkedReason | null;
  readonly failure: Failure | null;
  readonly recipient: string | null;
  readonly parentId: string | null;
  readonly traceparent: string | null;
}

/** A claimed operation. The lease ends at `leaseUntil` on the store's clock. */
export interface ClaimedOperation extends OperationRecord {
  readonly leaseUntil: number;
  /** Milliseconds left on the lease when it was handed out: what the worker's monotonic clock counts down. */
  readonly leaseMs: number;
}

/** An operation whose started attempt outlived its lease, now leased to the rescuer. */
export interface RescuedOperation extends ClaimedOperation {
  readonly attempt: AttemptRecord;
}

/** One attempt in the journal: an intent when it starts, its outcome when it is settled. */
export interface AttemptRecord {
  /** One-based. */
  readonly number: number;
  readonly lease: number;
  readonly startedAt: number;
  /** Null while nobody knows. */
  readonly endedAt: number | null;
  readonly outcome: OutcomeType | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly phase: Phase | null;
  readonly failure: Failure | null;
  /** What was decided and why, once settled. */
  readonly decision: string | null;
  readonly because: string | null;
  /** Digest of the request's method, URL and body: equal for every attempt of an operation. */
  readonly requestDigest: string | null;
  /** What the provider answered when it did not accept, as the sender redacted it; null without such an answer. */
  readonly body?: string | null;
}

/** Result of one attempt, as written by `settle`. */
export interface AttemptResult {
  readonly number: number;
  readonly endedAt: number;
  readonly outcome: OutcomeType;
  readonly status: number | null;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly phase: Phase | null;
  readonly failure: Failure | null;
  /** See {@link AttemptRecord.body}. */
  readonly body?: string | null;
}

/** A transition after an attempt or a look. */
export type Settlement = { readonly because: string; readonly attempt: AttemptResult | null } & (
  | { readonly type: "accept"; readonly providerId: string; readonly providerStatus: string | null }
  | { readonly type: "retry"; readonly at: number; readonly history: AttemptHistory; readonly failure: Failure }
  /** The lane waits: back to where it was, no attempt spent. */
  | { readonly type: "hold"; readonly at: number; readonly history: AttemptHistory; readonly failure: Failure }
  | {
      readonly type: "reconcile";
      readonly at: number;
      readonly history: AttemptHistory;
      readonly failure: Failure;
      readonly absences: number;
      readonly lookFailures: number;
    }
  | {
      readonly type: "park";
      readonly reason: ParkedReason;
      readonly failure: Failure;
      readonly history: AttemptHistory;
    }
  | { readonly type: "expire"; readonly failure: Failure; readonly history: AttemptHistory }
);

/**
 * A person's or a rule's change to an operation. Carries the version that was seen. Where a worker or the reconciler
 * holds a lease, the command takes the next lease number, so that theirs is lost.
 *
 * `redrive` and `resolve_not_sent` begin anew: `spent`, `waitedMs`, `absences`, `lookFailures` and `rescues` are 0, no
 * doubt is open, the failure and the parked reason are gone; `firstAttemptAt` and the attempt numbers go on.
 *
 * Conflicts beyond version and state: an ordered operation does not begin anew once a newer one of its subject was
 * sent, and nothing is reconciled of which no attempt was ever started.
 */
export type Command = {
  readonly id: string;
  /** The version the actor saw; null: whatever it is (automatic rules only). */
  readonly version: number | null;
  readonly actor: string;
  readonly reason: string;
} & (
  | { readonly type: "cancel" }
  | { readonly type: "redrive"; readonly deadline: number }
  | { readonly type: "discard" }
  | { readonly type: "resolve_sent"; readonly evidence: string; readonly providerId: string | null }
  | { readonly type: "resolve_not_sent"; readonly evidence: string; readonly deadline: number }
  | { readonly type: "reconcile" }
  /** Inserts the child and supersedes the parent in one transaction. */
  | { readonly type: "supersede"; readonly child: NewOperation; readonly how: "fix" | "fallback" }
  | { readonly type: "park"; readonly parkedReason: ParkedReason; readonly failure: Failure }
);

/** What became of a command. */
export type CommandResult =
  | { readonly type: "done"; readonly operation: OperationRecord; readonly childId: string | null }
  | { readonly type: "not_found" }
  /** Another version or a state from which this is not legal. Nothing was written. */
  | { readonly type: "conflict"; readonly operation: OperationRecord };

/** A receipt as stored. */
export interface ReceiptRecord {
  readonly at: number;
  readonly status: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly rank: number;
  readonly sequence: number;
}

/** What a stored receipt did. */
export type ReceiptResult =
  | {
      readonly type: "applied";
      readonly operation: OperationRecord;
      readonly before: StoredState;
      readonly receipt: ReceiptRecord;
    }
  | { readonly type: "recorded"; readonly operation: OperationRecord; readonly receipt: ReceiptRecord }
  | { readonly type: "duplicate" }
  /** Kept until its operation is known. */
  | { readonly type: "unmatched" };

/** One line of an operation's history. */
export interface HistoryRecord {
  readonly at: number;
  readonly event: string;
  readonly actor: string;
  readonly because: string | null;
  readonly before?: string | null;
  readonly after?: string | null;
}

/** Everything about one operation. */
export interface OperationStory {
  readonly operation: OperationRecord;
  readonly attempts: readonly AttemptRecord[];
  readonly receipts: readonly ReceiptRecord[];
  readonly history: readonly HistoryRecord[];
  readonly childIds: readonly string[];
}

/** Filters of a list; all that are given must hold. */
export interface ListFilter {
  readonly states?: readonly StoredState[];
  readonly account?: string;
  /** Only accounts in this list (what `held` means, and per-key scopes). */
  readonly accounts?: readonly string[];
  readonly operation?: string;
  readonly reference?: string;
  readonly recipient?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly class?: OperationClass;
  readonly parkedReason?: ParkedReason;
  readonly subject?: string;
  readonly idempotencyScope?: string;
  readonly createdAfter?: number;
  readonly createdBefore?: number;
  /** Free text: id, reference, recipient, provider id or idempotency key that begins with it. */
  readonly q?: string;
}

/** One page, newest first. `cursor` is opaque and keyset based. */
export interface Page {
  readonly operations: readonly OperationRecord[];
  readonly nextCursor: string | null;
}

/** Parked operations with one cause. */
export interface ReviewGroup {
  /** Stable text made of account, operation, reason, kind and code. */
  readonly fingerprint: string;
  readonly account: string;
  readonly operation: string;
  readonly reason: ParkedReason;
  readonly kind: string | null;
  readonly code: string | null;
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly sampleIds: readonly string[];
}

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
export interface Store {
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
  /** Writes the intent of attempt `number`; false: the lease was lost and nothing may be sent. */
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
  reviewGroups(): Promise<readonly ReviewGroup[]>;
  /** Counts by state (and reason for parked), exact. For people and tests, not for the hot path. */
  counts(): Promise<Readonly<Record<string, number>>>;

  holds(): Promise<readonly HoldRecord[]>;
  hold(hold: Omit<HoldRecord, "since">): Promise<void>;
  unhold(account: string, reason: HoldRecord["reason"], actor: string): Promise<boolean>;
  /** People who opted out of an account's messages (E.164 or channel address). */
  optOut(account: string, recipient: string, because: string): Promise<void>;
  isOptedOut(account: string, recipient: string): Promise<boolean>;

  /** Small named documents that must survive a restart (bulk work, API keys, alert state). */
  getDocument(collection: string, id: string): Promise<unknown>;
  putDocument(collection: string, id: string, document: unknown): Promise<void>;
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

/** One attempt's report. Never a rejection. */
export interface AttemptReport {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly phase: Phase;
  /** What was called, for the log line: the method, and the URL without its query. */
  readonly method?: string;
  readonly endpoint?: string;
  /** Requests in flight at the provider by its own word (a header), or null. */
  readonly concurrency?: number | null;
  /** Requests the provider said it would still take until `resetAt` (epoch milliseconds), or null. */
  readonly remaining?: number | null;
  readonly resetAt?: number | null;
  /**
   * What the provider answered when it did not accept: without secrets, message bodies and whole numbers, because it
   * is stored, shown and sent to an error tracker; a few kB at most. Null without such an answer.
   */
  readonly body?: string | null;
}

/** What a look at the provider brought. */
export type LookupReport =
  | {
      readonly ok: true;
      readonly candidates: readonly Candidate[];
      /** Provider clock minus ours, in milliseconds. */
      readonly skewMs: number;
    }
  | { readonly ok: false; readonly outcome: Outcome };

/** What is sent. Equal for every attempt of an operation. */
export interface SendRequest {
  readonly operationId: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The key the provider sees. */
  readonly idempotencyKey: string;
}

/**
 * Sends one attempt to one account's provider, credentials and one token refresh included. It never retries, and
 * never resolves later than `timeoutMs` plus a moment. The composition root makes it of provider and client.
 */
export interface Sender {
  traits(operation: string): OperationTraits | null;
  /** Digest of the request's method, URL and body. */
  digest(request: SendRequest): string;
  attempt(
    request: SendRequest,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly deadline: number },
  ): Promise<AttemptReport>;
  lookup(
    request: SendRequest,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<LookupReport>;
  poll(
    operation: string,
    providerId: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<ReceiptEvent | null>;
  /** Asks whether credentials and service work; null when the provider has nothing to ask. */
  probe(options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<Outcome | null>;
}

/** Tells workers that something became due, so that they need not poll. Losing a wake only costs time. */
export interface Waker {
  subscribe(listener: () => void): () => void;
}

/** Clock and chance, given by the host or by a simulator. */
export interface Host {
  /** Epoch milliseconds, for people and deadlines. */
  now(): number;
  /** Milliseconds that never go back, for timeouts and leases. */
  monotonic(): number;
  /** A number in [0, 1). */
  random(): number;
  newOperationId(): string;
  /** Calls back after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
  /** Hex digest for fingerprints. */
  digest(text: string): string;
}

/** One configured account, ready to use. */
export interface Account {
  readonly name: string;
  readonly provider: Provider;
  readonly sender: Sender;
  readonly policy: Policy;
  /** Policies of single operations, complete; where absent the account's holds. */
  readonly operationPolicies?: Readonly<Record<string, Policy>>;
  /** Requests per second and in flight this account is allowed, when known beforehand. */
  readonly limits?: {
    readonly ratePerSecond?: number | null;
    readonly burst?: number;
    readonly concurrencyMax?: number | null;
  };
}
