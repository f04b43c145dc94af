/**
 * Many calls, one statement, one commit: everything that is called in one turn of the event loop goes to the database
 * together, and every promise is kept only after its commit.
 *
 * A lone call goes out as soon as the running microtasks are through. While as many batches are under way as may be,
 * calls gather, so the batches grow with the load by themselves; there is no timer to collect more, it would only
 * idle the processor. Two calls about the same row never share a batch: the second sees what the first did.
 */

/** What a batch does. */
export interface BatchPorts<Job, Result> {
  /** Carries out all jobs, each with a key of its own; results in order. */
  readonly run: (jobs: readonly Job[]) => Promise<readonly Result[]>;
  /** Jobs with the same key exclude one another. */
  readonly keyOf: (job: Job) => string | number;
  /** Whether a failure is everybody's (true) or may be that of one job (false): then each is tried alone. */
  readonly isShared: (error: unknown) => boolean;
  /** Calls back once what arrived in this turn of the event loop has been seen. */
  readonly endOfTurn: (callback: () => void) => void;
  /** Jobs in a batch at most. */
  readonly sizeMax: number;
  /** Batches under way at once. */
  readonly flightsMax: number;
}

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** See the head of this file. */
export class Batches<Job, Result> {
  readonly #ports: BatchPorts<Job, Result>;
  #pending: Waiting<Job, Result>[] = [];
  #flights = 0;
  #scheduled = false;
  #lastSize = 0;
  #idle: (() => void)[] = [];

  constructor(ports: BatchPorts<Job, Result>) {
    this.#ports = ports;
  }

  /** Carries out a job in the next batch; resolves once it is durable. */
  add(job: Job): Promise<Result> {
    const promise = new Promise<Result>((resolve, reject) => {
      this.#pending.push({ job, resolve, reject });
    });
    this.#schedule();
    return promise;
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.#pending.length === 0 && this.#flights === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#flights >= this.#ports.flightsMax) return;
    this.#scheduled = true;
    const flush = (): void => {
      this.#scheduled = false;
      this.#flush();
    };
    if (this.#lastSize > 1 || this.#flights > 0) this.#ports.endOfTurn(flush);
    else void Promise.resolve().then(flush);
  }

  #flush(): void {
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#lastSize = batch.length;
    this.#flights += 1;
    void this.#run(batch).finally(() => {
      this.#flights -= 1;
      if (this.#pending.length > 0) this.#schedule();
      else if (this.#flights === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
    if (this.#pending.length > 0) this.#schedule();
  }

  /** The first jobs that wait, of each key the first; the others stay, in order. */
  #take(): Waiting<Job, Result>[] {
    const keys = new Set<string | number>();
    const batch: Waiting<Job, Result>[] = [];
    const left: Waiting<Job, Result>[] = [];
    for (const waiting of this.#pending) {
      const key = this.#ports.keyOf(waiting.job);
      if (batch.length >= this.#ports.sizeMax || keys.has(key)) left.push(waiting);
      else batch.push(waiting);
      keys.add(key);
    }
    this.#pending = left;
    return batch;
  }

  async #run(batch: readonly Waiting<Job, Result>[]): Promise<void> {
    try {
      const results = await this.#ports.run(batch.map(({ job }) => job));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1 || this.#ports.isShared(error)) for (const { reject } of batch) reject(error);
      else for (const each of batch) await this.#run([each]);
    }
  }
}
