import { z } from "@hono/zod-openapi";
/**
 * `POST /webhooks/{account}`: what providers call. The bytes go on as they came, because signatures cover bytes; 2xx is
 * said only after the receipt is durable, so a provider that hears nothing, or anything else, calls again.
 */
import type { WebhookResult } from "@landline/outbox";
import type { Route, RouteDocument } from "../call.ts";
import { route } from "../call.ts";
import type { Answer } from "../reply.ts";
import { empty, problem } from "../reply.ts";
import { refusals } from "./documents.ts";
import type { RoutePorts } from "./ports.ts";

const document: RouteDocument = {
  operationId: "receiveWebhook",
  tags: ["Webhooks"],
  summary: "A provider's callback; authenticated by its signature",
  description:
    "The signature is checked against the public URL with path and query. A repeated event leaves one receipt.",
  request: {
    params: z.object({ account: z.string() }),
    body: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": { schema: z.record(z.string(), z.string()) },
        "application/json": { schema: z.unknown() },
      },
    },
  },
  responses: {
    204: { description: "Durable" },
    ...refusals("VALIDATION_ERROR", "FORBIDDEN", "NOT_FOUND", "PAYLOAD_TOO_LARGE"),
  },
};

/** The route. */
export function webhookRoute(ports: RoutePorts): Route {
  const publicBase = ports.publicUrl?.replace(/\/+$/, "") ?? null;
  return route<Uint8Array>({
    method: "POST",
    path: "/webhooks/{account}",
    access: "open",
    anyHost: true,
    document,
    body: { type: "bytes", bytesMax: ports.limits.webhookBytesMax },
    answer: async ({ request, params, path, query, body, origin }) => {
      const result = await ports.outbox.receive(params["account"] ?? "", {
        method: request.method,
        url: `${publicBase ?? origin}${path}${query === "" ? "" : `?${query}`}`,
        headers: Object.fromEntries(request.headers),
        body,
      });
      return answerOf(result);
    },
  });
}

function answerOf(result: WebhookResult): Answer {
  switch (result.type) {
    case "stored":
      return empty();
    case "unknown_account":
      return problem("NOT_FOUND", "There is no such account");
    case "forbidden":
      return problem("FORBIDDEN", result.message);
    case "unreadable":
      return problem("VALIDATION_ERROR", result.message);
    default:
      return result satisfies never;
  }
}
