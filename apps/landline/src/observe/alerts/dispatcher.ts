import type { LogLine } from "@landline/host";
/**
 * Groups alerts, keeps them from flooding anybody, and insists until a sink has taken them.
 *
 * The first of a kind goes out at once. Repeats are counted and told together, at most once per interval. A resolve
 * goes out only for what was opened before. What is open is kept in the store, so that a restart neither pages again
 * nor forgets to say that it is over.
 */
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

const collection = "alerts";

/** Makes one; reads what was open before. */
export async function createAlertDispatcher(
  sinks: readonly Sink[],
  ports: {
    readonly documents: Pick<Store, "listDocuments" | "putDocument" | "deleteDocument">;
    readonly log: LogLine;
    readonly link: (finding: Finding) => string | null;
  },
): Promise<AlertDispatcher> {
  const open = new Map<string, Open>();
  for (const { id, document } of await ports.documents.listDocuments(collection)) {
    const kept = document as Open | null;
    if (kept !== null) open.set(id, { ...kept, pending: 0 });
  }
  const underWay = new Set<Promise<void>>();

  const keep = (key: string, value: Open | null): void => {
    const { documents } = ports;
    const kept =
      value === null
        ? documents.deleteDocument(collection, key).then(() => undefined)
        : documents.putDocument(collection, key, value);
    track(kept.catch((error: unknown) => ports.log("error", "alert.not_kept", { key, error: String(error) })));
  };
  const track = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const tell = (finding: Finding, count: number): void => {
    const alert: Alert = { ...finding, count, link: ports.link(finding) };
    for (const sink of sinks) {
      track(
        sink.send(alert).catch((error: unknown) => {
          ports.log("error", "alert.not_delivered", {
            sink: sink.name,
            key: alert.key,
            error: error instanceof Error ? error.message : String(error),
          });
        }),
      );
    }
  };

  return {
    report(finding) {
      const known = open.get(finding.key);
      if (finding.status === "resolved") {
        if (known === undefined) return;
        open.delete(finding.key);
        tell(finding, known.pending);
        keep(finding.key, null);
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
      open.set(finding.key, entry);
      tell(finding, 1 + (known?.pending ?? 0));
      keep(finding.key, entry);
    },
    tick(now) {
      for (const [key, entry] of open) {
        if (entry.pending === 0 || now - entry.toldAt < repeatEveryMs) continue;
        tell(entry.latest, entry.pending);
        entry.pending = 0;
        entry.toldAt = now;
        keep(key, entry);
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
