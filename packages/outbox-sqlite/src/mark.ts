/**
 * Tells a database that was put back from a backup from the one that was used last.
 *
 * While things are sent, a count grows in the database and, after each commit, in a small file beside it. In an honest
 * life the file is never ahead of the database, whenever the power fails. If it is ahead, the database is older than
 * what was done with it; if it is missing, the database was copied here from somewhere. Then what waits in it may have
 * been sent already.
 *
 * The count grows once a second at most, so of sends in the last second before a loss nothing may be seen here; who puts
 * back a backup says so (`landline restore`) and does not rely on being found out.
 */
import type { Mark } from "./mark-file.ts";

/** Milliseconds between two steps of the count. */
export const markEveryMs = 1_000;

/** What the keeper of the mark does to the world. */
export interface MarkPorts {
  readonly isEmpty: () => boolean;
  readonly readOwn: () => Mark | null;
  readonly readBeside: () => Mark | null;
  readonly writeBeside: (mark: Mark) => void;
  /** Carries out `step` in a commit; what it returns is durable then. */
  readonly commit: (step: () => Mark) => Promise<Mark>;
  readonly putOwn: (mark: Mark) => void;
  readonly newStoreName: () => string;
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Why the two marks say that a database is not the one that was used last; null: nothing says so. */
export function movedBy(own: Mark | null, beside: Mark | null, empty: boolean): string | null {
  if (own === null)
    return beside === null || beside.count === 0 || empty
      ? null
      : "the mark beside the database belongs to a newer one";
  if (beside === null) return "the mark beside the database is missing: it was copied here, or a backup was put back";
  if (beside.store !== own.store) return "the mark beside the database belongs to another one";
  return beside.count > own.count
    ? "the mark beside the database is ahead of it: a backup was put back in its place"
    : null;
}

/** Keeps both marks. */
export class MarkKeeper {
  readonly #ports: MarkPorts;
  #moved: string | null;
  #cancel: (() => void) | null = null;

  constructor(ports: MarkPorts) {
    this.#ports = ports;
    this.#moved = movedBy(ports.readOwn(), ports.readBeside(), ports.isEmpty());
  }

  /** Why the database is not the one that was used last; null: nothing says so. */
  get moved(): string | null {
    return this.#moved;
  }

  /** Something was started: the count grows soon. */
  started(): void {
    this.#cancel ??= this.#ports.after(markEveryMs, () => {
      this.#cancel = null;
      // A commit that fails is met again by whoever sends; the count grows with the next start.
      this.#advance().catch(() => undefined);
    });
  }

  /** Runs inside a commit: from here on the database is the one that is used. Follow it with `settled`. */
  settle(): Mark {
    const own = this.#ports.readOwn();
    const beside = this.#ports.readBeside();
    const mark = { store: this.#ports.newStoreName(), count: Math.max(own?.count ?? 0, beside?.count ?? 0) + 1 };
    this.#ports.putOwn(mark);
    return mark;
  }

  /** The commit of `settle` is durable. */
  settled(mark: Mark): void {
    this.#moved = null;
    this.#ports.writeBeside(mark);
  }

  /** Lets the count grow now if it is to grow soon; for an orderly end. */
  async close(): Promise<void> {
    if (this.#cancel === null) return;
    this.#cancel();
    this.#cancel = null;
    await this.#advance();
  }

  async #advance(): Promise<void> {
    if (this.#moved !== null) return;
    const store = this.#ports.readOwn()?.store ?? this.#ports.newStoreName();
    // A first mark inside with none beside it would read as a copy: should the power fail in between, there is one of 0.
    if (this.#ports.readOwn() === null) this.#ports.writeBeside({ store, count: 0 });
    const mark = await this.#ports.commit(() => {
      const own = this.#ports.readOwn();
      const next = { store: own?.store ?? store, count: (own?.count ?? 0) + 1 };
      this.#ports.putOwn(next);
      return next;
    });
    this.#ports.writeBeside(mark);
  }
}
