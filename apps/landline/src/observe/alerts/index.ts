/**
 * Alerts of a running system: watches its events and its backlog, and tells the configured people.
 */
import type { Redactor } from "@landline/core";
import type { Checked } from "@landline/gateway";
import type { LogLine } from "@landline/host";
import type { System } from "../../wire.ts";
import { createAlertDispatcher } from "./dispatcher.ts";
import { createRefusalReporter } from "./refusals.ts";
import { createRuleState, judgeBacklog, judgeEvent } from "./rules.ts";
import type { Finding } from "./rules.ts";
import { createSink } from "./sinks.ts";
import { testAlerts } from "./test-alerts.ts";

const watchEveryMs = 5_000;

/** Alerts of a running system. */
export interface Alerts {
  /** Tells every channel of a test, once. Never rejects. */
  test(actor: string): Promise<readonly Checked[]>;
  close(): Promise<void>;
}

/** Starts alerting. Without a configured sink nothing is watched. */
export async function startAlerts(system: System, log: LogLine, redactor: Redactor): Promise<Alerts> {
  const { config, outbox, store, host } = system;
  if (config.alerts.length === 0) return { test: async () => [], close: async () => Promise.resolve() };
  const sinks = config.alerts.map(createSink);
  const refusals = createRefusalReporter(sinks, {
    log,
    redactor,
    link: (operationId) => operationLink(config.http.publicUrl, operationId),
  });
  const dispatcher = await createAlertDispatcher(sinks, {
    documents: store,
    log,
    link: (finding) => linkTo(config.http.publicUrl, finding),
  });
  const state = createRuleState();
  const unsubscribe = outbox.subscribe((event) => {
    for (const finding of judgeEvent(state, event)) dispatcher.report(finding);
    refusals.event(event);
  });
  let backlogMoves = false;
  const watch = async (): Promise<void> => {
    const [due, holds, now] = await Promise.all([store.dueLanes(), store.holds(), store.now()]);
    const backlog = judgeBacklog(due, new Set(holds.map((hold) => hold.account)), now);
    // That all is well is said once, not at every look.
    if (backlog.status === "opened" || !backlogMoves) dispatcher.report(backlog);
    backlogMoves = backlog.status === "resolved";
    dispatcher.tick(now);
  };
  const timer = setInterval(() => {
    watch().catch((error: unknown) => {
      log("error", "alert.not_watched", { error: error instanceof Error ? error.message : String(error) });
    });
  }, watchEveryMs);
  timer.unref();
  return {
    test: async (actor) =>
      testAlerts(sinks, { redactor, now: () => host.now(), monotonic: () => host.monotonic() }, actor),
    close: async () => {
      clearInterval(timer);
      unsubscribe();
      await Promise.all([dispatcher.close(), refusals.close()]);
    },
  };
}

/** The page of the console that shows what the alert is about. */
function linkTo(publicUrl: string | null, finding: Finding): string | null {
  if (publicUrl === null) return null;
  if (finding.operationId !== null) return operationLink(publicUrl, finding.operationId);
  return finding.account === null ? `${publicUrl}/` : `${publicUrl}/accounts`;
}

function operationLink(publicUrl: string | null, operationId: string): string | null {
  return publicUrl === null ? null : `${publicUrl}/operations/${operationId}`;
}
