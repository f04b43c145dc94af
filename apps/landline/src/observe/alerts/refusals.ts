/**
 * Refusals for the error tracker, each with the provider's answer: every 4xx, and whatever else would be refused again.
 * Nobody is paged: a refusal is a defect of a request or a configuration, to be found by whoever looks for defects,
 * grouped by account, operation and code. Being told to slow down is a warning: the provider's answer says which limit
 * was met, and that is often one to have raised.
 *
 * A wrong template refuses a hundred thousand messages with the same words. So a group tells the first of each minute
 * and counts the rest, and what is told says how many it stands for.
 */
import type { Redactor } from "@landline/core";
import { maskNumbers } from "@landline/core";
import type { LogLine } from "@landline/host";
import type { OutboxEvent } from "@landline/outbox";
import type { Refusal, Sink } from "./alert.ts";

/** Refusals of one group that are told in full within {@link windowMs}. */
export const toldMax = 10;

/** In milliseconds. */
export const windowMs = 60_000;

/** Groups kept at once; beyond it the oldest is forgotten. */
const groupsMax = 1_000;

interface Group {
  from: number;
  told: number;
  untold: number;
}

/** Tells sinks of refusals. */
export interface RefusalReporter {
  event(event: OutboxEvent): void;
  /** Waits for deliveries under way, a few seconds at most. */
  close(): Promise<void>;
}

/** Makes one. */
export function createRefusalReporter(
  sinks: readonly Sink[],
  ports: {
    readonly log: LogLine;
    readonly redactor: Redactor;
    readonly link: (operationId: string) => string | null;
  },
): RefusalReporter {
  const groups = new Map<string, Group>();
  const underWay = new Set<Promise<void>>();
  const clean = (text: string): string => maskNumbers(ports.redactor.text(text));

  const tell = (refusal: Refusal): void => {
    for (const sink of sinks) {
      if (sink.refused === undefined) continue;
      const work = sink.refused(refusal).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        ports.log("error", "refusal.not_delivered", {
          sink: sink.name,
          operation_id: refusal.operationId,
          error: reason,
        });
      });
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    }
  };

  return {
    event(event) {
      if (event.type !== "operation.attempted" || !isRefusal(event)) return;
      const code = event.code ?? (event.status === null ? (event.failure?.kind ?? "none") : String(event.status));
      const key = `${event.account}:${event.operation}:${code}`;
      const group = groupOf(groups, key, event.at);
      if (group.told >= toldMax) {
        group.untold += 1;
        return;
      }
      group.told += 1;
      const count = 1 + group.untold;
      group.untold = 0;
      tell({
        group: [event.account, event.operation, code],
        count,
        at: event.at,
        account: event.account,
        provider: event.provider,
        operation: event.operation,
        status: event.status,
        code: event.code,
        kind: event.failure?.kind ?? null,
        level: event.outcome === "throttled" ? "warning" : "error",
        message: clean(event.failure?.message ?? ""),
        guidance: clean(event.failure?.guidance ?? ""),
        body: event.body === null || event.body === undefined ? null : clean(event.body),
        operationId: event.id,
        attempt: event.attempt,
        method: event.method,
        endpoint: clean(event.endpoint),
        requestId: event.requestId,
        requestTimestamp: event.requestTimestamp,
        reference: event.reference === null ? null : clean(event.reference),
        idempotencyKey: clean(event.idempotencyKey),
        link: ports.link(event.id),
      });
    },
    async close() {
      const patience = new Promise<void>((resolve) => {
        setTimeout(resolve, 3_000).unref();
      });
      await Promise.race([Promise.allSettled(underWay), patience]);
    },
  };
}

/** Every 4xx, a 429 too, and what would be answered again. A 5xx is trouble of the provider's, and retried. */
function isRefusal({ outcome, status }: Extract<OutboxEvent, { type: "operation.attempted" }>): boolean {
  if (outcome === "accepted") return false;
  return outcome === "rejected" || (status !== null && status >= 400 && status < 500);
}

function groupOf(groups: Map<string, Group>, key: string, at: number): Group {
  const known = groups.get(key);
  if (known !== undefined) {
    if (at - known.from >= windowMs) {
      known.from = at;
      known.told = 0;
    }
    return known;
  }
  const oldest = groups.keys().next();
  if (groups.size >= groupsMax && oldest.done !== true) groups.delete(oldest.value);
  const fresh: Group = { from: at, told: 0, untold: 0 };
  groups.set(key, fresh);
  return fresh;
}
