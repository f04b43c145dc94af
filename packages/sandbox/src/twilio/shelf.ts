/**
 * Keeps resources in the order of their creation and finds them by id, recipient and sender without looking at the rest:
 * a lookup must cost the same after a million messages as after ten.
 */

/** What a shelf needs to know of a resource. */
export interface Shelved {
  readonly sid: string;
  readonly accountSid: string;
  readonly to: string;
  /** Null while the provider has not picked a sender. */
  readonly from: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  deleted: boolean;
}

/** What to list. */
export interface Query<T> {
  readonly accountSid: string;
  readonly to: string | null;
  readonly from: string | null;
  readonly size: number;
  /** Position after which a page starts, from the page before; null: the newest. */
  readonly after: number | null;
  matches(item: T): boolean;
}

/** One page, newest first. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts, or null at the end. */
  readonly next: number | null;
}

/** See the module comment. */
export interface Shelf<T extends Shelved> {
  add(item: T): void;
  get(accountSid: string, sid: string): T | null;
  page(query: Query<T>): Page<T>;
  clear(): void;
}

/** An empty shelf. */
export function createShelf<T extends Shelved>(): Shelf<T> {
  const bySid = new Map<string, T>();
  const byTo = new Map<string, T[]>();
  const byFrom = new Map<string, T[]>();
  const all: T[] = [];
  const file = (index: Map<string, T[]>, key: string, item: T): void => {
    const items = index.get(key);
    if (items === undefined) index.set(key, [item]);
    else items.push(item);
  };
  return {
    add(item) {
      bySid.set(item.sid, item);
      all.push(item);
      file(byTo, item.to, item);
      if (item.from !== null) file(byFrom, item.from, item);
    },
    get(accountSid, sid) {
      const item = bySid.get(sid);
      return item === undefined || item.deleted || item.accountSid !== accountSid ? null : item;
    },
    page({ accountSid, to, from, size, after, ...query }) {
      const source = to !== null ? (byTo.get(to) ?? []) : from !== null ? (byFrom.get(from) ?? []) : all;
      const items: T[] = [];
      for (let at = Math.min(after ?? source.length, source.length) - 1; at >= 0; at -= 1) {
        const item = source[at];
        if (item === undefined || item.deleted || item.accountSid !== accountSid) continue;
        if ((from !== null && item.from !== from) || !query.matches(item)) continue;
        if (items.length === size) return { items, next: at + 1 };
        items.push(item);
      }
      return { items, next: null };
    },
    clear() {
      bySid.clear();
      byTo.clear();
      byFrom.clear();
      all.length = 0;
    },
  };
}
