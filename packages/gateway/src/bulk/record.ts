/**
 * Bulk work as it is kept: a header, the frozen members, and what became of each.
 *
 * Membership is frozen with versions before the work begins, so that an operation that changed since is left alone
 * and never decided on what somebody saw earlier.
 */
import type { Documents } from "../options.ts";

/** What may be done to many at once. */
export const bulkActions = ["retry", "discard", "cancel", "reconcile", "fallback"] as const;
/** See {@link bulkActions}. */
export type BulkAction = (typeof bulkActions)[number];

/** One frozen operation: its id and the version that was seen. */
export type BulkMember = readonly [id: string, version: number];

/** What became of a member. */
export interface BulkResult {
  readonly id: string;
  readonly status: "done" | "conflict" | "not_found" | "invalid";
  readonly message: string | null;
  /** The child a fallback made. */
  readonly child_id: string | null;
}

/** The header. Instants are epoch milliseconds. */
export interface BulkRecord {
  readonly id: string;
  readonly action: BulkAction;
  readonly query: Readonly<Record<string, unknown>>;
  readonly reason: string;
  /** Operations per second. */
  readonly rate: number;
  readonly dryRun: boolean;
  readonly actor: string;
  readonly state: "running" | "completed" | "cancelled";
  readonly total: number;
  /** Members decided so far, in order; also the place to go on from. */
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Members kept in one document. */
export const chunkSize = 200;

/** Bulk work in documents. */
export interface BulkStore {
  /** Writes members first and the header last: work without a header never was. */
  create(record: BulkRecord, members: readonly BulkMember[]): Promise<void>;
  get(id: string): Promise<BulkRecord | null>;
  list(): Promise<readonly BulkRecord[]>;
  members(id: string, chunk: number): Promise<readonly BulkMember[]>;
  results(id: string, chunk: number): Promise<readonly BulkResult[]>;
  /** Results before the header, so that a crash in between repeats a look and never loses a result. */
  progress(record: BulkRecord, chunk: number, results: readonly BulkResult[]): Promise<void>;
  cancel(id: string, actor: string, reason: string): Promise<void>;
  isCancelled(id: string): Promise<boolean>;
  put(record: BulkRecord): Promise<void>;
  /** Who works on it, until when. Advice, not a lock: versions make double work harmless. */
  owner(id: string): Promise<{ readonly name: string; readonly until: number } | null>;
  own(id: string, name: string, until: number): Promise<void>;
}

/** Keeps bulk work in small documents. */
export function createBulkStore(documents: Documents): BulkStore {
  const put = async (record: BulkRecord): Promise<void> => documents.putDocument("bulk", record.id, record);
  const part = (id: string, chunk: number): string => `${id}/${chunk}`;
  const listed = async <T>(collection: string, id: string, chunk: number): Promise<readonly T[]> =>
    ((await documents.getDocument(collection, part(id, chunk))) ?? []) as readonly T[];
  return {
    put,
    create: async (record, members) => {
      for (let from = 0; from < members.length; from += chunkSize)
        await documents.putDocument(
          "bulk_members",
          part(record.id, from / chunkSize),
          members.slice(from, from + chunkSize),
        );
      await put(record);
    },
    get: async (id) => ((await documents.getDocument("bulk", id)) ?? null) as BulkRecord | null,
    list: async () => {
      const found = await documents.listDocuments("bulk");
      return found.map(({ document }) => document as BulkRecord);
    },
    members: async (id, chunk) => listed<BulkMember>("bulk_members", id, chunk),
    results: async (id, chunk) => listed<BulkResult>("bulk_results", id, chunk),
    progress: async (record, chunk, results) => {
      await documents.putDocument("bulk_results", part(record.id, chunk), results);
      await put(record);
    },
    cancel: async (id, actor, reason) => documents.putDocument("bulk_cancelled", id, { actor, reason }),
    isCancelled: async (id) => ((await documents.getDocument("bulk_cancelled", id)) ?? null) !== null,
    owner: async (id) =>
      ((await documents.getDocument("bulk_owner", id)) ?? null) as {
        readonly name: string;
        readonly until: number;
      } | null,
    own: async (id, name, until) => documents.putDocument("bulk_owner", id, { name, until }),
  };
}
