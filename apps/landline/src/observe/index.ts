/**
 * Everything that watches a running system: log lines, metrics, traces, alerts. Watching never changes what happens.
 */
import type { Redactor } from "@landline/core";
import type { Checked, Observed } from "@landline/gateway";
import type { LogLine } from "@landline/host";
import type { System } from "../wire.ts";
import { startAlerts } from "./alerts/index.ts";
import { logEvent } from "./attempted.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createTraces } from "./trace.ts";

/** What the gateway and the commands need of the watchers. */
export interface Observers {
  readonly log: LogLine;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  readonly request: (request: Observed) => void;
  /** Tells every alert channel of a test. Never rejects. */
  readonly testAlerts: (actor: string) => Promise<readonly Checked[]>;
  /** Flushes and ends. */
  close(): Promise<void>;
}

/** Starts watching. */
export async function observeSystem(system: System, redactor: Redactor): Promise<Observers> {
  const log = createLog(redactor);
  const metrics = createMetrics(system.outbox);
  const traces = createTraces();
  const untrace = traces === null ? null : system.outbox.subscribe(traces);
  const unsubscribe = system.outbox.subscribe((event) => {
    logEvent(log, event);
    metrics.event(event);
  });
  const alerts = await startAlerts(system, log, redactor);
  return {
    log,
    metrics: metrics.text,
    request: metrics.request,
    testAlerts: async (actor) => alerts.test(actor),
    close: async () => {
      unsubscribe();
      untrace?.();
      await alerts.close();
    },
  };
}
