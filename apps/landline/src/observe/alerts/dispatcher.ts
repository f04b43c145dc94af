/**
 * Groups alerts, keeps them from flooding anybody, and insists until a sink has taken them.
 *
 * The first of a kind goes out at once. Repeats are counted and told together, at most once per interval. A resolve
 * goes out only for what was opened before. What is open is kept in the store: a restart neither pages again nor
 * forgets to say that it is over, and of several processes that see the same trouble one pages, whichever writes it
 * down first. Where the store does not answer, everybody pages: twice is better than never.
 */
import type { LogLine } from "@landline/host";
import type { Store } from "@landline/outbox";
import type { Alert, Sink } from "./alert.ts";
import type { Finding } from "./rules.ts";

/** Repeats of one kind are told at most this often, in milliseconds. */
export const repeatEveryMs = 300_000;

/** Kinds kept at once; beyond it the oldest is forgotten. */
const kindsMax = 1_000;

interface Open {
  toldAt: number;
  pending: number;
  latest: Finding;
}

/** A running dispatcher. */
export interface AlertDispatcher {
  report(finding: Finding): void;
  /** Tells what waited for its interval. */
  tick(now: number): void;
  /** Waits for deliveries under way, a few seconds at most. */
  close(): Promise<void>;
}

/** What a dispatcher needs. */
export interface DispatcherPorts {
  readonly documents: Pick<Store, "listDocuments" | "getDocument" | "addDocument" | "putDocument" | "deleteDocument">;
  readonly log: LogLine;
  readonly link: (finding: Finding) => string | null;
}

const collection = "alerts";

/** Makes one; reads what was open before. */
export async function createAlertDispatcher(
  sinks: readonly Sink[],
  { documents, log, link }: DispatcherPorts,
): Promise<AlertDispatcher> {
  const open = new Map<string, Open>();
  for (const { id, document } of await documents.listDocuments(collection)) {
    const kept = document as Open | null;
    if (kept !== null) open.set(id, { ...kept, pending: 0 });
  }
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  let books = Promise.resolve();
  /** One after the other, so that an end is never overtaken by its beginning. */
  const inOrder = (work: () => Promise<void>): void => {
    books = books.then(work);
    track(books);
  };
  /** What the store answers; `otherwise` when it does not. */
  const asked = async <T>(key: string, question: Promise<T>, otherwise: T): Promise<T> =>
    question.catch((error: unknown) => {
      log("error", "alert.not_kept", { key, error: String(error) });
      return otherwise;
    });

  const tell = (finding: Finding, count: number): void => {
    const alert: Alert = { ...finding, count, link: link(finding) };
    for (const sink of sinks) {
      track(
        sink.send(alert).catch((error: unknown) => {
          log("error", "alert.not_delivered", {
            sink: sink.name,
            key: alert.key,
            error: error instanceof Error ? error.message : String(error),
          });
        }),
      );
    }
  };

  /** Tells, unless another process has told of the same within the interval. */
  const tellFirst = async (finding: Finding, entry: Open, count: number): Promise<void> => {
    const { key } = finding;
    if (!(await asked(key, documents.addDocument(collection, key, entry), true))) {
      const theirs = (await asked(key, documents.getDocument(collection, key), null)) as Open | null;
      if (theirs !== null && finding.at - theirs.toldAt < repeatEveryMs) {
        entry.toldAt = theirs.toldAt;
        entry.pending += count;
        return;
      }
      await asked(key, documents.putDocument(collection, key, entry), undefined);
    }
    tell(finding, count);
  };

  return {
    report(finding) {
      const { key } = finding;
      const known = open.get(key);
      if (finding.status === "resolved") {
        open.delete(key);
        inOrder(async () => {
          const wasOpen = await asked(key, documents.deleteDocument(collection, key), known !== undefined);
          if (wasOpen) tell(finding, known?.pending ?? 0);
        });
        return;
      }
      if (known !== undefined && finding.at - known.toldAt < repeatEveryMs) {
        known.pending += 1;
        known.latest = finding;
        return;
      }
      const oldest = open.keys().next();
      if (open.size >= kindsMax && oldest.done !== true) open.delete(oldest.value);
      const entry: Open = { toldAt: finding.at, pending: 0, latest: finding };
      open.set(key, entry);
      inOrder(async () => tellFirst(finding, entry, 1 + (known?.pending ?? 0)));
    },
    tick(now) {
      for (const [key, entry] of open) {
        if (entry.pending === 0 || now - entry.toldAt < repeatEveryMs) continue;
        tell(entry.latest, entry.pending);
        entry.pending = 0;
        entry.toldAt = now;
        inOrder(async () => asked(key, documents.putDocument(collection, key, entry), undefined));
      }
    },
    async close() {
      const patience = new Promise<void>((resolve) => {
        setTimeout(resolve, 3_000).unref();
      });
      await Promise.race([Promise.allSettled(underWay), patience]);
    },
  };
}
