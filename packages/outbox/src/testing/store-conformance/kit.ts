/* oxlint-disable vitest/no-standalone-expect -- steps that every test takes check themselves */
/**
 * What every group of the suite works with: a fresh store, a way to let its time pass, and short words for the steps of
 * an operation's life. After each test the store must find nothing wrong with itself.
 */
import { expect, test } from "vitest";
import type { ClaimedOperation, NewOperation, OperationRecord, Store } from "../../ports/index.ts";
import { accepted, newOperation } from "./build.ts";

/** A store to be tested, fresh and empty. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Lets the store's clock go on by so many milliseconds; absent: it is real, and the suite waits. */
  readonly advance?: (ms: number) => void | Promise<void>;
  /** What a new process sees after the old one was killed: same place, nothing in memory. Absent: not offered. */
  readonly reopen?: () => Promise<Store>;
  readonly close: () => Promise<void>;
}

/** Opens a fresh, empty store. */
export type OpenStore = () => Promise<StoreUnderTest>;

/** Lease of a test in which none must lapse, in milliseconds. */
export const longMs = 60_000;

/** Lease of a test in which one lapses, in milliseconds. Real clocks wait for it. */
export const shortMs = 150;

/** The lane operations are in unless a test says otherwise. */
export const laneOne = "tw/messages";

/** One test's store and hands. */
export class Kit {
  store: Store;
  readonly #opened: StoreUnderTest;

  constructor(opened: StoreUnderTest) {
    this.#opened = opened;
    this.store = opened.store;
  }

  /** Whether a restart can be tested. */
  get canReopen(): boolean {
    return this.#opened.reopen !== undefined;
  }

  /** Whether time passes when the test wants it to. */
  get canAdvance(): boolean {
    return this.#opened.advance !== undefined;
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    if (this.#opened.advance !== undefined) await this.#opened.advance(ms);
    else await new Promise((resolve) => setTimeout(resolve, ms + 5));
  }

  /** Kills the process, so to speak, and opens the store again. */
  async reopen(): Promise<void> {
    if (this.#opened.reopen !== undefined) this.store = await this.#opened.reopen();
  }

  /** Inserts a new operation and returns what was asked for. */
  async add(overrides: Partial<NewOperation> = {}): Promise<NewOperation> {
    const operation = newOperation(await this.store.now(), overrides);
    expect(await this.store.insert(operation)).toMatchObject({ type: "inserted", id: operation.id });
    return operation;
  }

  /** Inserts so many. */
  async addMany(count: number, overrides: Partial<NewOperation> = {}): Promise<readonly NewOperation[]> {
    const now = await this.store.now();
    const operations = Array.from({ length: count }, () => newOperation(now, overrides));
    const results = await this.store.insertMany(operations);
    expect(results.map(({ type }) => type)).toEqual(operations.map(() => "inserted"));
    return operations;
  }

  /** Claims from one lane. */
  async claim(limit = 10, leaseMs = longMs, lane = laneOne): Promise<readonly ClaimedOperation[]> {
    return this.store.claim({ worker: "w1", lanes: [{ lane, limit }], leaseMs });
  }

  /** Claims exactly one. */
  async claimOne(leaseMs = longMs, lane = laneOne): Promise<ClaimedOperation> {
    const [claimed] = await this.claim(1, leaseMs, lane);
    if (claimed === undefined) throw new Error("nothing could be claimed");
    return claimed;
  }

  /** Writes the intent of the next attempt. */
  async start(claimed: ClaimedOperation): Promise<boolean> {
    return this.store.start(claimed, { number: claimed.attemptsStarted + 1, requestDigest: `digest of ${claimed.id}` });
  }

  /** Claims one and starts it. */
  async begin(leaseMs = longMs, lane = laneOne): Promise<ClaimedOperation> {
    const claimed = await this.claimOne(leaseMs, lane);
    expect(await this.start(claimed)).toBe(true);
    return { ...claimed, attemptsStarted: claimed.attemptsStarted + 1 };
  }

  /** Inserts one and brings it to `accepted`. */
  async addAccepted(providerId: string, overrides: Partial<NewOperation> = {}): Promise<NewOperation> {
    const operation = await this.add(overrides);
    const begun = await this.begin(longMs, operation.lane);
    expect(begun.id).toBe(operation.id);
    expect(await this.store.settle(begun, await this.accepting(begun, providerId))).toBe(true);
    return operation;
  }

  /** The settlement of an accepted attempt, dated now. */
  async accepting(begun: ClaimedOperation, providerId: string): Promise<ReturnType<typeof accepted>> {
    return accepted(begun.attemptsStarted, await this.store.now(), providerId);
  }

  /** The record, which must be there. */
  async get(id: string): Promise<OperationRecord> {
    const record = await this.store.get(id);
    if (record === null) throw new Error(`${id} is lost`);
    return record;
  }
}

/** A test with a fresh store, which must be sound at the end. */
export function check(open: OpenStore, title: string, body: (kit: Kit) => Promise<void>): void {
  // oxlint-disable-next-line vitest/valid-title -- the groups give the titles
  test(title, async () => {
    const opened = await open();
    const kit = new Kit(opened);
    try {
      await body(kit);
      expect(await kit.store.verify()).toEqual([]);
    } finally {
      await opened.close();
    }
  });
}
