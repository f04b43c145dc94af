/** What is shown of the memory store: one operation and its story, lists, groups and sums. Nothing here changes a row. */
import type { Store } from "../../ports/index.ts";
import { countsOf, groupsOf, pageOf, selected } from "./queries.ts";
import type { MemoryRollup } from "./rollup.ts";
import type { Row } from "./row.ts";
import { snapshot } from "./row.ts";

/** The verbs of this file. */
type ReadingVerbs = Pick<
  Store,
  "get" | "findByKey" | "story" | "list" | "select" | "reviewGroups" | "rollup" | "counts"
>;

/** What there is to read. */
interface Shelves {
  readonly rows: ReadonlyMap<string, Row>;
  /** Scope and key → id. */
  readonly keys: ReadonlyMap<string, string>;
  readonly rollup: MemoryRollup;
  /** Epoch milliseconds from which on everything is counted. */
  readonly openedAt: number;
  readonly now: () => number;
  /** Throws when the store is closed. */
  readonly open: () => void;
}

/** Verbs that look. */
export function createMemoryReading({ rows, keys, rollup, openedAt, now, open }: Shelves): ReadingVerbs {
  return {
    async get(id) {
      open();
      const row = rows.get(id);
      return row === undefined ? null : snapshot(row);
    },
    async findByKey(scope, key) {
      open();
      const row = rows.get(keys.get(`${scope}\n${key}`) ?? "");
      return row === undefined ? null : snapshot(row);
    },
    async story(id) {
      open();
      const row = rows.get(id);
      if (row === undefined) return null;
      const { attempts, receipts, history, childIds } = row;
      return {
        operation: snapshot(row),
        attempts: attempts.map((attempt) => ({ ...attempt })),
        receipts: [...receipts],
        history: [...history],
        childIds: [...childIds],
      };
    },
    async list(filter, page) {
      open();
      return pageOf(rows.values(), filter, page, now());
    },
    async select(filter, page) {
      open();
      const found = pageOf(rows.values(), filter, page, now());
      if (found === "bad_cursor") return found;
      return { operations: found.operations.map(selected), nextCursor: found.nextCursor };
    },
    async reviewGroups() {
      open();
      return groupsOf(rows.values(), now());
    },
    async rollup(request) {
      open();
      const snoozed = new Map<string, number>();
      for (const { record } of rows.values()) {
        if (record.state !== "parked" || (record.snoozedUntil ?? 0) <= now()) continue;
        snoozed.set(record.account, (snoozed.get(record.account) ?? 0) + 1);
      }
      return {
        at: now(),
        completeFrom: openedAt,
        rows: rollup.read(request),
        levels: rollup.levels(),
        snoozed,
      };
    },
    async counts() {
      open();
      return countsOf(rows.values());
    },
  };
}
