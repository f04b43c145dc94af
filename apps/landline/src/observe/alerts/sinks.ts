/**
 * The ways to tell people: a signed webhook, PagerDuty, Slack, Sentry. All go through Landline's own `reliableFetch`.
 */
import { createHash, randomUUID } from "node:crypto";
import { reliableFetch } from "@landline/client";
import { createTransport } from "@sentry/core";
import { ServerRuntimeClient } from "@sentry/core/server";
import { Webhook } from "standardwebhooks";
import type { AlertConfig } from "../../config/index.ts";
import type { Alert, Sink } from "./alert.ts";

const send = reliableFetch(fetch, { maxAttempts: 5, initialDelay: 500, maxAge: 30_000 });

/** Makes the sink of one entry of the configuration. */
export function createSink(config: AlertConfig): Sink {
  switch (config.to) {
    case "webhook":
      return {
        name: "webhook",
        send: async (alert) => post(config.url, document(alert), (body) => signed(config.secret, body)),
      };
    case "pagerduty":
      return {
        name: "pagerduty",
        send: async (alert) =>
          post(config.url ?? "https://events.pagerduty.com/v2/enqueue", pagerDutyEvent(config.routingKey, alert)),
      };
    case "slack":
      return { name: "slack", send: async (alert) => post(config.url, { text: slackText(alert) }) };
    case "sentry":
      return createSentrySink(config.dsn);
    default:
      return config satisfies never;
  }
}

/** What a webhook receives. */
function document(alert: Alert): unknown {
  return {
    type: `alert.${alert.status}`,
    timestamp: new Date(alert.at).toISOString(),
    data: {
      key: alert.key,
      severity: alert.severity,
      title: alert.title,
      text: alert.text,
      count: alert.count,
      account: alert.account,
      operation_id: alert.operationId,
      code: alert.code,
      link: alert.link,
    },
  };
}

/** Headers of Standard Webhooks (https://www.standardwebhooks.com); without a secret only the id. */
function signed(secret: string | null, body: string): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const at = new Date();
  const common = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "idempotency-key": id,
  };
  return secret === null ? common : { ...common, "webhook-signature": signer(secret).sign(id, at, body) };
}

/** Secrets are base64, as the standard says, with or without `whsec_`; anything else is taken as it stands. */
function signer(secret: string): Webhook {
  const text = secret.replace(/^whsec_/, "");
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isBase64 ? new Webhook(secret) : new Webhook(secret, { format: "raw" });
}

/** An event of https://developer.pagerduty.com/docs/events-api-v2/trigger-events/. */
function pagerDutyEvent(routingKey: string, alert: Alert): unknown {
  const dedupKey = `landline:${alert.key}`.slice(0, 255);
  if (alert.status === "resolved") return { routing_key: routingKey, event_action: "resolve", dedup_key: dedupKey };
  return {
    routing_key: routingKey,
    event_action: "trigger",
    dedup_key: dedupKey,
    payload: {
      summary: alert.title.slice(0, 1024),
      source: "landline",
      severity: alert.severity,
      timestamp: new Date(alert.at).toISOString(),
      custom_details: {
        text: alert.text,
        count: alert.count,
        account: alert.account,
        operation_id: alert.operationId,
        code: alert.code,
      },
    },
    ...(alert.link === null ? {} : { links: [{ href: alert.link, text: "Open in Landline" }] }),
  };
}

function slackText(alert: Alert): string {
  const escape = (text: string): string =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const mark = alert.status === "resolved" ? ":white_check_mark:" : ":rotating_light:";
  const times = alert.count > 1 ? ` (${alert.count} times)` : "";
  const link = alert.link === null ? "" : `\n<${alert.link}|Open in Landline>`;
  return `${mark} *${escape(alert.title)}*${times}\n${escape(alert.text)}${link}`;
}

function createSentrySink(dsn: string): Sink {
  const client = new ServerRuntimeClient({
    dsn,
    integrations: [],
    stackParser: () => [],
    transport: (options) =>
      createTransport(options, async (request) => {
        const body = typeof request.body === "string" ? request.body : new Uint8Array(request.body);
        const response = await send(options.url, {
          method: "POST",
          body: () => body,
          headers: { "content-type": "application/x-sentry-envelope", "idempotency-key": contentId(body) },
        });
        await response.body?.cancel();
        return {
          statusCode: response.status,
          headers: {
            "retry-after": response.headers.get("retry-after"),
            "x-sentry-rate-limits": response.headers.get("x-sentry-rate-limits"),
          },
        };
      }),
  });
  const taken = async (): Promise<void> => {
    if (!(await client.flush(10_000))) throw new Error("Sentry did not take the event in time");
  };
  return {
    name: "sentry",
    refused: async (refusal) => {
      const { group, at, message, account, provider, operation, status, code, kind, level, ...rest } = refusal;
      client.captureEvent({
        message: `${provider} ${operation} refused: ${[status, code].filter((part) => part !== null).join("/")} ${message}`,
        level,
        fingerprint: ["landline", "refused", ...group],
        timestamp: at / 1000,
        tags: { account, provider, operation, status: status ?? "none", code: code ?? "none", kind: kind ?? "none" },
        extra: { ...rest, requestTimestamp: new Date(rest.requestTimestamp).toISOString() },
      });
      await taken();
    },
    send: async (alert) => {
      if (alert.status === "resolved") return;
      client.captureEvent({
        message: alert.title,
        level: alert.severity === "critical" ? "fatal" : alert.severity,
        fingerprint: [alert.key],
        timestamp: alert.at / 1000,
        tags: { account: alert.account ?? "none", code: alert.code ?? "none" },
        extra: { text: alert.text, count: alert.count, operation_id: alert.operationId, link: alert.link },
      });
      await taken();
    },
  };
}

/** The same bytes are the same event, so that a repeat is recognisable. */
function contentId(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

async function post(
  url: string,
  content: unknown,
  headers: (body: string) => Record<string, string> = () => ({}),
): Promise<void> {
  const body = JSON.stringify(content);
  const response = await send(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "idempotency-key": contentId(body), ...headers(body) },
    signal: AbortSignal.timeout(40_000),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}
