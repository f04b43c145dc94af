/**
 * Many verbs, one commit: everything that is called in one turn of the event loop shares a transaction, and every
 * promise is kept only after it. A flush to disk costs a hundred microseconds whether it carries one row or a thousand.
 *
 * When is a batch closed? At the end of the turn (`endOfTurn`), as long as others turn up: at 64 connections that is
 * ten times the throughput of a commit each. But a lone caller should not wait for the loop to go round, so while the
 * last batches have all been of one, a verb is committed as soon as the running microtasks are through. What tells the
 * loop of a lone caller from many callers is the task: he goes on in the task his promise was kept in, another's
 * request comes in a task of its own (`endOfTask`), and from the second task of a turn on nobody is alone. A timer to
 * collect more would only idle the processor, so there is none.
 *
 * When a commit fails, nothing of its batch is acknowledged: every promise of it is rejected, and the connection is
 * not trusted any more; `recover` opens a new one that reads what really is on the disk. When one verb fails on its
 * own (a broken invariant), the others are run again without it.
 */
import type { StoreTrouble } from "./trouble.ts";

/** Commits a lone caller may cause in one turn of the event loop. */
const directMax = 16;

/** Batches of one in a row after which a caller counts as alone. */
const aloneMin = 32;

/** What a batch runs in. All of it is synchronous. */
export interface Transactions {
  begin(): void;
  commit(): void;
  rollback(): void;
  /** Reads an exception: the trouble when the connection is condemned, null when only the verb was wrong. */
  judge(error: unknown): StoreTrouble | null;
  /** Replaces the connection after trouble. May throw; then it is asked again at the next `begin`. */
  recover(): void;
  /** After a commit, before its promises are kept. */
  committed(): void;
  /** After a roll-back: forget what was noted for the batch. */
  rolledBack(): void;
}

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** See the head of this file. */
export class GroupCommit {
  readonly #transactions: Transactions;
  readonly #endOfTurn: (callback: () => void) => void;
  readonly #endOfTask: (callback: () => void) => void;
  #pending: Job[] = [];
  #scheduled = false;
  /** Batches of one in a row. */
  #alone = aloneMin;
  #directs = 0;
  /** A task of this turn that committed at once is over. */
  #taskEnded = false;
  #resetArmed = false;

  /**
   * @param endOfTurn calls back once everything that arrived in this turn of the event loop was seen
   * @param endOfTask calls back once the running task and its microtasks are through
   */
  constructor(
    transactions: Transactions,
    endOfTurn: (callback: () => void) => void,
    endOfTask: (callback: () => void) => void,
  ) {
    this.#transactions = transactions;
    this.#endOfTurn = endOfTurn;
    this.#endOfTask = endOfTask;
  }

  /**
   * Runs a verb in the next commit.
   * @returns what the verb returned, once it is durable; rejects when the commit or the verb failed
   */
  write<T>(verb: () => T): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      this.#pending.push({ run: verb, resolve: resolve as (value: unknown) => void, reject });
    });
    if (!this.#scheduled) this.#schedule();
    return promise;
  }

  /** Commits what is pending now. */
  flush(): void {
    this.#scheduled = false;
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    this.#alone = batch.length === 1 ? this.#alone + 1 : 0;
    this.#run(batch);
  }

  #schedule(): void {
    this.#scheduled = true;
    if (this.#taskEnded) this.#alone = 0;
    if (this.#alone < aloneMin || this.#directs >= directMax) {
      this.#endOfTurn(() => this.flush());
      return;
    }
    this.#directs += 1;
    if (!this.#resetArmed) {
      this.#resetArmed = true;
      this.#endOfTask(() => {
        this.#taskEnded = true;
      });
      this.#endOfTurn(() => {
        this.#resetArmed = false;
        this.#taskEnded = false;
        this.#directs = 0;
      });
    }
    void Promise.resolve().then(() => this.flush());
  }

  #run(batch: readonly Job[]): void {
    const results: unknown[] = [];
    try {
      this.#transactions.begin();
      for (const job of batch) results.push(job.run());
      this.#transactions.commit();
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    this.#transactions.committed();
    for (let index = 0; index < batch.length; index += 1) batch[index]?.resolve(results[index]);
  }

  #fail(batch: readonly Job[], error: unknown): void {
    const trouble = this.#transactions.judge(error);
    if (trouble === null) {
      this.#transactions.rollback();
      this.#transactions.rolledBack();
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const job of batch) this.#run([job]);
      return;
    }
    this.#transactions.rolledBack();
    let reason = trouble;
    try {
      this.#transactions.recover();
    } catch (second) {
      reason = this.#transactions.judge(second) ?? trouble;
    }
    for (const job of batch) job.reject(reason);
  }
}
