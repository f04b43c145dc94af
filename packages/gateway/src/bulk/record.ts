/**
 * Bulk work as it is kept: a header, the frozen members, what became of each, and what people said about the whole.
 *
 * Membership is frozen with versions before the work begins, so that an operation that changed since is left alone
 * and never decided on what somebody saw earlier. Whoever works writes the header; what people say (approve, reject,
 * pause, cancel) stands in documents of its own, so that no word is lost between a read and a write of the header. A
 * verdict is added where none is: of two people who decide at once, the second is told.
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
  /** Accounts its maker's key was confined to; null, and absent in what an earlier version wrote: none, it reached all. */
  readonly accounts?: readonly string[] | null;
  /** As last written; what people said since is in {@link BulkView}. */
  readonly state: "awaiting_approval" | "running" | "completed" | "cancelled" | "rejected";
  /** The size from which on a second person was needed, where this one has it; absent: nobody was. */
  readonly approvalAbove?: number;
  readonly total: number;
  /** Members decided so far, in order; also the place to go on from. */
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What somebody said about bulk work. `at` is epoch milliseconds. */
export interface BulkWord {
  readonly actor: string;
  readonly reason: string;
  /** Absent in what an earlier version wrote. */
  readonly at?: number;
}

/** The second person's word. */
export interface BulkVerdict extends BulkWord {
  readonly verdict: "approved" | "rejected";
}

/** A pause or its end. */
export interface BulkPause extends BulkWord {
  readonly paused: boolean;
}

/** Bulk work with what people said about it. */
export interface BulkView {
  readonly record: BulkRecord;
  readonly state: BulkRecord["state"] | "paused";
  readonly verdict: BulkVerdict | null;
  /** When any of it changed last, epoch milliseconds. */
  readonly updatedAt: number;
}

/** Members kept in one document. */
export const chunkSize = 200;

/** Documents written at once: a commit carries many as cheaply as one. */
const writesAtOnce = 50;

/** Bulk work in documents. */
export interface BulkStore {
  /** Writes members first and the header last: work without a header never was. */
  create(record: BulkRecord, members: readonly BulkMember[]): Promise<void>;
  get(id: string): Promise<BulkView | null>;
  list(): Promise<readonly BulkView[]>;
  members(id: string, chunk: number): Promise<readonly BulkMember[]>;
  results(id: string, chunk: number): Promise<readonly BulkResult[]>;
  /** Results before the header, so that a crash in between repeats a look and never loses a result. */
  progress(record: BulkRecord, chunk: number, results: readonly BulkResult[]): Promise<void>;
  /** False: somebody cancelled it before. */
  cancel(id: string, word: BulkWord): Promise<boolean>;
  cancelled(id: string): Promise<BulkWord | null>;
  /** False: somebody decided before. */
  decide(id: string, verdict: BulkVerdict): Promise<boolean>;
  /** @param place sorts after all earlier ones of the same work */
  pause(id: string, place: string, word: BulkPause): Promise<void>;
  /** Pauses and their ends, oldest first. */
  pauses(id: string): Promise<readonly BulkPause[]>;
  put(record: BulkRecord): Promise<void>;
  /** Who works on it, until when. Advice, not a lock: versions make double work harmless. */
  owner(id: string): Promise<{ readonly name: string; readonly until: number } | null>;
  own(id: string, name: string, until: number): Promise<void>;
}

/** Keeps bulk work in small documents. */
export function createBulkStore(documents: Documents): BulkStore {
  const put = async (record: BulkRecord): Promise<void> => documents.putDocument("bulk", record.id, record);
  const part = (id: string, chunk: number): string => `${id}/${chunk}`;
  const one = async <T>(collection: string, id: string): Promise<T | null> =>
    ((await documents.getDocument(collection, id)) ?? null) as T | null;
  const listed = async <T>(collection: string, id: string, chunk: number): Promise<readonly T[]> =>
    (await one<readonly T[]>(collection, part(id, chunk))) ?? [];
  const all = async <T>(collection: string): Promise<ReadonlyMap<string, T>> =>
    new Map((await documents.listDocuments(collection)).map(({ id, document }) => [id, document as T]));
  return {
    put,
    create: async (record, members) => {
      const chunks = Array.from({ length: Math.ceil(members.length / chunkSize) }, (_, chunk) => chunk);
      for (let from = 0; from < chunks.length; from += writesAtOnce) {
        await Promise.all(
          chunks.slice(from, from + writesAtOnce).map(async (chunk) => {
            const some = members.slice(chunk * chunkSize, (chunk + 1) * chunkSize);
            return documents.putDocument("bulk_members", part(record.id, chunk), some);
          }),
        );
      }
      await put(record);
    },
    get: async (id) => {
      const record = await one<BulkRecord>("bulk", id);
      if (record === null) return null;
      const [verdict, pause, end] = await Promise.all([
        one<BulkVerdict>("bulk_verdict", id),
        one<BulkPause>("bulk_paused", id),
        one<BulkWord>("bulk_cancelled", id),
      ]);
      return viewOf(record, verdict, pause, end);
    },
    list: async () => {
      const [records, verdicts, pauses, ends] = await Promise.all([
        documents.listDocuments("bulk"),
        all<BulkVerdict>("bulk_verdict"),
        all<BulkPause>("bulk_paused"),
        all<BulkWord>("bulk_cancelled"),
      ]);
      return records.map(({ id, document }) =>
        viewOf(document as BulkRecord, verdicts.get(id) ?? null, pauses.get(id) ?? null, ends.get(id) ?? null),
      );
    },
    members: async (id, chunk) => listed<BulkMember>("bulk_members", id, chunk),
    results: async (id, chunk) => listed<BulkResult>("bulk_results", id, chunk),
    progress: async (record, chunk, results) => {
      await documents.putDocument("bulk_results", part(record.id, chunk), results);
      await put(record);
    },
    cancel: async (id, word) => documents.addDocument("bulk_cancelled", id, word),
    cancelled: async (id) => one<BulkWord>("bulk_cancelled", id),
    decide: async (id, verdict) => documents.addDocument("bulk_verdict", id, verdict),
    pause: async (id, place, word) => {
      // The word that counts last: what a crash leaves between the two is a line too many, not a pause too few.
      await documents.putDocument(`bulk_pauses/${id}`, place, word);
      await documents.putDocument("bulk_paused", id, word);
    },
    pauses: async (id) =>
      (await documents.listDocuments(`bulk_pauses/${id}`)).map(({ document }) => document as BulkPause),
    owner: async (id) => one("bulk_owner", id),
    own: async (id, name, until) => documents.putDocument("bulk_owner", id, { name, until }),
  };
}

function viewOf(
  record: BulkRecord,
  verdict: BulkVerdict | null,
  pause: BulkPause | null,
  end: BulkWord | null,
): BulkView {
  const updatedAt = Math.max(record.updatedAt, verdict?.at ?? 0, pause?.at ?? 0, end?.at ?? 0);
  return { record, verdict, updatedAt, state: stateOf(record, verdict, pause, end) };
}

/** The state, with what people said since the header was written. */
function stateOf(
  record: BulkRecord,
  verdict: BulkVerdict | null,
  pause: BulkPause | null,
  end: BulkWord | null,
): BulkView["state"] {
  if (record.state === "completed" || record.state === "cancelled" || record.state === "rejected") return record.state;
  if (verdict?.verdict === "rejected") return "rejected";
  if (end !== null) return "cancelled";
  if (record.state === "awaiting_approval" && verdict === null) return record.state;
  return pause?.paused === true ? "paused" : "running";
}
