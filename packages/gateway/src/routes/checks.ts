/**
 * Does it reach anybody? A test alert through every configured channel, and a call of our own callback addresses from
 * outside: both fail silently otherwise, on the night they are needed.
 */
import { z } from "@hono/zod-openapi";
import type { Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import type { Checked, GatewayOptions } from "../options.ts";
import { reaches } from "../permissions.ts";
import { json } from "../reply.ts";
import { zodReader } from "../schemas/reading.ts";
import { accountVerbSchema } from "../schemas/verbs.ts";
import { answers, bodied, bodyOf, keyed, refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

const resultSchema = {
  ok: z.boolean(),
  error: z.string().nullable().openapi({ description: "Why not, in words; null when it went well" }),
  duration_ms: z.int(),
};
const alertsSchema = z
  .object({
    ok: z.boolean().openapi({ description: "There is a channel, and every one of them took it" }),
    results: z.array(z.object({ channel: z.string(), ...resultSchema })),
  })
  .openapi("AlertTest");
const webhooksSchema = z
  .object({
    ok: z.boolean(),
    results: z.array(z.object({ account: z.string(), url: z.string().nullable(), ...resultSchema })),
  })
  .openapi("WebhookTest");

const verb = (operationId: string, summary: string, description: string, schema: z.ZodType): RouteDocument => ({
  operationId,
  tags: ["Service"],
  summary,
  description,
  request: { body: bodyOf(accountVerbSchema, false) },
  responses: { 200: answers("One result each; a failure is in the result", schema), ...refusals(...keyed, ...bodied) },
});

/** `POST /v1/alerts/test` and `POST /v1/webhooks/test`. */
export function checkRoutes(ports: RoutePorts, checks: NonNullable<GatewayOptions["checks"]> | null): readonly Route[] {
  const body = {
    type: "json",
    optional: true,
    bytesMax: ports.limits.bodyBytesMax,
    read: zodReader(accountVerbSchema),
  } as const;
  return [
    route<z.output<typeof accountVerbSchema>>({
      method: "POST",
      path: "/v1/alerts/test",
      access: "administer",
      body,
      document: verb(
        "testAlerts",
        "Send a test alert through every channel",
        "Pages whoever is on call; resolved at once where the channel knows that.",
        alertsSchema,
      ),
      answer: async ({ caller, body: { reason = null } }) => {
        await ports.audit({ actor: caller.name, event: "alerts.tested", subject: "alerts", because: reason });
        const checked = (await checks?.alerts(caller.name)) ?? [];
        const results = checked.map((each) => ({ channel: each.subject, ...shown(each) }));
        return json(200, { ok: results.length > 0 && results.every(({ ok }) => ok), results });
      },
    }),
    route<z.output<typeof accountVerbSchema>>({
      method: "POST",
      path: "/v1/webhooks/test",
      access: "administer",
      body,
      document: verb(
        "testWebhooks",
        "Call the callback address of every account, as a provider would",
        "Goes out to `publicUrl` and must be refused by a gateway for want of a signature: that is the proof. Nothing is stored.",
        webhooksSchema,
      ),
      answer: async ({ caller, body: { reason = null } }) => {
        await ports.audit({ actor: caller.name, event: "webhooks.tested", subject: "webhooks", because: reason });
        const accounts = [...ports.accounts.keys()].filter((account) => reaches(caller, account));
        const checked = (await checks?.webhooks(accounts)) ?? [];
        const results = checked.map((each) => ({
          account: each.subject,
          url: ports.publicUrl === null ? null : `${ports.publicUrl}/webhooks/${encodeURIComponent(each.subject)}`,
          ...shown(each),
        }));
        return json(200, { ok: results.length > 0 && results.every(({ ok }) => ok), results });
      },
    }),
  ];
}

function shown({ error, durationMs }: Checked): {
  readonly ok: boolean;
  readonly error: string | null;
  readonly duration_ms: number;
} {
  return { ok: error === null, error, duration_ms: Math.round(durationMs) };
}
