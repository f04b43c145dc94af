/**
 * A store whose past may be missing: a backup that was put back, or a server that took over from one whose last commits
 * never reached it.
 *
 * What such a store shows as waiting may have been sent. It cannot know, so it says that it moved, and until somebody
 * answers it gives nothing away to be sent.
 */

/** How operations that wait become operations in doubt. */
export interface Presumption {
  readonly actor: string;
  /** Why, for their histories. */
  readonly because: string;
  /** Nothing is presumed to have begun before this instant (epoch milliseconds), the backup's; null: as soon as it was due. */
  readonly since: number | null;
  /**
   * How long those who may still be sending are waited for, in milliseconds: their late answers are taken as evidence.
   * A store with one process has nobody to wait for.
   */
  readonly quietMs: number;
  /** True: only while `moved` says why; what another process has dealt with meanwhile is not done twice. */
  readonly onlyIfMoved?: boolean;
}

/** What a store can say and do about a gap in its past. */
export interface Movable {
  /**
   * Why the past of this store cannot be trusted, in words for people; null: nothing speaks against it. Cheap. While it
   * is not null, `start` begins nothing, `expireDue` ends nothing, and
   * `rescue` and `claimReconciliations` hand nothing out, where the store can tell.
   */
  moved(): Promise<string | null>;
  /**
   * Everything that waits and is due is given the record of an attempt that was started and never ended: number,
   * lease and history line, no digest, because nobody saw the request. From then on it is what a crash leaves behind,
   * and is rescued like it. What is being asked about is asked about anew. What is under way keeps its lease, for `quietMs` at
   * least. All other lease numbers leap, past those that the missing part may have handed out. What is not due yet goes on waiting. Ends
   * the state `moved` speaks of, in the same commit. Returns how many attempts are presumed; null: not done, see
   * `onlyIfMoved`.
   */
  presumeStarted(presumption: Presumption): Promise<number | null>;
  /** Ends the state `moved` speaks of without doubting anything: somebody knows that nothing is missing. */
  trust(line: { readonly actor: string; readonly because: string }): Promise<void>;
}
