/**
 * Prometheus metrics. Labels are names from the configuration and words from closed lists, never ids or numbers, so
 * that the number of series is bounded by the configuration.
 */
import type { Observed } from "@landline/gateway";
import type { Outbox, OutboxEvent } from "@landline/outbox";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** Counts what happens. */
export interface Metrics {
  event(event: OutboxEvent): void;
  readonly request: (request: Observed) => void;
  /** The text Prometheus scrapes. */
  readonly text: () => Promise<string>;
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Makes the registry and its metrics. */
export function createMetrics(outbox: Pick<Outbox, "accounts" | "counts">): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const attempts = new Counter({
    name: "landline_attempts_total",
    help: "Requests that may have left, by what they claim",
    labelNames: ["account", "operation", "outcome", "status"],
    registers,
  });
  const attemptSeconds = new Histogram({
    name: "landline_attempt_duration_seconds",
    help: "Duration of one attempt",
    labelNames: ["account", "operation"],
    buckets: secondsBuckets,
    registers,
  });
  const changes = new Counter({
    name: "landline_operation_events_total",
    help: "Transitions of operations",
    labelNames: ["account", "operation", "event", "state"],
    registers,
  });
  const parked = new Counter({
    name: "landline_parked_total",
    help: "Operations that began to wait for a person",
    labelNames: ["account", "reason", "kind"],
    registers,
  });
  const receipts = new Counter({
    name: "landline_receipts_total",
    help: "Callbacks and polls, by what they did",
    labelNames: ["account", "result"],
    registers,
  });
  const trouble = new Counter({
    name: "landline_worker_trouble_total",
    help: "Failures of the worker's own making or of its store",
    registers,
  });
  const presumed = new Counter({
    name: "landline_presumed_total",
    help: "Operations doubted because part of the store's past may be missing",
    registers,
  });
  const requests = new Counter({
    name: "landline_http_requests_total",
    help: "Requests to the gateway",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "landline_http_request_duration_seconds",
    help: "Duration of a request to the gateway",
    labelNames: ["method", "route"],
    buckets: secondsBuckets,
    registers,
  });
  const operations = new Gauge({
    name: "landline_operations",
    help: "Operations in the store by state; parked ones by reason",
    labelNames: ["state"],
    registers,
    collect: async () => {
      operations.reset();
      for (const [state, count] of Object.entries(await outbox.counts())) operations.set({ state }, count);
    },
  });
  const laneOpen = new Gauge({
    name: "landline_lane_open",
    help: "1 while a lane lets operations through",
    labelNames: ["account", "lane"],
    registers,
  });
  const laneInFlight = new Gauge({
    name: "landline_lane_in_flight",
    help: "Attempts under way in a lane",
    labelNames: ["account", "lane"],
    registers,
  });
  const laneRate = new Gauge({
    name: "landline_lane_rate",
    help: "Requests per second a lane allows itself; absent without a limit",
    labelNames: ["account", "lane"],
    registers,
  });
  const accountOk = new Gauge({
    name: "landline_account_ok",
    help: "1 while an account is neither paused, blocked nor in an incident",
    labelNames: ["account", "provider"],
    registers,
    collect: async () => {
      for (const gauge of [accountOk, laneOpen, laneInFlight, laneRate]) gauge.reset();
      for (const account of await outbox.accounts()) {
        accountOk.set({ account: account.name, provider: account.provider }, account.state === "ok" ? 1 : 0);
        for (const lane of account.lanes) {
          const labels = { account: account.name, lane: lane.lane };
          laneOpen.set(labels, lane.open ? 1 : 0);
          laneInFlight.set(labels, lane.inFlight);
          if (lane.rate !== null) laneRate.set(labels, lane.rate);
        }
      }
    },
  });
  return {
    event: (event) => {
      switch (event.type) {
        case "operation.attempted":
          attempts.inc({
            account: event.account,
            operation: event.operation,
            outcome: event.outcome,
            status: event.status ?? "none",
          });
          attemptSeconds.observe({ account: event.account, operation: event.operation }, event.durationMs / 1000);
          return;
        case "operation.changed":
          changes.inc({ account: event.account, operation: event.operation, event: event.event, state: event.state });
          if (event.event === "operation.parked")
            parked.inc({
              account: event.account,
              reason: event.parkedReason ?? "unknown",
              kind: event.failure?.kind ?? "none",
            });
          return;
        case "receipt.received":
          receipts.inc({ account: event.account, result: event.result });
          return;
        case "worker.trouble":
          trouble.inc();
          return;
        case "store.moved":
          presumed.inc(event.presumed);
          return;
        case "account.changed":
        case "incident.opened":
        case "incident.closed":
          return;
        default:
          event satisfies never;
      }
    },
    request: ({ method, route, status, durationMs }) => {
      requests.inc({ method, route, status });
      requestSeconds.observe({ method, route }, durationMs / 1000);
    },
    text: async () => registry.metrics(),
  };
}
