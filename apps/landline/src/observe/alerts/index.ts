/**
 * Alerts of a running system: watches its events and its backlog, and tells the configured people.
 */
import type { Redactor } from "@landline/core";
import type { LogLine } from "@landline/host";
import type { System } from "../../wire.ts";
import { createAlertDispatcher } from "./dispatcher.ts";
import { createRefusalReporter } from "./refusals.ts";
import { createRuleState, judgeBacklog, judgeEvent } from "./rules.ts";
import type { Finding } from "./rules.ts";
import { createSink } from "./sinks.ts";

const watchEveryMs = 5_000;

/** Starts alerting. Without a configured sink nothing is watched. */
export async function startAlerts(
  system: System,
  log: LogLine,
  redactor: Redactor,
): Promise<{ close(): Promise<void> }> {
  const { config, outbox, store } = system;
  if (config.alerts.length === 0) return { close: async () => Promise.resolve() };
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
  const watch = async (): Promise<void> => {
    const [due, holds, now] = await Promise.all([store.dueLanes(), store.holds(), store.now()]);
    dispatcher.report(judgeBacklog(due, new Set(holds.map((hold) => hold.account)), now));
    dispatcher.tick(now);
  };
  const timer = setInterval(() => {
    watch().catch((error: unknown) => {
      log("error", "alert.not_watched", { error: error instanceof Error ? error.message : String(error) });
    });
  }, watchEveryMs);
  timer.unref();
  return {
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
